import {describe, expect, it} from 'vitest';
import {readCookies, toCookieHeader, toCurl, toNetscape, toSetCookie} from '../../src/signing/index.js';

const cookies = {
  'CloudFront-Policy': 'eyJTdGF0ZW1lbnQi__',
  'CloudFront-Signature': 'abc~DEF-0_',
  'CloudFront-Key-Pair-Id': 'K2JCJMDEHXQW5F',
};

describe('cookies', () => {
  it('as Set-Cookie: Secure and HttpOnly unless told otherwise', () => {
    expect(toSetCookie(cookies)).toEqual([
      'Set-Cookie: CloudFront-Policy=eyJTdGF0ZW1lbnQi__; Path=/; Secure; HttpOnly',
      'Set-Cookie: CloudFront-Signature=abc~DEF-0_; Path=/; Secure; HttpOnly',
      'Set-Cookie: CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F; Path=/; Secure; HttpOnly',
    ]);
    const attributes = {
      domain: '.Bücher.example',
      path: '/v/',
      secure: false,
      httpOnly: false,
      sameSite: 'Lax',
    } as const;
    expect(toSetCookie(cookies, attributes)[0]).toBe(
      'Set-Cookie: CloudFront-Policy=eyJTdGF0ZW1lbnQi__; Domain=xn--bcher-kva.example; Path=/v/; SameSite=Lax',
    );
  });

  it('as a Netscape jar, for the host alone or for a domain', () => {
    expect(toNetscape(cookies, 'h.example', {httpOnly: false}).split('\n')[1]).toBe(
      'h.example\tFALSE\t/\tTRUE\t0\tCloudFront-Policy\teyJTdGF0ZW1lbnQi__',
    );
    expect(toNetscape(cookies, 'h.example', {domain: 'example.com', secure: false}).split('\n')[1]).toBe(
      '#HttpOnly_.example.com\tTRUE\t/\tFALSE\t0\tCloudFront-Policy\teyJTdGF0ZW1lbnQi__',
    );
  });

  it('as flags for curl', () => {
    expect(toCurl(cookies)).toBe(
      "--cookie 'CloudFront-Policy=eyJTdGF0ZW1lbnQi__; CloudFront-Signature=abc~DEF-0_; CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F'",
    );
  });

  it.each([
    ['Set-Cookie', toSetCookie(cookies, {domain: 'example.com', sameSite: 'None'}).join('\r\n')],
    ['a jar', toNetscape(cookies, 'h.example')],
    ['curl', toCurl(cookies)],
    ['a Cookie header among others', `Cookie: a=b; ${toCookieHeader(cookies)}; c=d`],
    ['JSON', JSON.stringify({cookies}, null, 2)],
  ])('reads them again from %s', (_, text) => {
    expect(readCookies(text)).toEqual(cookies);
  });

  it('of a cookie that comes twice, reads the one that counts; and all of a value', () => {
    const name = 'CloudFront-Signature';
    expect(readCookies(`${name}=first; ${name}=second`)).toEqual({[name]: 'first'});
    expect(readCookies(`Set-Cookie: ${name}=first\nSet-Cookie: ${name}=second`)).toEqual({[name]: 'second'});
    expect(readCookies(`${name}=good__+; x-${name}=other`)).toEqual({[name]: 'good__+'});
  });

  it.each([
    [{domain: '*.example.com'}, 'COOKIE_DOMAIN'],
    [{domain: 'https://example.com'}, 'COOKIE_DOMAIN'],
    [{domain: 'example.com; Path=/'}, 'COOKIE_DOMAIN'],
    [{domain: 'cloudfront.net'}, 'COOKIE_DOMAIN'],
    [{domain: 'com'}, 'COOKIE_DOMAIN'],
    [{domain: ''}, 'COOKIE_DOMAIN'],
    [{path: 'videos/'}, 'COOKIE_PATH'],
    [{path: '/videos/*'}, 'COOKIE_PATH'],
    [{path: '/a; Domain=evil.example'}, 'COOKIE_PATH'],
    [{path: '/a\r\nSet-Cookie: b=c'}, 'COOKIE_PATH'],
    [{sameSite: 'None', secure: false}, 'COOKIE_SAME_SITE'],
  ] as const)('refuses %j', (attributes, code) => {
    expect(() => toSetCookie(cookies, attributes)).toThrow(expect.objectContaining({code, exit: 'usage'}));
  });
});
