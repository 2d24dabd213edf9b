/** What was asked for -> the items that are sent to one distribution, and what that refetches. Reads, changes nothing. */
import type {Aws} from '../../aws/index.js';
import type {Config} from '../../config/types.js';
import {readInventory, type Inventory} from '../../deploy/index.js';
import {
  errorPageNote,
  foreignPaths,
  livePaths,
  readViewerRules,
  viewerItems,
  type ViewerRules,
} from '../../distribution/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {checkTags, coveredBy, ownerText, readInvalidation, withoutCovered} from '../../invalidation/index.js';
import {mapSources} from '../../invalidation/input/index.js';
import {planCover, type Cover, type CurvePoint, type Strategy} from '../../invalidation/plan/index.js';
import {fingerprintOf} from '../../site/index.js';
import {count} from '../format.js';
import {besideTyped} from './beside.js';
import type {Target} from './target.js';

export interface PlanRequest {
  /** As typed, normalised. */
  readonly items: readonly string[];
  /** Changed in git; undefined without --from-git. */
  readonly sources: readonly string[] | undefined;
  readonly repeat: string | undefined;
  readonly strategy: Strategy | undefined;
  readonly budget: number | undefined;
  readonly maxWildcards: number | undefined;
  /** Say what is refetched, even where no plan needs the live objects. */
  readonly measure: boolean;
  /** --yes, or nobody to ask: what `/*` refetches need not be known. */
  readonly asks: boolean;
}

/** What leaves the edge, as far as it is known. */
export interface Refetched {
  readonly objects: number;
  readonly bytes: number;
  /** False: there are more, past the limit of the listing or of other origins. */
  readonly isComplete: boolean;
}

export interface Planned {
  readonly target: Target;
  /** Items to send: paths, wildcards, then tags. Empty when nothing that changed is live. */
  readonly paths: readonly string[];
  readonly strategy: Strategy;
  readonly budget: number | undefined;
  /** Of paths and wildcards, tags not among them; empty where no live objects are known. */
  readonly curve: readonly CurvePoint[];
  /** Live objects that must go whatever the plan; undefined where they are unknown. */
  readonly changed: number | undefined;
  /** Undefined: unknown. */
  readonly refetched: Refetched | undefined;
}

export interface PlanInput {
  readonly aws: Aws;
  readonly config: Config;
  readonly target: Target;
  readonly request: PlanRequest;
  readonly signal: AbortSignal;
}

/** A manifest of so many files is taken as it is: a listing of them would take more than 20 calls. */
const listBelow = 20_000;

/** A plan needs every object; a question or a dry run is answered with "more than" after so many pages of 1,000. */
const pages = {plan: 5000, measure: 100, question: 10} as const;

/**
 * Typed items are taken as typed, but for what a wildcard among them covers. They are planned over the live objects once
 * a flag of the plan is given, and what changed in git always is.
 * Failures: NO_CACHE_TAGS, NO_SUCH_INVALIDATION, BUDGET_TOO_SMALL, LIVE_UNKNOWN, what AWS refuses.
 */
