import type {CacheBehavior, DefaultCacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import {call, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {readDistribution, type Distribution} from './live.js';
import {coversPattern, patternsMeet, samePattern} from './path-pattern.js';

/** What the default behavior is called here: it matches whatever no other pattern does. */
export const defaultPattern = '*';

type Behavior = DefaultCacheBehavior & Partial<Pick<CacheBehavior, 'PathPattern'>>;
type Behaviors = Pick<DistributionConfig, 'DefaultCacheBehavior' | 'CacheBehaviors'>;

/** In the order in which they are tried; the default last. */
const behaviorsOf = ({DefaultCacheBehavior, CacheBehaviors}: Behaviors): readonly Behavior[] => [
  ...(CacheBehaviors?.Items ?? []),
  ...(DefaultCacheBehavior === undefined ? [] : [DefaultCacheBehavior]),
];

export const patternOf = ({PathPattern}: Behavior): string => PathPattern ?? defaultPattern;

/** Patterns of the behaviors that trust a key group, the default's as `*`. */
export function patternsTrusting(config: Behaviors, groupId: string): readonly string[] {
  return behaviorsOf(config)
    .filter(({TrustedKeyGroups: trusted}) => trusted?.Items?.includes(groupId) === true)
    .map(patternOf);
}

const behaviorWith = (config: Behaviors, pathPattern: string): Behavior | undefined =>
  behaviorsOf(config).find(behavior => samePattern(patternOf(behavior), pathPattern));

/** Failure NO_SUCH_BEHAVIOR (exit 2) names the patterns that there are. */
export function findBehavior(config: Behaviors, pathPattern: string): Behavior {
  const found = behaviorWith(config, pathPattern);
  if (found !== undefined) return found;
  const all = behaviorsOf(config);
  throw new Failure(
    'usage',
    'NO_SUCH_BEHAVIOR',
    `No behavior of the distribution has the path pattern "${pathPattern}".`,
    {
      hint:
        all.length > 1
          ? `Its patterns are ${all.map(patternOf).join(' ')} (* is the default behavior); --add-behavior makes one with that pattern.`
          : 'It has the default behavior only (*): leave --path-pattern out to close all of it, or make a behavior with that pattern by --add-behavior.',
    },
  );
}

/** Whether viewers of a behavior need a signature already. */
export const isSigned = ({TrustedKeyGroups: groups, TrustedSigners: signers}: Behavior): boolean =>
  (groups?.Enabled === true && (groups.Quantity ?? 0) > 0) ||
  (signers?.Enabled === true && (signers.Quantity ?? 0) > 0);

/**
 * The config with the group among the trusted ones of one behavior, everything else the very same values; the same
 * object where it is there already. Failure NO_SUCH_BEHAVIOR.
 */
export function trustKeyGroup(
  config: DistributionConfig,
  pathPattern: string,
  groupId: string,
): DistributionConfig {
  const chosen = findBehavior(config, pathPattern);
  const before = chosen.TrustedKeyGroups?.Enabled === true ? (chosen.TrustedKeyGroups.Items ?? []) : [];
  if (before.includes(groupId)) return config;
  const items = [...before, groupId];
  const changed = {
    ...chosen,
    TrustedKeyGroups: {Enabled: true, Quantity: items.length, Items: items},
  };
  if (chosen === config.DefaultCacheBehavior) return {...config, DefaultCacheBehavior: changed};
  return {
    ...config,
    CacheBehaviors: {
      Quantity: config.CacheBehaviors?.Quantity,
      Items: (config.CacheBehaviors?.Items ?? []).map(each =>
        each === chosen ? {...changed, PathPattern: each.PathPattern} : each,
      ),
    },
  };
}

/** Where a behavior for a new pattern goes, and what that does to the others. */
export interface NewBehavior {
  /** Among the CacheBehaviors, which CloudFront tries in their order. */
  readonly index: number;
  /** What answers for the pattern until now: the new one is its copy. */
  readonly like: Behavior;
  /** Tried before it and open to all, for a part of its paths. */
  readonly staysOpen: readonly string[];
  /** Tried after it: a part of the paths that they answer for becomes the new one's. */
  readonly takesFrom: readonly Behavior[];
}

/** CloudFront's quota as every account has it; it can be raised. */
const mostBehaviors = 75;

/**
 * The new behavior is tried before the first one whose pattern covers all of its own, or it would never be; behind those
 * whose pattern it covers, which would never be tried otherwise; else before all others, so that nothing keeps a part of
 * its paths open. Undefined where a behavior has the pattern. Failures PATH_PATTERN (exit 2), QUOTA_EXCEEDED (exit 6).
 */
export function placeBehavior(config: Behaviors, pathPattern: string): NewBehavior | undefined {
  const {DefaultCacheBehavior} = config;
  if (behaviorWith(config, pathPattern) !== undefined || DefaultCacheBehavior === undefined) return undefined;
  checkPattern(pathPattern);
  const listed = config.CacheBehaviors?.Items ?? [];
  // More than the usual quota is a raised one, which only CloudFront knows.
  if (listed.length === mostBehaviors) {
    throw new Failure(
      'refused',
      'QUOTA_EXCEEDED',
      `The distribution has ${mostBehaviors} behaviors, the most that CloudFront allows.`,
      {
        hint: 'Remove one, or ask for a higher quota (Service Quotas); where yours is higher, add the behavior in the CloudFront console and run this again.',
      },
    );
  }
  const wider = listed.findIndex(each => coversPattern(patternOf(each), pathPattern));
  const end = wider === -1 ? listed.length : wider;
  const tried = listed.slice(0, end);
  const index = 1 + tried.findLastIndex(each => coversPattern(pathPattern, patternOf(each)));
  const meeting = (some: readonly Behavior[]): readonly Behavior[] =>
    some.filter(each => patternsMeet(patternOf(each), pathPattern));
  return {
    index,
    like: listed[wider] ?? DefaultCacheBehavior,
    staysOpen: meeting(tried.slice(0, index))
      .filter(each => !isSigned(each))
      .map(patternOf),
    takesFrom: meeting(tried.slice(index)),
  };
}

/** Failure PATH_PATTERN. */
function checkPattern(pathPattern: string): void {
  if (/^[\w.*$/~"'@:+&?-]{1,255}$/.test(pathPattern)) return;
  throw new Failure(
    'usage',
    'PATH_PATTERN',
    `The path pattern "${pathPattern.slice(0, 255)}" is not one that CloudFront takes.`,
    {
      hint: `Write 1 to 255 of A-Z a-z 0-9 _ - . $ / ~ " ' @ : + & and the wildcards * and ?, such as /private/*.`,
    },
  );
}

/**
 * The config with a copy, under a new pattern, of the behavior that answers for it until now: whatever fields that has.
 * The same object where a behavior has the pattern. Failures of `placeBehavior`.
 */
export function addBehavior(config: DistributionConfig, pathPattern: string): DistributionConfig {
  const place = placeBehavior(config, pathPattern);
  if (place === undefined) return config;
  const {TargetOriginId, ViewerProtocolPolicy, ...rest} = place.like;
  const added = {...rest, PathPattern: pathPattern, TargetOriginId, ViewerProtocolPolicy};
  const listed = config.CacheBehaviors?.Items ?? [];
  const Items = [...listed.slice(0, place.index), added, ...listed.slice(place.index)];
  return {...config, CacheBehaviors: {...config.CacheBehaviors, Quantity: Items.length, Items}};
}

/** What became of the behavior. */
export type AttachOutcome = 'added' | 'changed' | 'unchanged';

/**
 * Makes a behavior of a live distribution trust a key group: from when the change is deployed its viewers need a
 * signature. `add`: makes the behavior, too, where there is none with the pattern. Failures: NO_SUCH_BEHAVIOR,
 * PRECONDITION_FAILED (exit 4), NO_SUCH_KEY_GROUP, those of `placeBehavior`.
 */
export async function attachKeyGroup(
  aws: Aws,
  {id, etag, config: before}: Distribution,
  {
    pathPattern,
    groupId,
    add,
  }: {readonly pathPattern: string; readonly groupId: string; readonly add: boolean},
): Promise<AttachOutcome> {
  const ready = add ? addBehavior(before, pathPattern) : before;
  const config = trustKeyGroup(ready, pathPattern, groupId);
  if (config === before) return 'unchanged';
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const input = {Id: id, IfMatch: etag, DistributionConfig: config};
  await call({service: 'cloudfront', operation: 'UpdateDistribution', resource: `distribution ${id}`}, () =>
    client.send(new sdk.UpdateDistributionCommand(input)),
  );
  return ready === before ? 'changed' : 'added';
}

/** Ids of the distributions of which a behavior trusts the group. */
export async function listTrusting(aws: Aws, groupId: string): Promise<readonly string[]> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const ids: string[] = [];
  let marker: string | undefined;
  do {
    const command = new sdk.ListDistributionsByKeyGroupCommand({
      KeyGroupId: groupId,
      Marker: marker,
      MaxItems: 100,
    });
    const {DistributionIdList: page} = await call(
      {service: 'cloudfront', operation: 'ListDistributionsByKeyGroup', resource: `key group ${groupId}`},
      () => client.send(command),
    );
    ids.push(...(page?.Items ?? []));
    marker = page?.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return ids;
}

/** Those of `ids` whose last change has not reached every edge location. */
export async function undeployed(aws: Aws, ids: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(ids.map(id => readDistribution(aws, id)));
  return found.filter(({status}) => status !== 'Deployed').map(({id}) => id);
}
