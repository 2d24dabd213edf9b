/** What is live and in no manifest, or not as the manifest says: looked at before anything is sent again. */
import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';
import {mapConcurrent, type ObjectHead, type ObjectStore} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import type {SiteFile} from '../../site/index.js';
import {headerChanges, headersOf} from '../headers/headers.js';
import type {LiveObject} from '../manifest/live.js';

export interface Looking {
  readonly store: ObjectStore;
  /** The bucket's key for a key of the site. */
  readonly prefixed: (key: string) => string;
  readonly files: readonly SiteFile[];
  /** Changed in place: what is found out becomes known. */
  readonly live: Map<string, LiveObject>;
  readonly concurrency: number | (() => number);
  readonly signal?: AbortSignal | undefined;
}

/**
 * Objects that nobody described become known where they hold the bytes of the build's file, so that a bucket that another
 * tool filled is adopted without an upload. Sizes are compared first, then the ETag: of a single-part object that is not
 * encrypted with KMS it is the MD5 of its bytes (S3 API, "Object"), of a multipart one the MD5 of the MD5s of its parts,
 * which are tried in the sizes that tools use. Where neither can tell, the object is read: that changes nothing for viewers.
 */
export async function adoptObjects(looking: Looking): Promise<void> {
  const {store, prefixed, files, live, concurrency, signal} = looking;
  const candidates = files.filter(file => {
    const object = live.get(file.key);
    return object && !object.known && object.size === file.size;
  });
  if (candidates.length === 0) return;
  const look = async (file: SiteFile) => {
    const key = prefixed(file.key);
    const etag = live.get(file.key)?.etag ?? '';
    const isSame = await compareETag(file, etag);
    const head = await store.head(key);
    const isKnown =
      head?.etag === etag && (isSame ?? (isOpaque(head) ? await hasBytes(store, key, etag, file) : false));
    return {file, head, isKnown};
  };
  for await (const {file, head, isKnown} of mapConcurrent(candidates, concurrency, look, signal)) {
    const object = live.get(file.key);
    if (!head || !object) live.delete(file.key);
    else if (isKnown)
      live.set(file.key, {...object, known: {sha256: file.sha256, headers: headersOf(head, file.headers)}});
  }
}

/**
 * Reads the headers of every known object that the build has: a copy of an object onto itself changes them and leaves its
 * ETag, so the manifest alone would not see it. One request an object.
 */
export async function verifyHeaders({
  store,
  prefixed,
  files,
  live,
  concurrency,
  signal,
}: Looking): Promise<void> {
  const known = files.filter(file => live.get(file.key)?.known !== undefined);
  const read = async (file: SiteFile) => ({file, head: await store.head(prefixed(file.key))});
  for await (const {file, head} of mapConcurrent(known, concurrency, read, signal)) {
    const object = live.get(file.key);
    if (!head || !object?.known) live.delete(file.key);
    else if (head.etag !== object.etag)
      live.set(file.key, {...object, etag: head.etag, size: head.size, known: undefined});
    else {
      const headers = headersOf(head, file.headers, object.known.headers);
      if (headerChanges(object.known.headers, headers).length > 0)
        live.set(file.key, {...object, known: {sha256: object.known.sha256, headers}});
    }
  }
}

/** True: the same bytes. False: others. Undefined: this ETag does not tell. */
async function compareETag(file: SiteFile, etag: string): Promise<boolean | undefined> {
  const [, md5, parts] = /^"([0-9a-f]{32})(?:-(\d+))?"$/.exec(etag) ?? [];
  if (md5 === undefined) return undefined;
  if (parts === undefined) return (await md5Of(file)) === md5 || undefined;
  for (const partBytes of partSizes(file.size, Number(parts))) {
    if ((await md5OfParts(file, partBytes)) === md5) return true;
  }
  return undefined;
}

const mebibyte = 1024 ** 2;

/** What tools cut files into: AWS CLI and boto3 8, SDKs and rclone 5, the console 16, s3cmd 15, s5cmd 50, and round sizes. */
const commonParts = [5, 6, 8, 10, 12, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512];

/** Bytes of a part, of those that make so many parts of a file. */
export function partSizes(size: number, parts: number): readonly number[] {
  return commonParts.map(count => count * mebibyte).filter(bytes => Math.ceil(size / bytes) === parts);
}

/** Its ETag is no hash of its bytes, or not one that can be made again. */
function isOpaque({etag, headers}: ObjectHead): boolean {
  return (
    etag.includes('-') ||
    /^aws:kms/.test(headers['x-amz-server-side-encryption'] ?? '') ||
    !/^"[0-9a-f]{32}"$/.test(etag)
  );
}

/** Reads the object. False as well where it may not be read: it is sent again then. */
async function hasBytes(store: ObjectStore, key: string, etag: string, file: SiteFile): Promise<boolean> {
  let hash = createHash('sha256');
  const onPiece = (piece: Uint8Array, isFirst: boolean): void => {
    if (isFirst) hash = createHash('sha256');
    hash.update(piece);
  };
  try {
    const found = await store.get(key, {onPiece});
    return typeof found === 'object' && found.etag === etag && hash.digest('hex') === file.sha256;
  } catch (error) {
    if (error instanceof Failure && error.exit === 'access') return false;
    throw error;
  }
}

async function md5Of(file: SiteFile): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of pieces(file, mebibyte)) hash.update(piece);
  return hash.digest('hex');
}

async function md5OfParts(file: SiteFile, partBytes: number): Promise<string> {
  const whole = createHash('md5');
  let part = createHash('md5');
  let inPart = 0;
  // A whole number of pieces fits into every part.
  for await (const piece of pieces(file, mebibyte)) {
    part.update(piece);
    inPart += piece.length;
    if (inPart < partBytes) continue;
    whole.update(part.digest());
    part = createHash('md5');
    inPart = 0;
  }
  if (inPart > 0) whole.update(part.digest());
  return whole.digest('hex');
}

/** The file in pieces of `bytes`, the last one shorter. One buffer: each piece is gone with the next. */
async function* pieces(file: SiteFile, bytes: number): AsyncGenerator<Buffer, void, void> {
  const buffer = Buffer.allocUnsafe(Math.min(bytes, Math.max(1, file.size)));
  const handle = await open(file.path, 'r');
  try {
    for (;;) {
      let filled = 0;
      let read = 0;
      do {
        ({bytesRead: read} = await handle.read(buffer, filled, buffer.length - filled, null));
        filled += read;
      } while (read > 0 && filled < buffer.length);
      if (filled > 0) yield buffer.subarray(0, filled);
      if (filled < buffer.length) return;
    }
  } finally {
    await handle.close();
  }
}
