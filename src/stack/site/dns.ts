import type {Aws} from '../../aws/index.js';
import {
  findZone,
  listZones,
  prepareAliases,
  prepareRemoval,
  recordsToPaste,
  takenFailure,
  typesFor,
  type AliasType,
  type PreparedAliases,
  type PreparedRemoval,
  type RecordToPaste,
} from '../../dns/index.js';
import type {Change} from '../change.js';
import type {LiveSite} from './live.js';
import {hostsOf, isWhole, type SiteSettings} from './settings.js';
import type {Step} from './steps.js';

/** In the place of the domain name of a distribution that is still to be made. */
export const newDomain = 'new.cloudfront.net';

export interface DnsPlans {
  readonly point: PreparedAliases | undefined;
  readonly unpoint: PreparedRemoval | undefined;
  /** For hosts whose DNS is not here: to be written there by hand. */
  readonly manual: readonly RecordToPaste[];
}

/** By what the config says of the distribution, else by how it is, else by what a new one gets. */
export function recordTypes({config}: SiteSettings, live: LiveSite): readonly AliasType[] {
  const {isIPV6Enabled, httpVersion} = config.distribution ?? {};
  const now = live.distribution?.config;
  const isIpv6 = isIPV6Enabled ?? now?.IsIPV6Enabled ?? true;
  const isHttp3 = (httpVersion ?? now?.HttpVersion ?? 'http2and3').includes('3');
  return typesFor({isIpv6, isHttp3}, config.dns?.types);
}

/**
 * Reads the zones of the aliases and plans their records. Failures: RECORD_TAKEN (exit 4) where a record that leads elsewhere
 * is in the way and `force` is not said; SPLIT_HORIZON, PRIVATE_ZONE (exit 6), AMBIGUOUS_ZONE.
 */
export async function readDns(
  aws: Aws,
  settings: SiteSettings,
  live: LiveSite,
  {force}: {readonly force: boolean},
): Promise<DnsPlans> {
  const {config} = settings;
  const hosts = hostsOf(settings);
  const target = live.distribution?.domainName ?? newDomain;
  const types = recordTypes(settings, live);
  const managesAliases = isWhole(settings) || config.distribution?.aliases !== undefined;
  const gone = managesAliases
    ? (live.distribution?.config.Aliases?.Items ?? []).filter(name => !hosts.includes(name.toLowerCase()))
    : [];
  if (hosts.length === 0 && gone.length === 0) return {point: undefined, unpoint: undefined, manual: []};
  if (config.dns?.provider === 'none')
    return {point: undefined, unpoint: undefined, manual: paste(hosts, target)};
  const named = config.dns?.zone;
  const zones = await listZones(aws);
  const isHere = async (host: string): Promise<boolean> =>
    (await findZone(aws, host, {zones, ...(named === undefined ? {} : {named})})) !== undefined;
  const placed = await Promise.all(
    [...hosts, ...gone].map(async host => [host, await isHere(host)] as const),
  );
  const here = new Set(placed.flatMap(([host, found]) => (found ? [host] : [])));
  const [point, unpoint] = await Promise.all([
    prepareIfAny(
      hosts.filter(host => here.has(host)),
      own => prepareAliases({aws, hosts: own, named, target, types, force}),
    ),
    prepareIfAny(
      gone.filter(host => here.has(host)),
      own => prepareRemoval({aws, hosts: own, named, target}),
    ),
  ]);
  const taken = takenFailure(point?.conflicts ?? []);
  if (taken !== undefined) throw taken;
  return {
    point,
    unpoint,
    manual: paste(
      hosts.filter(host => !here.has(host)),
      target,
    ),
  };
}

const prepareIfAny = async <T>(
  hosts: readonly string[],
  prepare: (hosts: readonly string[]) => Promise<T>,
): Promise<T | undefined> => (hosts.length === 0 ? undefined : prepare(hosts));

const paste = (hosts: readonly string[], target: string): readonly RecordToPaste[] =>
  recordsToPaste(hosts, shownTarget(target), host => host.split('.').length === 2);

const shownTarget = (target: string): string =>
  target === newDomain ? '{domain name of the new distribution}' : target;

/** One change for each host: its records come and go together. */
export function planDns({point, unpoint}: DnsPlans): readonly Step[] {
  const steps: Step[] = [];
  if (unpoint !== undefined) {
    for (const part of unpoint.parts) {
      for (const {set} of part.changes) {
        const name = (set.Name ?? '').replace(/\.$/, '');
        const change: Change = {
          resource: `record ${name} ${set.Type ?? ''}`,
          action: 'delete',
          reason: 'the alias leaves the distribution',
          impact: `Downtime: ${name} leads nowhere.`,
          diff: [],
        };
        steps.push({type: 'unpoint', phase: 'unpoint', prepared: unpoint, change});
      }
    }
  }
  for (const {plan} of point?.parts ?? []) {
    for (const record of plan.records) {
      const resource = `record ${record.name} ${record.type}`;
      const action = record.action === 'none' ? 'none' : record.action === 'create' ? 'create' : 'update';
      const change: Change = {
        resource,
        action,
        reason: record.reason,
        diff:
          action === 'none'
            ? []
            : [
                {
                  path: 'aliasTarget',
                  before: record.action === 'create' ? undefined : record.reason.replace(/^is /, ''),
                  after: shownTarget(record.target),
                },
              ],
      };
      if (point !== undefined) steps.push({type: 'point', phase: 'point', prepared: point, change});
    }
  }
  return steps;
}
