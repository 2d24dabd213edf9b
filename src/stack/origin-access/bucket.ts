/** `bucket create`, `bucket policy`, `bucket check`. */
import type {Aws} from '../../aws/index.js';
import {
  applyBucket,
  bucketDiff,
  createBucket,
  customerKey,
  desiredBucket,
  identityIdsIn,
  letsDistributionRead,
  mergePolicy,
  privateStatement,
  publicStatements,
  readBucket,
  readPolicy,
  readStatement,
  readWebsite,
  refuseManagedKey,
  shutsServiceOut,
  usesManagedKey,
  writePolicy,
  type LiveBucket,
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
  const text = merged ?? existing;
  return {
    bucket,
    distributions: ids,
    policy: text === undefined ? null : (JSON.parse(text) as unknown),
    changed: merged !== undefined,
    applied: apply && merged !== undefined,
  };
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

export interface Finding {
  readonly check:
    'public-access' | 'ownership' | 'policy' | 'identity' | 'public-policy' | 'website' | 'encryption';
  readonly ok: boolean;
  /** One sentence. */
  readonly finding: string;
  /** What to do, where it is not well. */
  readonly fix: string | null;
}

export interface BucketCheck {
  readonly bucket: string;
  readonly region: string | null;
  readonly ok: boolean;
  readonly distributions: readonly string[];
  readonly findings: readonly Finding[];
}

/** Whether the bucket is private, and CloudFront can read it. Failure NO_SUCH_BUCKET (exit 2). */
export async function checkBucket(aws: Aws, name: string): Promise<BucketCheck> {
  const [live, website, {origins}] = await Promise.all([
    readBucket(aws, name),
    readWebsite(aws, name),
    readBucketOrigins(aws),
  ]);
  if (live === undefined) {
    throw new Failure('usage', 'NO_SUCH_BUCKET', `There is no bucket ${name}.`, {
      hint: `Make it: frontctl bucket create ${name}${aws.commandFlags}`,
    });
  }
  const reading = origins.filter(origin => origin.bucket === name);
  const ids = [...new Set(reading.map(({distributionId}) => distributionId))];
  const found = await Promise.all(ids.map(id => readDistribution(aws, id)));
  const arnOf = (id: string): string => found.find(each => each.id === id)?.arn ?? '';
  const findings = judge(live, website, reading, arnOf, aws.commandFlags);
  return {
    bucket: name,
    region: live.region ?? null,
    ok: findings.every(({ok}) => ok),
    distributions: ids,
    findings,
  };
}

/** Pure. `website`: website hosting is on. */
export function judge(
  live: LiveBucket,
  website: boolean,
  reading: readonly BucketOrigin[],
  arnOf: (distributionId: string) => string,
  flags: string,
): readonly Finding[] {
  const {name, policy, settings} = live;
  const repair = `frontctl bucket create ${name}${flags}`;
  const well = (check: Finding['check'], finding: string): Finding => ({check, ok: true, finding, fix: null});
  const ill = (check: Finding['check'], finding: string, fix: string): Finding => ({
    check,
    ok: false,
    finding,
    fix,
  });
  const open = Object.entries(settings.publicAccessBlock ?? {none: false}).filter(
    ([, value]) => value !== true,
  );
  const findings: Finding[] = [
    live.unknown.includes('publicAccessBlock')
      ? well('public-access', 'Whether public access is blocked, this endpoint does not tell.')
      : open.length === 0
        ? well('public-access', 'All public access is blocked.')
        : ill('public-access', 'Public access is not blocked altogether.', repair),
    live.unknown.includes('ownership') || settings.ownership === 'BucketOwnerEnforced'
      ? well('ownership', 'ACLs are off: the bucket policy alone decides.')
      : ill(
          'ownership',
          `ACLs count (${settings.ownership ?? 'no ownership controls'}): what others upload, CloudFront may not be able to read.`,
          repair,
        ),
  ];
  for (const id of [...new Set(reading.map(({distributionId}) => distributionId))]) {
    const own = reading.filter(({distributionId}) => distributionId === id);
    const identity = own.find(each => each.identity !== undefined)?.identity;
    if (identity !== undefined)
      findings.push(
        ill(
          'identity',
          `${id} reads with the origin access identity ${identity} (legacy).`,
          `frontctl oac migrate ${id}${flags}`,
        ),
      );
    else if (own.every(({control}) => control === undefined))
      findings.push(
        ill(
          'policy',
          `${id} reads without signing: a private bucket answers it 403.`,
          `frontctl oac attach ${id} --origin ${own[0]?.originId ?? ''}${flags}`,
        ),
      );
    else
      findings.push(
        letsDistributionRead(policy, name, arnOf(id))
          ? well('policy', `${id} is let in by the bucket policy.`)
          : ill(
              'policy',
              `${id} is not let in by the bucket policy: it gets 403.`,
              `frontctl bucket policy ${name} --distribution ${id} --apply${flags}`,
            ),
      );
  }
  const used = new Set(reading.map(({identity}) => identity));
  const idle = identityIdsIn(policy, name).filter(id => !used.has(id));
  if (idle.length > 0)
    findings.push(
      ill(
        'identity',
        `The policy names ${idle.join(', ')}, with which no distribution of this account reads.`,
        'Take the statement out, unless a distribution of another account reads with it.',
      ),
    );
  for (const sid of publicStatements(policy, name))
    findings.push(
      ill(
        'public-policy',
        `Statement ${sid} of the bucket policy lets everybody in.`,
        'Take it out: visitors come through CloudFront.',
      ),
    );
  for (const sid of shutsServiceOut(policy, name))
    findings.push(
      ill(
        'policy',
        `Statement ${sid} of the bucket policy shuts CloudFront out, whatever others allow.`,
        'Add {"Service": "cloudfront.amazonaws.com"} to its NotPrincipal.',
      ),
    );
  findings.push(
    website
      ? ill(
          'website',
          'Website hosting is on: it answers over plain HTTP only, and needs a public bucket.',
          `aws s3api delete-bucket-website --bucket ${name}`,
        )
      : well('website', 'Website hosting is off.'),
  );
  const key = customerKey(settings.encryption);
  findings.push(
    usesManagedKey(settings.encryption)
      ? ill(
          'encryption',
          'New objects are encrypted with the AWS managed key aws/s3, which CloudFront cannot use.',
          `${repair} --kms-key KEY`,
        )
      : well(
          'encryption',
          key === undefined
            ? 'New objects are encrypted by S3 itself (SSE-S3).'
            : `New objects are encrypted with KMS key ${key}.`,
        ),
  );
  return findings;
}
