import type {BucketVersioningStatus, ObjectOwnership, ServerSideEncryption} from '@aws-sdk/client-s3';
import {call, toFailure, type Aws} from '../aws/index.js';
import type {FieldChange} from '../diff/index.js';
import {toApi} from '../distribution/form/index.js';
import {nameOf, open, subject} from './client.js';
import type {BucketSettings, EncryptionSettings} from './state.js';

/** In this order: a bucket is private before anything else. */
const order = [
  'publicAccessBlock',
  'ownership',
  'encryption',
  'versioning',
  'lifecycle',
  'cors',
  'tags',
] as const satisfies readonly (keyof BucketSettings)[];

/**
 * Makes the calls that `changes` (of `bucketDiff`) need, one after the other: S3 refuses two changes of one bucket at a
 * time (OperationAborted). Tags of others, and what an encryption setting leaves open, are read anew and kept. Versioning is
 * suspended where it is not wanted; S3 has no way back to a bucket without it.
 * Failures: BUCKET_HAS_ACLS (exit 6), ACCESS_DENIED.
 */
export async function applyBucket(
  aws: Aws,
  bucket: string,
  desired: BucketSettings,
  changes: readonly FieldChange[],
): Promise<void> {
  const changed = new Set(changes.map(({path}) => /^\w+/.exec(path)?.[0]));
  for (const setting of order) if (changed.has(setting)) await putters[setting](aws, bucket, desired);
}

type Put = (aws: Aws, bucket: string, desired: BucketSettings) => Promise<void>;

const putters: Readonly<Record<(typeof order)[number], Put>> = {
  async publicAccessBlock(aws, bucket, {publicAccessBlock: block}) {
    const {sdk, client} = await open(aws);
    const configuration = {
      BlockPublicAcls: block?.blockPublicAcls,
      IgnorePublicAcls: block?.ignorePublicAcls,
      BlockPublicPolicy: block?.blockPublicPolicy,
      RestrictPublicBuckets: block?.restrictPublicBuckets,
    };
    await call(subject('PutPublicAccessBlock', bucket), () =>
      client.send(
        new sdk.PutPublicAccessBlockCommand({Bucket: bucket, PublicAccessBlockConfiguration: configuration}),
      ),
    );
  },

  async ownership(aws, bucket, {ownership}) {
    const {sdk, client} = await open(aws);
    const rules = [{ObjectOwnership: ownership as ObjectOwnership}];
    await call(subject('PutBucketOwnershipControls', bucket), () =>
      client.send(
        new sdk.PutBucketOwnershipControlsCommand({Bucket: bucket, OwnershipControls: {Rules: rules}}),
      ),
    );
  },

  async versioning(aws, bucket, {versioning}) {
    const {sdk, client} = await open(aws);
    const Status: BucketVersioningStatus = versioning === true ? 'Enabled' : 'Suspended';
    await call(subject('PutBucketVersioning', bucket), () =>
      client.send(new sdk.PutBucketVersioningCommand({Bucket: bucket, VersioningConfiguration: {Status}})),
    );
  },

  async encryption(aws, bucket, {encryption}) {
    if (encryption !== undefined) await putEncryption(aws, bucket, encryption);
  },

  async lifecycle(aws, bucket, {lifecycle = []}) {
    const {sdk, client} = await open(aws);
    if (lifecycle.length === 0) {
      await call(subject('DeleteBucketLifecycle', bucket), () =>
        client.send(new sdk.DeleteBucketLifecycleCommand({Bucket: bucket})),
      );
      return;
    }
    // A PUT without it would set it back to S3's default.
    const now = await orAbsent(
      'GetBucketLifecycleConfiguration',
      bucket,
      'NoSuchLifecycleConfiguration',
      () => client.send(new sdk.GetBucketLifecycleConfigurationCommand({Bucket: bucket})),
    );
    const rules = lifecycle.map(rule => {
      const {Filter, ...rest} = toApi('LifecycleRule', rule);
      // S3 demands a filter; one for an empty prefix is every object.
      const isEmpty = Filter === undefined || Object.keys(Filter).length === 0;
      return {...rest, Filter: isEmpty ? {Prefix: ''} : Filter};
    });
    await call(subject('PutBucketLifecycleConfiguration', bucket), () =>
      client.send(
        new sdk.PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: {Rules: rules},
          TransitionDefaultMinimumObjectSize: now?.TransitionDefaultMinimumObjectSize,
        }),
      ),
    );
  },

  async cors(aws, bucket, {cors = []}) {
    const {sdk, client} = await open(aws);
    if (cors.length === 0) {
      await call(subject('DeleteBucketCors', bucket), () =>
        client.send(new sdk.DeleteBucketCorsCommand({Bucket: bucket})),
      );
      return;
    }
    const CORSRules = cors.map(rule => toApi('CORSRule', rule));
    await call(subject('PutBucketCors', bucket), () =>
      client.send(new sdk.PutBucketCorsCommand({Bucket: bucket, CORSConfiguration: {CORSRules}})),
    );
  },

  async tags(aws, bucket, {tags = {}}) {
    const {sdk, client} = await open(aws);
    const now = await orAbsent('GetBucketTagging', bucket, 'NoSuchTagSet', () =>
      client.send(new sdk.GetBucketTaggingCommand({Bucket: bucket})),
    );
    const others = (now?.TagSet ?? []).filter(({Key}) => !Object.hasOwn(tags, Key ?? ''));
    const TagSet = [...others, ...Object.entries(tags).map(([Key, Value]) => ({Key, Value}))];
    await call(subject('PutBucketTagging', bucket), () =>
      client.send(new sdk.PutBucketTaggingCommand({Bucket: bucket, Tagging: {TagSet}})),
    );
  },
};

/** The rule's other members (which kinds of encryption are refused) stay. */
async function putEncryption(aws: Aws, bucket: string, encryption: EncryptionSettings): Promise<void> {
  const {sdk, client} = await open(aws);
  const now = await orAbsent(
    'GetBucketEncryption',
    bucket,
    'ServerSideEncryptionConfigurationNotFoundError',
    () => client.send(new sdk.GetBucketEncryptionCommand({Bucket: bucket})),
  );
  const rule = now?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const Rules = [
    {
      ...rule,
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: encryption.algorithm as ServerSideEncryption,
        ...(encryption.kmsKeyId === undefined ? {} : {KMSMasterKeyID: encryption.kmsKeyId}),
      },
      BucketKeyEnabled: encryption.bucketKeyEnabled ?? rule?.BucketKeyEnabled,
    },
  ];
  await call(subject('PutBucketEncryption', bucket), () =>
    client.send(
      new sdk.PutBucketEncryptionCommand({Bucket: bucket, ServerSideEncryptionConfiguration: {Rules}}),
    ),
  );
}

async function orAbsent<T>(
  operation: string,
  bucket: string,
  absent: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (nameOf(error) === absent) return undefined;
    throw toFailure(error, subject(operation, bucket));
  }
}
