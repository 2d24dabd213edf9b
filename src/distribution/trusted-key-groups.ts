import type {CacheBehavior, DefaultCacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import {call, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {readDistribution, type Distribution} from './live.js';

/** What the default behavior is called here: it matches whatever no other pattern does. */
export const defaultPattern = '*';

type Behavior = DefaultCacheBehavior & Partial<Pick<CacheBehavior, 'PathPattern'>>;
type Behaviors = Pick<DistributionConfig, 'DefaultCacheBehavior' | 'CacheBehaviors'>;

/** In the order in which they are tried; the default last. */
const behaviorsOf = ({DefaultCacheBehavior, CacheBehaviors}: Behaviors): readonly Behavior[] => [
  ...(CacheBehaviors?.Items ?? []),
  ...(DefaultCacheBehavior === undefined ? [] : [DefaultCacheBehavior]),
];

const patternOf = ({PathPattern}: Behavior): string => PathPattern ?? defaultPattern;

/** Patterns of the behaviors that trust a key group, the default's as `*`. */
export function patternsTrusting(config: Behaviors, groupId: string): readonly string[] {
  return behaviorsOf(config)
    .filter(({TrustedKeyGroups: trusted}) => trusted?.Items?.includes(groupId) === true)
    .map(patternOf);
}

/** `/img/*` and `img/*` are the same pattern to CloudFront. */
const samePattern = (a: string, b: string): boolean => a.replace(/^\//, '') === b.replace(/^\//, '');

/** Failure NO_SUCH_BEHAVIOR (exit 2) names the patterns that there are. */
export function findBehavior(config: Behaviors, pathPattern: string): Behavior {
  const all = behaviorsOf(config);
  const found = all.find(behavior => samePattern(patternOf(behavior), pathPattern));
  if (found !== undefined) return found;
  throw new Failure(
    'usage',
    'NO_SUCH_BEHAVIOR',
    `No behavior of the distribution has the path pattern "${pathPattern}".`,
    {
      hint:
        all.length > 1
          ? `Its patterns are ${all.map(patternOf).join(' ')} (* is the default behavior).`
          : 'It has the default behavior only (*): leave --path-pattern out to close all of it, or add a behavior with that pattern to the distribution first.',
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

/**
 * Makes a behavior of a live distribution trust a key group: from when the change is deployed its viewers need a
 * signature. False where it did already. Failures: NO_SUCH_BEHAVIOR, PRECONDITION_FAILED (exit 4), NO_SUCH_KEY_GROUP.
 */
export async function attachKeyGroup(
  aws: Aws,
  distribution: Distribution,
  {pathPattern, groupId}: {readonly pathPattern: string; readonly groupId: string},
): Promise<boolean> {
  const {id, etag, config: before} = distribution;
  const config = trustKeyGroup(before, pathPattern, groupId);
  if (config === before) return false;
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const input = {Id: id, IfMatch: etag, DistributionConfig: config};
  await call({service: 'cloudfront', operation: 'UpdateDistribution', resource: `distribution ${id}`}, () =>
    client.send(new sdk.UpdateDistributionCommand(input)),
  );
  return true;
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
