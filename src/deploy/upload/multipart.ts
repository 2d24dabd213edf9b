import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';
import {crc32} from 'node:zlib';
import {mapConcurrent, type Aws, type ObjectStore, type SentPart} from '../../aws/index.js';
import {stampOf, type SiteFile} from '../../site/index.js';
import {fileChanged, type ByteBudget} from './body.js';
import {objectHeaders} from '../headers/headers.js';
import {abortTwins} from './leftovers.js';

/** Files from this size on go up in parts. Bytes. */
export const multipartBytes = 16 * 1024 ** 2;

/** S3 allows 10,000 parts of 5 MiB to 5 GiB (S3 User Guide, "Multipart upload limits"). */
export function partSize(size: number): number {
  const mebibyte = 1024 ** 2;
  return Math.max(8, Math.ceil(size / 10_000 / mebibyte)) * mebibyte;
}

export interface MultipartUpload {
  readonly aws: Aws;
  readonly store: ObjectStore;
  /** The bucket's key, prefix included. */
  readonly key: string;
  readonly file: SiteFile;
  /** Takes the place of `{release}` in cache tags. */
  readonly release: string;
  readonly budget: ByteBudget;
  readonly onPart: (bytes: number) => void;
  readonly signal: AbortSignal;
}

interface Part {
  readonly number: number;
  readonly body: Buffer;
  readonly crc: number;
  /** What `body` is the beginning of. */
  readonly room: Buffer;
}

/** Read piece by piece, so that a piece is still in the processor's cache when its checksum is made. Bytes. */
const pieceBytes = 512 * 1024;

/**
 * Sends a large file in parts, a few at a time. Only when it is the planned one to the end does the object come to life: by
 * its stamp where that can be relied on, else by its hash, made on the way. In every other case the parts are aborted, so that nothing is
 * stored or billed. Memory is bounded by `budget`, not by the file. Answers the ETag, with quotes.
 * Failures: FILE_CHANGED, UPLOAD_ABORTED, the store's.
 */
export async function uploadMultipart(upload: MultipartUpload): Promise<string> {
  const {aws, store, key, file, release, budget, signal} = upload;
  const startedAt = performance.now();
  const {uploadId, isRepeat} = await store.parts.create(key, objectHeaders(file.headers, release));
  // The answer to an earlier attempt was lost, and with it the id of an upload that nobody goes on with.
  if (isRepeat) {
    const twin = {Bucket: store.bucket, Key: key, UploadId: uploadId};
    await abortTwins(await aws.s3(), twin, performance.now() - startedAt).catch(() => undefined);
  }
  const send = async ({number, body, crc, room}: Part, stop: AbortSignal): Promise<SentPart> => {
    try {
      const sent = await store.parts.send({key, uploadId, number, body, crc32: crc, signal: stop});
      upload.onPart(body.length);
      budget.reuse(room);
      return sent;
    } finally {
      budget.release(body.length);
    }
  };

  try {
    const parts: SentPart[] = [];
    for await (const part of mapConcurrent(readParts(upload), 4, send, signal)) parts.push(part);
    return (await store.parts.complete(key, uploadId, parts)).etag;
  } catch (error) {
    // Best effort: what matters is the first error. What is left behind, the next deploy drops (`abortLeftovers`).
    await store.parts.abort(key, uploadId).catch(() => undefined);
    throw error;
  }
}

/** Throws FILE_CHANGED, after the last part at the latest, when they are not those of the planned file. */
async function* readParts({file, budget}: MultipartUpload): AsyncGenerator<Part, void, void> {
  const size = partSize(file.size);
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw fileChanged(file, error);
  });
  try {
    const stamp = stampOf(await handle.stat());
    const hash = stamp === file.stamp ? undefined : createHash('sha256');
    let number = 1;
    for (let position = 0; position < file.size; position += size) {
      const length = Math.min(size, file.size - position);
      await budget.acquire(length);
      const room = budget.buffer(size);
      const body = room.subarray(0, length);
      let crc = 0;
      let handedOver = false;
      try {
        for (let at = 0; at < length; at += pieceBytes) {
          const piece = body.subarray(at, at + pieceBytes);
          await readFully(handle, piece, position + at, file);
          crc = crc32(piece, crc);
          hash?.update(piece);
        }
        handedOver = true;
        yield {number, body, crc, room};
      } finally {
        // From the hand-over on the sender releases it.
        if (!handedOver) budget.release(length);
      }
      number++;
    }
    const after = await handle.stat();
    if (after.size !== file.size || stampOf(after) !== stamp) throw fileChanged(file);
    if (hash && hash.digest('hex') !== file.sha256) throw fileChanged(file);
  } finally {
    await handle.close();
  }
}

async function readFully(
  handle: Awaited<ReturnType<typeof open>>,
  body: Buffer,
  position: number,
  file: SiteFile,
): Promise<void> {
  let read = 0;
  while (read < body.length) {
    const {bytesRead} = await handle.read(body, read, body.length - read, position + read);
    if (bytesRead === 0) throw fileChanged(file);
    read += bytesRead;
  }
}
