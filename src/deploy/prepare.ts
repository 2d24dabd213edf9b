import {costUSD, planPaths, withoutCovered} from '../invalidation/index.js';
import {readDistribution, viewerRoots, type Distribution} from '../distribution/index.js';
import {readSite, type Site} from '../site/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {ObjectStore} from '../aws/index.js';
import {adopt, reconcile, sameBytes, type LiveObject} from './live.js';
import {readManifest, siteAddress, withPrefix, type ReadManifest} from './manifest.js';
import {changedKeys, fileCount, planDeploy, reasonText} from './plan.js';
import {relay, throttled, type Emit} from './relay.js';
import type {DeployInput, DeployPlan, DeployResult, PlanDescription, PreparedDeploy} from './types.js';

/**
 * Reads the folder, the bucket and the distribution at the same time and plans. Changes nothing.
 * Failures: those of `readSite`, NO_SUCH_BUCKET, NO_SUCH_DISTRIBUTION, MANIFEST_NEWER, MANIFEST_UNREADABLE, INTERRUPTED.
 */
export async function* prepareDeploy(input: DeployInput): Work<PreparedDeploy> {
  const now = input.now ?? Date.now;
  const startedAt = now();
  yield {
    type: 'step',
    id: 'read',
    title: `Compare ${input.site.dir} with ${siteAddress(input.bucket, input.prefix)}`,
  };
  const {site, bucket, distribution} = yield* relay(emit => readAll(input, throttled(emit, now)));
  const {store, recorded, live} = bucket;

  const candidates = sameBytes(site.files, live);
  if (candidates.length > 0) {
    const prefixed = (key: string): string => withPrefix(input.prefix, key);
    await adopt(
      store,
      prefixed,
      candidates,
      live,
      input.concurrency ?? store.concurrency.limit,
      input.signal,
    );
  }
  const plan = planDeploy({files: site.files, live, recorded: recorded?.manifest.files, prune: input.prune});
  yield {type: 'done', id: 'read', detail: summary(site, plan)};
  const unlinked = skippedLinks(site);
  if (unlinked !== undefined) yield {type: 'warning', message: unlinked};

  const roots = distribution ? viewerRoots(distribution.config, input.bucket, input.prefix) : [];
  const pending = recorded?.manifest.pendingInvalidations ?? [];
  if (distribution && roots.length === 0) {
    const what = `No origin of distribution ${distribution.id} reads from ${siteAddress(input.bucket, input.prefix)}`;
    yield {type: 'warning', message: `${what}: what it caches is invalidated as if one did.`};
  }
  if (!distribution && (changedKeys(plan.steps).length > 0 || pending.length > 0)) {
    yield {
      type: 'warning',
      message: 'No distribution is configured: copies of changed files in a CDN cache are not invalidated.',
    };
  }
  const url = distribution ? await siteUrl(input, distribution, roots[0] ?? '') : null;
  const rootObject = distribution?.config.DefaultRootObject ?? '';
  if (distribution && rootObject !== '' && !site.files.some(({key}) => key === rootObject)) {
    const what = `The build has no ${rootObject}, the default root object of distribution ${distribution.id}`;
    yield {type: 'warning', message: `${what}: its address ${url} shows an error.`};
  }
  const unsent = distribution
    ? pending.filter(group => group.state === 'planned' && group.distributionId === distribution.id)
    : [];
  const viewed = (steps: DeployPlan['steps']): readonly string[] =>
    distribution ? planPaths(changedKeys(steps), {roots: roots.length > 0 ? roots : ['']}) : [];
  const replaced = viewed(plan.steps.filter(step => step.action !== 'delete'));
  const deletedPaths = viewed(plan.steps.filter(step => step.action === 'delete'));
  // What is still to be deleted is purged after that.
  const left = unsent.flatMap(group => group.paths).filter(path => !deletedPaths.includes(path));
  return {
    input,
    plan,
    recorded,
    distribution,
    paths: withoutCovered([...replaced, ...left]),
    deletedPaths,
    resent: distribution ? pending.filter(group => !unsent.includes(group)) : [],
    untouched: distribution ? [] : pending,
    url,
    startedAt,
  };
}

interface BucketState {
  readonly store: ObjectStore;
  readonly recorded: ReadManifest | undefined;
  readonly live: Map<string, LiveObject>;
}

