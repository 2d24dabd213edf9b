/** `bucket create`, `bucket policy`. */
import type {Aws} from '../../aws/index.js';
import {
  applyBucket,
  bucketDiff,
  createBucket,
  customerKey,
  desiredBucket,
  letKeyBeUsed,
  mergePolicy,
  privateStatement,
  headBucket,
  readBucket,
  readEncryption,
  readPolicy,
  readStatement,
  refuseManagedKey,
  writePolicy,
} from '../../bucket/index.js';
import type {BucketConfig} from '../../config/types.js';
import type {FieldChange} from '../../diff/index.js';
import {readDistribution} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {bucketOrigins, readBucketOrigins, type BucketOrigin} from './state.js';

export interface CreateBucketInput {
  readonly aws: Aws;
  readonly name: string;
  readonly config: BucketConfig;
  /** Site name and tags: of a bucket that belongs to a site. */
  readonly site:
    {readonly name: string; readonly tags?: Readonly<Record<string, string>> | undefined} | undefined;
}

export interface CreatedBucket {
  readonly bucket: string;
  readonly region: string;
  readonly created: boolean;
  readonly changes: readonly FieldChange[];
}

/** A private bucket, made or made so. Failures: BUCKET_TAKEN (exit 4), BUCKET_FORBIDDEN (exit 3), WRONG_REGION (exit 2), KMS_MANAGED_KEY (exit 6). */
export async function createPrivateBucket({
  aws,
  name,
  config,
  site,
}: CreateBucketInput): Promise<CreatedBucket> {
  const {tags, ...settings} = desiredBucket(config, {name: site?.name ?? '', tags: site?.tags});
  const desired = site === undefined ? settings : {...settings, tags: tags ?? {}};
  refuseManagedKey(desired.encryption, name);
  const region = config.region ?? (await aws.region());
  const before = await readBucket(aws, name, {region});
  const created =
    before === undefined &&
    (await createBucket(aws, name, {region, tags: 'tags' in desired ? desired.tags : {}}));
  const live = before ?? (await readBucket(aws, name, {region}));
  const changes = bucketDiff(live, desired);
  await applyBucket(aws, name, desired, changes);
  return {
    bucket: name,
    region: live?.region ?? region,
    created,
    changes: before === undefined ? [] : changes,
  };
}

export interface BucketPolicy {
  readonly bucket: string;
  readonly distributions: readonly string[];
  /** As it would be, or is now. */
  readonly policy: unknown;
  /** Whether that differs from what was live. */
  readonly changed: boolean;
  readonly applied: boolean;
}

/**
 * The live policy with what the distributions need: each reads what its origins show, and nobody reads `.frontctl/` through
 * CloudFront. `distributions`: ids; all that read the bucket when left out. Failures: NO_SUCH_BUCKET, NOT_AN_ORIGIN (exit 2), POLICY_TOO_LARGE (exit 6).
 */
export async function bucketPolicy(
  aws: Aws,
  bucket: string,
  {distributions, apply}: {readonly distributions?: readonly string[] | undefined; readonly apply: boolean},
): Promise<BucketPolicy> {
  const reading = await readersOf(aws, bucket, distributions);
  const ids = [...new Set(reading.map(({distributionId}) => distributionId))];
  const found = await Promise.all(ids.map(id => readDistribution(aws, id)));
  const existing = await readPolicy(aws, bucket);
  const statements = reading.flatMap(({distributionId, prefix}) => {
    const arn = found.find(({id}) => id === distributionId)?.arn ?? '';
    const subject = {bucket, prefix, partition: arn.split(':')[1]};
    return [readStatement(subject, arn), privateStatement(subject)];
  });
  const merged = mergePolicy(existing, statements, bucket);
  if (apply && merged !== undefined) await writePolicy(aws, bucket, merged);
  if (apply) await openKey(aws, bucket, found);
  const text = merged ?? existing;
  return {
    bucket,
    distributions: ids,
    policy: text === undefined ? null : (JSON.parse(text) as unknown),
    changed: merged !== undefined,
    applied: apply && merged !== undefined,
  };
}

/** What the bucket encrypts with a key of the customer's, they may decrypt. */
async function openKey(
  aws: Aws,
  bucket: string,
  distributions: readonly {readonly arn: string}[],
): Promise<void> {
  const keyId = customerKey(await readEncryption(aws, bucket));
  if (keyId === undefined) return;
  const found = await headBucket(aws, bucket);
  const key = {keyId, region: found.exists ? found.region : undefined};
  for (const {arn} of distributions) await letKeyBeUsed(aws, key, arn);
}

async function readersOf(
  aws: Aws,
  bucket: string,
  distributions: readonly string[] | undefined,
): Promise<readonly BucketOrigin[]> {
  if (distributions === undefined)
    return (await readBucketOrigins(aws)).origins.filter(origin => origin.bucket === bucket);
  const found = await Promise.all(distributions.map(id => readDistribution(aws, id)));
  return found.flatMap(({id, config}) => {
    const own = bucketOrigins(id, config).filter(origin => origin.bucket === bucket);
    if (own.length > 0) return own;
    throw new Failure('usage', 'NOT_AN_ORIGIN', `Distribution ${id} has no S3 origin in bucket ${bucket}.`, {
      hint: 'Name a distribution that reads the bucket, or leave --distribution out: all that read it are let in.',
    });
  });
}
