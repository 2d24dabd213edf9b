/** `frontctl bucket create|policy|check`: which bucket, and what the config says about it. */
import {bucketName as namePattern} from '../../config/formats.js';
import {bucketName} from '../../stack/index.js';
import {
  bucketPolicy,
  checkBucket,
  createPrivateBucket,
  type BucketCheck,
  type BucketPolicy,
  type CreatedBucket,
} from '../../stack/origin-access/index.js';
import {Failure} from '../../failure.js';
import {findTargets} from '../invalidate/target.js';
import type {Session} from '../session.js';

export interface CreateBucketRequest {
  readonly name: string;
  readonly versioning: boolean | undefined;
  readonly kmsKey: string | undefined;
}

/** What the config says about the bucket holds where it is the bucket of the config. Failures: those of `createPrivateBucket`. */
export async function createBucketFor(
  session: Session,
  request: CreateBucketRequest,
): Promise<CreatedBucket> {
  const {config} = await session.config();
  const {name, versioning, kmsKey} = request;
  checkName(name);
  const isConfigured = (await configuredBucket(session)) === name;
  const site = isConfigured && config.name !== undefined ? {name: config.name, tags: config.tags} : undefined;
  return createPrivateBucket({
    aws: await session.aws(),
    name,
    site,
    config: {
      ...(isConfigured ? config.bucket : {}),
      ...(versioning === undefined ? {} : {versioning}),
      ...(kmsKey === undefined ? {} : {encryption: {algorithm: 'aws:kms', kmsKeyId: kmsKey}}),
    },
  });
}

/** Failure BUCKET_NAME (exit 2), before anything is asked. */
function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new Failure('usage', 'BUCKET_NAME', `"${name}" is not a name that S3 takes for a bucket.`, {
    hint: 'Write 3 to 63 lowercase letters, digits, hyphens and single dots, with a letter or digit at both ends.',
  });
}

export interface PolicyRequest {
  readonly name: string | undefined;
  readonly distribution: readonly string[] | undefined;
  readonly apply: boolean;
  readonly local: boolean;
}

/** Failures: NO_BUCKET (exit 2), those of `bucketPolicy` and of finding distributions. */
export async function bucketPolicyFor(session: Session, request: PolicyRequest): Promise<BucketPolicy> {
  const {distribution, local, apply} = request;
  const bucket = request.name ?? (await wantedBucket(session));
  const aws = await session.aws();
  if (distribution === undefined) return bucketPolicy(aws, bucket, {apply});
  const targets = await findTargets(session, {distribution, tenant: undefined, local});
  return bucketPolicy(aws, bucket, {distributions: targets.map(({distributionId}) => distributionId), apply});
}

/** Failures: NO_BUCKET, NO_SUCH_BUCKET (exit 2). */
export async function checkBucketFor(session: Session, name: string | undefined): Promise<BucketCheck> {
  const bucket = name ?? (await wantedBucket(session));
  return checkBucket(await session.aws(), bucket);
}

async function configuredBucket(session: Session): Promise<string | undefined> {
  const {config} = await session.config();
  return config.bucket?.name ?? (config.name === undefined ? undefined : bucketName(config.name));
}

/** Failure NO_BUCKET (exit 2). */
async function wantedBucket(session: Session): Promise<string> {
  const found = await configuredBucket(session);
  if (found !== undefined) return found;
  throw new Failure('usage', 'NO_BUCKET', 'No bucket is named.', {
    hint: 'Name it, or set bucket.name (or name) in the config.',
  });
}