export async function* planItems(input: PlanInput): Work<Planned> {
  const {aws, config, target, request} = input;
  const repeated =
    request.repeat === undefined ? [] : (await readInvalidation(aws, target, request.repeat)).paths;
  const typed = [...new Set([...request.items, ...repeated])];
  const tags = typed.filter(item => item.startsWith('#'));
  if (tags.length > 0) checkTags(tags, (await target.distribution()).config);
  const paths = typed.filter(item => !item.startsWith('#'));
  const beside = await besideTyped(aws, target, request.items);
  for (const message of beside.warnings) yield {type: 'warning', message};
  paths.push(...beside.paths.filter(path => !paths.includes(path)));

  const flags = [request.strategy, request.budget, request.maxWildcards];
  const isPlanned = request.sources !== undefined || flags.some(flag => flag !== undefined);
  const isEverything = paths.includes('/*');
  const maxPages = isPlanned
    ? pages.plan
    : request.measure
      ? pages.measure
      : isEverything && request.asks
        ? pages.question
        : 0;
  const live = maxPages === 0 ? undefined : yield* readLive(input, maxPages, isPlanned);

  const {sources = []} = request;
  const changed = sources.length === 0 ? {items: [], warnings: []} : changedItems(sources, target, live);
  for (const message of changed.warnings) yield {type: 'warning', message};
  const targets = [...paths, ...changed.items];
  if (!isPlanned) {
    const kept = withoutCovered(targets);
    const cover =
      live?.inventory.isComplete === true && kept.length > 0
        ? planCover({targets: kept, live: pathsOf(live), strategy: 'exact'})
        : undefined;
    const sent = [...inOrder(targets, kept), ...tags];
    const refetched = refetchedBy(sent, live);
    const drawn = {curve: cover?.curve ?? [], changed: cover && changedOf(cover)};
    return {target, paths: sent, strategy: 'exact', budget: undefined, ...drawn, refetched};
  }

  const {strategy = config.invalidation?.strategy ?? 'balanced'} = request;
  const budget = request.budget ?? config.invalidation?.budget;
  const maxWildcards = request.maxWildcards ?? config.invalidation?.maxWildcards;
  if (targets.length === 0) {
    return {target, paths: tags, strategy, budget, curve: [], changed: 0, refetched: refetchedBy(tags, live)};
  }
  if (budget !== undefined && budget <= tags.length) {
    const what = `${tags.length} tags and the paths need more than the ${budget} paths of the budget.`;
    throw new Failure('usage', 'BUDGET_TOO_SMALL', what, {hint: 'Raise --budget, or send the tags alone.'});
  }
  const cover = planCover({
    targets,
    live: live?.inventory.isComplete === true ? pathsOf(live) : undefined,
    strategy,
    budget: budget === undefined ? undefined : budget - tags.length,
    maxWildcards,
  });
  const sent = [...cover.paths, ...tags];
  const drawn = {curve: cover.curve, changed: changedOf(cover)};
  return {target, paths: sent, strategy, budget, ...drawn, refetched: refetchedBy(sent, live)};
}

const changedOf = ({refetched, needless}: Cover): number | undefined =>
  refetched === undefined || needless === undefined ? undefined : refetched - needless;

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(nothingSent());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, {once: true});
  });
}

/** Ctrl-C before the first path went out. */
export const nothingSent = (cause?: unknown): Failure =>
  new Failure('interrupted', 'INTERRUPTED', 'Nothing was sent.', {cause});

interface Live {
  readonly inventory: Inventory;
  readonly rules: ViewerRules;
}

/** Undefined where nobody can tell: no bucket behind the distribution, or not allowed to look. */
async function* readLive(
  {aws, config, target, signal}: PlanInput,
  maxPages: number,
  isPlanned: boolean,
): Work<Live | undefined> {
  yield {type: 'step', id: 'live', title: `Read live objects of ${target.distributionId}`};
  const reading = inventoryAndRules(aws, config, target, {
    maxPages,
    listBelow: isPlanned ? listBelow : 0,
  }).catch((error: unknown) => {
    // Nothing but a figure hangs on it.
    const isGone = error instanceof Failure && error.code === 'NO_SUCH_DISTRIBUTION';
    if (!isPlanned && !isGone && error instanceof Failure) return undefined;
    throw error;
  });
  // A listing of thousands of pages knows nothing of Ctrl-C.
  const found = await Promise.race([reading, untilAborted(signal)]);
  if (found === undefined) {
    yield {type: 'done', id: 'live', detail: 'unknown'};
    if (isPlanned) {
      const message = `The objects behind ${ownerText(target)} cannot be listed: the plan does not know what it refetches needlessly.`;
      yield {type: 'warning', message};
    }
    return undefined;
  }
  const {objects, source, isComplete} = found.inventory;
  const detail = `${isComplete ? '' : 'more than '}${count(objects.length, 'object')}, from the ${source === 'both' ? 'manifest and a listing' : source}`;
  yield {type: 'done', id: 'live', detail};
  if (isPlanned && source === 'manifest') {
    const message = `The objects behind ${ownerText(target)} are those of frontctl's manifest: what others put into the bucket is not counted, a wildcard may refetch it, too.`;
    yield {type: 'warning', message};
  }
  return found;
}

