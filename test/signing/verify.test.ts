import {sign as signBytes} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {checkUrlRequest, signUrl, verifySigned, type VerifyReason} from '../../src/signing/index.js';
import {resourceCovers} from '../../src/signing/match.js';
import {toUrlBase64} from '../../src/signing/policy.js';
import {keyPairId, now, nowSeconds, publicKeys, signerOf} from './fixtures.js';

const signer = signerOf('rsa');
const options = {publicKeys: publicKeys(signer), now};

/** Signs any text, as a signer without checks would. */
function custom(policy: string, base = 'https://h.example/a'): string {
  const signature = toUrlBase64(signBytes('sha1', Buffer.from(policy), signer.privateKey));
  return `${base}${base.includes('?') ? '&' : '?'}Policy=${toUrlBase64(Buffer.from(policy))}&Signature=${signature}&Key-Pair-Id=${keyPairId}`;
}
const statement = (resource: string | undefined, condition: object = {}): string =>
  JSON.stringify({
    Statement: [
      {Resource: resource, Condition: {DateLessThan: {'AWS:EpochTime': nowSeconds + 60}, ...condition}},
    ],
  });

const request = {url: 'https://h.example/a?b=1', expires: nowSeconds + 60};
const canned = signUrl(checkUrlRequest(request, now), signer).url;
const at = (seconds: number): Date => new Date(seconds * 1000);

describe('what is judged', () => {
  const cases: readonly (readonly [string, string, VerifyReason])[] = [
    ['a signed URL', canned, 'valid'],
    ['its host in capitals, as no client sends it', canned.replace('h.example', 'H.EXAMPLE'), 'valid'],
    ['with the default port', canned.replace('h.example', 'h.example:443'), 'valid'],
    ['its parameters in another order', canned.replace(/\?b=1&(.*)/, '?$1&b=1'), 'valid'],
    ['another scheme', canned.replace('https:', 'http:'), 'broken signature'],
    ['another port', canned.replace('h.example', 'h.example:8443'), 'broken signature'],
    ['another path', canned.replace('/a?', '/A?'), 'broken signature'],
    ['the path encoded otherwise', canned.replace('/a?', '/%61?'), 'broken signature'],
    ['a parameter added', `${canned}&c=2`, 'broken signature'],
    ['a parameter removed', canned.replace('b=1&', ''), 'broken signature'],
    ['a later expiry', canned.replace(/Expires=\d+/, 'Expires=1999999999'), 'broken signature'],
    ['an expiry with a zero in front', canned.replace('Expires=', 'Expires=0'), 'malformed'],
    ['an expiry in words', canned.replace(/Expires=\d+/, 'Expires=never'), 'malformed'],
    ['another key', canned.replace(keyPairId, 'KOTHER00000000'), 'unknown key'],
    ['an empty key id', canned.replace(keyPairId, ''), 'malformed'],
    ['no key id', canned.replace(`&Key-Pair-Id=${keyPairId}`, ''), 'malformed'],
    ['no signature', canned.replace(/&Signature=[^&]*/, ''), 'malformed'],
    ['no expiry', canned.replace(/&Expires=\d+/, ''), 'malformed'],
    ['two signatures', `${canned}&Signature=abcd`, 'malformed'],
    ['a policy beside the expiry', `${canned}&Policy=abcd`, 'malformed'],
    ['another hash', `${canned}&Hash-Algorithm=SHA256`, 'broken signature'],
    ['the default hash named', `${canned}&Hash-Algorithm=SHA1`, 'valid'],
    ['an unknown hash', `${canned}&Hash-Algorithm=MD5`, 'malformed'],
    ['a signature that is no base64', canned.replace(/Signature=[^&]*/, 'Signature=%2B'), 'malformed'],
    ['an unsigned URL', 'https://h.example/a', 'malformed'],
    ['no URL', 'h.example/a', 'malformed'],
    ['a policy', custom(statement('https://h.example/*')), 'valid'],
    ['a policy without resource', custom(statement(undefined)), 'valid'],
    ['a policy for elsewhere', custom(statement('https://h.example/b*')), 'wrong resource'],
    [
      'a start to come',
      custom(statement('*', {DateGreaterThan: {'AWS:EpochTime': nowSeconds + 1}})),
      'not yet',
    ],
    [
      'the second of the start',
      custom(statement('*', {DateGreaterThan: {'AWS:EpochTime': nowSeconds}})),
      'not yet',
    ],
    [
      'after the start',
      custom(statement('*', {DateGreaterThan: {'AWS:EpochTime': nowSeconds - 1}})),
      'valid',
    ],
    [
      'an expiry beyond the calendar',
      canned.replace(/Expires=\d+/, 'Expires=8888888888888888'),
      'broken signature',
    ],
    [
      'a policy beyond the calendar',
      custom(
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":8888888888888888}}}]}',
      ),
      'valid',
    ],
    ['two statements', custom('{"Statement":[{},{}]}'), 'malformed'],
    [
      'a condition with more in it',
      custom(statement('*', {DateGreaterThan: {'AWS:EpochTime': 1, x: 2}})),
      'malformed',
    ],
    ['a condition of another kind', custom(statement('*', {Bool: {}})), 'malformed'],
    ['a policy that is no JSON', custom('hello'), 'malformed'],
    ['an IPv6 range', custom(statement('*', {IpAddress: {'AWS:SourceIp': '2001:db8::/32'}})), 'malformed'],
    [
      'an IPv4 range, of a viewer nobody knows',
      custom(statement('*', {IpAddress: {'AWS:SourceIp': '10.0.0.0/8'}})),
      'valid',
    ],
  ];
  it.each(cases)('%s', (_, url, reason) => {
    const found = verifySigned({url}, options);
    expect(found.reason).toBe(reason);
    expect(found.valid).toBe(reason === 'valid');
    expect(found.detail).toMatch(/\.$/);
  });

  it('the last second before the expiry is the last that is valid', () => {
    const reasonAt = (date: Date): string => verifySigned({url: canned}, {...options, now: date}).reason;
    expect(reasonAt(at(nowSeconds + 59))).toBe('valid');
    expect(reasonAt(new Date((nowSeconds + 60) * 1000 - 1))).toBe('valid');
    expect(reasonAt(at(nowSeconds + 60))).toBe('expired');
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.255', 'valid'],
    ['192.0.2.0/24', '192.0.3.0', 'wrong ip'],
    ['192.0.2.17', '192.0.2.17', 'valid'],
    ['192.0.2.17/32', '192.0.2.18', 'wrong ip'],
    ['0.0.0.0/0', '255.255.255.255', 'valid'],
    ['128.0.0.0/1', '127.255.255.255', 'wrong ip'],
    ['192.0.2.0/24', '::ffff:192.0.2.1', 'valid'],
    ['192.0.2.0/24', '2001:db8::1', 'wrong ip'],
    ['2001:db8::/32', '2001:db8::1', 'malformed'],
    ['192.0.2.0/33', '192.0.2.1', 'malformed'],
  ])('range %s, viewer %s: %s', (range, ip, reason) => {
    const url = custom(statement('*', {IpAddress: {'AWS:SourceIp': range}}));
    expect(verifySigned({url}, {...options, ip}).reason).toBe(reason);
  });

  it('shows what it could read', () => {
    const url = custom(statement('https://h.example/*', {IpAddress: {'AWS:SourceIp': '192.0.2.0/24'}}));
    expect(verifySigned({url}, options)).toEqual({
      valid: true,
      reason: 'valid',
      detail: 'Valid until 2026-01-01T10:01:00Z.',
      kind: 'custom',
      policy: statement('https://h.example/*', {IpAddress: {'AWS:SourceIp': '192.0.2.0/24'}}),
      resource: 'https://h.example/*',
      expires: nowSeconds + 60,
      ip: '192.0.2.0/24',
      keyPairId,
      hash: 'sha1',
    });
  });
});

