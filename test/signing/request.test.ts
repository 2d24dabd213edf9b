import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import {checkCookieRequest, checkUrlRequest, readWrittenPolicy} from '../../src/signing/index.js';
import type {WrittenCookieRequest, WrittenUrlRequest} from '../../src/signing/index.js';
import {now, nowSeconds, pastedUrl, plainUrl} from './fixtures.js';

const good = {url: 'https://d111111abcdef8.cloudfront.net/a.jpg', expires: '2h'};
const url = (text: string): WrittenUrlRequest => ({...good, url: text});
const terms = (more: Partial<WrittenUrlRequest>): WrittenUrlRequest => ({...good, ...more});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

const refusedUrls: readonly (readonly [string, WrittenUrlRequest, string])[] = [
  ['nothing', url(''), 'URL_MISSING'],
  ['a path', url('/videos/a.mp4'), 'URL_NOT_ABSOLUTE'],
  ['a host without scheme', url('d111111abcdef8.cloudfront.net/a'), 'URL_NOT_ABSOLUTE'],
  ['scheme-relative', url('//d111111abcdef8.cloudfront.net/a'), 'URL_NOT_ABSOLUTE'],
  ['a URL in a query', url('a?u=https://h.example/'), 'URL_NOT_ABSOLUTE'],
  ['another scheme', url('ftp://h.example/a'), 'URL_SCHEME'],
  ['an S3 URI', url('s3://bucket/a'), 'URL_SCHEME'],
  ['a scheme pattern as URL', url('http*://h.example/a'), 'URL_SCHEME'],
  ['no host', url('https:///a'), 'URL_HOST'],
  ['a host with a space', url('https://h .example/a'), 'URL_HOST'],
  ['a host pattern as URL', url('https://*.example.com/a'), 'URL_HOST'],
  ['a port beyond 65535', url('https://h.example:70000/a'), 'URL_HOST'],
  ['port 0', url('https://h.example:0/a'), 'URL_HOST'],
  ['a user name', url('https://me:secret@h.example/a'), 'URL_USER_INFO'],
  ['a backslash', url('https://h.example/a\\b'), 'URL_BACKSLASH'],
  ['an escaped question mark', url('https://h.example/a\\?b=1'), 'URL_BACKSLASH'],
  ['a fragment', url('https://h.example/a#top'), 'URL_FRAGMENT'],
  ['an asterisk for a host, in an escape', url('https://%2a.example/a'), 'URL_HOST'],
  ['an asterisk for a host, full width', url('https://＊.example/a'), 'URL_HOST'],
  ['two question marks', url('https://h.example/a?b=1?c=2'), 'URL_TWO_QUESTION_MARKS'],
  ['an empty query', url('https://h.example/a?'), 'URL_EMPTY_QUERY'],
  ['a line break', url('https://h.example/a\nb'), 'URL_WHITESPACE'],
  ['a tab', url('https://h.example/a\tb'), 'URL_WHITESPACE'],
  ['a space before', url(' https://h.example/a'), 'URL_WHITESPACE'],
  ['a space after', url('https://h.example/a '), 'URL_WHITESPACE'],
  ['a NUL', url('https://h.example/a\0'), 'URL_WHITESPACE'],
  ['half a character', url('https://h.example/\ud800'), 'URL_NOT_UNICODE'],
  ['a dot segment', url('https://h.example/a/../b'), 'URL_DOT_SEGMENT'],
  ['an encoded dot segment', url('https://h.example/a/%2E%2e/b'), 'URL_DOT_SEGMENT'],
  ['Policy', url('https://h.example/a?Policy=x'), 'URL_RESERVED_PARAMETER'],
  ['Signature', url('https://h.example/a?b=1&Signature=x'), 'URL_RESERVED_PARAMETER'],
  ['Key-Pair-Id', url('https://h.example/a?Key-Pair-Id=x'), 'URL_RESERVED_PARAMETER'],
  ['Hash-Algorithm', url('https://h.example/a?Hash-Algorithm=SHA1'), 'URL_RESERVED_PARAMETER'],
  ['Expires', url('https://h.example/a?Expires'), 'URL_RESERVED_PARAMETER'],
  ['an encoded Expires', url('https://h.example/a?%45xpires=1'), 'URL_RESERVED_PARAMETER'],
  ['a long URL', url(`https://h.example/${'a'.repeat(8192)}`), 'URL_TOO_LONG'],
  ['a resource elsewhere', terms({resource: 'https://other.example/*'}), 'RESOURCE_ELSEWHERE'],
  [
    'a resource of another scheme',
    terms({resource: 'http://d111111abcdef8.cloudfront.net/*'}),
    'RESOURCE_ELSEWHERE',
  ],
  ['a time in words', terms({expires: 'tomorrow'}), 'TIME_UNREADABLE'],
  ['no time', terms({expires: ''}), 'TIME_UNREADABLE'],
  ['a time before now', terms({expires: '-2h'}), 'TIME_UNREADABLE'],
  ['weeks', terms({expires: '2w'}), 'TIME_UNREADABLE'],
  ['a day that is not', terms({expires: '2030-02-30'}), 'TIME_UNREADABLE'],
  ['an hour that is not', terms({expires: '2030-01-01T24:00:00Z'}), 'TIME_UNREADABLE'],
  ['half a second', terms({expires: 1767261600.5}), 'TIME_UNREADABLE'],
  ['not a number', terms({expires: Number.NaN}), 'TIME_UNREADABLE'],
  ['milliseconds', terms({expires: 1767290400000}), 'TIME_IN_MILLISECONDS'],
  ['milliseconds as text', terms({expires: '1767290400000'}), 'TIME_IN_MILLISECONDS'],
  ['a start in milliseconds', terms({starts: 1767290400000}), 'TIME_IN_MILLISECONDS'],
  ['an expiry in the past', terms({expires: '2020-01-01'}), 'EXPIRY_PAST'],
  ['an expiry now', terms({expires: nowSeconds}), 'EXPIRY_PAST'],
  ['0s', terms({expires: '0s'}), 'EXPIRY_PAST'],
  ['a start after the expiry', terms({starts: '3h'}), 'START_AFTER_EXPIRY'],
  ['a start at the expiry', terms({starts: '2h'}), 'START_AFTER_EXPIRY'],
  ['IPv6', terms({ip: '2001:db8::1'}), 'IP_V6'],
  ['an IPv6 range', terms({ip: '2001:db8::/32'}), 'IP_V6'],
  ['a name', terms({ip: 'localhost'}), 'IP_NOT_CIDR'],
  ['three numbers', terms({ip: '10.0.0/8'}), 'IP_NOT_CIDR'],
  ['a number over 255', terms({ip: '10.0.0.256'}), 'IP_NOT_CIDR'],
  ['/33', terms({ip: '10.0.0.0/33'}), 'IP_NOT_CIDR'],
  ['no bits', terms({ip: '10.0.0.0/'}), 'IP_NOT_CIDR'],
  ['two ranges', terms({ip: '10.0.0.0/8,11.0.0.0/8'}), 'IP_NOT_CIDR'],
  ['a netmask', terms({ip: '10.0.0.0/255.0.0.0'}), 'IP_NOT_CIDR'],
  ['everybody', terms({ip: '0.0.0.0/0'}), 'IP_EVERYBODY'],
  ['an address inside a range', terms({ip: '192.0.2.17/24'}), 'IP_HOST_BITS'],
];