async function readAll(input: DeployInput, emit: Emit) {
  // One that fails stops the hashing; requests end by themselves.
  const stop = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, stop.signal]) : stop.signal;
  try {
    const [bucket, distribution, site] = await Promise.all([
      readBucket(input),
      input.distributionId === undefined ? undefined : readDistribution(input.aws, input.distributionId),
      'files' in input.site
        ? input.site
        : readSite({
            ...input.site,
            signal,
            onProgress: ({files, bytes}) => {
              emit({type: 'progress', id: 'read', files, bytes});
            },
          }),
    ]);
    input.signal?.throwIfAborted();
    return {bucket, distribution, site};
  } catch (error) {
    throw input.signal?.aborted === true
      ? new Failure('interrupted', 'INTERRUPTED', 'Interrupted before anything was changed.', {cause: error})
      : error;
  } finally {
    stop.abort();
  }
}

async function readBucket({aws, bucket, prefix}: DeployInput): Promise<BucketState> {
  const store = await aws.objects(bucket);
  const recorded = await readManifest(store, prefix);
  const listing = await store.list({
    prefix: prefix === '' ? undefined : `${prefix}/`,
    splitAt: recorded ? splitPoints([...recorded.manifest.files.keys()], prefix) : undefined,
  });
  return {store, recorded, live: reconcile(listing, recorded?.manifest, prefix)};
}

/** A listing page holds 1,000 keys: one range for each page that the manifest foresees, with room for keys it does not know. */
function splitPoints(keys: readonly string[], prefix: string): readonly string[] {
  const points: string[] = [];
  for (let index = 1000; index < keys.length; index += 1000)
    points.push(withPrefix(prefix, keys[index] ?? ''));
  return points;
}

async function siteUrl(input: DeployInput, distribution: Distribution, root: string): Promise<string> {
  if (input.siteUrl) return input.siteUrl(distribution);
  const alias = distribution.config.Aliases?.Items?.find(name => !name.includes('*'));
  return `https://${alias ?? distribution.domainName}/${root}`;
}

function summary(site: Site, plan: DeployPlan): string {
  const {uploaded, updated, deleted, unchanged} = countsOf(plan);
  const parts = [
    [uploaded, 'to upload'],
    [updated, 'with new headers'],
    [deleted, 'to delete'],
    [unchanged, 'unchanged'],
  ] as const;
  const told = parts.filter(([n]) => n > 0).map(([n, what]) => `${n.toLocaleString('en-US')} ${what}`);
  return `${fileCount(site.files.length)}: ${told.join(', ')}`;
}

/** Dotfiles and what `site.ignore` names stay behind as the user knows; a link that does is a file that the site will miss. */
function skippedLinks({skipped}: Site): string | undefined {
  const links = skipped.filter(({reason}) => reason.includes('symbolic link'));
  const [first] = links;
  if (first === undefined) return undefined;
  const more = links.length > 1 ? ` and ${links.length - 1} more` : '';
  return `Not deployed: ${first.path} (${first.reason})${more}.`;
}

export function countsOf(plan: DeployPlan): DeployResult['counts'] {
  const count = (action: string): number => plan.steps.filter(step => step.action === action).length;
  return {
    uploaded: count('upload'),
    updated: count('update'),
    unchanged: plan.unchanged,
    deleted: count('delete'),
    kept: plan.kept,
  };
}

/** The dry run: what `applyDeploy` would do, in its order. */
export function describePlan(prepared: PreparedDeploy): PlanDescription {
  const {plan, paths, deletedPaths, resent, distribution} = prepared;
  const allPaths = [...new Set([...resent.flatMap(group => group.paths), ...paths, ...deletedPaths])].sort();
  return describe(plan, distribution ? allPaths : []);
}

/** The dry run of a site that has no bucket yet: everything is new. */
export function describeFirstDeploy(site: Site): PlanDescription {
  return describe(planDeploy({files: site.files, live: new Map(), recorded: undefined, prune: true}), []);
}

function describe(plan: DeployPlan, paths: readonly string[]): PlanDescription {
  return {
    plan: {
      steps: plan.steps.map(step => {
        const common = {action: step.action, key: step.key, reason: reasonText(step.reason)};
        if (step.action === 'delete') return common;
        return {
          ...common,
          ...(step.action === 'upload' && {bytes: step.file.size}),
          headers: step.file.headers,
        };
      }),
      invalidation: paths.length > 0 ? {paths, costUSD: costUSD(paths.length)} : null,
      counts: countsOf(plan),
    },
  };
}
