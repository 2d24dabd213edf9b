import type {Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {isWithin, namesBetween} from './names.js';
import {planAliases} from './plan.js';
import {readRecords, recordText} from './records.js';
import {askResolvers, type Resolved} from './resolved.js';
import type {AliasType, RecordSet, Resolver, Zone} from './types.js';
import {findZone, listZones, readZone, zoneText} from './zones.js';

export type CheckStatus =
  /** The zone is right, it is the one that the world asks, and resolvers answer with it. */
  | 'ok'
  | 'missing'
  | 'elsewhere'
  /** The zone is right, but a resolver answers something else. */
  | 'stale'
  /** The world asks other name servers than the zone's. */
  | 'not-delegated'
  /** A name above the host, or the host itself, is handed to other name servers. */
  | 'delegated-away'
  /** Which zone answers is not clear, or it is private. */
  | 'zone-unclear'
  /** The zone is right, and no resolver could be asked. */
  | 'unasked';

export interface CheckedRecord {
  readonly name: string;
  readonly type: AliasType;
  /** Where it should lead. */
  readonly target: string;
  readonly status: CheckStatus;
  /** What was found, one sentence. */
  readonly message: string;
  /** What to do, one sentence; null when all is well. */
  readonly todo: string | null;
  /** Seconds for which an answer of now may be kept; null where unknown. */
  readonly ttl: number | null;
}

export interface CheckedZone {
  readonly id: string;
  readonly name: string;
  readonly nameServers: readonly string[];
  /** Those that the DNS answers; null where no resolver could be asked. */
  readonly answered: readonly string[] | null;
  readonly isDelegated: boolean | null;
}

export interface DnsCheck {
  readonly records: readonly CheckedRecord[];
  readonly zones: readonly CheckedZone[];
  /** What each resolver answers, host by host. */
  readonly answers: readonly Resolved[];
}

export interface DnsCheckInput {
  readonly aws: Aws;
  readonly hosts: readonly string[];
  readonly target: string;
  readonly types: readonly AliasType[];
  readonly named?: string | undefined;
  /** Those of viewers; the first that answers tells of delegations. */
  readonly resolvers: readonly Resolver[];
  /** Asks a zone's own servers beside them. */
  readonly authoritative?: ((zone: CheckedZone) => Promise<Resolver | undefined>) | undefined;
}

/** The TTL of Route 53's answers for an alias to CloudFront, in seconds. */
const aliasTtl = 60;

/**
 * Compares, for each host: what its hosted zone holds, whether the world asks that zone, and what resolvers answer.
 * Failures: NO_SUCH_HOSTED_ZONE, ZONE_MISMATCH for a named zone; what Route 53 refuses. What is wrong with the DNS itself is
 * a status.
 */
export async function checkDns(input: DnsCheckInput): Promise<DnsCheck> {
  const {aws, named, resolvers} = input;
  const hosts = [...new Set(input.hosts)];
  const zones = await listZones(aws);
  const checked = new Map<string, Promise<CheckedZone>>();
  const zoneOf = async (host: string): Promise<Zone | Failure | undefined> => {
    try {
      return await findZone(aws, host, {named, zones, resolver: resolvers[0]});
    } catch (error) {
      const isUnclear =
        error instanceof Failure && ['PRIVATE_ZONE', 'SPLIT_HORIZON', 'AMBIGUOUS_ZONE'].includes(error.code);
      if (isUnclear) return error;
      throw error;
    }
  };
  const results = [];
  for (const host of hosts) {
    const zone = await zoneOf(host);
    if (zone instanceof Failure) {
      results.push({records: recordsOf(input, host, unclear(zone)), answers: []});
      continue;
    }
    const reading = zone && (checked.get(zone.id) ?? checkZone(aws, zone, resolvers));
    if (zone && reading) checked.set(zone.id, reading);
    results.push(await checkHost(input, host, zone, await reading));
  }
  return {
    records: results.flatMap(({records}) => records),
    zones: await Promise.all(checked.values()),
    answers: results.flatMap(({answers}) => answers),
  };
}

interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  readonly todo: string | null;
  readonly ttl?: number | null;
}

const recordsOf = (
  {types, target}: DnsCheckInput,
  name: string,
  finding: Finding | ((type: AliasType) => Finding),
): readonly CheckedRecord[] =>
  types.map(type => {
    const found = typeof finding === 'function' ? finding(type) : finding;
    return {name, type, target, ttl: null, ...found};
  });

const unclear = ({message, hint}: Failure): Finding => ({
  status: 'zone-unclear',
  message,
  todo: hint ?? null,
});

async function checkZone(aws: Aws, zone: Zone, resolvers: readonly Resolver[]): Promise<CheckedZone> {
  const {nameServers = []} = await readZone(aws, zone.id);
  for (const resolver of resolvers) {
    try {
      const answered = await resolver.nameServers(zone.name);
      const isDelegated = answered.some(server => nameServers.includes(server));
      return {id: zone.id, name: zone.name, nameServers, answered, isDelegated};
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'DNS_UNREACHABLE') throw error;
    }
  }
  return {id: zone.id, name: zone.name, nameServers, answered: null, isDelegated: null};
}

