import {accountId, type ApiError, type CallContext, type Clock, type Store} from '../types.js';
import {accessIdentities} from '../cloudfront/origin-access.js';
import {notAuthorized} from '../iam/operations.js';
import {arnOf, authorize, requestKeys} from './access/authorize.js';
import type {AccessIdentities} from './access/principals.js';
import {openBodies, type Bodies} from './objects/bodies.js';
import {accessDenied, noSuchBucket} from './errors.js';
import {isForeignBucket} from './names.js';
import {openTables, type BucketRecord, type CreateS3, type ObjectRecord, type Tables} from './records.js';

interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

export interface AccessOptions {
  readonly key?: string;
  readonly object?: ObjectRecord | undefined;
  /** More condition keys: `s3:prefix`, `s3:VersionId`, ... */
  readonly keys?: Readonly<Record<string, string | number | undefined>>;
}

/** What every handler works with. */
export interface Room {
  /** Of the whole cloud: KMS keys are looked up there. */
  readonly store: Store;
  readonly tables: Tables;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly region: string;
  readonly accessIdentities: AccessIdentities;
  /** The bucket, or NoSuchBucket; AccessDenied when it belongs to another account. */
  bucket(input: BucketInput): BucketRecord;
  allows(context: CallContext, action: string, bucket: BucketRecord, options?: AccessOptions): boolean;
  /** The refusal of what is not allowed: it names action and resource where IAM stands in the way. */
  denied(context: CallContext, action: string, bucket: BucketRecord, key?: string): ApiError;
  /** AccessDenied (403) unless `allows`. */
  require(context: CallContext, action: string, bucket: BucketRecord, options?: AccessOptions): void;
  /** The bucket once the caller may do `action` on it. */
  open(input: BucketInput, context: CallContext, action: string): BucketRecord;
}

const tagKeys = (object: ObjectRecord | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (object?.tags ?? []).map(({Key, Value}) => [`s3:ExistingObjectTag/${Key ?? ''}`, Value ?? '']),
  );

export const openRoom = ({store, clock, region = 'us-east-1'}: CreateS3): Room => {
  const tables = openTables(store);
  const room: Room = {
    store,
    tables,
    bodies: openBodies(store, tables),
    clock,
    region,
    accessIdentities: accessIdentities(store),
    bucket({Bucket: name = '', ExpectedBucketOwner: expected}) {
      if (isForeignBucket(name)) throw accessDenied();
      const bucket = tables.buckets.get(name);
      if (!bucket) throw noSuchBucket(name);
      if (expected !== undefined && expected !== accountId) throw accessDenied();
      return bucket;
    },
    allows: (context, action, bucket, {key, object, keys} = {}) =>
      authorize({
        caller: context.caller,
        action,
        bucket,
        key,
        grants: object?.grants,
        keys: () => requestKeys(context, clock.now(), {...tagKeys(object), ...keys}),
      }),
    denied: ({caller}, action, bucket, key) =>
      caller.kind === 'identity' && caller.policy !== undefined
        ? notAuthorized('s3', caller.arn, action, arnOf(bucket, key))
        : accessDenied(),
    require(context, action, bucket, options) {
      if (!room.allows(context, action, bucket, options))
        throw room.denied(context, action, bucket, options?.key);
    },
    open(input, context, action) {
      const bucket = room.bucket(input);
      room.require(context, action, bucket);
      return bucket;
    },
  };
  return room;
};