describe('what a resource covers', () => {
  it.each([
    // The guide's own examples.
    ['https://www.example.com/hello*world', 'https://www.example.com/helloworld', true],
    ['https://www.example.com/hello*world', 'https://www.example.com/hello-world', true],
    ['https://www.example.com/hello*world', 'https://www.example.net/hello?world', false],
    ['https://d1.cloudfront.net/*game_download.zip*', 'https://d1.cloudfront.net/game_download.zip', true],
    [
      'https://d1.cloudfront.net/*game_download.zip*',
      'https://d1.cloudfront.net/test_game_download.zip?license=x',
      true,
    ],
    ['http://example.com/hello*', 'http://example.com/hello?a=1', true],
    ['http://example.com*', 'http://example.com/a/b?c=1', true],
    ['http://example.com*', 'http://example.com.evil.net/a', true],
    ['*example.com', 'https://www.example.com/', true],
    ['*example.com', 'https://www.example.com/a', false],
    ['*', 'https://any.example/a?b=1', true],
    // A wildcard stays in its part.
    ['https://*/a', 'https://h.example/a', true],
    ['https://*/a', 'https://h.example/b/a', false],
    ['https://h.example/a*b', 'https://h.example/a?x=b', false],
    ['https://h.example/a?x=*', 'https://h.example/a?x=1&y=2', true],
    ['https://h.example/a?x=*', 'https://h.example/ab', false],
    ['https://h.example/*.ts', 'https://h.example/a/b.ts', true],
    ['https://h.example/*.ts', 'https://h.example/b.ts?x=1', false],
    ['https://h.example/img-??.jpg', 'https://h.example/img-01.jpg', true],
    ['https://h.example/img-??.jpg', 'https://h.example/img-1.jpg', false],
    ['https://h.example/img-?.jpg', 'https://h.example/img-1.jpg', true],
    ['https://d?.example/a', 'https://d1.example/a', true],
    ['https://d?.example/a', 'https://d12.example/a', false],
    ['http*://h.example/a', 'https://h.example/a', true],
    ['http*://h.example/a', 'http://h.example/a', true],
    ['*://h.example/a', 'http://h.example/a', true],
    ['https://H.Example/a', 'https://h.example/a', false],
    ['https://h.example:443/a', 'https://h.example/a', false],
    ['https://h.example/a', 'https://H.Example:443/a', true],
    ['https://h.example/a', 'https://h.example:8443/a', false],
    ['https://h.example/A', 'https://h.example/a', false],
    ['https://h.example/a\\?x=1', 'https://h.example/a?x=1', true],
    ['https://h.example/a\\?x=1', 'https://h.example/abx=1', false],
    ['h.example/a', 'https://h.example/a', false],
    ['https://h.example/a', 'https://h.example/a?x=1', false],
    ['https://h.example/**a', 'https://h.example/ba', true],
    ['https://h.example/', 'https://h.example', true],
  ])('%s: %s is %s', (resource, url, covered) => {
    expect(resourceCovers(resource, url)).toBe(covered);
  });

  it('takes no time for many wildcards', () => {
    const resource = `https://h.example/${'*a'.repeat(500)}b`;
    expect(resourceCovers(resource, `https://h.example/${'a'.repeat(7000)}`)).toBe(false);
  });
});
