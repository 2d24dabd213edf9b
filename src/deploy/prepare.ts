import {originRoots, readDistribution, viewerRoots, type Distribution} from '../distribution/index.js';
import {readSite, type Site} from '../site/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {ObjectStore} from '../aws/index.js';
import {planInvalidation} from './cover.js';
import {adopt, reconcile, sameBytes, type LiveObject} from './live.js';
import {readManifest, siteAddress, withPrefix, type ReadManifest} from './manifest.js';
import {changedKeys, countsOf, fileCount, planDeploy} from './plan.js';
import {relay, throttled, type Emit} from './relay.js';
import {unreadTags} from './tags.js';
import type {DeployInput, DeployPlan, PreparedDeploy} from './types.js';

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
  if (distribution && originRoots(distribution.config, input.bucket, input.prefix).size === 0) {
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
  const unread = distribution && unreadTags(site, distribution);
  if (unread !== undefined) yield {type: 'warning', message: unread};
  const unsent = distribution
    ? pending.filter(group => group.state === 'planned' && group.distributionId === distribution.id)
    : [];
  const {aws, bucket: name, prefix, cleanUrls, invalidation: settings = {}} = input;
  const planned = distribution
    ? await planInvalidation({
        aws,
        bucket: name,
        prefix,
        cleanUrls,
        settings,
        distribution,
        steps: plan.steps,
        live,
        unsent,
      })
    : undefined;
  for (const message of planned?.notes ?? []) yield {type: 'warning', message};
  return {
    input,
    plan,
    recorded,
    distribution,
    paths: planned?.paths ?? [],
    deletedPaths: planned?.deletedPaths ?? [],
    covers: planned?.covers ?? [],
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
