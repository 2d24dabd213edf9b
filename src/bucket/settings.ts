import type {BucketLocationConstraint} from '@aws-sdk/client-s3';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {nameOf, open, statusOf, subject} from './client.js';
import {mergePolicy, type PolicyEdit, type PolicyStatement} from './policy.js';

export type BucketState =
  | {readonly exists: false}
  /** This account may use it. `region`: undefined where the endpoint does not say. */
  | {readonly exists: true; readonly region: string | undefined};

/**
 * A bucket that answers 403 is someone else's, or the credentials lack s3:ListBucket: Failure BUCKET_FORBIDDEN.
 */
export async function headBucket(aws: Aws, bucket: string): Promise<BucketState> {
  const {sdk, client} = await open(aws);
  try {
    const {BucketRegion} = await client.send(new sdk.HeadBucketCommand({Bucket: bucket}));
    return {exists: true, region: BucketRegion};
  } catch (error) {
    if (statusOf(error) === 404) return {exists: false};
    throw toFailure(error, subject('HeadBucket', bucket));
  }
}

export interface CreateBucketOptions {
  /** Default: the region of `aws`. */
  readonly region?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Emulators that do not know tags in CreateBucket refuse them so. */
const withoutTags = new Set(['MalformedXML', 'InvalidRequest', 'NotImplemented', 'UnsupportedArgument']);

/**
 * Makes the bucket with its tags. Answers false when it was this account's already: then its tags stay as they are.
 * Failure BUCKET_TAKEN when another account has the name.
 */
export async function createBucket(
  aws: Aws,
  bucket: string,
  {region: wanted, tags = {}}: CreateBucketOptions = {},
): Promise<boolean> {
  const region = wanted ?? (await aws.region());
  const {sdk, client} = await open(aws, wanted);
  const tagSet = Object.entries(tags).map(([Key, Value]) => ({Key, Value}));
  const create = (withTags: boolean) => {
    const configuration = {
      // us-east-1 is the one region that must not be named (CreateBucket, LocationConstraint).
      ...(region === 'us-east-1' ? {} : {LocationConstraint: region as BucketLocationConstraint}),
      ...(withTags ? {Tags: tagSet} : {}),
    };
    const isEmpty = Object.keys(configuration).length === 0;
    return client.send(
      new sdk.CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: isEmpty ? undefined : configuration,
      }),
    );
  };
  try {
    if (tagSet.length === 0) {
      await create(false);
      return true;
    }
    try {
      await create(true);
    } catch (error) {
      if (!withoutTags.has(nameOf(error))) throw error;
      await create(false);
      await client.send(new sdk.PutBucketTaggingCommand({Bucket: bucket, Tagging: {TagSet: tagSet}}));
    }
    return true;
  } catch (error) {
    switch (nameOf(error)) {
      case 'BucketAlreadyOwnedByYou':
        return false;
      case 'BucketAlreadyExists':
        throw new Failure(
          'conflict',
          'BUCKET_TAKEN',
          `Bucket name ${bucket} is taken by another AWS account.`,
          {
            hint: 'Bucket names are shared by all AWS accounts: choose another bucket.name.',
            cause: error,
          },
        );
      default:
        throw toFailure(error, subject('CreateBucket', bucket));
    }
  }
}

const blocked = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
} as const;

export async function isPublicAccessBlocked(aws: Aws, bucket: string): Promise<boolean> {
  const {sdk, client} = await open(aws);
  try {
    const {PublicAccessBlockConfiguration: now} = await client.send(
      new sdk.GetPublicAccessBlockCommand({Bucket: bucket}),
    );
    return Object.keys(blocked).every(setting => now?.[setting as keyof typeof blocked] === true);
  } catch (error) {
    if (nameOf(error) === 'NoSuchPublicAccessBlockConfiguration') return false;
    throw toFailure(error, subject('GetPublicAccessBlock', bucket));
  }
}

export async function blockPublicAccess(aws: Aws, bucket: string): Promise<void> {
  const {sdk, client} = await open(aws);
  await call(subject('PutPublicAccessBlock', bucket), () =>
    client.send(
      new sdk.PutPublicAccessBlockCommand({Bucket: bucket, PublicAccessBlockConfiguration: {...blocked}}),
    ),
  );
}

/** ACLs are off: what CloudFront may read is in the bucket policy alone. */
export async function isOwnerEnforced(aws: Aws, bucket: string): Promise<boolean> {
  const {sdk, client} = await open(aws);
  try {
    const {OwnershipControls: controls} = await client.send(
      new sdk.GetBucketOwnershipControlsCommand({Bucket: bucket}),
    );
    return controls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced';
  } catch (error) {
    if (nameOf(error) === 'OwnershipControlsNotFoundError') return false;
    throw toFailure(error, subject('GetBucketOwnershipControls', bucket));
  }
}

export async function enforceOwner(aws: Aws, bucket: string): Promise<void> {
  const {sdk, client} = await open(aws);
  await call(subject('PutBucketOwnershipControls', bucket), () =>
    client.send(
      new sdk.PutBucketOwnershipControlsCommand({
        Bucket: bucket,
        OwnershipControls: {Rules: [{ObjectOwnership: 'BucketOwnerEnforced'}]},
      }),
    ),
  );
}

/** The policy document as S3 answers it; undefined when the bucket has none. */
export async function readPolicy(aws: Aws, bucket: string): Promise<string | undefined> {
  const {sdk, client} = await open(aws);
  try {
    return (await client.send(new sdk.GetBucketPolicyCommand({Bucket: bucket}))).Policy;
  } catch (error) {
    if (nameOf(error) === 'NoSuchBucketPolicy') return undefined;
    throw toFailure(error, subject('GetBucketPolicy', bucket));
  }
}

/** Merges `own` statements into the live policy (`mergePolicy`); answers whether it had to write. */
export async function ensurePolicy(
  aws: Aws,
  bucket: string,
  own: readonly PolicyStatement[],
): Promise<boolean> {
  const merged = mergePolicy(await readPolicy(aws, bucket), own, bucket);
  if (merged === undefined) return false;
  await writePolicy(aws, bucket, merged);
  return true;
}

/** Replaces the policy of the bucket; undefined deletes it. */
export async function writePolicy(aws: Aws, bucket: string, policy: string | undefined): Promise<void> {
  const {sdk, client} = await open(aws);
  if (policy === undefined) {
    await call(subject('DeleteBucketPolicy', bucket), () =>
      client.send(new sdk.DeleteBucketPolicyCommand({Bucket: bucket})),
    );
    return;
  }
  await call(subject('PutBucketPolicy', bucket), () =>
    client.send(new sdk.PutBucketPolicyCommand({Bucket: bucket, Policy: policy})),
  );
}

/** Edits the live policy, read anew; answers whether it had to write. */
export async function editPolicy(
  aws: Aws,
  bucket: string,
  edit: (existing: string | undefined) => PolicyEdit,
): Promise<boolean> {
  const {changed, policy} = edit(await readPolicy(aws, bucket));
  if (changed) await writePolicy(aws, bucket, policy);
  return changed;
}

/** Whether website hosting is on: an endpoint of its own, over plain HTTP. */
export async function readWebsite(aws: Aws, bucket: string): Promise<boolean> {
  const {sdk, client} = await open(aws);
  try {
    await client.send(new sdk.GetBucketWebsiteCommand({Bucket: bucket}));
    return true;
  } catch (error) {
    if (['NoSuchWebsiteConfiguration', 'NoSuchBucket'].includes(nameOf(error)) || statusOf(error) === 501)
      return false;
    throw toFailure(error, subject('GetBucketWebsite', bucket));
  }
}
