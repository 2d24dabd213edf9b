/** Which behaviors run the function that answers for a site in maintenance, and what they ran before. */
import type {
  CacheBehavior,
  DefaultCacheBehavior,
  DistributionConfig,
  FunctionAssociation,
  LambdaFunctionAssociation,
} from '@aws-sdk/client-cloudfront';
import {Failure} from '../../failure.js';
import {coversPattern, patternsMeet, samePattern} from '../path-pattern.js';
import {addBehavior, defaultPattern, placeBehavior} from '../trusted-key-groups.js';

/** What a behavior ran at its viewer events before. */
export interface PutAside {
  /** Undefined: the default behavior. */
  readonly pathPattern?: string | undefined;
  /** All that were associated, in their order; undefined: none. */
  readonly functions?: readonly FunctionAssociation[] | undefined;
  readonly lambdas?: readonly LambdaFunctionAssociation[] | undefined;
  /** The behavior was made for the maintenance, and goes with it. */
  readonly added?: true | undefined;
}

type Behavior = CacheBehavior | DefaultCacheBehavior;

/** Undefined for the default behavior. */
const patternIn = (behavior: Behavior): string | undefined =>
  'PathPattern' in behavior ? behavior.PathPattern : undefined;

const isViewerEvent = ({EventType: event}: {EventType?: string | undefined}): boolean =>
  event === 'viewer-request' || event === 'viewer-response';

const functionsOf = (behavior: Behavior): readonly FunctionAssociation[] =>
  behavior.FunctionAssociations?.Items ?? [];

const lambdasOf = (behavior: Behavior): readonly LambdaFunctionAssociation[] =>
  behavior.LambdaFunctionAssociations?.Items ?? [];

/** Something of it has to be put aside. */
const isInTheWay = (behavior: Behavior): boolean =>
  functionsOf(behavior).some(({EventType}) => EventType === 'viewer-request') ||
  lambdasOf(behavior).some(isViewerEvent);

/** In the order in which they are tried. */
const behaviorsOf = ({CacheBehaviors, DefaultCacheBehavior}: DistributionConfig): readonly Behavior[] => [
  ...(CacheBehaviors?.Items ?? []),
  ...(DefaultCacheBehavior === undefined ? [] : [DefaultCacheBehavior]),
];

const wide = (behavior: Behavior): string => patternIn(behavior) ?? defaultPattern;

function mapBehaviors(config: DistributionConfig, change: <B extends Behavior>(behavior: B) => B) {
  const {DefaultCacheBehavior: main, CacheBehaviors: listed} = config;
  return {
    ...config,
    ...(listed?.Items === undefined ? {} : {CacheBehaviors: {...listed, Items: listed.Items.map(change)}}),
    ...(main === undefined ? {} : {DefaultCacheBehavior: change(main)}),
  };
}

const listOf = <T>(items: readonly T[]): {Quantity: number; Items?: T[]} =>
  items.length === 0 ? {Quantity: 0} : {Quantity: items.length, Items: [...items]};

/** Functions and Lambda@Edge do not mix on viewer events (Developer Guide, "Restrictions on all edge functions"). */
function closed<B extends Behavior>(behavior: B, functionArn: string): B {
  const kept = functionsOf(behavior).filter(({EventType}) => EventType !== 'viewer-request');
  const lambdas = lambdasOf(behavior);
  return {
    ...behavior,
    FunctionAssociations: listOf([...kept, {FunctionARN: functionArn, EventType: 'viewer-request' as const}]),
    ...(lambdas.some(isViewerEvent)
      ? {LambdaFunctionAssociations: listOf(lambdas.filter(each => !isViewerEvent(each)))}
      : {}),
  };
}

/**
 * Lets the function run first in every behavior that can answer for one of `paths` (path patterns; none: all paths). A
 * behavior that also answers for others and runs code of its own there is left alone: the paths get a behavior of their
 * own, a copy of it. Failure MAINTENANCE_PATHS (exit 2) where that does not do.
 */
export function closePaths(
  given: DistributionConfig,
  paths: readonly string[],
  functionArn: string,
): {readonly config: DistributionConfig; readonly putAside: readonly PutAside[]} {
  const isAll = paths.length === 0;
  const isWhole = (behavior: Behavior): boolean =>
    isAll || paths.some(path => coversPattern(path, wide(behavior)));
  const added = new Set<string>();
  let config = given;
  for (const path of paths) {
    const isHarmed = answering(config, path).some(each => !isWhole(each) && isInTheWay(each));
    if (!isHarmed || placeBehavior(config, path) === undefined) continue;
    config = addBehavior(config, path);
    added.add(path);
  }
  const concerned = new Set(isAll ? behaviorsOf(config) : paths.flatMap(path => answering(config, path)));
  for (const each of concerned) {
    if (isWhole(each) || !isInTheWay(each)) continue;
    throw new Failure(
      'usage',
      'MAINTENANCE_PATHS',
      `The behavior ${wide(each)} answers for some of these paths and for others, and runs code of its own at viewer events, which a page for some of its paths would stop for all.`,
      {hint: `Close all of it: --path '${wide(each)}'.`},
    );
  }
  const putAside: PutAside[] = [];
  const result = mapBehaviors(config, behavior => {
    if (!concerned.has(behavior)) return behavior;
    const pathPattern = patternIn(behavior);
    const isAdded = pathPattern !== undefined && added.has(pathPattern);
    const [functions, lambdas] = [functionsOf(behavior), lambdasOf(behavior)];
    putAside.push({
      ...(pathPattern === undefined ? {} : {pathPattern}),
      ...(isAdded
        ? {added: true}
        : {
            ...(functions.length === 0 ? {} : {functions}),
            ...(lambdas.some(isViewerEvent) ? {lambdas} : {}),
          }),
    });
    return closed(behavior, functionArn);
  });
  return {config: result, putAside};
}