const cookies = (resource: string): WrittenCookieRequest => ({resource, expires: '2h'});
const refusedResources: readonly (readonly [string, WrittenCookieRequest, string])[] = [
  ['nothing', cookies(''), 'URL_MISSING'],
  ['a path', cookies('/videos/*'), 'URL_NOT_ABSOLUTE'],
  ['a host without scheme', cookies('h.example/*'), 'URL_NOT_ABSOLUTE'],
  ['another scheme', cookies('ftp*://h.example/*'), 'URL_SCHEME'],
  ['a backslash', cookies('https://h.example/*\\?*'), 'URL_BACKSLASH'],
  ['a host pattern with a space', cookies('https://* .example/'), 'URL_HOST'],
  ['a user name', cookies('https://me@h.example/*'), 'URL_USER_INFO'],
  ['a reserved name', cookies('https://h.example/*?Policy=*'), 'URL_RESERVED_PARAMETER'],
  [
    'a reserved name among wildcards',
    cookies('https://h.example/a-?.ts?b=1&Policy=*'),
    'URL_RESERVED_PARAMETER',
  ],
  ['an asterisk that only an escape hides', cookies('https://%2a.*.example/a'), 'URL_HOST'],
  ['dots', cookies('https://h.example/../*'), 'URL_DOT_SEGMENT'],
];

