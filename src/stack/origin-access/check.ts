/** `bucket check`. */
import type {Aws} from '../../aws/index.js';
import {
  customerKey,
  identityIdsIn,
  letsDistributionRead,
  mergeKeyPolicy,
  publicStatements,
  readBucket,
  readKeyPolicy,
  readWebsite,
  shutsServiceOut,
  usesManagedKey,
  type KeyPolicy,
  type LiveBucket,
} from '../../bucket/index.js';
import {readDistribution} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {readBucketOrigins, type BucketOrigin} from './state.js';

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
  const keyPolicy = await readUsedKey(aws, live);
  const findings = judge({live, website, keyPolicy, reading, arnOf, flags: aws.commandFlags});
  return {
    bucket: name,
    region: live.region ?? null,
    ok: findings.every(({ok}) => ok),
    distributions: ids,
    findings,
  };
}

/** The policy of the key that encrypts new objects; a Failure where it cannot be read. */
async function readUsedKey(
  aws: Aws,
  {settings, region}: LiveBucket,
): Promise<KeyPolicy | Failure | undefined> {
  const keyId = customerKey(settings.encryption);
  if (keyId === undefined) return undefined;
  try {
    return await readKeyPolicy(aws, keyId, region);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

export interface Judged {
  readonly live: LiveBucket;
  /** Website hosting is on. */
  readonly website: boolean;
  readonly keyPolicy: KeyPolicy | Failure | undefined;
  readonly reading: readonly BucketOrigin[];
  readonly arnOf: (distributionId: string) => string;
  /** See `Aws.commandFlags`. */
  readonly flags: string;
}

export function judge({live, website, keyPolicy, reading, arnOf, flags}: Judged): readonly Finding[] {
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
  if (keyPolicy instanceof Failure)
    findings.push(
      ill('encryption', `Its key cannot be looked at: ${keyPolicy.message}`, keyPolicy.hint ?? ''),
    );
  else if (keyPolicy !== undefined) {
    const readers = [...new Set(reading.map(({distributionId}) => distributionId))];
    for (const id of readers.filter(
      each => mergeKeyPolicy(keyPolicy.policy, arnOf(each), keyPolicy.arn) !== undefined,
    ))
      findings.push(
        ill(
          'encryption',
          `The policy of that key does not let ${id} decrypt: it gets 403 for what is encrypted with it.`,
          `frontctl bucket policy ${name} --distribution ${id} --apply${flags}`,
        ),
      );
  }
  return findings;
}