/** The behaviors that can answer for some path of the pattern: up to the first one that answers for all of them. */
function answering(config: DistributionConfig, path: string): readonly Behavior[] {
  const all = behaviorsOf(config);
  const last = all.findIndex(each => coversPattern(wide(each), path));
  return all.slice(0, last === -1 ? all.length : last + 1).filter(each => patternsMeet(wide(each), path));
}

const runs = (behavior: Behavior, functionArn: string): boolean =>
  functionsOf(behavior).some(({FunctionARN}) => FunctionARN === functionArn);

/** Patterns of the behaviors that run it now, the default's as `*`. */
export const closedPatterns = (config: DistributionConfig, functionArn: string): readonly string[] =>
  behaviorsOf(config)
    .filter(each => runs(each, functionArn))
    .map(wide);

const isOf =
  (behavior: Behavior) =>
  ({pathPattern}: PutAside): boolean => {
    const own = patternIn(behavior);
    return own === undefined || pathPattern === undefined
      ? own === pathPattern
      : samePattern(own, pathPattern);
  };

/**
 * Puts everything back: what `closePaths` put aside returns, and the behaviors that it made go. `notes`: what somebody
 * else has changed there meanwhile, which stays as they made it.
 */
export function reopen(
  given: DistributionConfig,
  putAside: readonly PutAside[],
  functionArn: string,
): {readonly config: DistributionConfig; readonly notes: readonly string[]} {
  const notes: string[] = [];
  const restored = mapBehaviors(given, behavior => {
    const record = putAside.find(isOf(behavior));
    if (!runs(behavior, functionArn)) {
      if (record !== undefined && record.added !== true) {
        notes.push(`The behavior ${wide(behavior)} runs something else by now, and stays so.`);
      }
      return behavior;
    }
    // It goes as a whole.
    if (record?.added === true) return behavior;
    if (record === undefined) {
      notes.push(
        `The behavior ${wide(behavior)} was not there when maintenance began: it runs no function now.`,
      );
    }
    return open(behavior, record ?? {}, functionArn, notes);
  });
  const isMade = (behavior: CacheBehavior): boolean => {
    const before = given.CacheBehaviors?.Items?.find(each => each.PathPattern === behavior.PathPattern);
    const isClosed = before !== undefined && runs(before, functionArn);
    return isClosed && putAside.some(each => each.added === true && isOf(behavior)(each));
  };
  for (const {pathPattern} of putAside) {
    if (pathPattern === undefined || behaviorsOf(given).some(each => isOf(each)({pathPattern}))) continue;
    notes.push(`There is no behavior ${pathPattern} any more.`);
  }
  const {CacheBehaviors: listed} = restored;
  const kept = listed?.Items?.filter(each => !isMade(each));
  return {
    config: kept === undefined ? restored : {...restored, CacheBehaviors: listOf(kept)},
    notes,
  };
}

/** What came beside our function meanwhile stays, and wins where both want the same event. */
function open<B extends Behavior>(
  behavior: B,
  {functions = [], lambdas}: PutAside,
  functionArn: string,
  notes: string[],
): B {
  const own = functionsOf(behavior).filter(({FunctionARN}) => FunctionARN !== functionArn);
  const left = functions.filter(({EventType}) => EventType !== 'viewer-request');
  const current = lambdasOf(behavior);
  const untouched =
    sameItems(own, left) && sameItems(current, lambdas?.filter(each => !isViewerEvent(each)) ?? current);
  if (!untouched)
    notes.push(`Somebody changed what the behavior ${wide(behavior)} runs meanwhile: that stays.`);
  const nowFunctions = untouched ? functions : [...own, ...functions.filter(isFree(own))];
  const wantedLambdas = untouched
    ? (lambdas ?? current)
    : [...current, ...(lambdas ?? []).filter(isFree(current))];
  // A function that somebody added at a viewer event excludes Lambda@Edge there.
  const nowLambdas =
    nowFunctions.length === 0 || untouched
      ? wantedLambdas
      : wantedLambdas.filter(each => !isViewerEvent(each));
  return {
    ...behavior,
    FunctionAssociations: listOf(nowFunctions),
    ...(lambdas === undefined ? {} : {LambdaFunctionAssociations: listOf(nowLambdas)}),
  };
}

interface Associated {
  EventType?: string | undefined;
  FunctionARN?: string | undefined;
  LambdaFunctionARN?: string | undefined;
}

const isFree =
  (taken: readonly Associated[]) =>
  ({EventType}: Associated): boolean =>
    !taken.some(each => each.EventType === EventType);

const textOf = ({EventType, FunctionARN, LambdaFunctionARN}: Associated): string =>
  `${EventType ?? ''} ${FunctionARN ?? LambdaFunctionARN ?? ''}`;

const sameItems = (a: readonly Associated[], b: readonly Associated[]): boolean =>
  a.map(textOf).sort().join('\n') === b.map(textOf).sort().join('\n');
