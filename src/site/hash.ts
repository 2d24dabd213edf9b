import {createHash, hash as hashOnce} from 'node:crypto';
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {hashPool, type HashPool} from './hash-pool.js';
import {createShelf, mostSlabs, type Shelf} from './keep.js';
import {manyFiles} from './many-files.js';
import {changed, failureOf, isSettled, stampOf} from './reading.js';
import type {FoundFile} from './scan.js';
import {secretContent} from './secrets.js';
import type {Digests, HashCache, KeptBytes} from './types.js';

/** Files below this size are read with one call; larger ones in chunks of this size. */
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
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onHashed?: ((files: number, bytes: number) => void) | undefined;
}

export interface HashedFile extends Digests {
  readonly kept?: KeptBytes;
  /** See `SiteFile`. */
  readonly stamp?: string;
}

/**
 * SHA-256 of every file, in the files' order, and whether it looks like a secret. Each file is read once, large texts twice.
 * Memory is one chunk a thread whatever the sizes, and 16 MiB of small files that are kept for their upload.
 * Failures: FILE_CHANGED when a file is gone, or has another size than the walk saw, or (large files) was written to while
 * being read; UNREADABLE_FILE.
 */
export async function hashFiles(files: readonly FoundFile[], options: HashOptions): Promise<HashedFile[]> {
  const results = new Array<HashedFile>(files.length);
  const progress = {files: 0, bytes: 0};
  const now = options.now ?? Date.now;
  const settle = (index: number, file: FoundFile, hashed: HashedFile, fresh: boolean): void => {
    const {stamp} = file;
    results[index] = file.size >= chunkBytes && isSettled(stamp, now()) ? {...hashed, stamp} : hashed;
    progress.files++;
    progress.bytes += file.size;
    if (fresh) options.cache?.set(file.key, file.size, stamp, withSuspect(hashed.sha256, hashed.suspect));
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
  // Where so much else is in memory, there is no room for threads and for bodies that wait.
  const isMany = files.length >= manyFiles;
  const workers = largeBytes >= poolPaysFrom && !isMany ? Math.min(options.workers, large.length) : 0;
  const pool: HashPool | undefined = workers > 0 ? hashPool(workers, chunkBytes) : undefined;

  const shelf = createShelf(isMany ? 0 : mostSlabs);
  const buffer = large.length > 0 ? Buffer.allocUnsafeSlow(chunkBytes) : Buffer.alloc(0);
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
  const takeLarge = async (digest: (file: FoundFile) => Promise<string>): Promise<void> => {
    for (let index = large.pop(); index !== undefined; index = large.pop()) {
      const file = at(index);
      const suspect = await largeSecret(file, buffer, breathe);
      settle(index, file, withSuspect(await digest(file), suspect), true);
      options.onHashed?.(progress.files, progress.bytes);
    }
  };
  const mainThread = async (): Promise<void> => {
    for (const index of small) {
      settle(index, at(index), hashSmall(at(index), shelf), true);
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

/** One open, one read, one close; there is room for one byte more than expected, which shows growth. */
function hashSmall(file: FoundFile, shelf: Shelf): HashedFile {
  const room = shelf.room(file.size + 1);
  let bytes: number;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      bytes = readSync(descriptor, room, 0, room.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw failureOf(error, file.key);
  }
  if (bytes !== file.size) throw changed(file.key, 'changed its size');
  const content = room.subarray(0, bytes);
  const digests = withSuspect(hashOnce('sha256', content, 'hex'), secretContent(file.key, content));
  return shelf.keep(bytes) ? {...digests, kept: {body: content, stamp: file.stamp}} : digests;
}

const withSuspect = (sha256: string, suspect: string | undefined): Digests =>
  suspect === undefined ? {sha256} : {sha256, suspect};

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

async function hashLarge(file: FoundFile, buffer: Buffer, breathe: () => Promise<void>): Promise<string> {
  const sha256 = createHash('sha256');
  let total = 0;
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      for (let bytes = -1; bytes !== 0 && total <= file.size;) {
        bytes = readSync(descriptor, buffer, 0, chunkBytes, null);
        const chunk = buffer.subarray(0, bytes);
        sha256.update(chunk);
        total += bytes;
        await breathe();
      }
      if (total === file.size && stampOf(fstatSync(descriptor)) !== file.stamp)
        throw changed(file.key, 'was written to');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof Error && !('syscall' in error)) throw error;
    throw failureOf(error, file.key);
  }
  if (total !== file.size) throw changed(file.key, 'changed its size');
  return sha256.digest('hex');
}
