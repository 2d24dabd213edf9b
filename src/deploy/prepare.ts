import {originRoots, readDistribution, viewerRoots, type Distribution} from '../distribution/index.js';
import {collectGarbage, readSite, type Site} from '../site/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {ObjectStore} from '../aws/index.js';
import {planInvalidation} from './cover.js';
import {headerNotes} from './headers/notes.js';
import {adoptObjects, verifyHeaders} from './plan/adopt.js';
import {reconcile, type LiveObject} from './manifest/live.js';
import {
  manifestKey,
  readManifest,
  siteAddress,
  withPrefix,
  type PendingInvalidation,
  type ReadManifest,
  type Release,
} from './manifest/manifest.js';
import {protection} from './guards/index.js';
import {lockKey} from './lock/lock.js';
import {refusalsOf} from './plan/refusals.js';
import {changedKeys, countsOf, fileCount, planDeploy} from './plan/plan.js';
import {relay, throttled, type Emit} from './relay.js';
import {defaultKeep} from './plan/release.js';
import {unreadTags} from './headers/tags.js';
import type {
  DeployInput,
  DeployPlan,
  DeployStep,
  PreparedDeploy,
  PreparedInvalidation,
  PreparedPlace,
} from './types.js';

/**
 * Reads the folder, the buckets and the distributions at the same time and plans. Changes nothing. `earlier`: the same deploy
 * is planned once more, since what is live may have changed; it began when that did.
 * Failures: those of `readSite`, NO_SUCH_BUCKET, NO_SUCH_DISTRIBUTION, MANIFEST_NEWER, MANIFEST_UNREADABLE, INTERRUPTED.
 */
export async function* prepareDeploy(input: DeployInput, earlier?: PreparedDeploy): Work<PreparedDeploy> {
  const now = input.now ?? Date.now;
  const startedAt = earlier?.startedAt ?? now();
  const {prefix} = input;
  yield {
    type: 'step',
    id: 'read',
    title: `Compare ${input.site.dir} with ${[input.bucket, ...(input.replicas ?? [])].map(name => siteAddress(name, prefix)).join(', ')}`,
  };
  const {site, found, distributions} = yield* relay(emit => readAll(input, throttled(emit, now)));
  // That clock is known to the second: more digits would put two deploys of one second in the wrong order.
  const began = earlier?.began ?? Math.floor(found[0].store.serverNow() / 1000) * 1000;
  const next: Release = {
    id: input.release,
    isNamed: input.isNamed ?? false,
    ...(input.commit !== undefined && {commit: input.commit}),
    ...(input.committedAt !== undefined && {committedAt: input.committedAt}),
    createdAt: new Date(began).toISOString(),
    files: site.files.length,
    bytes: site.bytes,
  };
  const [first, ...others] = found;
  const places = [
    await preparePlace(input, site, next, first),
    ...(await Promise.all(others.map(place => preparePlace(input, site, next, place)))),
  ] as const;
  const [{plan, recorded}] = places;
  yield {type: 'done', id: 'read', detail: summary(site, plan)};
  const steps = stepsOfAll(places);
  const pending = recorded?.manifest.pendingInvalidations ?? [];
  for (const message of notes(input, site, distributions)) yield {type: 'warning', message};
  if (distributions.length === 0 && (changedKeys(steps).length > 0 || pending.length > 0)) {
    yield {
      type: 'warning',
      message: 'No distribution is configured: copies of changed files in a CDN cache are not invalidated.',
    };
  }
  const [seen] = distributions;
  const url = seen ? await siteUrl(input, seen) : null;
  const rootObject = seen?.config.DefaultRootObject ?? '';
  if (seen && rootObject !== '' && !site.files.some(({key}) => key === rootObject)) {
    const what = `The build has no ${rootObject}, the default root object of distribution ${seen.id}`;
    yield {type: 'warning', message: `${what}: its address ${url} shows an error.`};
  }
  const invalidations: PreparedInvalidation[] = [];
  const told = new Set<string>();
  for (const distribution of distributions) {
    const planned = await planInvalidation({
      aws: input.aws,
      bucket: input.bucket,
      prefix,
      cleanUrls: input.cleanUrls,
      settings: input.invalidation ?? {},
      distribution,
      steps,
      live: first.live,
      unsent: pending.filter(group => isUnsent(group, distribution)),
    });
    for (const message of planned.notes) {
      if (!told.has(message)) yield {type: 'warning', message};
      told.add(message);
    }
    invalidations.push({distribution, ...planned});
  }
  const isPlanned = (group: PendingInvalidation): boolean =>
    distributions.some(each => isUnsent(group, each));
  return {
    input,
    site,
    places,
    invalidations,
    resent: distributions.length > 0 ? pending.filter(group => !isPlanned(group)) : [],
    untouched: distributions.length > 0 ? [] : pending,
    url,
    refusals: await refusalsOf({input, site, next, plan, recorded, distributions}),
    isLocked: first.isLocked,
    startedAt,
    began,
  };
}

/** Certainly not sent yet: it becomes a part of what this deploy sends. */
const isUnsent = (group: PendingInvalidation, {id}: Distribution): boolean =>
  group.state === 'planned' && group.distributionId === id;

/** What changes anywhere: a key of several buckets once. */
function stepsOfAll(places: PreparedDeploy['places']): readonly DeployStep[] {
  const [{plan}, ...replicas] = places;
  if (replicas.length === 0) return plan.steps;
  const steps = new Map(plan.steps.map(step => [step.key, step]));
  for (const replica of replicas) {
    for (const step of replica.plan.steps) {
      const same = steps.get(step.key);
      // New in one bucket and replaced in another: the edge may hold a copy.
      if (same === undefined || (same.action === 'upload' && same.replaces === undefined))
        steps.set(step.key, step);
    }
  }
  return [...steps.values()];
}