describe('requests that are refused', () => {
  it.each(refusedUrls)('URL: %s', (_, request, code) => {
    const failure = failureOf(() => checkUrlRequest(request, now));
    expect([failure.code, failure.exitCode]).toEqual([code, 2]);
    expect(failure.message).toMatch(/[^.]\.$/);
    expect(failure.hint).toMatch(/\.$/);
    expect(failure.message).not.toContain('secret');
  });

  it.each(refusedResources)('cookies: %s', (_, request, code) => {
    expect(failureOf(() => checkCookieRequest(request, now)).code).toBe(code);
  });

  it.each([
    ['no JSON', '{', /not JSON/],
    ['two statements', '{"Statement":[{},{}]}', /exactly one/],
    ['no expiry', '{"Statement":[{"Resource":"https://h/*","Condition":{}}]}', /DateLessThan/],
    [
      'a quoted time',
      '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":"1"}}}]}',
      /whole/,
    ],
    ['another field', '{"Statement":[{"Effect":"Allow"}]}', /does not know/],
    ['no resource', '{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":9}}}]}', /opens every file/],
    ['two resources', '{"Statement":[{"Resource":["a","b"]}]}', /one string/],
    [
      'an address of numbers',
      '{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":9},"IpAddress":{"AWS:SourceIp":1}}}]}',
      /SourceIp/,
    ],
  ])('a written policy: %s', (_, text, message) => {
    const failure = failureOf(() => readWrittenPolicy(text));
    expect(failure.code).toBe('POLICY_UNREADABLE');
    expect(failure.message).toMatch(message);
  });
});

