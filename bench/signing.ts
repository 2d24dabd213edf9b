import {spawnSync} from 'node:child_process';
import {createWriteStream, rmSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {Readable} from 'node:stream';
import {build} from 'esbuild';
import {generateKeyPair, writePrivateKey, type KeyType} from '../src/signing/index.js';
import {findProgram, measure} from './process.js';
import {whole} from './table.js';

export const signingHead = ['signing', 'URLs', 'a second', 'OpenSSL', 'ratio', 'verified', 'peak MB'];

/** The goals: for RSA a share of OpenSSL's rate, for P-256 a rate. */
const goals = {rsa: {share: 0.8}, ecdsa: {rate: 35_000}} as const;
const names = {rsa: 'RSA 2048', ecdsa: 'P-256'} as const;

/**
 * Files of URLs, signed from start to end by whole processes on all cores, beside `openssl speed` on as many processes
 * right before and right after. Each key signs a file of a quarter of its count first: the peaks of both should be alike.
 */
export async function signing(
  scratch: string,
  counts: Readonly<Record<KeyType, number>> = {rsa: 50_000, ecdsa: 500_000},
): Promise<string[][]> {
  const here = path.join(import.meta.dirname, '..');
  // As in dist/: the worker is a bundle of its own.
  await build({
    entryPoints: {
      'sign-file': path.join(here, 'bench/sign-file.ts'),
      'signing-worker': path.join(here, 'src/signing/worker.ts'),
    },
    outdir: scratch,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: {'.js': '.js'},
    logLevel: 'warning',
  });
  const rows: string[][] = [];
  for (const keyType of ['rsa', 'ecdsa'] as const) {
    const key = path.join(scratch, `${keyType}.pem`);
    await writePrivateKey(key, (await generateKeyPair(keyType)).privateKey);
    for (const count of [counts[keyType] / 4, counts[keyType]]) {
      const input = path.join(scratch, 'urls.txt');
      await pipeline(Readable.from(urls(count)), createWriteStream(input));
      const before = opensslRate(keyType);
      const command = [
        process.execPath,
        path.join(scratch, 'sign-file.js'),
        key,
        input,
        path.join(scratch, 'signed.txt'),
      ];
      const env = {PATH: process.env['PATH'], HOME: scratch};
      const {seconds, peakMB, stdout} = await measure(command, {cwd: scratch, env, scratch});
      const after = opensslRate(keyType);
      const {signed, verified} = JSON.parse(stdout) as {signed: number; verified: number};
      if (signed !== count) throw new Error(`${signed} of ${count} URLs were signed.`);
      const openssl = before === undefined || after === undefined ? undefined : (before + after) / 2;
      const rate = count / seconds;
      rows.push([
        names[keyType],
        String(count),
        count === counts[keyType] ? judgedRate(keyType, rate) : whole(rate),
        whole(openssl),
        count === counts[keyType] ? judgedShare(keyType, rate, openssl) : share(rate, openssl),
        String(verified),
        whole(peakMB),
      ]);
    }
    rmSync(key);
  }
  if (findProgram('openssl') === undefined)
    console.log('SKIPPED: rates of OpenSSL (openssl is not installed)');
  return rows;
}

function* urls(count: number): Generator<string> {
  const block = 1000;
  for (let first = 0; first < count; first += block) {
    const lines = Array.from(
      {length: Math.min(block, count - first)},
      (_, i) =>
        `https://d111111abcdef8.cloudfront.net/videos/film-${first % 997}/segment-${first + i}.ts?user=${i % 13}\n`,
    );
    yield lines.join('');
  }
}

function judgedRate(keyType: KeyType, rate: number): string {
  const goal = goals[keyType];
  if (!('rate' in goal)) return whole(rate);
  return `${whole(rate)} (>= ${goal.rate}: ${rate >= goal.rate ? 'met' : 'MISSED'})`;
}

function judgedShare(keyType: KeyType, rate: number, openssl: number | undefined): string {
  const found = share(rate, openssl);
  const goal = goals[keyType];
  if (openssl === undefined || !('share' in goal)) return found;
  return `${found} (>= ${goal.share}x: ${rate / openssl >= goal.share ? 'met' : 'MISSED'})`;
}

function share(rate: number, openssl: number | undefined): string {
  return openssl === undefined ? '-' : `${(rate / openssl).toFixed(2)}x`;
}

/** Signatures a second with one process a core; undefined without openssl. */
function opensslRate(keyType: KeyType): number | undefined {
  const algorithm = {rsa: 'rsa2048', ecdsa: 'ecdsap256'}[keyType];
  const {stdout, error} = spawnSync(
    'openssl',
    ['speed', '-elapsed', '-seconds', '3', '-multi', String(availableParallelism()), algorithm],
    {encoding: 'utf8'},
  );
  if (error !== undefined) return undefined;
  const line =
    keyType === 'rsa' ? /rsa\s+2048 bits(?:\s+[\d.]+s)+\s+([\d.]+)/ : /nistp256\)(?:\s+[\d.]+s)+\s+([\d.]+)/;
  const rate = line.exec(stdout)?.[1];
  return rate === undefined ? undefined : Number(rate);
}
