import {hash} from 'node:crypto';
import {closeSync, openSync, readSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {Failure} from '../../failure.js';
import {keptBody, type SiteFile} from '../../site/index.js';

/** Below this a blocking read is cheaper than a trip through the thread pool. Bytes. */
const blockingBytes = 256 * 1024;

/**
 * The bytes of the file as they were planned: those that were kept of an untouched file, else read and hashed again, because
 * a build may still be writing. Failure FILE_CHANGED when they are others, or gone.
 */
export function readPlanned(file: SiteFile): Uint8Array | Promise<Uint8Array> {
  return keptBody(file) ?? readAgain(file);
}

async function readAgain(file: SiteFile): Promise<Buffer> {
  let body: Buffer;
  try {
    body = file.size <= blockingBytes ? readBlocking(file) : await readFile(file.path);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw fileChanged(file, error);
  }
  if (body.length !== file.size || hash('sha256', body, 'hex') !== file.sha256) {
    throw fileChanged(file);
  }
  return body;
}

/** Room for one byte more than planned: what fills it has grown. */
function readBlocking(file: SiteFile): Buffer {
  const descriptor = openSync(file.path, 'r');
  try {
    const body = Buffer.allocUnsafe(file.size + 1);
    let read = 0;
    let count: number;
    do {
      count = readSync(descriptor, body, read, body.length - read, read);
      read += count;
    } while (count !== 0 && read < file.size);
    return body.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}

export function fileChanged(file: SiteFile, cause?: unknown): Failure {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const what =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'vanished'
      : code === ''
        ? 'changed'
        : `could not be read (${code})`;
  return new Failure('conflict', 'FILE_CHANGED', `${file.key} ${what} while it was being deployed.`, {
    hint: 'Let the build finish, then deploy again: what is uploaded already is not sent twice.',
    cause,
  });
}

/** Lets at most `capacity` bytes be in memory at a time; first come, first served. */
export interface ByteBudget {
  acquire(bytes: number): Promise<void>;
  release(bytes: number): void;
  /** Room for bytes that were acquired: a buffer that was reused, else a new one. */
  buffer(bytes: number): Buffer;
  /** Nobody looks at it any more. Megabytes that wait for the garbage collector add up. */
  reuse(buffer: Buffer): void;
}

export function createByteBudget(capacity: number): ByteBudget {
  let free = capacity;
  const spare: Buffer[] = [];
  const waiting: {readonly bytes: number; readonly enter: () => void}[] = [];
  // A body larger than all there is may go in alone.
  const share = (bytes: number): number => Math.min(bytes, capacity);
  return {
    acquire(bytes) {
      const wanted = share(bytes);
      if (waiting.length === 0 && wanted <= free) {
        free -= wanted;
        return Promise.resolve();
      }
      return new Promise(resolve => waiting.push({bytes: wanted, enter: resolve}));
    },
    release(bytes) {
      free += share(bytes);
      for (let next = waiting[0]; next !== undefined && next.bytes <= free; next = waiting[0]) {
        waiting.shift();
        free -= next.bytes;
        next.enter();
      }
    },
    buffer(bytes) {
      const last = spare.pop();
      return last?.length === bytes ? last : Buffer.allocUnsafeSlow(bytes);
    },
    reuse(buffer) {
      spare.push(buffer);
    },
  };
}
