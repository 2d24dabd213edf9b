import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  checkCookieRequest,
  checkUrlRequest,
  createSigner,
  signCookies,
  signUrl,
  verifySigned,
  type Signer,
  type WrittenUrlRequest,
} from '../../src/signing/index.js';
import {
  combinations,
  keyPairId,
  now,
  nowSeconds,
  pastedUrl,
  plainUrl,
  publicKeys,
  signerOf,
} from './fixtures.js';

const later = new Date((nowSeconds + 60) * 1000);
const sign = (written: WrittenUrlRequest, signer: Signer): string =>
  signUrl(checkUrlRequest(written, now), signer).url;

/** Canned and custom, with every condition. */
const terms = fc.record(
  {
    starts: fc.constantFrom(nowSeconds - 5, nowSeconds + 30),
    ip: fc.constantFrom('192.0.2.0/24', '192.0.2.17'),
  },
  {requiredKeys: []},
);
const accepted = fc.oneof(plainUrl, pastedUrl).filter(url => {
  try {
    checkUrlRequest({url, expires: '2h'}, now);
    return true;
  } catch {
    return false;
  }
});

describe.each(combinations)('$keyType with $hash', ({keyType, hash}) => {
  const signer = signerOf(keyType, hash);
  const options = {publicKeys: publicKeys(signer), now: later, ip: '192.0.2.17'};

  it('what is signed is valid', () => {
    fc.assert(
      fc.property(accepted, terms, (url, conditions) => {
        const found = verifySigned({url: sign({url, expires: '2h', ...conditions}, signer)}, options);
        expect(found).toMatchObject({valid: true, reason: 'valid', keyPairId, hash});
      }),
      {numRuns: 60},
    );
  });

  it('one changed character makes it invalid', () => {
    const characters = fc.constantFrom(...Array.from('aAbZ019-_~=&/%.:+'));
    fc.assert(
      fc.property(accepted, terms, fc.nat(), characters, (url, conditions, at, character) => {
        const signed = sign({url, expires: '2h', ...conditions}, signer);
        const position = at % signed.length;
        const changed = signed.slice(0, position) + character + signed.slice(position + 1);
        fc.pre(!sameForClients(changed, signed) && !isWildcard(signed, position));
        expect(verifySigned({url: changed}, options)).toMatchObject({valid: false});
      }),
      {numRuns: 200},
    );
  });

  it('one changed character in each place of one URL makes it invalid', () => {
    for (const conditions of [{}, {ip: '192.0.2.17'}]) {
      const signed = sign({url: 'https://h.example/a/b%20c', expires: '2h', ...conditions}, signer);
      for (let position = 0; position < signed.length; position++) {
        for (const character of ['x', '0', '-']) {
          const changed = signed.slice(0, position) + character + signed.slice(position + 1);
          if (!sameForClients(changed, signed))
            expect(verifySigned({url: changed}, options), changed).toMatchObject({valid: false});
        }
      }
    }
  });
});

/** Such as another case of the host: a client sends the same. */
function sameForClients(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).href === new URL(b).href;
}

/** The `?` of a custom policy's resource is one, so it covers other characters in its place. */
function isWildcard(signed: string, position: number): boolean {
  return signed.includes('Policy=') && signed.indexOf('?') === position;
}

