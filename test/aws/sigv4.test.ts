import {createHash, createHmac, type Hash} from 'node:crypto';
import {extendedEncodeURIComponent} from '@smithy/core/protocols';
import {SignatureV4} from '@smithy/signature-v4';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {amzDate, createSigner, emptyHash, encodeKey, encodeQuery, sha256} from '../../src/aws/sigv4.js';

class Sha256 {
  private readonly state: Hash | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.state =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.state.update(typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.state.digest()));
  }
  reset(): void {}
}

const oddPiece = fc.oneof(
  fc.constantFrom(
    'a',
    '/',
    '//',
    '.',
    '..',
    ' ',
    '#',
    '%',
    '%41',
    '+',
    '~',
    '?',
    '&',
    '=',
    '*',
    "'",
    '(',
    ')',
    '!',
    '\u{1f600}',
    'é',
    'e\u0301',
    '\ue000',
    '日本',
    '\\',
    '"',
    '<',
  ),
  fc.string({unit: 'grapheme', maxLength: 4}),
);
const oddText = fc
  .array(oddPiece, {minLength: 1, maxLength: 12})
  .map(pieces => pieces.join(''))
  .filter(text => Buffer.from(text).toString() === text);

const headerName = fc.constantFrom(
  'content-type',
  'cache-control',
  'content-encoding',
  'x-amz-meta-a',
  'x-amz-meta-b',
  'if-match',
  'user-agent',
  'x-amz-copy-source',
);
const headerValue = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', ' ', ';', '=', '"', ',', '/', '-'),
  maxLength: 20,
});

const request = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'POST'),
  key: oddText,
  query: fc.option(fc.dictionary(oddText, oddText, {maxKeys: 4}), {nil: undefined}),
  headers: fc.dictionary(headerName, headerValue),
  body: fc.string({maxLength: 10}),
});
const scope = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'cn-north-1'),
  time: fc.date({min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true}),
  token: fc.option(fc.constant('session/token+with=signs'), {nil: undefined}),
});

describe('signing', () => {
  const signer = createSigner();

  it('agrees with the signer of the SDK on every request', async () => {
    await fc.assert(
      fc.asyncProperty(request, scope, async (input, {region, time, token}) => {
        const keys = {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
          sessionToken: token,
        };
        const path = `/bucket/${encodeKey(input.key)}`;
        const host = 'localhost:4566';
        const payloadHash = sha256(input.body);
        const ours = signer.sign(
          {method: input.method, path, query: input.query, host, headers: input.headers, payloadHash},
          keys,
          {region, service: 's3', time: time.getTime()},
        );
        const theirs = await new SignatureV4({
          service: 's3',
          region,
          credentials: {
            accessKeyId: keys.accessKeyId,
            secretAccessKey: keys.secretAccessKey,
            ...(token === undefined ? {} : {sessionToken: token}),
          },
          sha256: Sha256,
          uriEscapePath: false,
        }).sign(
          {
            method: input.method,
            protocol: 'http:',
            hostname: 'localhost',
            port: 4566,
            path,
            ...(input.query === undefined ? {} : {query: input.query}),
            headers: {...input.headers, host, 'x-amz-content-sha256': payloadHash},
          },
          {signingDate: time},
        );
        expect(ours['authorization']).toBe(theirs.headers['authorization']);
        expect(ours['x-amz-date']).toBe(theirs.headers['x-amz-date']);
        expect(ours['x-amz-security-token']).toBe(theirs.headers['x-amz-security-token']);
      }),
      {numRuns: 400},
    );
  });

  it('signs requests that share their headers alike, with and without a session token', () => {
    const shared = {'content-type': 'text/html', 'cache-control': 'no-cache', 'x-amz-meta-a': 'b'};
    const sign = (headers: Record<string, string>, sessionToken?: string) =>
      signer.sign(
        {method: 'PUT', path: '/b/k', host: 'h', headers, payloadHash: emptyHash},
        {accessKeyId: 'A', secretAccessKey: 's', sessionToken},
        {region: 'r', service: 's3', time: 0},
      );
    for (const token of [undefined, 'T', undefined, 'U']) {
      expect(sign(shared, token)).toEqual(sign({...shared}, token));
    }
    expect(sign(shared)['x-amz-security-token']).toBeUndefined();
  });

  it('derives a new key when day, region or secret change', () => {
    const sign = (time: number, region: string, secretAccessKey: string): string | undefined =>
      signer.sign(
        {method: 'GET', path: '/', host: 'h', headers: {}, payloadHash: emptyHash},
        {accessKeyId: 'A', secretAccessKey},
        {region, service: 's3', time},
      )['authorization'];
    const day = 86_400_000;
    const all = [
      sign(day, 'r1', 's1'),
      sign(2 * day, 'r1', 's1'),
      sign(day, 'r2', 's1'),
      sign(day, 'r1', 's2'),
    ];
    expect(new Set(all).size).toBe(4);
    expect(sign(day, 'r1', 's1')).toBe(all[0]);
  });

  it('encodes keys as the SDK does, and every key comes back', () => {
    fc.assert(
      fc.property(oddText, key => {
        const encoded = encodeKey(key);
        expect(encoded).toBe(key.split('/').map(extendedEncodeURIComponent).join('/'));
        expect(decodeURIComponent(encoded)).toBe(key);
      }),
    );
  });

  it('sorts the query by encoded name', () => {
    expect(encodeQuery({prefix: 'a b', 'list-type': '2', delete: ''})).toBe(
      'delete=&list-type=2&prefix=a%20b',
    );
    expect(encodeQuery({'a-': '1', 'a/': '2', a: '3'})).toBe('a=3&a%2F=2&a-=1');
  });

  it('writes dates in the basic format', () => {
    expect(amzDate(Date.UTC(2026, 10, 21, 19, 5, 7, 999))).toBe('20261121T190507Z');
  });
});
