/** One huge file beside very many tiny ones. */
import {createHash} from 'node:crypto';
import {closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {partSize} from '../../src/deploy/upload/multipart.js';
import {clientEnvironment, frontctl, root} from '../clients.js';
import {measure, startServer, type Run} from '../process.js';
import {fileName} from '../trees.js';

export interface LargeOptions {
  readonly files: number;
  /** Of the sparse file. */
  readonly gigabytes: number;
}

export interface Large extends LargeOptions {
  readonly first: Run;
  /** The same build once more. */
  readonly again: Run;
  readonly flaws: readonly string[];
}

/** What a deploy of 200,000 files and any large ones may take, MB. */
export const memoryBound = 400;

/** Against an S3 server in memory that hashes bodies and keeps none above 64 MiB. */
export async function large({files, gigabytes}: LargeOptions): Promise<Large> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'frontctl-large-'));
  const server = await startServer(
    [process.execPath, '--import', import.meta.resolve('tsx'), path.join(root, 'bench/s3-server.ts')],
    undefined,
  );
  try {
    const folder = path.join(scratch, 'dist');
    writeTiny(folder, files);
    const bytes = Math.ceil(gigabytes * 2 ** 30);
    writeSparse(path.join(folder, 'media/film.mp4'), bytes);
    await fetch(`${server.url}/large`, {method: 'PUT'});
    const command = [
      ...frontctl,
      'deploy',
      folder,
      '--bucket',
      'large',
      '--endpoint-url',
      server.url,
      '--yes',
      '--json',
    ];
    const options = {cwd: scratch, env: clientEnvironment(scratch, server.url), scratch};
    const first = await measure(command, options);
    const again = await measure(command, options);
    return {files, gigabytes, first, again, flaws: await missing(server.url, files, bytes)};
  } finally {
    await server.stop();
    rmSync(scratch, {recursive: true, force: true});
  }
}

function writeTiny(folder: string, files: number): void {
  let last = '';
  for (let index = 0; index < files; index++) {
    const file = path.join(folder, fileName(index));
    const dir = path.dirname(file);
    if (dir !== last) mkdirSync(dir, {recursive: true});
    last = dir;
    writeFileSync(file, `file ${index}\n`);
  }
}

function writeSparse(file: string, bytes: number): void {
  mkdirSync(path.dirname(file), {recursive: true});
  const handle = openSync(file, 'w');
  ftruncateSync(handle, bytes);
  closeSync(handle);
}

/** Every tiny file by the MD5 that is its ETag, the large one by its size and the MD5 of the MD5s of its parts. */
async function missing(url: string, files: number, bytes: number): Promise<readonly string[]> {
  const etags = new Map<string, string>();
  for (let after = ''; ;) {
    const query = new URLSearchParams({'list-type': '2', 'start-after': after});
    const text = await (await fetch(`${url}/large?${query.toString()}`)).text();
    const page = [...text.matchAll(/<Key>([^<]*)<\/Key>.*?<ETag>&quot;([^&]*)&quot;/g)];
    for (const [, key = '', etag = ''] of page) etags.set(key, etag);
    if (page.length < 1000) break;
    after = page.at(-1)?.[1] ?? '';
  }
  const flaws: string[] = [];
  for (let index = 0; index < files; index++) {
    const key = fileName(index);
    if (etags.get(key) !== md5(`file ${index}\n`).toString('hex')) flaws.push(`${key} is not what was built`);
  }
  if (etags.get('media/film.mp4') !== sparseEtag(bytes)) flaws.push('media/film.mp4 is not what was built');
  return flaws;
}

const md5 = (body: string | Buffer): Buffer => createHash('md5').update(body).digest();

/** Of zeros that went up in parts. */
function sparseEtag(bytes: number): string {
  const size = partSize(bytes);
  const whole = md5(Buffer.alloc(size));
  const parts = Array.from({length: Math.floor(bytes / size)}, () => whole);
  if (bytes % size > 0) parts.push(md5(Buffer.alloc(bytes % size)));
  return `${md5(Buffer.concat(parts)).toString('hex')}-${parts.length}`;
}

export function largeLine({files, gigabytes, first, again, flaws}: Large): string {
  const told = ({seconds, peakMB}: Run): string =>
    `${seconds.toFixed(1)} s, ${(files / seconds).toFixed(0)} files/s, peak ${peakMB?.toFixed(0) ?? '?'} MB`;
  const peak = Math.max(first.peakMB ?? NaN, again.peakMB ?? NaN);
  const verdict = peak <= memoryBound ? 'met' : 'MISSED';
  return [
    `${gigabytes} GB sparse and ${files.toLocaleString('en-US')} tiny files: first ${told(first)}; again ${told(again)} `,
    `(<= ${memoryBound} MB: ${verdict}); ${flaws.length} flaws`,
  ].join('');
}
