/** Signatures beside those of botocore, the AWS CLI and OpenSSL. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {afterAll, describe, expect, it} from 'vitest';
import {
  checkCookieRequest,
  checkUrlRequest,
  publicKeyOf,
  signCookies,
  signUrl,
  type WrittenUrlRequest,
} from '../../src/signing/index.js';
import {fromUrlBase64} from '../../src/signing/policy.js';
import {hasTool} from '../e2e/tools.js';
import {combinations, keyPairId, now, nowSeconds, plainUrl, signerOf} from './fixtures.js';

const withBotocore = hasTool(
  'python3',
  ['-c', 'import botocore.signers\ntry:\n import cryptography\nexcept ImportError:\n import rsa'],
  'signed URLs beside botocore: python3 with botocore and cryptography or rsa',
);
const withCli = hasTool('aws', ['--version'], 'signed URLs beside `aws cloudfront sign`: the AWS CLI');
const withOpenssl = hasTool('openssl', ['version'], 'signatures before OpenSSL: openssl');

const scratch = mkdtempSync(path.join(tmpdir(), 'frontctl-foreign-'));
afterAll(() => rmSync(scratch, {recursive: true, force: true}));

const signer = signerOf('rsa');
const keyFile = path.join(scratch, 'key.pem');
// PKCS#1: all that the AWS CLI reads.
writeFileSync(keyFile, signer.privateKey.export({type: 'pkcs1', format: 'pem'}), {mode: 0o600});

interface Request {
  readonly url: string;
  readonly resource?: string | undefined;
  readonly expires: number;
  readonly starts?: number | undefined;
  readonly ip?: string | undefined;
}

const requests: fc.Arbitrary<Request> = fc
  .tuple(
    plainUrl,
    fc.record(
      {
        starts: fc.integer({min: 1, max: nowSeconds}),
        ip: fc.constantFrom('192.0.2.17', '192.0.2.0/24', '10.0.0.0/8'),
        wild: fc.boolean(),
      },
      {requiredKeys: []},
    ),
    fc.integer({min: nowSeconds + 1, max: 4_000_000_000}),
  )
  .map(([url, {wild, ...conditions}, expires]) => ({
    url,
    ...(wild === true ? {resource: `${new URL(url).origin}/*`} : {}),
    ...conditions,
    expires,
  }));

function ours(request: WrittenUrlRequest): string {
  return signUrl(checkUrlRequest(request, now), signer).url;
}

describe('byte for byte', () => {
  const canned = fc
    .sample(plainUrl, {numRuns: 250, seed: 1})
    .map((url, i) => ({url, expires: nowSeconds + 1 + i}));
  const generated: readonly Request[] = [...canned, ...fc.sample(requests, {numRuns: 350, seed: 2})];

  it.skipIf(!withBotocore)(`${generated.length} URLs as botocore signs them`, () => {
    const isCustom = ({resource, starts, ip}: Request): boolean =>
      resource !== undefined || starts !== undefined || ip !== undefined;
    const input = generated.map(request =>
      JSON.stringify({...request, resource: request.resource ?? request.url, custom: isCustom(request)}),
    );
    const script = fileURLToPath(new URL('foreign_check.py', import.meta.url));
    const {stdout, stderr} = spawnSync('python3', ['-W', 'ignore', script, keyFile, keyPairId], {
      input: `${input.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const theirs = stdout.split('\n').slice(0, -1);
    expect(theirs.length, stderr).toBe(generated.length);
    expect(generated.filter(isCustom).length).toBeGreaterThan(200);
    for (const [i, request] of generated.entries()) expect(ours(request)).toBe(theirs[i]);
  });

  const few: readonly Request[] = [
    {url: 'https://h.example/a.jpg', expires: 1999999999},
    {url: 'https://h.example/a%20b.jpg?c=1+2&d=%2F', expires: 1999999999},
    {url: 'https://h.example/a.jpg', expires: 1999999999, starts: 1700000000, ip: '192.0.2.17'},
    {url: 'https://h.example/a.jpg?b=1', expires: 1999999999, ip: '192.0.2.0/24'},
  ];
  it.skipIf(!withCli).each(few)('$url as the AWS CLI signs it', request => {
    const {url, expires, starts, ip} = request;
    const args = ['cloudfront', 'sign', '--url', url, '--key-pair-id', keyPairId];
    args.push('--private-key', `file://${keyFile}`, '--date-less-than', String(expires));
    if (starts !== undefined) args.push('--date-greater-than', String(starts));
    if (ip !== undefined) args.push('--ip-address', ip);
    const {stdout, stderr} = spawnSync('aws', args, {
      encoding: 'utf8',
      env: {...process.env, AWS_DEFAULT_REGION: 'us-east-1', AWS_PAGER: ''},
    });
    expect(ours(request), stderr).toBe(stdout.trim());
  });
});

describe.skipIf(!withOpenssl)('before OpenSSL', () => {
  const openssl = (args: readonly string[]): string =>
    spawnSync('openssl', args, {encoding: 'utf8', cwd: scratch}).stdout;
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path.join(scratch, name), content);
    return name;
  };

  it.each(combinations)('$keyType with $hash', ({keyType, hash}) => {
    const signing = signerOf(keyType, hash);
    const publicFile = write('public.pem', publicKeyOf(signing.publicKey));
    const judge = (policy: string, signature: string): string => {
      const bytes = fromUrlBase64(signature);
      if (bytes === undefined) throw new Error('The signature cannot be decoded.');
      const files = ['-signature', write('signature', bytes), write('policy', policy)];
      return openssl(['dgst', `-${hash}`, '-verify', publicFile, ...files]).trim();
    };
    for (const request of fc.sample(requests, {numRuns: 15, seed: 3})) {
      const {policy, query} = signUrl(checkUrlRequest(request, now), signing);
      const signature = /Signature=([^&]*)/.exec(query)?.[1] ?? '';
      expect(judge(policy, signature)).toBe('Verified OK');
      expect(judge(`${policy} `, signature)).not.toBe('Verified OK');
    }
    const {policy, cookies} = signCookies(
      checkCookieRequest({resource: 'https://h.example/*', expires: '2h'}, now),
      signing,
    );
    expect(judge(policy, cookies['CloudFront-Signature'] ?? '')).toBe('Verified OK');
  });
});
