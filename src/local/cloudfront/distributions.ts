import type {
  CloudFront,
  Distribution,
  DistributionConfig,
  DistributionSummary,
} from '@aws-sdk/client-cloudfront';
import type {Handlers} from '../types.js';
import {createDeadlines, type Deadlines} from './deadlines.js';
import {acceptDistribution} from './distribution/accept.js';
import type {Account} from './distribution/account.js';
import {
  distributionTable,
  references,
  type DistributionState,
  type References,
  type StoredDistribution,
} from './distribution/references.js';
import {demand} from './faults.js';
import {distributionArn, distributionDomain, location, shortId} from './identifiers.js';
import type {Keys} from './keys.js';
import {markedList, page, type PageRequest} from './page.js';
import type {Policies} from './policies.js';
import {createResources, type ResourceDependencies, type Resources} from './resources.js';
import {compact, items, listOf} from './shape.js';
import type {Tags} from './tags.js';

export interface Distributions {
  readonly resources: Resources<DistributionConfig, DistributionState>;
  readonly deadlines: Deadlines;
  /** Its own change, or that of a key group that it trusts, has not reached the edge. */
  readonly inProgress: (found: StoredDistribution) => boolean;
  /** What the edge serves under this id now; a disabled distribution is not served. */
  readonly live: (id: string) => {readonly config: DistributionConfig; readonly version: string} | undefined;
  /** Called when the config of a distribution has reached the edge. */
  readonly onDeployed: (listener: (id: string) => void) => void;
}

export interface DistributionOptions extends ResourceDependencies {
  readonly deployDelayMs: number;
  /** Ids of key groups whose change has not reached the edge. */
  readonly changingKeyGroups: () => readonly string[];
  /** Without what this room knows itself. */
  readonly account: Omit<Account, 'others' | 'domainName'>;
}

/**
 * Distributions: create, update and delete are answered at once with status InProgress; the edge serves the new config
 * `deployDelayMs` of cloud time later. The deadline is stored, so that it is kept across a restart.
 */
export function createDistributions(options: DistributionOptions): Distributions {
  const {store, clock, random, deployDelayMs, account} = options;

  const deployed: ((id: string) => void)[] = [];
  const deadlines = createDeadlines(clock, id => {
    deployed.forEach(listener => listener(id));
    // Only spares the next start the look at a deadline that is long past: the status never depends on it.
    store
      .write(() => {
        const table = store.table<StoredDistribution>(distributionTable);
        const found = table.get(id);
        if (found?.state.effectiveAt === undefined || found.state.effectiveAt > clock.now()) return;
        table.put(id, {...found, state: {...found.state, effectiveAt: undefined, live: undefined}});
      })
      .catch(() => undefined);
  });

  // By the record, not by the deadlines: a concurrent reader sees a committed record a moment before its deadline is set.
  const isPending = ({state}: StoredDistribution) =>
    state.effectiveAt !== undefined && state.effectiveAt > clock.now();

  const live: Distributions['live'] = id => {
    const found = resources.find(id);
    if (found === undefined) return undefined;
    const current = isPending(found) ? found.state.live : {config: found.config, version: found.etag};
    return current?.config.Enabled === true ? current : undefined;
  };

  const resources: Resources<DistributionConfig, DistributionState> = createResources<
    DistributionConfig,
    DistributionState
  >(
    {
      table: distributionTable,
      noun: 'distribution',
      noSuch: 'NoSuchDistribution',
      alreadyExists: 'DistributionAlreadyExists',
      inUse: 'ResourceInUse',
      quota: {code: 'TooManyDistributions', max: 500},
      newId: () => shortId(random, 'E'),
      accept: (given, before) =>
        acceptDistribution(given, before?.config, {
          ...account,
          domainName: before?.state.domainName,
          others: () => [...resources.custom()].filter(other => other.id !== before?.id),
        }),
      state: before => ({
        domainName: before?.state.domainName ?? distributionDomain(random),
        effectiveAt: clock.now() + deployDelayMs,
        live:
          before === undefined
            ? undefined
            : isPending(before)
              ? before.state.live
              : {config: before.config, version: before.etag},
      }),
      callerReference: config => config.CallerReference,
      checkDelete(found) {
        demand(
          found.config.Enabled === false,
          'DistributionNotDisabled',
          `The distribution you are trying to delete has not been disabled: ${found.id}.`,
        );
        demand(
          !isPending(found),
          'ResourceInUse',
          `The distribution ${found.id} is still being disabled: wait until its status is Deployed, then delete it.`,
        );
      },
    },
    options,
  );

  for (const found of resources.custom()) {
    if (found.state.effectiveAt !== undefined) deadlines.set(found.id, found.state.effectiveAt);
  }
  resources.onCommit((id, found) => {
    if (found === undefined) deadlines.clear(id);
    else if (found.state.effectiveAt !== undefined) deadlines.set(id, found.state.effectiveAt);
  });
  return {
    resources,
    deadlines,
    live,
    onDeployed: listener => void deployed.push(listener),
    inProgress(found) {
      deadlines.settle();
      if (isPending(found)) return true;
      const changing = options.changingKeyGroups();
      if (changing.length === 0) return false;
      const trusted = references(found.config).keyGroups;
      return changing.some(id => trusted.has(id));
    },
  };
}

export interface DistributionHandlerOptions {
  readonly distributions: Distributions;
  readonly policies: Policies;
  readonly keys: Keys;
  readonly tags: Tags;
  /** Ids of the distributions that refer to something. */
  readonly using: (kind: keyof References, id: string) => readonly string[];
  /** How many invalidations of a distribution are in progress. */
  readonly invalidating: (id: string) => number;
  /** Inside the transaction that deletes. */
  readonly onDelete: (id: string) => void;
}