async function checkHost(
  input: DnsCheckInput,
  host: string,
  zone: Zone | undefined,
  checked: CheckedZone | undefined,
): Promise<{readonly records: readonly CheckedRecord[]; readonly answers: readonly Resolved[]}> {
  const {aws, target, types, resolvers, authoritative} = input;
  const own = checked?.isDelegated === true ? await authoritative?.(checked) : undefined;
  const [answers, live] = await Promise.all([
    askResolvers(host, target, own === undefined ? resolvers : [own, ...resolvers]),
    zone === undefined ? [] : readRecords(aws, zone, [host, ...namesBetween(host, zone.name), zone.name]),
  ]);
  const kept = Math.max(...answers.map(({ttl}) => ttl ?? 0), 0);
  const withTtl = (finding: Finding, ttl: number | null): Finding => ({
    ...finding,
    ttl: ttl === null && kept === 0 ? null : Math.max(ttl ?? 0, kept),
  });
  const outside = outsideOf(host, target, answers);
  if (zone === undefined || checked === undefined) {
    const finding = outside ?? {
      status: 'ok',
      message: `no hosted zone of this account holds ${host}, and resolvers lead to ${target}`,
      todo: null,
    };
    return {answers, records: recordsOf(input, host, withTtl(elsewhereHosted(finding, host), null))};
  }
  const away = delegationAway(host, zone, live);
  const plan = planAliases({hosts: [host], target, types, live});
  const records = recordsOf(input, host, type => {
    const planned = plan.records.find(record => record.type === type);
    const [conflict] = plan.conflicts;
    const set = live.find(each => each.name === host && [type, 'CNAME'].includes(each.type));
    const ttl = set === undefined ? negativeTtl(live, zone) : (set.ttl ?? aliasTtl);
    const inZone: Finding | undefined =
      conflict !== undefined
        ? {
            status: 'elsewhere',
            message: `${zoneText(zone)} has ${conflict.found}`,
            todo: `If it may go: frontctl dns alias ${host} --force`,
          }
        : planned?.action === 'create'
          ? {
              status: 'missing',
              message: `${zoneText(zone)} has no ${type} record for it`,
              todo: `Write it: frontctl dns alias ${host}`,
            }
          : planned?.action === 'replace'
            ? {
                status: 'elsewhere',
                message: `${zoneText(zone)}: the ${type} record ${planned.reason}`,
                todo: `Set it right: frontctl dns alias ${host}`,
              }
            : undefined;
    const found = away ?? notDelegated(checked) ?? inZone ?? outside;
    return withTtl(
      found ?? {status: 'ok', message: `leads to ${target}, and resolvers answer so`, todo: null},
      ttl,
    );
  });
  return {records, answers};
}

/** Where the zone is right: what resolvers make of it; undefined when all that answered lead to the target. */
function outsideOf(host: string, target: string, answers: readonly Resolved[]): Finding | undefined {
  const asked = answers.filter(({leads}) => leads !== null);
  if (asked.length === 0) {
    return {
      status: 'unasked',
      message: `no resolver answers here, so only the zone was looked at`,
      todo: 'Check the network and whether port 53 is open, then try again.',
    };
  }
  const astray = asked.find(({leads}) => leads === false);
  if (astray === undefined) return undefined;
  const {resolver, answer} = astray;
  return {
    status: 'stale',
    message: `${resolver} answers ${answer.length === 0 ? `nothing for ${host}` : answer.join(', ')}, not ${target}`,
    todo: 'An old answer is kept for as long as its TTL says: look again later.',
  };
}

/** The same where frontctl cannot look into the zone. */
function elsewhereHosted(finding: Finding, host: string): Finding {
  if (finding.status !== 'stale') return finding;
  return {
    ...finding,
    status: finding.message.includes('answers nothing') ? 'missing' : 'elsewhere',
    todo: `No hosted zone of this account holds it; what to write at its DNS host: frontctl dns alias ${host} --print`,
  };
}

function delegationAway(host: string, zone: Zone, live: readonly RecordSet[]): Finding | undefined {
  const ns = live.find(({type, name}) => type === 'NS' && name !== zone.name && isWithin(host, name));
  if (ns === undefined) return undefined;
  return {
    status: 'delegated-away',
    message: `${zoneText(zone)} hands ${ns.name} to other name servers: ${recordText(ns)}`,
    todo: `Write the records there, or take the NS record of ${ns.name} away.`,
  };
}

function notDelegated({id, name, nameServers, answered, isDelegated}: CheckedZone): Finding | undefined {
  if (isDelegated !== false || answered === null) return undefined;
  return {
    status: 'not-delegated',
    message: `${answered.length === 0 ? `no name servers are known for ${name}` : `the world asks ${answered.join(', ')} for ${name}`}, not hosted zone ${id}`,
    todo: `Name these at the registrar, or in the zone above: ${nameServers.join(', ')}`,
  };
}

/** How long resolvers may keep that a name does not exist. RFC 2308, section 5. */
function negativeTtl(live: readonly RecordSet[], zone: Zone): number | null {
  const soa = live.find(({type, name}) => type === 'SOA' && name === zone.name);
  const minimum = Number(soa?.values[0]?.trim().split(/\s+/)[6]);
  return soa?.ttl === undefined || Number.isNaN(minimum) ? null : Math.min(soa.ttl, minimum);
}
