/** What a migration from origin access identities (OAI) to an origin access control (OAC) looks at. */
import {mapConcurrent, type Aws} from '../../aws/index.js';
import {readEncryption, readPolicy, type EncryptionSettings} from '../../bucket/index.js';
import {
  bucketOf,
  identityOf,
  listAccessControls,
  listAccessIdentities,
  listDistributions,
  originsOf,
  prefixOf,
  readDistribution,
  type AccessControl,
  type Distribution,
  type OriginAccessIdentity,
} from '../../distribution/index.js';

/** An origin of any distribution of the account that reads a bucket. */
export interface BucketOrigin {
  readonly distributionId: string;
  readonly originId: string;
  readonly bucket: string;
  /** Without slashes at the ends. */
  readonly prefix: string;
  /** Of the identity that it reads with; undefined where none. */
  readonly identity: string | undefined;
  /** Id of its origin access control. */
  readonly control: string | undefined;
}

export interface MigratingBucket {
  readonly name: string;
  readonly policy: string | undefined;
  readonly encryption: EncryptionSettings | undefined;
}

export interface MigrationState {
  readonly distribution: Distribution;
  /** Of all distributions of the account. */
  readonly origins: readonly BucketOrigin[];
  /** Distributions whose last change has not reached every edge. */
  readonly deploying: readonly string[];
  /** Buckets of this distribution's S3 origins. */
  readonly buckets: readonly MigratingBucket[];
  /** All of the account. */
  readonly identities: readonly OriginAccessIdentity[];
  readonly controls: readonly AccessControl[];
}

/** Every origin of the account that reads a bucket. */
export async function readBucketOrigins(
  aws: Aws,
): Promise<{readonly origins: readonly BucketOrigin[]; readonly deploying: readonly string[]}> {
  const origins: BucketOrigin[] = [];
  const deploying: string[] = [];
  for await (const summary of listDistributions(aws)) {
    const distributionId = summary.Id ?? '';
    if (summary.Status !== 'Deployed') deploying.push(distributionId);
    origins.push(...bucketOrigins(distributionId, summary));
  }
  return {origins, deploying};
}

export const bucketOrigins = (
  distributionId: string,
  config: Parameters<typeof originsOf>[0],
): readonly BucketOrigin[] =>
  originsOf(config).flatMap(origin => {
    const bucket = bucketOf(origin);
    const {Id: originId = '', OriginAccessControlId: control = ''} = origin;
    if (bucket === undefined) return [];
    return [
      {
        distributionId,
        originId,
        bucket,
        prefix: prefixOf(origin),
        identity: identityOf(origin),
        control: control === '' ? undefined : control,
      },
    ];
  });

/** Failures: NO_SUCH_DISTRIBUTION, NO_SUCH_BUCKET, and ACCESS_DENIED where a policy cannot be read. */
export async function readMigration(aws: Aws, distributionId: string): Promise<MigrationState> {
  const [distribution, {origins, deploying}, identities, controls] = await Promise.all([
    readDistribution(aws, distributionId),
    readBucketOrigins(aws),
    listAccessIdentities(aws),
    listAccessControls(aws),
  ]);
  const own = bucketOrigins(distributionId, distribution.config);
  const names = [...new Set(own.map(({bucket}) => bucket))];
  const buckets: MigratingBucket[] = [];
  const readOne = async (name: string): Promise<MigratingBucket> => {
    const [policy, encryption] = await Promise.all([readPolicy(aws, name), readEncryption(aws, name)]);
    return {name, policy, encryption};
  };
  for await (const bucket of mapConcurrent(names, 8, readOne)) buckets.push(bucket);
  return {
    distribution,
    // The listing may be a moment older than the config.
    origins: [...origins.filter(each => each.distributionId !== distributionId), ...own],
    deploying,
    buckets,
    identities,
    controls,
  };
}