export function distributionHandlers(options: DistributionHandlerOptions) {
  const {distributions, policies, keys, tags, using, invalidating} = options;
  const {resources, inProgress} = distributions;

  const status = (found: StoredDistribution) => (inProgress(found) ? 'InProgress' : 'Deployed');
  const view = (found: StoredDistribution, shown = status(found)): Distribution => ({
    Id: found.id,
    ARN: distributionArn(found.id),
    Status: shown,
    LastModifiedTime: new Date(found.modifiedAt),
    InProgressInvalidationBatches: invalidating(found.id),
    DomainName: found.state.domainName,
    ActiveTrustedSigners: activeSigners(found.config),
    ActiveTrustedKeyGroups: activeKeyGroups(found.config, keys),
    DistributionConfig: found.config,
    ...recordals(found.config),
  });

  async function create(config: DistributionConfig | undefined, wanted: ReadonlyMap<string, string>) {
    const made = await resources.create(config, created => tags.put(distributionArn(created.id), wanted));
    return {
      // Even without any delay the answer to a create is InProgress.
      Distribution: view(made, 'InProgress'),
      ETag: made.etag,
      Location: location(`distribution/${made.id}`),
    };
  }

  const idsUsing = (kind: keyof References, id: string, request: PageRequest) => ({
    DistributionIdList: markedList(
      page(using(kind, id), found => found, request),
      found => found,
    ),
  });

  return {
    CreateDistribution: input => create(input.DistributionConfig, new Map()),
    CreateDistributionWithTags: input =>
      create(
        input.DistributionConfigWithTags?.DistributionConfig,
        tags.parse(input.DistributionConfigWithTags?.Tags?.Items),
      ),
    GetDistribution(input) {
      const found = resources.get(input.Id);
      return {Distribution: view(found), ETag: found.etag};
    },
    GetDistributionConfig(input) {
      const found = resources.get(input.Id);
      return {DistributionConfig: found.config, ETag: found.etag};
    },
    async UpdateDistribution(input) {
      const made = await resources.update(input.Id, input.IfMatch, input.DistributionConfig);
      return {Distribution: view(made, 'InProgress'), ETag: made.etag};
    },
    async DeleteDistribution(input) {
      await resources.delete(input.Id, input.IfMatch, gone => options.onDelete(gone.id));
      return {};
    },
    ListDistributions: input => ({
      DistributionList: markedList(resources.list(input), found => summary(found, status(found))),
    }),
    ListDistributionsByCachePolicyId(input) {
      const {id} = policies.cache.get(input.CachePolicyId);
      return idsUsing('cachePolicies', id, input);
    },
    ListDistributionsByOriginRequestPolicyId(input) {
      const {id} = policies.originRequest.get(input.OriginRequestPolicyId);
      return idsUsing('originRequestPolicies', id, input);
    },
    ListDistributionsByResponseHeadersPolicyId(input) {
      const {id} = policies.responseHeaders.get(input.ResponseHeadersPolicyId);
      return idsUsing('responseHeadersPolicies', id, input);
    },
    ListDistributionsByKeyGroup(input) {
      const {id} = keys.groups.get(input.KeyGroupId);
      return idsUsing('keyGroups', id, input);
    },
  } satisfies Handlers<CloudFront>;
}

/** Accounts without key pairs: those of the root user, which cannot be made through any API. */
function activeSigners(config: DistributionConfig): NonNullable<Distribution['ActiveTrustedSigners']> {
  const active = [...references(config).signerAccounts].map(AwsAccountNumber => ({
    AwsAccountNumber,
    KeyPairIds: {Quantity: 0},
  }));
  return {Enabled: active.length > 0, ...listOf(active)};
}

function activeKeyGroups(
  config: DistributionConfig,
  keys: Keys,
): NonNullable<Distribution['ActiveTrustedKeyGroups']> {
  const active = [...references(config).keyGroups].map(id => ({
    KeyGroupId: id,
    KeyPairIds: listOf(keys.groups.find(id)?.config.Items ?? []),
  }));
  return {Enabled: active.length > 0, ...listOf(active)};
}

/** Outside the China regions every alias counts as approved. */
function recordals(config: DistributionConfig): Pick<Distribution, 'AliasICPRecordals'> {
  const aliases = items(config.Aliases);
  return aliases.length === 0
    ? {}
    : {AliasICPRecordals: aliases.map(CNAME => ({CNAME, ICPRecordalStatus: 'APPROVED' as const}))};
}

function summary(found: StoredDistribution, status: string): DistributionSummary {
  const {config} = found;
  return compact({
    Id: found.id,
    ARN: distributionArn(found.id),
    ETag: found.etag,
    Status: status,
    LastModifiedTime: new Date(found.modifiedAt),
    DomainName: found.state.domainName,
    Aliases: config.Aliases,
    Origins: config.Origins,
    OriginGroups: config.OriginGroups,
    DefaultCacheBehavior: config.DefaultCacheBehavior,
    CacheBehaviors: config.CacheBehaviors,
    CustomErrorResponses: config.CustomErrorResponses,
    Comment: config.Comment,
    PriceClass: config.PriceClass,
    Enabled: config.Enabled,
    ViewerCertificate: config.ViewerCertificate,
    Restrictions: config.Restrictions,
    WebACLId: config.WebACLId,
    HttpVersion: config.HttpVersion,
    IsIPV6Enabled: config.IsIPV6Enabled,
    Staging: config.Staging,
    ConnectionMode: config.ConnectionMode,
    AnycastIpListId: config.AnycastIpListId,
    ViewerMtlsConfig: config.ViewerMtlsConfig,
    ConnectionFunctionAssociation: config.ConnectionFunctionAssociation,
    ...recordals(config),
  });
}
