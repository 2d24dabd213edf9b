import type {ApiError, CallContext} from '../../types.js';
import {accessDenied, invalidArgument, preconditionFailed} from '../errors.js';
import {requireDecryption} from './encryption.js';
import {evaluateRead} from './preconditions.js';
import {findObject, type Found} from './read.js';
import type {Room} from '../room.js';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

const invalid = (header: string): ApiError =>
  invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    header,
  );

/** `/bucket/key%20name?versionId=id`, with or without the first slash. The key is URL-encoded; `+` stays a plus. */
export const parseCopySource = (header: string | undefined): CopySource => {
  if (header === undefined || header === '') throw invalid('');
  const query = /\?versionId=([^?]*)$/.exec(header);
  const path = query ? header.slice(0, query.index) : header;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw invalid(header);
  }
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded) ?? [];
  if (bucket === undefined || key === undefined || bucket.startsWith('arn:')) throw invalid(header);
  return {bucket, key, versionId: query?.[1]};
};

export interface CopySourceInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

/** The source object, once the caller may read it and its conditions hold (412 otherwise, never 304). */
export const findCopySource = (room: Room, input: CopySourceInput, context: CallContext): Found => {
  const source = parseCopySource(input.CopySource);
  if (context.caller.kind === 'anonymous') throw accessDenied();
  const found = findObject(
    room,
    {
      Bucket: source.bucket,
      Key: source.key,
      VersionId: source.versionId,
      ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
    },
    context,
    's3:GetObject',
  );
  const verdict = evaluateRead(
    {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSince: input.CopySourceIfModifiedSince,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    found.object,
  );
  requireDecryption(room, context, found.bucket, source.key, found.object);
  if (verdict.kind === 'failed') throw preconditionFailed(`x-amz-copy-source-${verdict.condition}`);
  if (verdict.kind === 'not-modified') throw preconditionFailed('x-amz-copy-source-If-None-Match');
  return found;
};
