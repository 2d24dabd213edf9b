import type {ReplicationConfiguration, S3} from '@aws-sdk/client-s3';

import {invalidArgument, invalidRequest, malformedXml} from '../errors.js';
import type {BucketRecord} from '../records.js';
import type {Room} from '../room.js';
import {ApiError, type Handlers} from '../../types.js';

const row = (bucket: BucketRecord): string => `${bucket.name}/Replication`;

export const isReplicated = (room: Room, bucket: BucketRecord): boolean =>
  room.tables.settings.get(row(bucket)) !== undefined;

/** 409: versioning cannot be suspended under a replication. */
export const versioningIsNeeded = (): ApiError =>
  new ApiError(
    'InvalidBucketState',
    'A replication configuration is present on this bucket, so the versioning state cannot be changed.',
    409,
  );

/** Both ends need versioning; a destination of another account is not looked at. */
const check = (room: Room, configuration: ReplicationConfiguration | undefined): void => {
  const rules = configuration?.Rules ?? [];
  if (rules.length === 0 || rules.length > 1000) throw malformedXml();
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(configuration?.Role ?? ''))
    throw invalidArgument('Invalid Amazon Resource Name for the role', 'Role', configuration?.Role);
  const ids = rules.map(({ID}) => ID).filter(id => id !== undefined && id !== '');
  if (new Set(ids).size !== ids.length) throw invalidArgument('Rule Id must be unique.', 'ID', '');
  for (const {Status: status, Destination: destination} of rules) {
    if (status !== 'Enabled' && status !== 'Disabled') throw malformedXml();
    const name = /^arn:aws[a-z-]*:s3:::([^/]+)$/.exec(destination?.Bucket ?? '')?.[1];
    if (name === undefined)
      throw invalidArgument('Invalid bucket ARN for the destination', 'Bucket', destination?.Bucket);
    if (destination?.Account !== undefined) continue;
    const target = room.tables.buckets.get(name);
    if (!target) throw invalidRequest('Destination bucket must exist.');
    if (target.versioning !== 'Enabled')
      throw invalidRequest('Destination bucket must have versioning enabled.');
  }
};

/**
 * The replication of a bucket: checked, kept and given back. Objects are not copied.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
 */
export const replicationHandlers = (room: Room) =>
  ({
    GetBucketReplication(input, context) {
      const bucket = room.open(input, context, 's3:GetReplicationConfiguration');
      const found = room.tables.settings.get(row(bucket));
      if (!found)
        throw new ApiError(
          'ReplicationConfigurationNotFoundError',
          'The replication configuration was not found',
          404,
          {BucketName: bucket.name},
        );
      return found;
    },
    async PutBucketReplication(input, context) {
      const {name} = room.open(input, context, 's3:PutReplicationConfiguration');
      await room.bodies.change(() => {
        const bucket = room.bucket({Bucket: name});
        check(room, input.ReplicationConfiguration);
        if (bucket.versioning !== 'Enabled')
          throw invalidRequest(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
          );
        room.tables.settings.put(row(bucket), {ReplicationConfiguration: input.ReplicationConfiguration});
      });
      return {};
    },
    async DeleteBucketReplication(input, context) {
      const bucket = room.open(input, context, 's3:PutReplicationConfiguration');
      await room.bodies.change(() => room.tables.settings.delete(row(bucket)));
      return {};
    },
  }) satisfies Handlers<S3>;
