import type {S3} from '@aws-sdk/client-s3';

import {ApiError, type Handlers} from '../../types.js';
import {invalidArgument, malformedXml} from '../errors.js';
import type {BucketRecord} from '../records.js';
import type {Room} from '../room.js';

type Lock = NonNullable<BucketRecord['objectLock']>;

export const versioningIsLocked = (): ApiError =>
  new ApiError(
    'InvalidBucketState',
    'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    409,
  );

/** Object Lock of a bucket: its default retention. Retention of single objects, and legal holds, there are none. */
export const objectLockHandlers = (room: Room) =>
  ({
    GetObjectLockConfiguration(input, context) {
      const {objectLock, name} = room.open(input, context, 's3:GetBucketObjectLockConfiguration');
      if (objectLock === undefined)
        throw new ApiError(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
          404,
          {BucketName: name},
        );
      const {retention} = objectLock;
      return {
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          ...(retention && {Rule: {DefaultRetention: {Mode: retention.mode, Days: retention.days}}}),
        },
      };
    },
    async PutObjectLockConfiguration(input, context) {
      const {name} = room.open(input, context, 's3:PutBucketObjectLockConfiguration');
      const {ObjectLockEnabled: enabled, Rule: rule} = input.ObjectLockConfiguration ?? {};
      if (enabled !== 'Enabled') throw malformedXml();
      const {Mode: mode, Days: days, Years: years} = rule?.DefaultRetention ?? {};
      if (rule !== undefined && (mode === undefined || (days === undefined) === (years === undefined)))
        throw malformedXml();
      const length = days ?? (years ?? 0) * 365;
      if (mode !== undefined && length < 1)
        throw invalidArgument('Default retention period must be a positive integer value.', 'Days', days);
      const objectLock: Lock = mode === undefined ? {} : {retention: {mode, days: length}};
      await room.bodies.change(() => {
        const bucket = room.bucket({Bucket: name});
        if (bucket.versioning !== 'Enabled')
          throw new ApiError(
            'InvalidBucketState',
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            409,
          );
        room.tables.buckets.put(name, {...bucket, objectLock});
      });
      return {};
    },
  }) satisfies Handlers<S3>;
