import type {S3} from '@aws-sdk/client-s3';

import type {CallContext, Handlers} from '../../types.js';
import type {Received, Release} from './bodies.js';
import {describe, etagOf, versionMember, type DescriptionInput} from './describe.js';
import {
  conditionalRequestConflict,
  entityTooLarge,
  invalidArgument,
  noSuchKey,
  notImplemented,
  preconditionFailed,
} from '../errors.js';
import {encryptionFor} from './encryption.js';
import {checksumMembers, declare, verify} from './integrity.js';
import {requireKey} from '../names.js';
import {evaluateWrite} from './preconditions.js';
import type {BucketRecord, ObjectRecord} from '../records.js';
import {requireDigest, retentionFor} from './retention.js';
import type {Room} from '../room.js';
import {currentObject, putVersion} from './versions.js';

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

const largestPut = 5 * 1024 ** 3;

export const requireWriteConditions = ({IfMatch, IfNoneMatch}: WriteConditions): void => {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*')
    throw notImplemented('If-None-Match with anything but *');
  if (IfMatch !== undefined && IfNoneMatch !== undefined)
    throw notImplemented('If-Match together with If-None-Match');
};

/**
 * Puts a version if the conditions hold now; inside a change. `existed`: whether there was a current object when the
 * request began. An object deleted in between makes a conditional write fail with 409, not 404 or success.
 */
export const putIf = (
  room: Room,
  bucketName: string,
  key: string,
  conditions: WriteConditions,
  existed: boolean,
  record: () => Omit<ObjectRecord, 'versionId' | 'kind'>,
  release: Release,
): {readonly bucket: BucketRecord; readonly versionId: string} => {
  // The bucket may have gone or changed its versioning while the body came in.
  const bucket = room.bucket({Bucket: bucketName});
  if (conditions.IfMatch !== undefined || conditions.IfNoneMatch !== undefined) {
    const current = currentObject(room.tables, bucketName, key);
    const condition = conditions.IfMatch === undefined ? 'If-None-Match' : 'If-Match';
    if (existed && !current) throw conditionalRequestConflict(key, condition);
    const verdict = evaluateWrite(
      {ifMatch: conditions.IfMatch, ifNoneMatch: conditions.IfNoneMatch},
      current,
    );
    if (verdict === 'missing') throw noSuchKey(key);
    if (verdict !== 'proceed') throw preconditionFailed(condition);
  }
  const retained = {...record(), ...retentionFor(bucket, room.clock.now())};
  return {bucket, versionId: putVersion(room.tables, bucket, key, retained, release)};
};

/** s3:PutObject, and what a tag set, an ACL and If-Match ask for besides. */
export const requireWriteAccess = (
  room: Room,
  context: CallContext,
  bucket: BucketRecord,
  key: string,
  input: DescriptionInput & WriteConditions,
): void => {
  room.require(context, 's3:PutObject', bucket, {key});
  if (input.IfMatch !== undefined) room.require(context, 's3:GetObject', bucket, {key});
  if (input.Tagging !== undefined) room.require(context, 's3:PutObjectTagging', bucket, {key});
  if (input.ACL !== undefined && bucket.ownership !== 'BucketOwnerEnforced')
    room.require(context, 's3:PutObjectAcl', bucket, {key});
};

/** PutObject. */
export const writeHandlers = (room: Room) =>
  ({
    async PutObject(input, context) {
      const bucket = room.bucket(input);
      const key = requireKey(input.Key);
      requireWriteAccess(room, context, bucket, key, input);
      requireWriteConditions(input);
      if (input.WriteOffsetBytes !== undefined)
        throw invalidArgument(
          'Appending is for directory buckets.',
          'x-amz-write-offset-bytes',
          input.WriteOffsetBytes,
        );
      if ((input.ContentLength ?? 0) > largestPut) throw entityTooLarge(input.ContentLength ?? 0, largestPut);
      const description = describe(input, bucket, encryptionFor(room, context, bucket, key, input));
      requireDigest(bucket, context.headers, 'Object');
      const declared = declare(input, context.headers);
      const conditional = input.IfMatch !== undefined || input.IfNoneMatch !== undefined;
      const existed = conditional && currentObject(room.tables, bucket.name, key) !== undefined;
      const received: Received = await room.bodies.receive(
        input.Body as AsyncIterable<unknown> | Uint8Array | string | undefined,
        declared.algorithm === undefined ? [] : [declared.algorithm],
      );
      try {
        const checksum = verify(declared, received);
        const etag = etagOf(received.md5, description.encryption);
        const put = await room.bodies.change(release =>
          putIf(
            room,
            bucket.name,
            key,
            input,
            existed,
            () => ({
              modified: room.clock.now(),
              size: received.size,
              etag,
              segments: received.claim(),
              ...description,
              ...(checksum && {checksum}),
            }),
            release,
          ),
        );
        return {
          ETag: `"${etag}"`,
          ...checksumMembers(checksum),
          ...description.encryption,
          ...versionMember(put.bucket, put.versionId),
        };
      } catch (error) {
        await received.discard();
        throw error;
      }
    },
  }) satisfies Handlers<S3>;
