import {spawnSync} from 'node:child_process';
import {createReadStream, createWriteStream, rmSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {generateKeyPair, writePrivateKey, type KeyType} from '../src/signing/index.js';
import {clientEnvironment, frontctl} from './clients.js';
import {findProgram, measure, type Run} from './process.js';
import {whole} from './table.js';

export const signingHead = ['signing', 'URLs', 'a second', 'openssl speed', 'to OpenSSL', 'peak MB'];

/** The goals: for RSA a share of OpenSSL's rate, for P-256 a rate. */
const goals = {rsa: {share: 0.8}, ecdsa: {rate: 35_000}} as const;
const names = {rsa: 'RSA 2048', ecdsa: 'P-256'} as const;

/**
 * `frontctl sign url --from-file` from start to end on all cores, beside `openssl speed` with as many processes right
 * before and right after. Each key signs a file of a quarter of its count first: the peaks of both should be alike.
 */
export async function signing(
  scratch: string,
  counts: Readonly<Record<KeyType, number>> = {rsa: 40_000, ecdsa: 400_000},
): Promise<string[][]> {
  if (findProgram('openssl') === undefined)
    console.log('SKIPPED: rates of OpenSSL (openssl is not installed)');
  const rows: string[][] = [];
  for (const keyType of ['rsa', 'ecdsa'] as const) {
    const key = path.join(scratch, `${keyType}.pem`);
    await writePrivateKey(key, (await generateKeyPair(keyType)).privateKey);
    for (const count of [counts[keyType] / 4, counts[keyType]]) {
      const before = opensslRate(keyType);
      const {seconds, peakMB} = await signFile(scratch, key, count);
      const after = opensslRate(keyType);
      const openssl = before === undefined || after === undefined ? undefined : (before + after) / 2;
      const rate = count / seconds;
      const isFull = count === counts[keyType];
      rows.push([
        names[keyType],
        String(count),
        isFull ? judgedRate(keyType, rate) : whole(rate),
        whole(openssl),
        isFull ? judgedShare(keyType, rate, openssl) : share(rate, openssl),
        whole(peakMB),
      ]);
    }
    rmSync(key);
  }
  return rows;
}

async function signFile(scratch: string, key: string, count: number): Promise<Run> {
  const [input, output] = [path.join(scratch, 'urls.txt'), path.join(scratch, 'signed.txt')];
  await pipeline(Readable.from(urls(count)), createWriteStream(input));
  const sign = [
    'sign',
    'url',
    '--from-file',
    input,
    '--key',
    key,
    '--key-pair-id',
    'K2JCJMDEHXQW5F',
    '--expires',
    '7d',
  ];
  const command = ['sh', '-c', 'exec "$@" > signed.txt', 'sh', ...frontctl, ...sign];
  const run = await measure(command, {cwd: scratch, env: clientEnvironment(scratch, ''), scratch});
  let signed = 0;
  for await (const chunk of createReadStream(output)) {
    const bytes = chunk as Buffer;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) signed++;
  }
  if (signed !== count) throw new Error(`${signed} of ${count} URLs were signed.`);
  return run;
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
