import type {_Error, DeletedObject, ObjectIdentifier, S3} from '@aws-sdk/client-s3';

import {ApiError, type CallContext, type Handlers} from '../../types.js';
import type {Release} from './bodies.js';
import {invalidRequest, malformedXml, noSuchKey, preconditionFailed} from '../errors.js';
import {requireKey} from '../names.js';
import {matchesTag} from './preconditions.js';
import type {BucketRecord} from '../records.js';
import type {Room} from '../room.js';
import {requireUnlocked} from './retention.js';
import {deleteCurrent, deleteVersion, versionOf, currentObject, type Deletion} from './versions.js';

interface Target {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
  readonly size: number | undefined;
  readonly modified: Date | undefined;
  /** x-amz-bypass-governance-retention, by a caller who may. */
  readonly mayBypass: boolean;
}

/** Removes one object, version or nothing (deleting what is not there succeeds); inside a change. */
const remove = (room: Room, bucket: BucketRecord, target: Target, release: Release): Deletion => {
  const {key, versionId} = target;
  const conditional =
    target.ifMatch !== undefined || target.size !== undefined || target.modified !== undefined;
  if (conditional) {
    const version =
      versionId === undefined
        ? currentObject(room.tables, bucket.name, key)
        : versionOf(room.tables, bucket.name, key, versionId);
    if (version?.kind !== 'object') throw noSuchKey(key);
    const same =
      (target.ifMatch === undefined || matchesTag(target.ifMatch, version.etag)) &&
      (target.size === undefined || target.size === version.size) &&
      (target.modified === undefined ||
        Math.floor(target.modified.getTime() / 1000) === Math.floor(version.modified / 1000));
    if (!same) throw preconditionFailed('If-Match');
  }
  const now = room.clock.now();
  if (versionId === undefined) return deleteCurrent(room.tables, bucket, key, now, release);
  requireUnlocked(versionOf(room.tables, bucket.name, key, versionId), now, target.mayBypass);
  return deleteVersion(room.tables, bucket.name, key, versionId, release);
};

/** AccessDenied unless the caller may; comparing an ETag takes s3:GetObject besides (S3 User Guide, "Conditional deletes"). */
const requireDelete = (room: Room, context: CallContext, bucket: BucketRecord, target: Target): void => {
  const {key, versionId, ifMatch} = target;
  const action = versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  room.require(context, action, bucket, {key, keys: {'s3:VersionId': versionId}});
  if (ifMatch !== undefined && ifMatch !== '*') room.require(context, 's3:GetObject', bucket, {key});
};

const members = ({deleteMarker, versionId}: Deletion) => ({
  ...(deleteMarker && {DeleteMarker: true}),
  ...(versionId !== undefined && {VersionId: versionId}),
});

const bypasses = (
  room: Room,
  context: CallContext,
  bucket: BucketRecord,
  {key, bypass}: {readonly key: string | undefined; readonly bypass: boolean | undefined},
): boolean =>
  bypass === true && room.allows(context, 's3:BypassGovernanceRetention', bucket, {key: key ?? ''});

const toTarget = (entry: ObjectIdentifier, mayBypass: boolean): Target => ({
  key: requireKey(entry.Key),
  versionId: entry.VersionId,
  ifMatch: entry.ETag,
  size: entry.Size,
  modified: entry.LastModifiedTime,
  mayBypass,
});

const failed = (entry: ObjectIdentifier, error: ApiError): _Error => ({
  Key: entry.Key,
  ...(entry.VersionId !== undefined && {VersionId: entry.VersionId}),
  Code: error.code,
  Message: error.message,
});

const succeeded = (entry: ObjectIdentifier, deletion: Deletion): DeletedObject => ({
  Key: entry.Key,
  ...(entry.VersionId !== undefined && {VersionId: entry.VersionId}),
  ...(deletion.deleteMarker && {DeleteMarker: true, DeleteMarkerVersionId: deletion.versionId}),
});

/** DeleteObject and DeleteObjects. */
export const deleteHandlers = (room: Room) =>
  ({
    async DeleteObject(input, context) {
      const bucket = room.bucket(input);
      const target: Target = {
        key: requireKey(input.Key),
        versionId: input.VersionId,
        ifMatch: input.IfMatch,
        size: input.IfMatchSize,
        modified: input.IfMatchLastModifiedTime,
        mayBypass: bypasses(room, context, bucket, {key: input.Key, bypass: input.BypassGovernanceRetention}),
      };
      requireDelete(room, context, bucket, target);
      const deletion = await room.bodies.change(release =>
        remove(room, room.bucket({Bucket: bucket.name}), target, release),
      );
      return members(deletion);
    },

    async DeleteObjects(input, context) {
      const bucket = room.bucket(input);
      const entries = input.Delete?.Objects ?? [];
      if (entries.length === 0 || entries.length > 1000) throw malformedXml();
      const {headers} = context;
      const checked =
        headers['content-md5'] !== undefined ||
        headers['x-amz-trailer'] !== undefined ||
        Object.keys(headers).some(name => /^x-amz-checksum-(?!type|mode|algorithm)/.test(name));
      if (!checked)
        throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
      const deleted: DeletedObject[] = [];
      const errors: _Error[] = [];
      await room.bodies.change(release => {
        const now = room.bucket({Bucket: bucket.name});
        for (const entry of entries) {
          try {
            const bypass = input.BypassGovernanceRetention;
            const target = toTarget(entry, bypasses(room, context, now, {key: entry.Key, bypass}));
            requireDelete(room, context, now, target);
            deleted.push(succeeded(entry, remove(room, now, target, release)));
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            errors.push(failed(entry, error));
          }
        }
      });
      return {
        ...(input.Delete?.Quiet !== true && {Deleted: deleted}),
        ...(errors.length > 0 && {Errors: errors}),
      };
    },
  }) satisfies Handlers<S3>;
