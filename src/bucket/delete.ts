import type {S3Client} from '@aws-sdk/client-s3';
import type * as S3 from '@aws-sdk/client-s3';
import {call, type Aws} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {nameOf, open, subject} from './client.js';
import {headBucket} from './settings.js';

export interface DeleteBucketOptions {
  /** Empties it first: every object, every version of it, unfinished uploads. */
  readonly withObjects: boolean;
}

export interface DeletedBucket {
  /** False where there was none. */
  readonly deleted: boolean;
  /** Object versions and delete markers that went with it. */
  readonly objects: number;
}

/** Whoever writes meanwhile is waited out so often. */
const rounds = 5;

/**
 * Deletes a bucket; one that is gone already is no error. Failures: BUCKET_NOT_EMPTY (exit 6), OBJECTS_LEFT (exit 6) where S3 keeps
 * objects (Object Lock, a deny), BUCKET_FORBIDDEN.
 */
export async function* deleteBucket(
  aws: Aws,
  bucket: string,
  {withObjects}: DeleteBucketOptions,
): Work<DeletedBucket> {
  if (!(await headBucket(aws, bucket)).exists) return {deleted: false, objects: 0};
  const {sdk, client} = await open(aws);
  let objects = 0;
  for (let round = 1; ; round++) {
    if (withObjects) objects += yield* emptyBucket({sdk, client, bucket}, objects);
    try {
      await call(subject('DeleteBucket', bucket), () =>
        client.send(new sdk.DeleteBucketCommand({Bucket: bucket})),
      );
      return {deleted: true, objects};
    } catch (error) {
      const cause = error instanceof Failure ? error.cause : error;
      if (nameOf(cause) === 'NoSuchBucket') return {deleted: true, objects};
      if (nameOf(cause) !== 'BucketNotEmpty') throw error;
      if (!withObjects || round === rounds) throw notEmpty(bucket, withObjects, cause);
    }
  }
}

interface Opened {
  readonly sdk: typeof S3;
  readonly client: S3Client;
  readonly bucket: string;
}

type VersionMarker = Pick<S3.ListObjectVersionsRequest, 'KeyMarker' | 'VersionIdMarker'>;
type UploadMarker = Pick<S3.ListMultipartUploadsRequest, 'KeyMarker' | 'UploadIdMarker'>;

/** Answers how many versions and delete markers it deleted. `before`: those of earlier rounds. */
async function* emptyBucket(opened: Opened, before: number): Work<number> {
  const {sdk, client, bucket} = opened;
  const id = 'empty';
  yield {type: 'step', id, title: `Empty bucket ${bucket}`, noun: 'object'};
  let deleted = 0;
  let marker: VersionMarker | undefined = {};
  while (marker !== undefined) {
    const from: VersionMarker = marker;
    const page: S3.ListObjectVersionsOutput = await call(subject('ListObjectVersions', bucket), () =>
      client.send(new sdk.ListObjectVersionsCommand({Bucket: bucket, MaxKeys: 1000, ...from})),
    );
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    await deleteVersions(opened, versions);
    deleted += versions.length;
    if (versions.length > 0) yield {type: 'progress', id, files: before + deleted, bytes: 0};
    marker = page.IsTruncated === true ? next(page) : undefined;
  }
  const uploads = await abortUploads(opened);
  const more = uploads === 0 ? '' : `, ${uploads} unfinished upload${uploads === 1 ? '' : 's'}`;
  yield {type: 'done', id, detail: `${deleted} object version${deleted === 1 ? '' : 's'}${more}`};
  return deleted;
}

const next = ({NextKeyMarker, NextVersionIdMarker}: S3.ListObjectVersionsOutput): VersionMarker => ({
  ...(NextKeyMarker === undefined ? {} : {KeyMarker: NextKeyMarker}),
  ...(NextVersionIdMarker === undefined ? {} : {VersionIdMarker: NextVersionIdMarker}),
});

/** Failure OBJECTS_LEFT (exit 6). */
async function deleteVersions(
  {sdk, client, bucket}: Opened,
  versions: readonly {readonly Key?: string | undefined; readonly VersionId?: string | undefined}[],
): Promise<void> {
  if (versions.length === 0) return;
  const Objects = versions.map(({Key = '', VersionId}) => ({
    Key,
    ...(VersionId === undefined ? {} : {VersionId}),
  }));
  const {Errors: errors = []} = await call(subject('DeleteObjects', bucket), () =>
    client.send(new sdk.DeleteObjectsCommand({Bucket: bucket, Delete: {Objects, Quiet: true}})),
  );
  const [first] = errors;
  if (first === undefined) return;
  throw new Failure(
    'refused',
    'OBJECTS_LEFT',
    `S3 keeps ${errors.length} object${errors.length === 1 ? '' : 's'} of bucket ${bucket}: ${first.Key ?? ''} (${first.Code ?? ''}${first.Message === undefined ? '' : `: ${first.Message}`}).`,
    {hint: 'Look for Object Lock, MFA delete, or a Deny of s3:DeleteObjectVersion; then run again.'},
  );
}

async function abortUploads({sdk, client, bucket}: Opened): Promise<number> {
  let aborted = 0;
  let marker: UploadMarker | undefined = {};
  while (marker !== undefined) {
    const from: UploadMarker = marker;
    const page: S3.ListMultipartUploadsOutput = await call(subject('ListMultipartUploads', bucket), () =>
      client.send(new sdk.ListMultipartUploadsCommand({Bucket: bucket, ...from})),
    );
    for (const {Key, UploadId} of page.Uploads ?? []) {
      await call(subject('AbortMultipartUpload', bucket), () =>
        client.send(new sdk.AbortMultipartUploadCommand({Bucket: bucket, Key, UploadId})),
      );
      aborted++;
    }
    marker =
      page.IsTruncated === true
        ? {KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker}
        : undefined;
  }
  return aborted;
}

function notEmpty(bucket: string, wasEmptied: boolean, cause: unknown): Failure {
  return wasEmptied
    ? new Failure('refused', 'BUCKET_NOT_EMPTY', `Someone keeps writing into bucket ${bucket}.`, {
        hint: 'Stop what writes into it, then run again.',
        cause,
      })
    : new Failure('refused', 'BUCKET_NOT_EMPTY', `Bucket ${bucket} still holds objects.`, {
        hint: 'Say so if they may go with it (--with-objects); they cannot be brought back.',
        cause,
      });
}
