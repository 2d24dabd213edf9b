import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';
import {crc32} from 'node:zlib';
import type {CompletedPart, S3Client} from '@aws-sdk/client-s3';
import {mapConcurrent, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import type {SiteFile} from '../site/index.js';
import {fileChanged, type ByteBudget} from './body.js';
import {objectMembers} from './headers.js';
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
  readonly bucket: string;
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
}

/**
 * Sends a large file in parts, a few at a time, and hashes it on the way. Only when the hash is the planned one does the
 * object come to life; in every other case the parts are aborted, so that nothing is stored or billed. Memory is bounded
 * by `budget`, not by the file. Answers the ETag, with quotes. Failures: FILE_CHANGED, UPLOAD_ABORTED, the SDK's.
 */
export async function uploadMultipart(upload: MultipartUpload): Promise<string> {
  const {aws, bucket, key, file, release, signal} = upload;
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-s3'), aws.s3()]);
  const target = {Bucket: bucket, Key: key};
  const address = `s3://${bucket}/${key}`;
  const fail = (operation: string, error: unknown): Failure =>
    error instanceof Error && error.name === 'NoSuchUpload'
      ? uploadAborted(address, error)
      : toFailure(error, {service: 's3', operation, resource: address});
  const startedAt = performance.now();
  const created = await client
    .send(
      new sdk.CreateMultipartUploadCommand({
        ...target,
        ...objectMembers(file.headers, release),
        ChecksumAlgorithm: 'CRC32',
      }),
    )
    .catch((error: unknown) => {
      throw fail('CreateMultipartUpload', error);
    });
  const UploadId = created.UploadId;
  // The answer to an earlier attempt may have been lost, and with it the id of an upload that nobody goes on with.
  if ((created.$metadata.attempts ?? 1) > 1)
    await abortTwins(client, {...target, UploadId}, performance.now() - startedAt).catch(() => undefined);
  /** Bodies that were sent, to be filled again: megabytes that wait for the garbage collector add up. */
  const spare: Buffer[] = [];

  const send = async ({number, body}: Part, abortSignal: AbortSignal): Promise<CompletedPart> => {
    try {
      const {ETag, ChecksumCRC32} = await client.send(
        new sdk.UploadPartCommand({
          ...target,
          UploadId,
          PartNumber: number,
          Body: body,
          ChecksumAlgorithm: 'CRC32',
        }),
        {abortSignal},
      );
      upload.onPart(body.length);
      spare.push(body);
      return {PartNumber: number, ETag, ChecksumCRC32};
    } catch (error) {
      throw fail('UploadPart', error);
    } finally {
      upload.budget.release(body.length);
    }
  };

  try {
    const hash = createHash('sha256');
    const parts: CompletedPart[] = [];
    for await (const part of mapConcurrent(readParts(upload, hash, spare), 4, send, signal)) parts.push(part);
    if (hash.digest('hex') !== file.sha256) throw fileChanged(file);
    parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    const completing = new sdk.CompleteMultipartUploadCommand({
      ...target,
      UploadId,
      MultipartUpload: {Parts: parts},
    });
    const {ETag} = await client.send(completing).catch(async (error: unknown) => {
      const isGone = error instanceof Error && error.name === 'NoSuchUpload';
      const done = isGone ? await completedBefore(client, target, parts, file.size) : undefined;
      if (done === undefined) throw fail('CompleteMultipartUpload', error);
      return done;
    });
    return ETag ?? '';
  } catch (error) {
    // Best effort: what matters is the first error. What is left behind, the next deploy drops (`abortLeftovers`).
    await client.send(new sdk.AbortMultipartUploadCommand({...target, UploadId})).catch(() => undefined);
    throw error;
  }
}

const uploadAborted = (address: string, cause: unknown): Failure =>
  new Failure(
    'conflict',
    'UPLOAD_ABORTED',
    `The upload of ${address} was aborted by someone else meanwhile.`,
    {
      hint: 'Another deploy, or a lifecycle rule of the bucket. Deploy again: what is uploaded already is not sent twice.',
      cause,
    },
  );

/**
 * The object, where an earlier attempt completed the upload and only its answer was lost: S3 calls such an upload and one
 * that was aborted alike NoSuchUpload. Undefined where what is there is anything else. Told by the checksum of the parts'
 * checksums, which encryption does not change as it does ETags (S3 User Guide, "Composite checksums").
 */
async function completedBefore(
  client: S3Client,
  target: {readonly Bucket: string; readonly Key: string},
  parts: readonly CompletedPart[],
  size: number,
): Promise<{readonly ETag?: string | undefined} | undefined> {
  const {HeadObjectCommand} = await import('@aws-sdk/client-s3');
  const head = await client
    .send(new HeadObjectCommand({...target, ChecksumMode: 'ENABLED'}))
    .catch(() => undefined);
  return head?.ContentLength === size && head.ChecksumCRC32 === compositeChecksum(parts) ? head : undefined;
}

/** Base64, then the number of parts: `eC4pRg==-3`. */
function compositeChecksum(parts: readonly CompletedPart[]): string {
  const all = Buffer.concat(parts.map(({ChecksumCRC32 = ''}) => Buffer.from(ChecksumCRC32, 'base64')));
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(all));
  return `${checksum.toString('base64')}-${parts.length}`;
}

async function* readParts(
  {file, budget}: MultipartUpload,
  hash: {update(data: Buffer): unknown},
  spare: Buffer[],
): AsyncGenerator<Part, void, void> {
  const size = partSize(file.size);
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw fileChanged(file, error);
  });
  try {
    let number = 1;
    for (let position = 0; position < file.size; position += size) {
      const length = Math.min(size, file.size - position);
      await budget.acquire(length);
      const body = (spare.pop() ?? Buffer.allocUnsafeSlow(size)).subarray(0, length);
      let handedOver = false;
      try {
        await readFully(handle, body, position, file);
        hash.update(body);
        handedOver = true;
        yield {number, body};
      } finally {
        // From the hand-over on the sender releases it.
        if (!handedOver) budget.release(length);
      }
      number++;
    }
    if ((await handle.stat()).size !== file.size) throw fileChanged(file);
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
