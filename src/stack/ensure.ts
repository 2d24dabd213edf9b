import {
  blockPublicAccess,
  createBucket,
  enforceOwner,
  ensurePolicy,
  headBucket,
  isOwnerEnforced,
  isPublicAccessBlocked,
  privateStatement,
  readStatement,
} from '../bucket/index.js';
import {
  createDistribution,
  desiredConfig,
  differingFields,
  ensureOriginAccessControl,
  findByTag,
  readDistribution,
  siteTag,
  waitDeployed,
  type Distribution,
} from '../distribution/index.js';
import type {Work} from '../events.js';
import {bucketName, originAccessControlName} from './names.js';
import type {EnsureSiteInput, SiteResources} from './types.js';

/** A distribution takes minutes to reach all edges; the embedded cloud and emulators take moments. */
const awsDeployPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localDeployPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/**
 * Makes what a site is missing, in this order: bucket, public access block, ownership, origin access control,
 * distribution, bucket policy; then waits until the distribution is Deployed. Everything is found again by a name or tag
 * that follows from the site's name, so a rerun goes on wherever an earlier run stopped. What is there already is not
 * changed, except that the bucket policy gets frontctl's own statements; a bucket of the user's that allows public access,
 * and a distribution that was made from other settings, are only warned about.
 *
 * Failures: BUCKET_FORBIDDEN, BUCKET_TAKEN, NO_SUCH_DISTRIBUTION, AMBIGUOUS_SITE, POLICY_TOO_LARGE, WAIT_TIMEOUT (exit 5),
 * and what AWS refuses.
 */
export async function* ensureSite(input: EnsureSiteInput): Work<SiteResources> {
  const {aws, name, prefix} = input;
  const bucket = input.bucket ?? bucketName(name);
  const created: string[] = [];
  yield {type: 'step', id: 'stack', title: 'Check bucket and distribution'};

  const region = yield* ensureBucket(input, bucket, created);
  const distribution = yield* ensureDistribution(input, bucket, region, created);
  const subject = {bucket, prefix, partition: distribution.arn.split(':')[1]};
  const statements = [readStatement(subject, distribution.arn), privateStatement(subject)];
  if (await ensurePolicy(aws, bucket, statements)) created.push(`policy of bucket ${bucket}`);
  yield {
    type: 'done',
    id: 'stack',
    detail: created.length === 0 ? 'all there' : `made ${created.join(', ')}`,
  };

  if (input.wait && distribution.status !== 'Deployed') {
    yield {type: 'step', id: 'distribution', title: `Wait until distribution ${distribution.id} is deployed`};
    const {timeoutMs, sleep, now, signal} = input;
    const delay = input.pace ?? (aws.isEndpointOverridden ? localDeployPace : awsDeployPace);
    yield* waitDeployed({aws, id: distribution.id, timeoutMs, delay, sleep, now, signal});
    yield {type: 'done', id: 'distribution', detail: 'deployed'};
  }
  return {
    bucket,
    distributionId: distribution.id,
    distributionArn: distribution.arn,
    domainName: distribution.domainName,
    created,
  };
}

/** The site as it is, without making anything: undefined while its bucket or its distribution is missing. */
export async function findSite(
  input: Pick<EnsureSiteInput, 'aws' | 'name' | 'bucket' | 'distribution'>,
): Promise<SiteResources | undefined> {
  const {aws, name, bucket = bucketName(input.name), distribution: settings} = input;
  if (!(await headBucket(aws, bucket)).exists) return undefined;
  const found =
    settings.id === undefined ? await findByTag(aws, name, bucket) : await readDistribution(aws, settings.id);
  if (!found) return undefined;
  const {id, arn, domainName} = found;
  return {bucket, distributionId: id, distributionArn: arn, domainName, created: []};
}

/** Answers the bucket's region. */
async function* ensureBucket({aws, name}: EnsureSiteInput, bucket: string, created: string[]): Work<string> {
  const found = await headBucket(aws, bucket);
  const isNew = !found.exists && (await createBucket(aws, bucket));
  if (isNew) created.push(`bucket ${bucket}`);
  // A name that frontctl made up is a bucket that frontctl made, perhaps in a run that stopped right here.
  const ours = isNew || bucket === bucketName(name);
  if (!(await isPublicAccessBlocked(aws, bucket))) {
    if (ours) {
      await blockPublicAccess(aws, bucket);
      created.push(`public access block of bucket ${bucket}`);
    } else {
      yield {
        type: 'warning',
        message: `Bucket ${bucket} does not block public access: visitors may get around the distribution.`,
      };
    }
  }
  if (ours && !(await isOwnerEnforced(aws, bucket))) {
    await enforceOwner(aws, bucket);
    created.push(`ownership controls of bucket ${bucket}`);
  }
  return (found.exists ? found.region : undefined) ?? (await aws.region());
}

async function* ensureDistribution(
  input: EnsureSiteInput,
  bucket: string,
  region: string,
  created: string[],
): Work<Distribution> {
  const {aws, name, prefix, hasCacheTags, distribution: settings} = input;
  if (settings.id !== undefined) return readDistribution(aws, settings.id);
  const desired = (originAccessControlId: string) =>
    desiredConfig({name, bucket, region, prefix, originAccessControlId, hasCacheTags, settings});
  const found = await findByTag(aws, name, bucket);
  if (found) {
    const control = found.config.Origins?.Items?.[0]?.OriginAccessControlId ?? '';
    const fields = differingFields(desired(control), found.config);
    if (fields.length > 0) {
      yield {
        type: 'warning',
        message: `Distribution ${found.id} was made from other settings than now (${fields.join(', ')}), and a deploy changes none. \`frontctl local reset\` and a deploy make it anew.`,
      };
    }
    return found;
  }
  const control = await ensureOriginAccessControl(aws, originAccessControlName(name));
  if (control.created) created.push(`origin access control ${control.name}`);
  const made = await createDistribution(aws, desired(control.id), {...input.tags, [siteTag]: name});
  created.push(`distribution ${made.id}`);
  return made;
}
