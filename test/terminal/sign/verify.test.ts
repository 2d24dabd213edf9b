import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {
  checkCookieRequest,
  checkUrlRequest,
  createSigner,
  signCookies,
  signUrl,
  toSetCookie,
} from '../../../src/signing/index.js';
import {readSigned, verify, verifyText, type VerifyRequest} from '../../../src/terminal/sign/verify.js';
import {ec, failureOf, folder, keyPairId, now, publicPem, rsa, session} from './keys.js';

const dir = folder({'rsa.pub': publicPem(rsa.publicKey), 'ec.pub': publicPem(ec.publicKey), 'no.pub': 'x'});
const file = join(dir, 'rsa.pub');
const signer = createSigner({privateKey: rsa.privateKey, keyPairId});

const canned = signUrl(checkUrlRequest({url: 'https://h.example/a', expires: '1h'}, now), signer).url;
const custom = signUrl(
  checkUrlRequest({url: 'https://h.example/a', expires: '2h', starts: '1h', ip: '192.0.2.0/24'}, now),
  signer,
).url;
const {cookies} = signCookies(
  checkCookieRequest({resource: 'https://h.example/v/*', expires: '1h'}, now),
  signer,
);
const cookieText = toSetCookie(cookies).join('\n');
const {cookies: cannedCookies} = signCookies(
  checkCookieRequest({resource: 'https://h.example/a', expires: '1h'}, now),
  signer,
);

const check = (input: string, changes: Partial<VerifyRequest> = {}) =>
  verify(
    session(),
    {input, publicKeys: [file], ip: undefined, url: undefined, at: undefined, ...changes},
    now,
  );

