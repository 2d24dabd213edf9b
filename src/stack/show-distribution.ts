import type {DistributionSummary} from '@aws-sdk/client-cloudfront';
import {mapConcurrent, type Aws} from '../aws/index.js';
import {
  listDistributions,
  managedName,
  maskedAt,
  readNamed,
  readTags,
  taggedIds,
  toForm,
  type Distribution,
  type FormValue,
} from '../distribution/index.js';
import {globMatches} from '../glob.js';

/** What a list tells of a distribution. */
export interface ListedDistribution {
  readonly id: string;
  readonly domainName: string;
  readonly aliases: readonly string[];
  /** `InProgress` or `Deployed`. */
  readonly status: string;
  readonly enabled: boolean;
  readonly comment: string;
}

export const listed = ({id, domainName, status, config}: Distribution): ListedDistribution => ({
  id,
  domainName,
  aliases: config.Aliases?.Items ?? [],
  status,
  enabled: config.Enabled === true,
  comment: config.Comment ?? '',
});

const summarised = (summary: DistributionSummary): ListedDistribution => ({
  id: summary.Id ?? '',
  domainName: summary.DomainName ?? '',
  aliases: summary.Aliases?.Items ?? [],
  status: summary.Status ?? '',
  enabled: summary.Enabled === true,
  comment: summary.Comment ?? '',
});

export interface DistributionFilter {
  /** A host name, which a wildcard alias may serve, or a glob on aliases. */
  readonly alias?: string | undefined;
  readonly tag?: {readonly key: string; readonly value: string} | undefined;
}

/** A wildcard alias serves every level below it. */
const serves = (alias: string, wanted: string): boolean =>
  globMatches(wanted, alias) || (alias.startsWith('*.') && wanted.endsWith(alias.slice(1)));

/** In CloudFront's order. */
export async function findDistributions(
  aws: Aws,
  {alias, tag}: DistributionFilter,
): Promise<readonly ListedDistribution[]> {
  const tagged = tag === undefined ? undefined : new Set(await taggedIds(aws, tag));
  const wanted = alias?.toLowerCase();
  const found: ListedDistribution[] = [];
  for await (const summary of listDistributions(aws)) {
    const each = summarised(summary);
    const names = [each.domainName, ...each.aliases].map(name => name.toLowerCase());
    if (wanted !== undefined && !names.some(name => serves(name, wanted))) continue;
    if (tagged?.has(each.id) === false) continue;
    found.push(each);
  }
  return found;
}

export interface ShownDistribution extends ListedDistribution {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the policies that behaviors refer to, by their ids. */
  readonly names: Readonly<Record<string, string>>;
  /** The whole config in the notation of a config file; values of headers to origins are hidden. */
  readonly config: FormValue;
}

const policies = [
  ['cache policy', 'CachePolicyId'],
  ['origin request policy', 'OriginRequestPolicyId'],
  ['response headers policy', 'ResponseHeadersPolicyId'],
] as const;

/** What may not be read (tags, policies) is left out: the config is what matters. */
export async function showDistribution(aws: Aws, live: Distribution): Promise<ShownDistribution> {
  const [tags, names] = await Promise.all([
    readTags(aws, live.arn).catch(() => ({})),
    policyNames(aws, live.config),
  ]);
  const config = maskedAt('', toForm('DistributionConfig', live.config)) as FormValue;
  return {...listed(live), arn: live.arn, tags, names, config};
}

async function policyNames(
  aws: Aws,
  config: Distribution['config'],
): Promise<Readonly<Record<string, string>>> {
  const behaviors = [...(config.CacheBehaviors?.Items ?? []), config.DefaultCacheBehavior];
  const wanted = policies.flatMap(([kind, field]) => {
    const ids = new Set(behaviors.map(behavior => behavior?.[field] ?? '').filter(id => id !== ''));
    return [...ids].map(id => ({kind, id}));
  });
  const names: Record<string, string> = {};
  const read = async ({kind, id}: (typeof wanted)[number]) => {
    const known = managedName(kind, id);
    if (known !== undefined) return {id, name: known};
    const found = await readNamed(aws, kind, id).catch(() => undefined);
    return {id, name: found?.config.Name};
  };
  for await (const {id, name} of mapConcurrent(wanted, 8, read)) if (name !== undefined) names[id] = name;
  return names;
}
