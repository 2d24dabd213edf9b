import type {S3} from '@aws-sdk/client-s3';

import {ApiError, type Handlers} from '../../types.js';
import {owner, requestedGrants} from './acl.js';
import {accessDenied, invalidArgument, notImplemented} from '../errors.js';
import {isForeignBucket, requireBucketName} from '../names.js';
import type {BucketRecord, PublicAccessBlock} from '../records.js';
import type {Room} from '../room.js';
import {requireTags} from './tags.js';
import {without} from '../without.js';

/** What AWS gives every new bucket since April 2023. */
const allBlocked: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const regionName = /^([a-z]{2}(-[a-z]+)+-\d|EU)$/;

/** The bucket's region: LocationConstraint, which may not name us-east-1, or the room's own. */
const regionOf = (constraint: string | undefined, own: string): string => {
  if (constraint === undefined || constraint === '') return own;
  if (constraint === 'us-east-1' || !regionName.test(constraint))
    throw new ApiError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: constraint,
    });
  return constraint === 'EU' ? 'eu-west-1' : constraint;
};

const alreadyExists = (bucket: string): ApiError =>
  new ApiError(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    409,
    {BucketName: bucket},
  );

const alreadyYours = (bucket: string): ApiError =>
  new ApiError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    {BucketName: bucket},
  );

const arnOf = (name: string): string => `arn:aws:s3:::${name}`;

const isEmpty = (rows: Iterable<unknown>): boolean => {
  for (const _row of rows) return false;
  return true;
};

/** CreateBucket, HeadBucket, ListBuckets, DeleteBucket, GetBucketLocation. */
export const bucketHandlers = (room: Room) =>
  ({
    async CreateBucket(input, {caller}) {
      if (caller.kind !== 'identity') throw accessDenied();
      const name = requireBucketName(input.Bucket);
      if (isForeignBucket(name)) throw alreadyExists(name);
      const configuration = input.CreateBucketConfiguration;
      if (configuration?.Bucket?.Type === 'Directory') throw notImplemented('A directory bucket');
      const region = regionOf(configuration?.LocationConstraint, room.region);
      const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced';
      if (ownership === 'BucketOwnerEnforced' && input.ACL !== undefined && input.ACL !== 'private')
        throw new ApiError(
          'InvalidBucketAclWithObjectOwnership',
          "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
          400,
        );
      const tags = requireTags(configuration?.Tags ?? [], 50);
      const grants = requestedGrants(input, {ownership, publicAccessBlock: allBlocked});
      const bucket: BucketRecord = {
        name,
        created: room.clock.now(),
        region,
        ownership,
        publicAccessBlock: allBlocked,
        ...(input.ObjectLockEnabledForBucket === true && {versioning: 'Enabled', objectLock: {}}),
        ...(grants && {grants}),
      };
      await room.bodies.change(() => {
        const existing = room.tables.buckets.get(name);
        // Only us-east-1 lets the owner create a bucket again; it resets the ACL and nothing else.
        if (existing) {
          if (region !== 'us-east-1' || existing.region !== region) throw alreadyYours(name);
          room.tables.buckets.put(name, {...without(existing, 'grants'), ...(grants && {grants})});
          return;
        }
        room.tables.buckets.put(name, bucket);
        if (tags.length > 0) room.tables.settings.put(`${name}/Tagging`, {TagSet: tags});
      });
      return {
        Location: region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`,
        BucketArn: arnOf(name),
      };
    },

    HeadBucket(input, context) {
      const {name, region} = room.open(input, context, 's3:ListBucket');
      return {BucketArn: arnOf(name), BucketRegion: region, AccessPointAlias: false};
    },

    ListBuckets(input, {caller}) {
      if (caller.kind !== 'identity') throw accessDenied();
      const limit = input.MaxBuckets;
      if (limit !== undefined && (limit < 1 || limit > 10_000))
        throw invalidArgument('max-buckets must be between 1 and 10000', 'max-buckets', limit);
      const after =
        input.ContinuationToken === undefined
          ? undefined
          : Buffer.from(input.ContinuationToken, 'base64url').toString();
      const found: BucketRecord[] = [];
      let more = false;
      for (const [, bucket] of room.tables.buckets.range({
        prefix: input.Prefix ?? '',
        ...(after !== undefined && {after}),
      })) {
        if (input.BucketRegion !== undefined && bucket.region !== input.BucketRegion) continue;
        if (limit !== undefined && found.length === limit) {
          more = true;
          break;
        }
        found.push(bucket);
      }
      const paged = limit !== undefined || input.BucketRegion !== undefined || input.Prefix !== undefined;
      const last = found.at(-1);
      return {
        Buckets: found.map(({name, created, region}) => ({
          Name: name,
          CreationDate: new Date(created),
          BucketArn: arnOf(name),
          ...(paged && {BucketRegion: region}),
        })),
        Owner: owner,
        ...(input.Prefix !== undefined && {Prefix: input.Prefix}),
        ...(more && last && {ContinuationToken: Buffer.from(last.name).toString('base64url')}),
      };
    },

    async DeleteBucket(input, context) {
      const {name} = room.open(input, context, 's3:DeleteBucket');
      const {tables} = room;
      await room.bodies.change(({release}) => {
        const prefix = `${name}/`;
        if (
          !isEmpty(tables.objects.range({prefix, limit: 1})) ||
          !isEmpty(tables.versions.range({prefix, limit: 1}))
        )
          throw new ApiError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
            BucketName: name,
          });
        for (const [row, {id}] of [...tables.uploads.range({prefix})]) {
          tables.uploads.delete(row);
          for (const [part, {segments}] of [...tables.parts.range({prefix: `${id}/`})]) {
            tables.parts.delete(part);
            release(segments);
          }
        }
        for (const [row] of [...tables.settings.range({prefix})]) tables.settings.delete(row);
        tables.buckets.delete(name);
      });
      return {};
    },

    GetBucketLocation(input, context) {
      const {region} = room.open(input, context, 's3:GetBucketLocation');
      return region === 'us-east-1' ? {} : {LocationConstraint: region as never};
    },
  }) satisfies Handlers<S3>;
