import {
  applyBucket,
  bucketDiff,
  createBucket,
  desiredBucket,
  ensurePolicy,
  headBucket,
  readBucket,
} from '../bucket/index.js';
import {findByTag, readDistribution} from '../distribution/index.js';
import type {Work} from '../events.js';
import {awaitDeployed} from './change-distribution.js';
import {bucketName} from './names.js';
import {ownStatements} from './site/access.js';
import {applySiteStack} from './site/apply.js';
import {prepareSiteStack, type PreparedSite} from './site/prepare.js';
import {tagsOf, type SiteSettings} from './site/settings.js';
import type {Step} from './site/steps.js';
import type {EnsureSiteInput, SiteResources} from './types.js';

const bucketOf = ({name, config}: SiteSettings): string => config.bucket?.name ?? bucketName(name);

/**
 * Makes what the site is missing, as the config says, and waits until the distribution is Deployed: for a deploy to the
 * embedded cloud. What is there already is not changed, except that the bucket policy gets frontctl's own statements: that
 * is for `apply`, and a distribution that differs from the config is warned about. With `distribution.id` that distribution stays as it is; only the bucket is made and
 * opened to it.
 *
 * Failures: those of `prepareSiteStack` and `applySiteStack`.
 */
export async function* ensureSite(input: EnsureSiteInput): Work<SiteResources> {
  const {aws, settings, wait, timeoutMs, pace, sleep, now, signal} = input;
  const {id} = settings.config.distribution ?? {};
  if (id !== undefined) return yield* openBucketTo(input, id);
  const waiting = {timeoutMs, delay: pace, sleep, now, signal};
  yield {type: 'step', id: 'stack', title: 'Check bucket and distribution'};
  const whole = await prepareSiteStack({aws, settings, force: false});
  const prepared = {...whole, steps: whole.steps.filter(step => isMissing(step, whole))};
  for (const message of warnings(whole, aws.commandFlags)) yield {type: 'warning', message};
  const {length} = prepared.steps;
  yield {type: 'done', id: 'stack', detail: length === 0 ? 'all there' : `${length} to make`};
  const {changes, distribution} = yield* applySiteStack({
    ...waiting,
    aws,
    settings,
    prepared,
    wait,
    force: false,
  });
  const found = distribution ?? {id: '', arn: '', domainName: ''};
  return {
    bucket: bucketOf(settings),
    distributionId: found.id,
    distributionArn: found.arn,
    domainName: found.domainName,
    created: changes
      .filter(({action}) => action === 'create')
      .map(({resource}) =>
        resource === `distribution ${settings.name}` ? `distribution ${found.id}` : resource,
      ),
  };
}

function isMissing({type, change}: Step, {live}: PreparedSite): boolean {
  if (type === 'policy' || type === 'key policy') return true;
  if (type === 'bucket') return change.action === 'create';
  return live.distribution === undefined && change.action !== 'delete';
}

function warnings({steps, live}: PreparedSite, flags: string): readonly string[] {
  return steps.flatMap(step => {
    const {change, type} = step;
    if (
      type === 'bucket' &&
      change.diff.some(({path, before}) => path.startsWith('publicAccessBlock') && before !== true)
    ) {
      return change.action === 'create'
        ? []
        : [`Bucket ${step.bucket} does not block public access: visitors may get around the distribution.`];
    }
    if (type !== 'distribution' || live.distribution === undefined) return [];
    const fields = [...new Set(change.diff.map(({path}) => /^\w+/.exec(path)?.[0] ?? path))];
    return [
      `Distribution ${live.distribution.id} is not as the config says (${fields.join(', ')}), and a deploy does not change it: frontctl plan${flags}`,
    ];
  });
}

/** The site as it is, without making anything: undefined while its bucket or its distribution is missing. */
export async function findSite({
  aws,
  settings,
}: Pick<EnsureSiteInput, 'aws' | 'settings'>): Promise<SiteResources | undefined> {
  const bucket = bucketOf(settings);
  const {id: named} = settings.config.distribution ?? {};
  if (!(await headBucket(aws, bucket)).exists) return undefined;
  const found =
    named === undefined ? await findByTag(aws, settings.name, bucket) : await readDistribution(aws, named);
  if (!found) return undefined;
  const {id, arn, domainName} = found;
  return {bucket, distributionId: id, distributionArn: arn, domainName, created: []};
}

async function* openBucketTo(input: EnsureSiteInput, id: string): Work<SiteResources> {
  const {aws, settings, wait} = input;
  const bucket = bucketOf(settings);
  const created: string[] = [];
  yield {type: 'step', id: 'stack', title: 'Check bucket and distribution'};
  const distribution = await readDistribution(aws, id);
  const tags = tagsOf(settings);
  if (!(await headBucket(aws, bucket)).exists && (await createBucket(aws, bucket, {tags}))) {
    created.push(`bucket ${bucket}`);
    const wish = desiredBucket(settings.config.bucket ?? {}, {name: settings.name, tags});
    await applyBucket(aws, bucket, wish, bucketDiff(await readBucket(aws, bucket), wish));
  }
  const statements = ownStatements(bucket, settings.config.bucket?.prefix ?? '', distribution.arn);
  if (await ensurePolicy(aws, bucket, statements)) created.push(`policy of bucket ${bucket}`);
  yield {
    type: 'done',
    id: 'stack',
    detail: created.length === 0 ? 'all there' : `made ${created.join(', ')}`,
  };
  if (wait && distribution.status !== 'Deployed') {
    const late = yield* awaitDeployed(aws, id, input);
    if (late !== undefined) throw late;
  }
  const {arn, domainName} = distribution;
  return {bucket, distributionId: id, distributionArn: arn, domainName, created};
}