describe('signing', () => {
  const rsa = signerOf('rsa');

  it('keeps the canned policy where it suffices', () => {
    const signed = signUrl(checkUrlRequest({url: 'https://h.example/a?b=1', expires: 1767290400}, now), rsa);
    expect(signed.kind).toBe('canned');
    expect(signed.policy).toBe(
      '{"Statement":[{"Resource":"https://h.example/a?b=1","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400}}}]}',
    );
    expect(signed.url).toMatch(
      /^https:\/\/h\.example\/a\?b=1&Expires=1767290400&Signature=[\w~-]+&Key-Pair-Id=K2JCJMDEHXQW5F$/,
    );
  });

  it('writes a custom policy in one order, and SHA-256 at the end', () => {
    const request = {url: 'https://h.example/a', expires: 1767290400, starts: 1767261000, ip: '192.0.2.0/24'};
    const signed = signUrl(checkUrlRequest(request, now), signerOf('ecdsa', 'sha256'));
    expect(signed.kind).toBe('custom');
    expect(signed.policy).toBe(
      '{"Statement":[{"Resource":"https://h.example/a","Condition":{"DateLessThan":{"AWS:EpochTime":1767290400},"IpAddress":{"AWS:SourceIp":"192.0.2.0/24"},"DateGreaterThan":{"AWS:EpochTime":1767261000}}}]}',
    );
    expect(signed.url).toMatch(
      /^https:\/\/h\.example\/a\?Policy=[\w~-]+&Signature=[\w~-]+&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256$/,
    );
  });

  it('one query opens every URL under a wildcard, and nothing beside it', () => {
    const {query} = signUrl(
      checkUrlRequest(
        {url: 'https://h.example/v/1/a.ts', resource: 'https://h.example/v/1/*', expires: '2h'},
        now,
      ),
      rsa,
    );
    const reasonOf = (url: string): string =>
      verifySigned(
        {url: `${url}${url.includes('?') ? '&' : '?'}${query}`},
        {publicKeys: publicKeys(rsa), now},
      ).reason;
    expect(reasonOf('https://h.example/v/1/b.ts')).toBe('valid');
    expect(reasonOf('https://h.example/v/1/c/d.ts?x=1')).toBe('valid');
    expect(reasonOf('https://h.example/v/2/a.ts')).toBe('wrong resource');
    expect(reasonOf('http://h.example/v/1/a.ts')).toBe('wrong resource');
    expect(reasonOf('https://i.example/v/1/a.ts')).toBe('wrong resource');
  });

  it.each([
    [
      'https://h.example/a.m3u8',
      'canned',
      ['CloudFront-Expires', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id'],
    ],
    [
      'https://h.example/*',
      'custom',
      ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id'],
    ],
  ])('cookies for %s', (resource, kind, names) => {
    for (const {keyType, hash} of combinations) {
      const signer = signerOf(keyType, hash);
      const signed = signCookies(checkCookieRequest({resource, expires: '2h'}, now), signer);
      expect(signed.kind).toBe(kind);
      expect(Object.keys(signed.cookies)).toEqual(
        hash === 'sha256' ? [...names, 'CloudFront-Hash-Algorithm'] : names,
      );
      const options = {publicKeys: publicKeys(signer), now};
      const {cookies} = signed;
      expect(verifySigned({cookies, url: 'https://h.example/a.m3u8'}, options).reason).toBe('valid');
      expect(verifySigned({cookies, url: 'https://h.example/b.ts'}, options).reason).toBe(
        kind === 'canned' ? 'broken signature' : 'valid',
      );
      expect(verifySigned({cookies}, options).reason).toBe(kind === 'canned' ? 'malformed' : 'valid');
    }
  });

  it('refuses what gets too long by its signature', () => {
    const request = checkUrlRequest({url: `https://h.example/${'a'.repeat(8000)}`, expires: '2h'}, now);
    expect(() => signUrl(request, rsa)).toThrow(expect.objectContaining({code: 'URL_TOO_LONG'}));
    expect(signUrl(request, signerOf('ecdsa')).url.length).toBeLessThan(8192);
  });

  it('hands out nothing that does not verify', () => {
    const broken = {...rsa, publicKey: signerOf('ecdsa').publicKey};
    expect(() => sign({url: 'https://h.example/a', expires: '2h'}, broken)).toThrow(
      expect.objectContaining({code: 'SIGNATURE_NOT_VERIFIED', exit: 'unexpected'}),
    );
    // A request that did not come out of the check: what a client sends differs from what would be signed.
    const unchecked = {url: 'https://H.EXAMPLE/a', resource: 'https://H.EXAMPLE/a', expires: nowSeconds + 9};
    expect(() => signUrl({...unchecked, kind: 'canned', warnings: []}, rsa)).toThrow(/does not verify/);
  });

  it.each(['k2jcjmdehxqw5f', 'my-key', 'K2', 'K2JCJMDEHXQW5F&Expires=9', ''])(
    'refuses the key pair id "%s"',
    id => {
      expect(() => createSigner({privateKey: rsa.privateKey, keyPairId: id})).toThrow(
        expect.objectContaining({code: 'KEY_PAIR_ID'}),
      );
    },
  );

  it('a start one second before the expiry is signed, though never valid in a whole second', () => {
    const url = sign({url: 'https://h.example/a', starts: nowSeconds + 9, expires: nowSeconds + 10}, rsa);
    expect(verifySigned({url}, {publicKeys: publicKeys(rsa), now}).reason).toBe('not yet');
  });
});
