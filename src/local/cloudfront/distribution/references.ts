import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {Resource} from '../resources.js';
import {items} from '../shape.js';
import type {Store} from '../../types.js';

/** A distribution beside its config. */
export interface DistributionState {
  readonly domainName: string;
  /** When the config reaches the edge, in milliseconds of cloud time; undefined once it has. */
  readonly effectiveAt: number | undefined;
  /** What the edge serves until then; undefined before the first config reached it. */
  readonly live: {readonly config: DistributionConfig; readonly version: string} | undefined;
}

export type StoredDistribution = Resource<DistributionConfig, DistributionState>;

export const distributionTable = 'cloudfront.distribution';

/** Every distribution in the store, by id; also for the other services, which see them only here. */
export function* storedDistributions(store: Store): Iterable<StoredDistribution> {
  for (const [, found] of store.table<StoredDistribution>(distributionTable).range()) yield found;
}

/** The config as it is written, and the one that the edge still serves until the change is deployed. */
function configsInUse({config, state}: StoredDistribution, now: number): readonly DistributionConfig[] {
  const changing = state.effectiveAt !== undefined && state.effectiveAt > now;
  return changing && state.live !== undefined ? [config, state.live.config] : [config];
}

/** Ids of the distributions that refer to something. */
export function distributionsUsing(
  store: Store,
  now: number,
  kind: keyof References,
  id: string,
): readonly string[] {
  return [...storedDistributions(store)]
    .filter(found => configsInUse(found, now).some(config => references(config)[kind].has(id)))
    .map(found => found.id);
}

/** Ids of everything that a config refers to. */
export interface References {
  readonly cachePolicies: ReadonlySet<string>;
  readonly originRequestPolicies: ReadonlySet<string>;
  readonly responseHeadersPolicies: ReadonlySet<string>;
  readonly originAccessControls: ReadonlySet<string>;
  /** Without the `origin-access-identity/cloudfront/` before it. */
  readonly originAccessIdentities: ReadonlySet<string>;
  readonly keyGroups: ReadonlySet<string>;
  /** ARNs of CloudFront functions. */
  readonly functions: ReadonlySet<string>;
  /** AWS accounts, or `self`, whose own key pairs sign. */
  readonly signerAccounts: ReadonlySet<string>;
  readonly certificates: ReadonlySet<string>;
}

export function references(config: DistributionConfig): References {
  const origins = items(config.Origins);
  const behaviors = [
    ...(config.DefaultCacheBehavior ? [config.DefaultCacheBehavior] : []),
    ...items(config.CacheBehaviors),
  ];
  const ids = (values: readonly (string | undefined)[]) =>
    new Set(values.filter(value => value !== undefined && value !== '')) as ReadonlySet<string>;
  return {
    cachePolicies: ids(behaviors.map(behavior => behavior.CachePolicyId)),
    originRequestPolicies: ids(behaviors.map(behavior => behavior.OriginRequestPolicyId)),
    responseHeadersPolicies: ids(behaviors.map(behavior => behavior.ResponseHeadersPolicyId)),
    originAccessControls: ids(origins.map(origin => origin.OriginAccessControlId)),
    originAccessIdentities: ids(
      origins.map(origin => origin.S3OriginConfig?.OriginAccessIdentity?.split('/').at(-1)),
    ),
    keyGroups: ids(behaviors.flatMap(behavior => items(behavior.TrustedKeyGroups))),
    functions: ids(
      behaviors.flatMap(behavior => items(behavior.FunctionAssociations).map(found => found.FunctionARN)),
    ),
    signerAccounts: ids(behaviors.flatMap(behavior => items(behavior.TrustedSigners))),
    certificates: ids([config.ViewerCertificate?.ACMCertificateArn]),
  };
}