describe('what is accepted', () => {
  it.each([
    ['90s', nowSeconds + 90],
    ['10m', nowSeconds + 600],
    ['2h', nowSeconds + 7200],
    ['7d', nowSeconds + 604_800],
    [1767290400, 1767290400],
    ['1767290400', 1767290400],
    ['2026-01-01T18:00:00Z', 1767290400],
    ['2026-01-01T18:00:00', 1767290400],
    ['2026-01-01T18:00', 1767290400],
    ['2026-01-01T20:00:00.999+02:00', 1767290400],
    ['2026-01-01T13:00:00-0500', 1767290400],
    ['2026-01-02', 1767312000],
    ['2040-02-29T00:00:00Z', 2214086400],
  ])('the time %s', (written, seconds) => {
    expect(checkUrlRequest(terms({expires: written}), now).expires).toBe(seconds);
  });

  it.each([
    ['192.0.2.17', '192.0.2.17/32'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['128.0.0.0/1', '128.0.0.0/1'],
  ])('the range %s', (written, range) => {
    expect(checkUrlRequest(terms({ip: written}), now)).toMatchObject({ip: range, kind: 'custom'});
  });

  it.each([
    ['https://H.Example', 'https://h.example/'],
    ['HTTPS://h.example:443/a', 'https://h.example/a'],
    ['http://h.example:80/a', 'http://h.example/a'],
    ['http://h.example:443/a', 'http://h.example:443/a'],
    ['http://localhost:4510/a', 'http://localhost:4510/a'],
    ['https://h.example?a=1', 'https://h.example/?a=1'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['https://h.example/a b', 'https://h.example/a%20b'],
    ['https://h.example/a%20b', 'https://h.example/a%20b'],
    ['https://h.example/a%2Fb%2fc', 'https://h.example/a%2Fb%2fc'],
    ['https://h.example/a+b', 'https://h.example/a+b'],
    ['https://h.example/100%', 'https://h.example/100%25'],
    ['https://h.example/%zz%4', 'https://h.example/%25zz%254'],
    ['https://h.example/%E4?q=ä', 'https://h.example/%E4?q=%C3%A4'],
    ['https://h.example/😀', 'https://h.example/%F0%9F%98%80'],
    ["https://h.example/it's?it's", "https://h.example/it's?it%27s"],
    ['https://h.example/a?b=1+2&a=&&c=%2f=', 'https://h.example/a?b=1+2&a=&&c=%2f='],
    ['https://h.example/a?expires=1&x=Policy', 'https://h.example/a?expires=1&x=Policy'],
  ])('the URL %s', (written, encoded) => {
    expect(checkUrlRequest(url(written), now)).toMatchObject({
      url: encoded,
      resource: encoded,
      kind: 'canned',
    });
  });

  it.each([
    ['https://h.example/a', 'https://h.example/a', 'canned'],
    ['https://h.example/a?b=1', 'https://h.example/a?b=1', 'canned'],
    ['https://h.example/videos/*', 'https://h.example/videos/*', 'custom'],
    ['HTTP*://H.example/ü*', 'http*://h.example/%C3%BC*', 'custom'],
    ['*://h.example/a', '*://h.example/a', 'custom'],
    ['https://h.example/img-???.jpg', 'https://h.example/img-???.jpg', 'custom'],
    ['https://h.example/segment-?.ts', 'https://h.example/segment-?.ts', 'custom'],
    ['https://h.example/?/a=1', 'https://h.example/?/a=1', 'custom'],
    ['https://*.example:443/*', 'https://*.example/*', 'custom'],
    ['https://*.example:8443/*', 'https://*.example:8443/*', 'custom'],
    ['https://d?.example/a', 'https://d?.example/a', 'custom'],
    ['https://*.bücher.example/a', 'https://*.xn--bcher-kva.example/a', 'custom'],
    ['https://h.example*', 'https://h.example*', 'custom'],
    ['*h.example', '*h.example/', 'custom'],
    ['*', '*', 'custom'],
  ])('the resource %s', (written, resource, kind) => {
    expect(checkCookieRequest(cookies(written), now)).toMatchObject({resource, kind});
  });

  it('warns of a resource without a host of its own', () => {
    for (const resource of ['*', '*://*/a', 'https://*'])
      expect(checkCookieRequest(cookies(resource), now).warnings).toHaveLength(1);
    expect(checkCookieRequest(cookies('https://*.example.com/*'), now).warnings).toEqual([]);
  });

  it('takes a policy that was written by hand as terms like any others', () => {
    const text =
      '{ "Statement": [ {"Condition": {"DateGreaterThan": {"AWS:EpochTime": 5}, "IpAddress": {"AWS:SourceIp": "10.0.0.1"}, "DateLessThan": {"AWS:EpochTime": 1767290400}}, "Resource": "https://h.example/*"} ] }';
    expect(checkCookieRequest(readWrittenPolicy(text), now)).toMatchObject({
      resource: 'https://h.example/*',
      expires: 1767290400,
      starts: 5,
      ip: '10.0.0.1/32',
    });
  });

  it('leaves nothing for a client to change, and changes nothing that is encoded', () => {
    const accepted = fc.oneof(plainUrl, pastedUrl).filter(text => {
      try {
        checkUrlRequest(url(text), now);
        return true;
      } catch {
        return false;
      }
    });
    let count = 0;
    fc.assert(
      fc.property(accepted, text => {
        count++;
        const encoded = checkUrlRequest(url(text), now).url;
        expect(new URL(encoded).href).toBe(encoded);
        expect(checkUrlRequest(url(encoded), now).url).toBe(encoded);
      }),
      {numRuns: 1000},
    );
    expect(count).toBeGreaterThanOrEqual(1000);
  });

  it('keeps URLs that need no encoding byte for byte', () => {
    fc.assert(
      fc.property(plainUrl, text => {
        expect(checkUrlRequest(url(text), now).url).toBe(text);
      }),
    );
  });
});

it.each([
  ['h.example/a', 'The URL "h.example/a" is not absolute.'],
  ['correct horse', 'The URL is not absolute.'],
  ['/a?Signature=x', 'The URL is not absolute.'],
  ['me:secret@h.example/a', 'The URL is not absolute.'],
])('names %j only where it is an address', (text, message) => {
  expect(failureOf(() => checkUrlRequest(url(text), now)).message).toBe(message);
});

it('tells a resource from a URL', () => {
  const request = {resource: '/course/*', expires: '2h'};
  expect(failureOf(() => checkCookieRequest(request, now)).message).toBe(
    'The resource "/course/*" is neither an absolute URL nor a pattern.',
  );
});