async function inventoryAndRules(
  aws: Aws,
  config: Config,
  target: Target,
  limits: {readonly maxPages: number; readonly listBelow: number},
): Promise<Live | undefined> {
  const distribution = await target.distribution();
  const settings: Config = target.isConfigured ? config : {};
  const {name, prefix} = settings.bucket ?? {};
  const inventory = await readInventory(aws, distribution, {bucket: name, prefix, ...limits});
  if (inventory === undefined) return undefined;
  const {cleanUrls} = settings.site ?? {};
  const place = {bucket: inventory.bucket, prefix: inventory.prefix, cleanUrls};
  return {inventory, rules: await readViewerRules(aws, distribution, place)};
}

const shownSources = 5;

/** What must go because of the files that changed: mapped through what is live, with all the URLs that show it. */
function changedItems(
  sources: readonly string[],
  target: Target,
  live: Live | undefined,
): {readonly items: readonly string[]; readonly warnings: readonly string[]} {
  if (live === undefined) {
    const what = `The objects behind ${ownerText(target)} cannot be listed, so changed files cannot be mapped to what shows them.`;
    throw new Failure('usage', 'LIVE_UNKNOWN', what, {
      hint: "Name the paths, or invalidate everything with '/*'.",
    });
  }
  const {keys, unmapped} = mapSources(
    sources,
    live.inventory.objects.map(({key}) => key),
    {hashOf: key => fingerprintOf(key)?.hash},
  );
  const {inventory, rules} = live;
  const changed = new Set(keys);
  const objects = inventory.objects.filter(({key}) => changed.has(key));
  const warnings = keys.length === 0 ? [] : [...rules.notes];
  for (const {key, cacheControl} of objects) {
    const note = errorPageNote(rules, key, cacheControl);
    if (note !== undefined) warnings.push(note);
  }
  if (unmapped.length > 0) {
    const rest = unmapped.length - shownSources;
    const names = unmapped.slice(0, shownSources).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    const they = unmapped.length === 1 ? 'it' : 'them';
    warnings.push(
      `No live object is known for ${names}: if pages show ${they}, deploy the site or invalidate '/*'.`,
    );
  }
  return {items: objects.flatMap(({key, cacheControl}) => viewerItems(rules, key, cacheControl)), warnings};
}

/** What other origins may have in the cache counts too: it is not purged for free. */
const pathsOf = ({inventory, rules}: Live): readonly string[] => [
  ...foreignPaths(rules),
  ...inventory.objects.flatMap(({key}) => livePaths(rules, key)),
];

/** As they were typed, and not sorted. */
function inOrder(targets: readonly string[], kept: readonly string[]): readonly string[] {
  const wanted = new Set(kept);
  return [...new Set(targets)].filter(item => wanted.has(item));
}

/** What carries a tag is known to the edge alone. */
function refetchedBy(items: readonly string[], live: Live | undefined): Refetched | undefined {
  if (live === undefined || items.some(item => item.startsWith('#'))) return undefined;
  const isCovered = coveredBy(items);
  const gone = live.inventory.objects.filter(({key}) => livePaths(live.rules, key).some(isCovered));
  const bytes = gone.reduce((sum, {size}) => sum + size, 0);
  const isComplete = live.inventory.isComplete && !foreignPaths(live.rules).some(isCovered);
  return {objects: gone.length, bytes, isComplete};
}
