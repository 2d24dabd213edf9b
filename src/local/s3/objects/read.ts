import type {S3} from '@aws-sdk/client-s3';

import {ApiError, type CallContext, type Handlers} from '../../types.js';
import {objectMembers, versionMember} from './describe.js';
import {requireDecryption} from './encryption.js';
import {
  invalidArgument,
  invalidRange,
  invalidRequest,
  methodNotAllowed,
  noSuchKey,
  noSuchVersion,
  notModified,
  preconditionFailed,
} from '../errors.js';
import {requireKey} from '../names.js';
import {evaluateRead, type ReadConditions} from './preconditions.js';
import {contentRange, selectRange} from './ranges.js';
import type {BucketRecord, ObjectRecord} from '../records.js';
import type {Room} from '../room.js';
import {currentObject, topMarker, versionOf} from './versions.js';

interface ObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

interface ReadInput extends ObjectInput {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
  readonly Range?: string | undefined;
  readonly PartNumber?: number | undefined;
  readonly ChecksumMode?: string | undefined;
  readonly ResponseCacheControl?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseContentType?: string | undefined;
  readonly ResponseExpires?: Date | undefined;
}

export interface Found {
  readonly bucket: BucketRecord;
  readonly key: string;
  readonly object: ObjectRecord;
}

/**
 * The object a request names, once the caller may do `action` on it. A key that is not there is NoSuchKey only for
 * callers with s3:ListBucket, AccessDenied for all others; a delete marker named by its version id is 405.
 */
export const findObject = (room: Room, input: ObjectInput, context: CallContext, action: string): Found => {
  const bucket = room.bucket(input);
  const key = requireKey(input.Key);
  const {VersionId: versionId} = input;
  const version =
    versionId === undefined
      ? currentObject(room.tables, bucket.name, key)
      : versionOf(room.tables, bucket.name, key, versionId);
  const object = version?.kind === 'object' ? version : undefined;
  const allowed = room.allows(
    context,
    versionId === undefined ? action : action.replace(/^(s3:(?:Get|Put|Delete)Object)/, '$1Version'),
    bucket,
    {key, object, keys: {'s3:VersionId': versionId}},
  );
  if (!allowed) throw room.denied(context, action, bucket, key);
  if (object) return {bucket, key, object};
  if (!room.allows(context, 's3:ListBucket', bucket, {keys: {'s3:prefix': key}}))
    throw room.denied(context, 's3:ListBucket', bucket);
  if (version?.kind === 'marker')
    throw methodNotAllowed('GET', {
      'x-amz-delete-marker': 'true',
      'x-amz-version-id': version.versionId,
      allow: 'DELETE',
      'last-modified': new Date(version.modified).toUTCString(),
    });
  if (versionId !== undefined) throw noSuchVersion(key, versionId);
  const marker = bucket.versioning === undefined ? undefined : topMarker(room.tables, bucket.name, key);
  const missing = noSuchKey(key);
  if (!marker) throw missing;
  throw new ApiError(missing.code, missing.message, missing.status, missing.details, {
    'x-amz-delete-marker': 'true',
    'x-amz-version-id': marker.versionId,
  });
};

const checkConditions = (conditions: ReadConditions, {bucket, object}: Found): void => {
  const verdict = evaluateRead(conditions, object);
  if (verdict.kind === 'failed') throw preconditionFailed(verdict.condition);
  if (verdict.kind === 'proceed') return;
  const {VersionId: version} = versionMember(bucket, object.versionId);
  throw notModified({
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    ...(object.headers.CacheControl !== undefined && {'cache-control': object.headers.CacheControl}),
    ...(object.headers.Expires !== undefined && {expires: new Date(object.headers.Expires).toUTCString()}),
    ...(version !== undefined && {'x-amz-version-id': version}),
  });
};

interface Selection {
  readonly start: number;
  readonly end: number;
  readonly partial: boolean;
}

const selectPart = (object: ObjectRecord, number: number): Selection => {
  const parts = object.parts ?? [{number: 1, size: object.size}];
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      number,
    );
  const index = number - 1;
  const part = parts[index];
  if (!part)
    throw new ApiError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      ActualPartCount: String(parts.length),
      PartNumberRequested: String(number),
    });
  const start = parts.slice(0, index).reduce((sum, {size}) => sum + size, 0);
  return {start, end: start + part.size, partial: object.size > 0};
};

const select = (input: ReadInput, object: ObjectRecord): Selection => {
  if (input.PartNumber !== undefined) {
    if (input.Range !== undefined)
      throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
    return selectPart(object, input.PartNumber);
  }
  const range = selectRange(input.Range, object.size);
  if (range.kind === 'unsatisfiable') throw invalidRange(input.Range ?? '', object.size);
  return range.kind === 'whole'
    ? {start: 0, end: object.size, partial: false}
    : {start: range.start, end: range.end, partial: true};
};

const overrides = (input: ReadInput, context: CallContext) => {
  const members = {
    ...(input.ResponseCacheControl !== undefined && {CacheControl: input.ResponseCacheControl}),
    ...(input.ResponseContentDisposition !== undefined && {
      ContentDisposition: input.ResponseContentDisposition,
    }),
    ...(input.ResponseContentEncoding !== undefined && {ContentEncoding: input.ResponseContentEncoding}),
    ...(input.ResponseContentLanguage !== undefined && {ContentLanguage: input.ResponseContentLanguage}),
    ...(input.ResponseContentType !== undefined && {ContentType: input.ResponseContentType}),
    ...(input.ResponseExpires !== undefined && {
      Expires: input.ResponseExpires,
      ExpiresString: input.ResponseExpires.toUTCString(),
    }),
  };
  if (context.caller.kind === 'anonymous' && Object.keys(members).length > 0)
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  return members;
};

/** `needs`: the headers of an encrypted object are plain; its body, and a checksum of that, want its key. */
const readObject = (room: Room, input: ReadInput, context: CallContext, needs: 'body' | 'headers') => {
  const found = findObject(room, input, context, 's3:GetObject');
  const {bucket, object} = found;
  if (needs === 'body') requireDecryption(room, context, bucket, input.Key ?? '', object);
  const changed = overrides(input, context);
  checkConditions(
    {
      ifMatch: input.IfMatch,
      ifNoneMatch: input.IfNoneMatch,
      ifModifiedSince: input.IfModifiedSince,
      ifUnmodifiedSince: input.IfUnmodifiedSince,
    },
    found,
  );
  const selection = select(input, object);
  const {start, end, partial} = selection;
  // A checksum of the whole says nothing about a part of it.
  const withChecksum = input.ChecksumMode === 'ENABLED' && end - start === object.size;
  return {
    object,
    selection,
    members: {
      ...objectMembers(bucket, object, withChecksum),
      ...changed,
      ...(partial && {ContentLength: end - start, ContentRange: contentRange(start, end, object.size)}),
      ...(input.PartNumber !== undefined && object.parts && {PartsCount: object.parts.length}),
    },
  };
};

/** GetObject and HeadObject. `ContentRange` in the answer means 206. */
export const readHandlers = (room: Room) =>
  ({
    GetObject(input, context) {
      const {object, selection, members} = readObject(room, input, context, 'body');
      // The wire takes any Readable or bytes; the SDK's type asks for its client-side mixin.
      return {...members, Body: room.bodies.read(object.segments, selection.start, selection.end) as never};
    },
    HeadObject: (input, context) =>
      readObject(room, input, context, input.ChecksumMode === 'ENABLED' ? 'body' : 'headers').members,
  }) satisfies Handlers<S3>;
