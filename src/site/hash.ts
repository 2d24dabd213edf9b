import {createHash, hash as hashOnce} from 'node:crypto';
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {hashPool, type HashPool} from './hash-pool.js';
import {changed, failureOf} from './reading.js';
import type {FoundFile} from './scan.js';
import {secretContent} from './secrets.js';
import type {Digests, HashCache} from './types.js';

/** Files up to this size are read with one call into one reused buffer; larger ones in chunks of this size. */
const chunkBytes = 1024 * 1024;
/** Threads cost 30 ms and some MB each to start: worth it from about a sixth of a second of hashing on. */
const poolPaysFrom = 64 * 1024 * 1024;
/**
 * How long the main thread works before others get a turn: the first request to the bucket takes a dozen of them, and
 * should be under way while files are hashed.
 */
const turnMs = 4;

export interface HashOptions {
  readonly workers: number;
  readonly cache?: HashCache | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onHashed?: ((files: number, bytes: number) => void) | undefined;
}

/**
 * SHA-256 and MD5 of every file, in the files' order, and whether it looks like a secret. Each file is read once, large texts twice. Memory is one chunk a thread whatever the
 * sizes. Failures: FILE_CHANGED when a file is gone, or has another size than the walk saw, or (large files) was written
 * to while being read; UNREADABLE_FILE.
 */
export async function hashFiles(files: readonly FoundFile[], options: HashOptions): Promise<Digests[]> {
  const results = new Array<Digests>(files.length);
  const progress = {files: 0, bytes: 0};
  const settle = (index: number, file: FoundFile, digests: Digests, fresh: boolean): void => {
    results[index] = digests;
    progress.files++;
    progress.bytes += file.size;
    if (fresh) options.cache?.set(file.key, file.size, file.stamp, digests);
  };

  const small: number[] = [];
  const large: number[] = [];
  for (const [index, file] of files.entries()) {
    const known = options.cache?.get(file.key, file.size, file.stamp);
    if (known !== undefined) settle(index, file, known, false);
    else (file.size < chunkBytes ? small : large).push(index);
  }
  const at = (index: number): FoundFile => files[index] as FoundFile;
  // Largest first, so that no thread is left alone with a big file at the end.
  large.sort((a, b) => at(a).size - at(b).size);
  const largeBytes = large.reduce((sum, index) => sum + at(index).size, 0);
  const workers = largeBytes >= poolPaysFrom ? Math.min(options.workers, large.length) : 0;
  const pool: HashPool | undefined = workers > 0 ? hashPool(workers, chunkBytes) : undefined;

  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  let turn = performance.now();
  let stopped = false;
  const breathe = async (): Promise<void> => {
    if (performance.now() - turn < turnMs) return;
    options.onHashed?.(progress.files, progress.bytes);
    await nextTurn();
    options.signal?.throwIfAborted();
    if (stopped) throw new Error('another file failed');
    turn = performance.now();
  };
  const takeLarge = async (digest: (file: FoundFile) => Promise<Digests>): Promise<void> => {
    for (let index = large.pop(); index !== undefined; index = large.pop()) {
      const file = at(index);
      const suspect = await largeSecret(file, buffer, breathe);
      settle(index, file, withSuspect(await digest(file), suspect), true);
      options.onHashed?.(progress.files, progress.bytes);
    }
  };
  const mainThread = async (): Promise<void> => {
    for (const index of small) {
      settle(index, at(index), hashSmall(at(index), buffer), true);
      await breathe();
    }
    await takeLarge(file => hashLarge(file, buffer, breathe));
  };

  try {
    await Promise.all([
      mainThread(),
      ...(pool?.threads ?? []).map(thread => takeLarge(file => thread(file))),
    ]);
  } finally {
    stopped = true;
    large.length = 0;
    await pool?.close();
  }
  options.onHashed?.(progress.files, progress.bytes);
  return results;
}

/** One open, one read, one close; the read may fill the buffer by one byte more than expected, which shows growth. */
function hashSmall(file: FoundFile, buffer: Buffer): Digests {
  let bytes: number;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      bytes = readSync(descriptor, buffer, 0, Math.min(file.size + 1, chunkBytes), 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw failureOf(error, file.key);
  }
  if (bytes !== file.size) throw changed(file.key, 'changed its size');
  const content = buffer.subarray(0, bytes);
  const digests = {sha256: hashOnce('sha256', content, 'hex'), md5: hashOnce('md5', content, 'hex')};
  return withSuspect(digests, secretContent(file.key, content));
}

const withSuspect = (digests: Digests, suspect: string | undefined): Digests =>
  suspect === undefined ? digests : {...digests, suspect};

/** Git's own test: binary data has a zero byte in its first 8,000. */
const binaryWithin = 8000;
/** Chunks overlap, so that no secret is cut in two. */
const overlapBytes = 2048;

/**
 * Looks through a large text for secrets; binary data is not read. On this thread also where another one hashes the file:
 * it takes a third of the time.
 */
async function largeSecret(
  file: FoundFile,
  buffer: Buffer,
  breathe: () => Promise<void>,
): Promise<string | undefined> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, 'r');
    const head = readSync(descriptor, buffer, 0, binaryWithin, 0);
    if (buffer.subarray(0, head).includes(0)) return undefined;
    for (let at = 0; at + overlapBytes < file.size; at += chunkBytes - overlapBytes) {
      const bytes = readSync(descriptor, buffer, 0, chunkBytes, at);
      const found = secretContent(file.key, buffer.subarray(0, bytes));
      if (found !== undefined || bytes < chunkBytes) return found;
      await breathe();
    }
    return undefined;
  } catch (error) {
    if (error instanceof Error && !('syscall' in error)) throw error;
    throw failureOf(error, file.key);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

async function hashLarge(file: FoundFile, buffer: Buffer, breathe: () => Promise<void>): Promise<Digests> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let total = 0;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      for (let bytes = -1; bytes !== 0 && total <= file.size;) {
        bytes = readSync(descriptor, buffer, 0, chunkBytes, null);
        const chunk = buffer.subarray(0, bytes);
        sha256.update(chunk);
        md5.update(chunk);
        total += bytes;
        await breathe();
      }
      const {mtimeMs, ctimeMs, ino} = fstatSync(descriptor);
      if (total === file.size && `${mtimeMs}-${ctimeMs}-${ino}` !== file.stamp)
        throw changed(file.key, 'was written to');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && !('syscall' in error)) throw error;
    throw failureOf(error, file.key);
  }
  if (total !== file.size) throw changed(file.key, 'changed its size');
  return {sha256: sha256.digest('hex'), md5: md5.digest('hex')};
}
