import {generateKeyPairSync, sign, type KeyObject} from 'node:crypto';

/** A second reading of the guide, kept apart from the product's own signer: what tests sign with. */

export interface Pair {
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly publicKey: string;
}

const pem = (key: KeyObject): string => key.export({type: 'spki', format: 'pem'}) as string;

export const rsaPair = (modulusLength = 2048): Pair => {
  const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength});
  return {privateKey, publicKey: pem(publicKey)};
};

export const ecPair = (namedCurve = 'prime256v1'): Pair => {
  const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve});
  return {privateKey, publicKey: pem(publicKey)};
};

export const encode = (bytes: Buffer): string =>
  bytes.toString('base64').replace(/\+/g, '-').replace(/=/g, '_').replace(/\//g, '~');

/** `Expires`, `Policy`, `Signature`, `Key-Pair-Id`, `Hash-Algorithm`, in the order they are emitted. */
export type Fields = Record<string, string>;

export interface Signing {
  readonly pair: Pair;
  readonly keyId: string;
  readonly hash?: 'SHA1' | 'SHA256';
  /** Seconds: a canned policy for `url`. */
  readonly expires?: number | string;
  /** A custom policy: as JSON, or as the text that is signed. */
  readonly policy?: object | string;
}

export const signFields = (url: string, {pair, keyId, hash = 'SHA1', expires, policy}: Signing): Fields => {
  const text =
    policy === undefined
      ? `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
      : typeof policy === 'string'
        ? policy
        : JSON.stringify(policy);
  const signature = sign(hash.toLowerCase(), Buffer.from(text), pair.privateKey);
  return {
    ...(policy === undefined ? {Expires: String(expires)} : {Policy: encode(Buffer.from(text))}),
    Signature: encode(signature),
    'Key-Pair-Id': keyId,
    ...(hash === 'SHA1' ? {} : {'Hash-Algorithm': hash}),
  };
};

/** A custom policy in full; undefined members are left out. */
export const customPolicy = (
  resource: string | undefined,
  before: unknown,
  more: {readonly after?: unknown; readonly address?: unknown} = {},
): object => ({
  Statement: [
    {
      Resource: resource,
      Condition: {
        DateLessThan: {'AWS:EpochTime': before},
        DateGreaterThan: more.after === undefined ? undefined : {'AWS:EpochTime': more.after},
        IpAddress: more.address === undefined ? undefined : {'AWS:SourceIp': more.address},
      },
    },
  ],
});

export const withQuery = (target: string, fields: Fields): string =>
  `${target}${target.includes('?') ? '&' : '?'}${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')}`;

export const asCookies = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `CloudFront-${name}=${value}`)
    .join('; ');
