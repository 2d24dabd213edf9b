import type * as S3 from '@aws-sdk/client-s3';
import type {BucketLocationConstraint, S3Client} from '@aws-sdk/client-s3';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {mergePolicy, type PolicyStatement} from './policy.js';

async function open(aws: Aws): Promise<{readonly sdk: typeof S3; readonly client: S3Client}> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-s3'), aws.s3()]);
  return {sdk, client};
}

function subject(operation: string, bucket: string) {
  return {service: 's3', operation, resource: `bucket ${bucket}`} as const;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const {$metadata: metadata} = error as {$metadata?: {httpStatusCode?: number}};
  return metadata?.httpStatusCode;
}

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

/**
 * Makes the bucket in the region of `aws`. Answers false when it was this account's already.
 * Failure BUCKET_TAKEN when another account has the name.
 */
export async function createBucket(aws: Aws, bucket: string): Promise<boolean> {
  const [{CreateBucketCommand}, client, region] = await Promise.all([
    import('@aws-sdk/client-s3'),
    aws.s3(),
    aws.region(),
  ]);
  // us-east-1 is the one region that must not be named (CreateBucket, LocationConstraint).
  const configuration =
    region === 'us-east-1' ? undefined : {LocationConstraint: region as BucketLocationConstraint};
  try {
    await client.send(new CreateBucketCommand({Bucket: bucket, CreateBucketConfiguration: configuration}));
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
  const {sdk, client} = await open(aws);
  await call(subject('PutBucketPolicy', bucket), () =>
    client.send(new sdk.PutBucketPolicyCommand({Bucket: bucket, Policy: merged})),
  );
  return true;
}
