import type {Aws} from '../aws/index.js';
import type {InvalidationConfig} from '../config/types.js';
import {
  errorPageNote,
  foreignPaths,
  livePaths,
  missesStay,
  readViewerRules,
  viewerItems,
  type Distribution,
  type ViewerRules,
} from '../distribution/index.js';
import {Failure} from '../failure.js';
import {withoutCovered} from '../invalidation/index.js';
import {planCover, type Cover, type CoverInput, type Limits} from '../invalidation/plan/index.js';
import type {LiveState} from './manifest/live.js';
import type {PendingInvalidation} from './manifest/manifest.js';
import {changedKeys, newKeys} from './plan/plan.js';
import type {CoverOf, DeployStep} from './types.js';

export interface CoverRequest {
  readonly aws: Aws;
  readonly bucket: string;
  readonly prefix: string;
  readonly cleanUrls: boolean | undefined;
  readonly settings: InvalidationConfig;
  readonly distribution: Distribution;
  readonly steps: readonly DeployStep[];
  readonly live: LiveState;
  /** Of earlier deploys, recorded and certainly never sent. */
  readonly unsent: readonly PendingInvalidation[];
}

export interface PlannedInvalidation {
  /** To send once all is uploaded: what is replaced, and what is left over. Sorted, none covered by another. */
  readonly paths: readonly string[];
  /** To send after the deletes. */
  readonly deletedPaths: readonly string[];
  /** How these came about, for what changes now. */
  readonly covers: readonly CoverOf[];
  readonly notes: readonly string[];
}

/**
 * The items that purge what the steps make wrong, in two groups. Reads the distribution's cache policies and looks at all
 * live keys only when something is changed; what an earlier deploy recorded goes out as it was planned then, or becomes a
 * part of the new plan. Failures BUDGET_TOO_SMALL, WILDCARDS_TOO_FEW.
 */
export async function planInvalidation(request: CoverRequest): Promise<PlannedInvalidation> {
  const {aws, distribution, steps, live, settings} = request;
  const replacedKeys = changedKeys(steps.filter(step => step.action !== 'delete'));
  const deletedKeys = changedKeys(steps.filter(step => step.action === 'delete'));
  const left = request.unsent.flatMap(group => group.paths);
  const added = hasErrorResponses(distribution) ? newKeys(steps) : [];
  const nothing = {paths: withoutCovered(left), deletedPaths: [], covers: [], notes: []};
  if (replacedKeys.length + deletedKeys.length + added.length === 0) return nothing;

  const rules = await readViewerRules(aws, distribution, request);
  const hidden = added.length > 0 && missesStay(rules, cacheControls(live)) ? added : [];
  if (replacedKeys.length + deletedKeys.length + hidden.length === 0) return nothing;
  const itemsOf = (keys: readonly string[]): readonly string[] =>
    keys.flatMap(key => viewerItems(rules, key, cacheControlOf(live, key)));
  const deletedItems = itemsOf(deletedKeys);
  // What is still to be deleted is purged after that.
  const late = new Set(deletedItems);
  const targets = {
    replaced: [...itemsOf(replacedKeys), ...itemsOf(hidden), ...left.filter(path => !late.has(path))],
    deleted: deletedItems,
  };
  const covers = coverBoth(targets, viewedNow(rules, live), settings);
  const pathsOf = (what: CoverOf['what']): readonly string[] =>
    covers.find(cover => cover.what === what)?.paths ?? [];
  return {
    paths: pathsOf('replaced'),
    deletedPaths: pathsOf('deleted'),
    covers,
    notes: [...rules.notes, ...errorPageNotes(rules, [...replacedKeys, ...deletedKeys], live)],
  };
}

/** Without one, an error under the URL of a new key is kept for 10 s, and nothing has to be read. */
const hasErrorResponses = ({config}: Distribution): boolean =>
  (config.CustomErrorResponses?.Items ?? []).length > 0;

function* cacheControls(live: LiveState): Generator<readonly [string, string | undefined]> {
  for (const key of live.keys()) yield [key, cacheControlOf(live, key)];
}

const cacheControlOf = (live: LiveState, key: string): string | undefined =>
  live.get(key)?.known?.headers.cacheControl;

function errorPageNotes(rules: ViewerRules, keys: readonly string[], live: LiveState): readonly string[] {
  if (rules.errorPages.size === 0) return [];
  return keys
    .map(key => errorPageNote(rules, key, cacheControlOf(live, key)))
    .filter(note => note !== undefined);
}

function viewedNow(rules: ViewerRules, live: LiveState): readonly string[] {
  const paths = [...foreignPaths(rules)];
  for (const key of live.keys()) paths.push(...livePaths(rules, key));
  return paths;
}

type What = CoverOf['what'];

/**
 * Each group by itself, since they are sent at different times. The config's limits are those of both together: where two
 * exceed them, each gets its share, but never less than one path and, where any may be used, one wildcard: one is always
 * enough.
 */
function coverBoth(
  targets: Readonly<Record<What, readonly string[]>>,
  live: readonly string[],
  {strategy = 'balanced', budget, maxWildcards}: InvalidationConfig,
): readonly CoverOf[] {
  const plan = (what: What, limits: Limits): CoverOf => ({
    what,
    ...cover({targets: targets[what], live, strategy, ...limits}),
  });
  // How many paths `exact` takes is no choice: whether they fit is said of both groups together.
  const isExact = strategy === 'exact';
  const limits = {budget: isExact ? undefined : budget, maxWildcards};
  const groups = (['replaced', 'deleted'] as const).filter(what => targets[what].length > 0);
  const covers = groups.map(what => plan(what, limits));
  const items = covers.reduce((sum, each) => sum + each.items, 0);
  const wildcards = covers.reduce((sum, each) => sum + each.wildcards, 0);
  const isOver = items > (budget ?? Infinity);
  if (isExact && isOver) throw budgetTooSmall(items, budget);
  const [first, second] = covers;
  if (!first || !second || (!isOver && wildcards <= (maxWildcards ?? Infinity))) return covers;
  const [budgets, most] = [
    shares(limits.budget, first.items, second.items, 1),
    shares(maxWildcards, first.wildcards, second.wildcards, Math.min(1, maxWildcards ?? 1)),
  ];
  return [
    plan(first.what, {budget: budgets[0], maxWildcards: most[0]}),
    plan(second.what, {budget: budgets[1], maxWildcards: most[1]}),
  ];
}

/** `total` shared between two as they need, `least` for each in any case. */
function shares(
  total: number | undefined,
  first: number,
  second: number,
  least: number,
): readonly [number | undefined, number | undefined] {
  if (total === undefined) return [undefined, undefined];
  const share = first + second === 0 ? 0 : Math.round((total * first) / (first + second));
  const own = Math.max(least, Math.min(total - least, share));
  return [own, Math.max(least, total - own)];
}

const configHint =
  'Raise invalidation.budget or invalidation.maxWildcards in the config, or leave them out; invalidation.strategy balanced needs fewer paths than exact.';

/** The planner's Failures, with a hint for those who deploy. */
function cover(input: CoverInput): Cover {
  try {
    return planCover(input);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.exit, error.code, error.message, {hint: configHint, cause: error});
  }
}

function budgetTooSmall(items: number, budget: number | undefined): Failure {
  const what = `The exact invalidation of this deploy takes ${items} paths, more than the budget of ${budget ?? 0}.`;
  return new Failure('usage', 'BUDGET_TOO_SMALL', what, {hint: configHint});
}
