import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readCookies, verifySigned} from '../../../src/signing/index.js';
import {
  cookieWarnings,
  signCookiesFor,
  type CookieFormat,
  type SignCookiesRequest,
} from '../../../src/terminal/sign/cookies.js';
import {failureOf, folder, keyPairId, now, privatePem, rsa, session} from './keys.js';

const policy = JSON.stringify({
  Statement: [
    {
      Resource: 'https://h.example/v/*',
      Condition: {DateLessThan: {'AWS:EpochTime': now.getTime() / 1000 + 60}},
    },
  ],
});
const dir = folder({'rsa.pem': privatePem(rsa.privateKey), 'policy.json': policy, 'no.json': '{}'});

const sign = (changes: Partial<SignCookiesRequest>) =>
  signCookiesFor(
    session(),
    {
      resource: 'https://h.example/video/*',
      format: 'header',
      isObject: false,
      attributes: {},
      key: join(dir, 'rsa.pem'),
      keyPairId,
      passphrase: undefined,
      hash: undefined,
      expires: '1h',
      starts: undefined,
      ip: undefined,
      policy: undefined,
      ...changes,
    },
    now,
  );

describe('signCookiesFor', () => {
  it.each<CookieFormat>(['header', 'netscape', 'json', 'curl'])(
    '%s: the same valid cookies',
    async format => {
      const {result, text} = await sign({format, attributes: {domain: 'h.example', sameSite: 'Lax'}});
      expect(readCookies(text)).toEqual(result.cookies);
      expect(text).not.toMatch(/\n$/);
      const found = verifySigned(
        {cookies: readCookies(text), url: 'https://h.example/video/a/1.ts?x=1'},
        {publicKeys: new Map([[keyPairId, rsa.publicKey]]), now},
      );
      expect(found.reason).toBe('valid');
      expect(result).toMatchObject({
        kind: 'custom',
        resource: 'https://h.example/video/*',
        expiresAt: '2026-11-21T13:00:00Z',
        warnings: [],
      });
      expect(result.setCookie[0]).toMatch(
        /^CloudFront-Policy=\S+; Domain=h\.example; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
      );
    },
  );

  it('takes its resource from a policy', async () => {
    const terms = {expires: undefined, policy: join(dir, 'policy.json')};
    expect((await sign({...terms, resource: undefined})).result.resource).toBe('https://h.example/v/*');
    expect((await sign({...terms, resource: 'https://h.example/v/*'})).result.policy).toBe(policy);
    expect(await failureOf(sign(terms))).toMatchObject({code: 'RESOURCE_TWICE'});
  });

  it('a jar takes the host without its port', async () => {
    const {text} = await sign({
      resource: 'http://127.0.0.1:4566/v/*',
      format: 'netscape',
      attributes: {secure: false},
    });
    expect(text.split('\n')[1]).toMatch(/^#HttpOnly_127\.0\.0\.1\tFALSE\t\/\tFALSE\t0\tCloudFront-Policy\t/);
  });

  it.each<[string, Partial<SignCookiesRequest>, string]>([
    ['no resource', {resource: undefined}, 'NO_RESOURCE'],
    ['no expiry', {expires: undefined}, 'EXPIRES_MISSING'],
    ['no policy file', {expires: undefined, policy: join(dir, 'nowhere')}, 'FILE_UNREADABLE'],
    ['a policy without terms', {expires: undefined, policy: join(dir, 'no.json')}, 'POLICY_UNREADABLE'],
    ['stdin twice', {expires: undefined, policy: '-', key: '-'}, 'STDIN_TWICE'],
    ['a jar for any host', {resource: 'https://*.h.example/*', format: 'netscape'}, 'COOKIE_DOMAIN'],
    ['a wildcard path', {attributes: {path: '/v/*'}}, 'COOKIE_PATH'],
    ['None without Secure', {attributes: {sameSite: 'None', secure: false}}, 'COOKIE_SAME_SITE'],
  ])('%s', async (_name, changes, code) => {
    expect(await failureOf(sign(changes))).toMatchObject({code, exitCode: 2});
  });
});

it('warns of attributes only where they are printed', async () => {
  const said = async (changes: Partial<SignCookiesRequest>) =>
    (await sign({resource: 'http://h.example/*', ...changes})).result.warnings.length;
  expect(await said({format: 'header'})).toBe(1);
  expect(await said({format: 'netscape'})).toBe(1);
  expect(await said({format: 'json'})).toBe(0);
  expect(await said({format: 'curl'})).toBe(0);
  expect(await said({format: 'curl', isObject: true})).toBe(1);
});

describe('cookieWarnings', () => {
  const canned = (resource: string) => ({resource, kind: 'canned'}) as const;
  const custom = (resource: string) => ({resource, kind: 'custom'}) as const;

  it.each([
    [canned('https://h.example/v/main.m3u8'), {}, "sign 'https://h.example/v/*'"],
    [canned('https://h.example/v/main.mpd?x=1'), {}, "sign 'https://h.example/v/*'"],
    [canned('https://h.example/'), {}, "sign 'https://h.example/*'"],
    [custom('http://h.example/*'), {}, '--no-secure'],
    [custom('https://h.example/*'), {domain: 'other.example'}, 'not sent to h.example'],
    [custom('https://h.example/*'), {domain: 'www.h.example'}, 'not sent to h.example'],
    [custom('https://h.example/v/*'), {path: '/video'}, 'the path /video'],
    [custom('https://h.example/*'), {path: '/v/'}, 'the path /v/'],
  ])('%j %j', (request, attributes, says) => {
    const warnings = cookieWarnings(request, attributes);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(says);
  });

  it.each([
    [canned('https://h.example/report.pdf'), {}],
    [custom('https://h.example/v/main.m3u8'), {}],
    [custom('http://h.example/*'), {secure: false}],
    [custom('http://127.0.0.1:4510/*'), {}],
    [custom('http://localhost:8080/*'), {}],
    [custom('http://[::1]/*'), {}],
    [custom('https://www.h.example/*'), {domain: '.h.example'}],
    [custom('https://*.h.example/*'), {domain: 'h.example'}],
    [custom('https://h.example/v/*'), {path: '/v'}],
    [custom('https://h.example/v/*'), {path: '/v/'}],
    [custom('https://h.example/v/x/*'), {path: '/v'}],
    [custom('*'), {path: '/v'}],
  ])('nothing on %j %j', (request, attributes) => {
    expect(cookieWarnings(request, attributes)).toEqual([]);
  });
});