describe('verify', () => {
  it.each<[string, string, Partial<VerifyRequest>, string]>([
    ['a URL', canned, {}, 'valid'],
    ['a key by its id', canned, {publicKeys: [`${keyPairId}=${file}`]}, 'valid'],
    [
      'a key for any id beside others',
      canned,
      {publicKeys: [`K0000000=${join(dir, 'ec.pub')}`, file]},
      'valid',
    ],
    ['later', canned, {at: '1h'}, 'expired'],
    ['at a time', canned, {at: '2026-11-21T12:59:59Z'}, 'valid'],
    ['too early', custom, {}, 'not yet'],
    ['from inside', custom, {at: '90m', ip: '192.0.2.200'}, 'valid'],
    ['from elsewhere', custom, {at: '90m', ip: '198.51.100.1'}, 'wrong ip'],
    ['over IPv6', custom, {at: '90m', ip: '2001:db8::1'}, 'wrong ip'],
    ['another key', canned, {publicKeys: [join(dir, 'ec.pub')]}, 'broken signature'],
    ['a key of another id', canned, {publicKeys: [`K0000000=${file}`]}, 'unknown key'],
    ['another path', canned.replace('/a?', '/b?'), {}, 'broken signature'],
    ['another expiry', canned.replace(/Expires=\d/, 'Expires=2'), {}, 'broken signature'],
    ['a parameter added', `${canned}&x=1`, {}, 'broken signature'],
    ['no signature', 'https://h.example/a', {}, 'malformed'],
    ['cookies', cookieText, {}, 'valid'],
    ['cookies for their URL', cookieText, {url: 'https://h.example/v/1.ts'}, 'valid'],
    ['cookies for another', cookieText, {url: 'https://h.example/w/1.ts'}, 'wrong resource'],
    [
      'canned cookies for their URL',
      toSetCookie(cannedCookies).join('\n'),
      {url: 'https://h.example/a'},
      'valid',
    ],
  ])('%s', async (_name, input, changes, reason) => {
    const result = await check(input, changes);
    expect(result).toMatchObject({valid: reason === 'valid', reason});
    expect(verifyText(result)).toMatch(
      reason === 'valid' ? /^Valid until / : new RegExp(`^Not valid: ${reason}(?:\\.| at )`, 'i'),
    );
    expect(JSON.stringify(result)).not.toContain(cookies['CloudFront-Signature']);
  });

  it('tells all that was signed', async () => {
    expect(await check(custom, {at: '90m'})).toEqual({
      valid: true,
      reason: 'valid',
      detail: 'Valid until 2026-11-21T14:00:00Z.',
      kind: 'custom',
      policy:
        '{"Statement":[{"Resource":"https://h.example/a","Condition":{"DateLessThan":{"AWS:EpochTime":1795269600},"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},"DateGreaterThan":{"AWS:EpochTime":1795266000}}}]}',
      resource: 'https://h.example/a',
      expires: 1795269600,
      expiresAt: '2026-11-21T14:00:00Z',
      starts: 1795266000,
      startsAt: '2026-11-21T13:00:00Z',
      ip: '192.0.2.0/24',
      keyPairId,
      hash: 'sha1',
      notes: ["The IP range 192.0.2.0/24 was not judged: name the viewer's address with --ip."],
    });
  });

  it.each([
    ['a URL that a shell has cut', canned.replace(/&.*/, ''), 'in quotes'],
    ['cookies without a URL', cookieText, '--url'],
  ])('notes on %s', async (_name, input, says) => {
    expect((await check(input)).notes.join(' ')).toContain(says);
  });

  it('asks for the URL of canned cookies', async () => {
    await expect(check(toSetCookie(cannedCookies).join('\n'))).rejects.toMatchObject({code: 'URL_NOT_NAMED'});
  });

  it('takes no unsigned URL for one that a shell has cut', async () => {
    expect((await check('https://h.example/a')).notes).toEqual([]);
  });

  it('asks CloudFront only for a key that all depends on', async () => {
    const alone = {publicKeys: []};
    await expect(check(canned, alone)).rejects.toThrow('AWS was asked');
    expect(await check('https://h.example/a', alone)).toMatchObject({reason: 'malformed'});
    expect(await check(canned.replace(keyPairId, '../distribution'), alone)).toMatchObject({
      reason: 'unknown key',
    });
  });

  it('shows whatever was signed, without control characters and absurd times', () => {
    const odd = {
      valid: false,
      reason: 'malformed',
      detail: 'The policy is not JSON.',
      kind: 'custom',
      policy: 'no\u001b[31mJSON',
      resource: null,
      expires: null,
      expiresAt: null,
      starts: null,
      startsAt: null,
      ip: null,
      keyPairId,
      hash: 'sha1',
      notes: [],
    } as const;
    expect(verifyText(odd)).toMatch(/no\ufffd\[31mJSON$/);
  });

  it.each<[string, string, Partial<VerifyRequest>, string]>([
    ['a range for a viewer', canned, {ip: '192.0.2.0/24'}, 'VIEWER_ADDRESS'],
    ['no time', canned, {at: 'soon'}, 'TIME_UNREADABLE'],
    ['no key file', canned, {publicKeys: ['nowhere.pub']}, 'FILE_UNREADABLE'],
    ['no key in the file', canned, {publicKeys: [join(dir, 'no.pub')]}, 'KEY_NOT_PEM'],
    ['two keys for any id', canned, {publicKeys: [file, file]}, 'PUBLIC_KEYS_WITHOUT_ID'],
    ['two URLs', `${canned}\n${canned}`, {}, 'SEVERAL_URLS'],
    ['a URL for a URL', canned, {url: 'https://h.example/a'}, 'URL_TWICE'],
    ['something else', 'hello', {}, 'NOTHING_SIGNED'],
  ])('%s', async (_name, input, changes, code) => {
    const failure = await failureOf(check(input, changes));
    expect(failure).toMatchObject({code, exitCode: 2});
    expect(`${failure.message} ${failure.hint ?? ''}`).not.toContain('Signature=');
  });
});

describe('readSigned', () => {
  it('reads white space around, as pipes have it', () => {
    expect(readSigned(`  ${canned}\r\n`, undefined)).toEqual({url: canned});
    expect(readSigned(`\n${cookieText}\n`, 'https://h.example/v/1')).toEqual({
      cookies,
      url: 'https://h.example/v/1',
    });
  });
});
