import type {KeyObject} from 'node:crypto';
import fc from 'fast-check';
import {
  createSigner,
  generateKeyPair,
  type Hash,
  type KeyType,
  type Signer,
} from '../../src/signing/index.js';

export const keyPairId = 'K2JCJMDEHXQW5F';
/** 2026-01-01T10:00:00Z, the guide's own example. */
export const nowSeconds = 1767261600;
export const now = new Date(nowSeconds * 1000);

const pairs = {rsa: await generateKeyPair('rsa'), ecdsa: await generateKeyPair('ecdsa')};

export function signerOf(keyType: KeyType, hash: Hash = 'sha1', id = keyPairId): Signer {
  return createSigner({privateKey: pairs[keyType].privateKey, keyPairId: id, hash});
}

export const publicKeys = (signer: Signer): ReadonlyMap<string, KeyObject> =>
  new Map([[signer.keyPairId, signer.publicKey]]);

export const combinations = (['rsa', 'ecdsa'] as const).flatMap(keyType =>
  (['sha1', 'sha256'] as const).map(hash => ({keyType, hash})),
);

const words = (characters: string): fc.Arbitrary<string> =>
  fc.string({unit: fc.constantFrom(...Array.from(characters)), minLength: 1, maxLength: 12});

/** URLs that need no encoding, so that botocore, which does none, must write the same. */
export const plainUrl: fc.Arbitrary<string> = fc
  .record({
    scheme: fc.constantFrom('https', 'http'),
    host: fc.constantFrom(
      'd111111abcdef8.cloudfront.net',
      'www.example.com',
      'xn--bcher-kva.example',
      'localhost:4510',
    ),
    path: fc.array(
      fc.oneof(words("abcXYZ019-_~!$&'()+,;=:@[]"), fc.constantFrom('%20', '%2F', '%2f', '%C3%BC', 'a+b')),
      {
        maxLength: 4,
      },
    ),
    query: fc.array(
      fc.tuple(words('abcXYZ019-_~[]'), fc.oneof(words('ab09+/:@!$(),;'), fc.constantFrom('', '%26', 'a=b'))),
      {
        maxLength: 3,
      },
    ),
  })
  .map(({scheme, host, path, query}) => {
    const search = query.map(([name, value]) => `${name}=${value}`).join('&');
    return `${scheme}://${host}/${path.join('/')}${search === '' ? '' : `?${search}`}`;
  });

/** What people paste: spaces, other scripts, half-encoded text. */
export const pastedUrl: fc.Arbitrary<string> = fc
  .record({
    scheme: fc.constantFrom('https', 'HTTP', 'Https'),
    host: fc.constantFrom(
      'D111111abcdef8.CloudFront.net',
      'bücher.example',
      '例え.jp',
      'www.example.com:443',
      'a.b:8080',
    ),
    path: fc.array(words('aZ0 üß漢😀%"<>^`{}|\'[]+~é'), {maxLength: 4}),
    query: fc.option(words('aZ0 ü漢😀%"<>^`{}|\'[]+~&=/'), {nil: undefined}),
  })
  .map(({scheme, host, path, query}) => {
    const search = query === undefined ? '' : `?q=${query.trimEnd()}`;
    return `${scheme}://${host}${path.map(part => `/${part}`).join('')}${search}`.trimEnd();
  });
