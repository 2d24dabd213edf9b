import {createHash, createHmac} from 'node:crypto';
import {SignatureV4} from '@smithy/signature-v4';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {credentialOf, localCredentials, verify, type Authentication} from '../../../src/local/wire/sigv4.js';
import {parseTarget} from '../../../src/local/wire/target.js';

class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as string));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

const time = Date.UTC(2026, 10, 21, 19, 19, 6);
const lax: Authentication = {secrets: new Map(), strict: false, now: () => time};

const signerOf = (service: string, secretAccessKey: string = localCredentials.secretAccessKey): SignatureV4 =>
  new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials: {accessKeyId: 'local', secretAccessKey},
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: true,
  });

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

const targetOf = ({path, query}: Sent): string => {
  const parts = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
};

function check(sent: Sent, service: 's3' | 'cloudfront', hash: string, authentication = lax): unknown {
  const target = parseTarget(targetOf(sent));
  const credential = credentialOf(sent.headers, target);
  if (!credential) throw new Error('unsigned');
  return verify(
    credential,
    {method: sent.method, headers: sent.headers, target},
    service,
    hash,
    authentication,
  ).caller;
}

const text = fc
  .string({unit: 'grapheme', minLength: 1, maxLength: 8})
  .filter(value => Buffer.from(value).toString() === value);
const segments = fc.array(
  text.filter(value => value !== '.' && value !== '..' && !value.includes('/')),
  {minLength: 1, maxLength: 3},
);

describe('verify', () => {
  it.each(['s3', 'cloudfront'] as const)('believes what @smithy/signature-v4 signs for %s', async service => {
    await fc.assert(
      fc.asyncProperty(segments, fc.dictionary(text, text, {maxKeys: 3}), text, async (path, query, body) => {
        const hash = createHash('sha256').update(body).digest('hex');
        const request = {
          protocol: 'http:',
          hostname: '127.0.0.1',
          method: 'PUT',
          path: `/${path.map(encode).join('/')}`,
          query,
          headers: {host: '127.0.0.1', 'x-amz-content-sha256': hash, 'x-amz-meta-a': ' a   b '},
          body,
        };
        const signed = (await signerOf(service).sign(request, {
          signingDate: new Date(time),
        })) as unknown as Sent;
        expect(check(signed, service, hash)).toMatchObject({kind: 'identity', accessKeyId: 'local'});
        const other = (await signerOf(service, 'x').sign(request, {
          signingDate: new Date(time),
        })) as unknown as Sent;
        expect(() => check(other, service, hash)).toThrow('does not match');
        expect(() => check({...signed, method: 'GET'}, service, hash)).toThrow('does not match');
      }),
      {numRuns: 50},
    );
  });

  const presign = async (expiresIn: number): Promise<Sent> =>
    (await signerOf('s3').presign(
      {
        protocol: 'http:',
        hostname: 'h',
        method: 'GET',
        path: '/b/k',
        query: {a: '1'},
        headers: {host: 'h', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
      },
      {expiresIn, signingDate: new Date(time)},
    )) as unknown as Sent;

  it('believes a presigned URL until it expires', async () => {
    const url = await presign(60);
    expect(check(url, 's3', 'UNSIGNED-PAYLOAD')).toMatchObject({accessKeyId: 'local'});
    expect(() => check(url, 's3', 'UNSIGNED-PAYLOAD', {...lax, now: () => time + 61_000})).toThrow(
      'Request has expired',
    );
    expect(() => check({...url, query: {...url.query, a: '2'}}, 's3', 'UNSIGNED-PAYLOAD')).toThrow(
      'does not match',
    );
  });

  const signed = async (secret?: string): Promise<Sent> =>
    (await signerOf('s3', secret).sign(
      {
        protocol: 'http:',
        hostname: 'h',
        method: 'GET',
        path: '/',
        headers: {host: 'h', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD'},
      } as never,
      {signingDate: new Date(time)},
    )) as unknown as Sent;

  it('refuses a clock that is more than 15 minutes off', async () => {
    const request = {...(await signed()), query: {}};
    for (const now of [time + 16 * 60_000, time - 16 * 60_000])
      expect(() => check(request, 's3', 'UNSIGNED-PAYLOAD', {...lax, now: () => now})).toThrow(
        expect.objectContaining({code: 'RequestTimeTooSkewed'}) as Error,
      );
  });

  it('knows no other key under strict authentication', async () => {
    const request = {...(await signed('s3cret')), query: {}};
    const strict = {...lax, strict: true};
    expect(() => check(request, 's3', 'UNSIGNED-PAYLOAD', strict)).toThrow(
      expect.objectContaining({code: 'InvalidAccessKeyId'}) as Error,
    );
    const secrets = new Map([['local', 's3cret']]);
    expect(check(request, 's3', 'UNSIGNED-PAYLOAD', {...strict, secrets})).toMatchObject({kind: 'identity'});
  });

  it.each([
    ['AWS AKID:sig', 'not supported'],
    ['AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c', 'malformed'],
    ['AWS4-HMAC-SHA256 nonsense', 'malformed'],
  ])('refuses %s', (authorization, message) => {
    expect(() => credentialOf({authorization}, parseTarget('/'))).toThrow(message);
  });

  it('refuses a URL that was presigned by signature version 2', () => {
    expect(() => credentialOf({}, parseTarget('/b/k?AWSAccessKeyId=a&Signature=s&Expires=1'))).toThrow(
      'not supported',
    );
  });
});