interface FoundPlace {
  readonly store: ObjectStore;
  readonly recorded: ReadManifest | undefined;
  readonly live: Map<string, LiveObject>;
  /** Another deploy holds the lock, or left it behind. */
  readonly isLocked: boolean;
}

async function preparePlace(
  input: DeployInput,
  site: Site,
  next: Release,
  {store, recorded, live}: FoundPlace,
): Promise<PreparedPlace> {
  const prefixed = (key: string): string => withPrefix(input.prefix, key);
  const {concurrency = () => store.concurrency.limit, signal} = input;
  const looking = {store, prefixed, files: site.files, live, concurrency, signal};
  await adoptObjects(looking);
  if (input.verify === true) await verifyHeaders(looking);
  const plan = planDeploy({
    files: site.files,
    live,
    recorded: recorded?.manifest.files,
    prune: input.prune,
    releases: recorded?.manifest.releases ?? [],
    next,
    keep: {...defaultKeep, ...input.keep},
    now: store.serverNow(),
    isProtected: protection(input.protect ?? []),
  });
  return {store, plan, recorded};
}

async function readAll(input: DeployInput, emit: Emit) {
  // One that fails stops the hashing; requests end by themselves.
  const stop = new AbortController();
  const signal = input.signal ? AbortSignal.any([input.signal, stop.signal]) : stop.signal;
  try {
    const [first, others, distributions, site] = await Promise.all([
      readPlace(input, input.bucket),
      Promise.all((input.replicas ?? []).map(bucket => readPlace(input, bucket))),
      Promise.all(input.distributionIds.map(id => readDistribution(input.aws, id))),
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
    // The listings are in what is live now.
    collectGarbage(site.files.length);
    return {found: [first, ...others] as const, distributions, site};
  } catch (error) {
    throw input.signal?.aborted === true
      ? new Failure('interrupted', 'INTERRUPTED', 'Interrupted before anything was changed.', {cause: error})
      : error;
  } finally {
    stop.abort();
  }
}

/** The manifest and the listing at the same time: where one page holds everything, that is one trip to the bucket. */
async function readPlace({aws, prefix}: DeployInput, bucket: string): Promise<FoundPlace> {
  const store = await aws.objects(bucket);
  const reading = readManifest(store, prefix);
  reading.catch(() => undefined); // told below
  const listing = await store.list({
    prefix: prefix === '' ? undefined : `${prefix}/`,
    splitAt: async () => {
      const recorded = await reading.catch(() => undefined);
      return recorded ? splitPoints([...recorded.manifest.files.keys()], prefix) : [];
    },
  });
  const isListed = (key: string): boolean => {
    const stored = withPrefix(prefix, key);
    return listing.some(object => object.key === stored);
  };
  const recorded = await reading.catch((error: unknown) => {
    if (isUnseen(error) && !isListed(manifestKey)) return undefined;
    throw error;
  });
  collectGarbage(listing.length);
  return {
    store,
    recorded,
    live: reconcile(listing, recorded?.manifest, prefix),
    isLocked: isListed(lockKey),
  };
}

/**
 * S3 tells those who may list a folder alone not always that something in it is missing: it denies s3:ListBucket, with or
 * without a reason (S3 API, "GetObject"). Only where it says that this is what it denies, the listing is believed.
 */
const isUnseen = (error: unknown): boolean =>
  error instanceof Failure &&
  error.code === 'ACCESS_DENIED' &&
  error.cause instanceof Error &&
  /not authorized to perform:? s3:ListBucket\b/.test(error.cause.message);

/** A listing page holds 1,000 keys: one range for each page that the manifest foresees, with room for keys it does not know. */
function splitPoints(keys: readonly string[], prefix: string): readonly string[] {
  const points: string[] = [];
  for (let index = 1000; index < keys.length; index += 1000)
    points.push(withPrefix(prefix, keys[index] ?? ''));
  return points;
}

/** What is good to know before anything is changed. */
function notes(input: DeployInput, site: Site, distributions: readonly Distribution[]): readonly string[] {
  const {bucket, prefix, replicas = []} = input;
  const found: (string | undefined)[] = [skippedLinks(site), ...headerNotes(site, distributions)];
  for (const distribution of distributions) {
    const reads = [bucket, ...replicas].some(name => originRoots(distribution.config, name, prefix).size > 0);
    const what = `No origin of distribution ${distribution.id} reads from ${siteAddress(bucket, prefix)}`;
    if (!reads) found.push(`${what}: what it caches is invalidated as if one did.`);
    found.push(unreadTags(site, distribution));
  }
  return found.filter(note => note !== undefined);
}

async function siteUrl(input: DeployInput, distribution: Distribution): Promise<string> {
  if (input.siteUrl) return input.siteUrl(distribution);
  const [root = ''] = viewerRoots(distribution.config, input.bucket, input.prefix);
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
  const maps = site.skipped.filter(({reason}) => reason.startsWith('source map')).length;
  const left =
    maps === 0 ? '' : `, ${maps.toLocaleString('en-US')} source ${maps === 1 ? 'map' : 'maps'} left out`;
  return `${fileCount(site.files.length)}: ${told.join(', ')}${left}`;
}

/** Dotfiles and what `site.ignore` names stay behind as the user knows; a link that does is a file that the site will miss. */
function skippedLinks({skipped}: Site): string | undefined {
  const links = skipped.filter(({reason}) => reason.includes('symbolic link'));
  const [first] = links;
  if (first === undefined) return undefined;
  const more = links.length > 1 ? ` and ${links.length - 1} more` : '';
  return `Not deployed: ${first.path} (${first.reason})${more}.`;
}
