import type {Aws, ObjectStore} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import type {FileHeaders} from '../../site/index.js';
import {readPlanned, type ByteBudget} from './body.js';
import {copyHeaders, objectHeaders} from '../headers/headers.js';
import {withPrefix} from '../manifest/manifest.js';
import {uploadMultipart} from './multipart.js';
import type {DeployStep} from '../types.js';

export type UploadStep = Exclude<DeployStep, {action: 'delete'}>;

export interface Uploader {
  readonly aws: Aws;
  readonly store: ObjectStore;
  readonly prefix: string;
  /** Takes the place of `{release}` in cache tags. */
  readonly release: string;
  /** `objectHeaders` of this release. */
  readonly headersOf: (headers: FileHeaders) => Readonly<Record<string, string>>;
  /** Bounds the bodies in memory. */
  readonly budget: ByteBudget;
  /** Bytes that were sent, as they go. */
  readonly onBytes: (bytes: number) => void;
}

/** `objectHeaders`, made once for all files that share theirs: so are the names that are signed. */
export function sharedHeaders(release: string): Uploader['headersOf'] {
  const made = new Map<FileHeaders, Readonly<Record<string, string>>>();
  return headers => {
    let found = made.get(headers);
    if (found === undefined) made.set(headers, (found = objectHeaders(headers, release)));
    return found;
  };
}

/** Bodies below this are not worth a place in the budget's queue. Bytes. */
const negligibleBytes = 16 * 1024;

/** Sends one small body with its SHA-256 as the signed payload hash. Answers the ETag, with quotes. */
export async function uploadSmall(uploader: Uploader, step: UploadStep): Promise<string> {
  const {store, prefix, headersOf, budget} = uploader;
  const {file} = step;
  const budgeted = file.size > negligibleBytes;
  if (budgeted) await budget.acquire(file.size);
  try {
    const read = readPlanned(file);
    const body = read instanceof Promise ? await read : read;
    const {etag} = await store.put({
      key: withPrefix(prefix, file.key),
      body,
      sha256: file.sha256,
      headers: headersOf(file.headers),
    });
    uploader.onBytes(file.size);
    return etag;
  } finally {
    if (budgeted) budget.release(file.size);
  }
}

/** Sends one large body in parts. Answers the ETag, with quotes. */
export async function uploadLarge(
  uploader: Uploader,
  step: UploadStep,
  signal: AbortSignal,
): Promise<string> {
  const {aws, store, prefix, release, budget, onBytes} = uploader;
  const {file} = step;
  const key = withPrefix(prefix, step.key);
  return uploadMultipart({aws, store, key, file, release, budget, onPart: onBytes, signal});
}

/**
 * Gives an object other headers without sending its bytes: a copy onto itself, which replaces all metadata. So what the
 * object has beside Content-Type and Cache-Control (of others, or by hand) is read first and put back. Answers the ETag.
 * Failure LIVE_CHANGED when the object is not the planned one any more.
 */
export async function updateHeaders(uploader: Uploader, step: UploadStep): Promise<string> {
  const key = withPrefix(uploader.prefix, step.key);
  const head = await uploader.store.head(key);
  if (head === undefined || head.etag !== step.replaces) throw liveChanged(uploader.store.bucket, key);
  const changes = step.reason.type === 'headers changed' ? step.reason.changes : [];
  const headers = copyHeaders(head, step.file.headers, changes, uploader.release);
  const {etag} = await uploader.store
    .copy({from: key, key, headers, sourceIfMatch: step.replaces})
    .catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'PRECONDITION_FAILED') {
        throw liveChanged(uploader.store.bucket, key, error);
      }
      throw error;
    });
  return etag;
}

function liveChanged(bucket: string, key: string, cause?: unknown): Failure {
  return new Failure(
    'conflict',
    'LIVE_CHANGED',
    `s3://${bucket}/${key} was changed by someone else meanwhile.`,
    {
      hint: 'Deploy again: the plan is made anew from what is live.',
      cause,
    },
  );
}
