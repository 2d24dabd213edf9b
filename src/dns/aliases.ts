/** The whole job for host names in any number of zones: find the zones, read, plan, send, wait. */
import type {Aws} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {batchesOf, changeRecords, waitInsync} from './changes.js';
import {planAliases, planRemoval, type AliasWish} from './plan.js';
import {readRecords} from './records.js';
import type {
  AliasPlan,
  PlannedRecord,
  RecordChange,
  RecordConflict,
  RecordSet,
  Resolver,
  Waiting,
  Zone,
} from './types.js';
import {findZone, listZones} from './zones.js';

interface Place {
  readonly zone: Zone;
  readonly hosts: readonly string[];
  readonly live: readonly RecordSet[];
}

export interface PrepareOptions {
  readonly aws: Aws;
  /** Plain names. */
  readonly hosts: readonly string[];
  /** Id or name of the zone, where it is not to be found by the host. */
  readonly named?: string | undefined;
  readonly resolver?: Pick<Resolver, 'nameServers'> | undefined;
}

/** The zone of each host and what stands there. Failures: NO_ZONE (exit 2) and those of `findZone`. */
async function findPlaces(options: PrepareOptions): Promise<readonly Place[]> {
  const {aws, hosts, named, resolver} = options;
  const zones = await listZones(aws);
  const byZone = new Map<string, {readonly zone: Zone; readonly hosts: string[]}>();
  for (const host of new Set(hosts)) {
    const zone = await findZone(aws, host, {named, resolver, zones});
    if (zone === undefined) throw noZone(host);
    const place = byZone.get(zone.id) ?? {zone, hosts: []};
    byZone.set(zone.id, place);
    place.hosts.push(host);
  }
  return Promise.all(
    [...byZone.values()].map(async place => ({
      ...place,
      live: await readRecords(aws, place.zone, place.hosts),
    })),
  );
}

const noZone = (host: string): Failure =>
  new Failure('usage', 'NO_ZONE', `This account has no hosted zone that ${host} lies in.`, {
    hint: `Its DNS is hosted elsewhere, or in another account (--profile): frontctl dns alias ${host} --print shows what to write there.`,
  });

export interface PreparedAliases {
  readonly parts: readonly {readonly zone: Zone; readonly plan: AliasPlan}[];
  readonly conflicts: readonly RecordConflict[];
}

/** Reads and plans; nothing is changed. Failures: NO_ZONE, and those of `findZone`. */
export async function prepareAliases(
  options: PrepareOptions & Omit<AliasWish, 'hosts' | 'live'>,
): Promise<PreparedAliases> {
  const places = await findPlaces(options);
  const parts = places.map(({zone, hosts, live}) => ({zone, plan: planAliases({...options, hosts, live})}));
  return {parts, conflicts: parts.flatMap(({plan}) => plan.conflicts)};
}

/** Failure RECORD_TAKEN (exit 4) that names what is in the way; undefined when nothing is. */
export function takenFailure(conflicts: readonly RecordConflict[]): Failure | undefined {
  const [first, ...more] = conflicts;
  if (first === undefined) return undefined;
  const rest = more.length === 0 ? '' : `; ${more.map(({name, found}) => `${name} is ${found}`).join('; ')}`;
  const lasting = conflicts.find(({isLasting}) => isLasting);
  return new Failure('conflict', 'RECORD_TAKEN', `${first.name} is ${first.found} already${rest}.`, {
    hint:
      lasting === undefined
        ? 'If these records may go, --force replaces them in one step.'
        : `${lasting.name} is delegated to other name servers: write the records there, or take the NS record away.`,
  });
}

export interface SentChange {
  readonly id: string;
  readonly zone: string;
  readonly status: 'PENDING' | 'INSYNC';
}

export interface SentRecord extends Pick<PlannedRecord, 'name' | 'type' | 'target' | 'reason'> {
  /** `refused`: this Route 53 takes no HTTPS alias; the site works without it. */
  readonly status: 'created' | 'replaced' | 'unchanged' | 'refused';
}

export interface SentAliases {
  readonly records: readonly SentRecord[];
  readonly changes: readonly SentChange[];
}

export interface SendOptions extends Waiting {
  readonly aws: Aws;
  /** Until all Route 53 servers know. */
  readonly wait: boolean;
}

const statusOf = {create: 'created', replace: 'replaced', none: 'unchanged'} as const;

/**
 * Sends what was planned, one atomic batch a zone, and waits. Failures: RECORD_TAKEN (exit 4) before anything is sent where
 * the plan has conflicts; RECORDS_REFUSED, WAIT_TIMEOUT (exit 5).
 */
export async function* sendAliases(prepared: PreparedAliases, options: SendOptions): Work<SentAliases> {
  const taken = takenFailure(prepared.conflicts);
  if (taken !== undefined) throw taken;
  const refused = new Set<string>();
  const sent = yield* sendAll(
    prepared.parts.map(({zone, plan}) => ({zone, changes: plan.changes})),
    options,
    refused,
  );
  const records = prepared.parts.flatMap(({plan}) =>
    plan.records.map(({name, type, target, reason, action}): SentRecord => ({
      name,
      type,
      target,
      reason,
      status: type === 'HTTPS' && refused.has(name) ? 'refused' : statusOf[action],
    })),
  );
  return {records, changes: sent};
}

interface Part {
  readonly zone: Zone;
  readonly changes: readonly RecordChange[];
}

const isHttpsWrite = ({action, set}: RecordChange): boolean => action !== 'DELETE' && set.Type === 'HTTPS';

/** Adds to `refused` the names whose HTTPS alias was not taken. */
async function* sendAll(
  parts: readonly Part[],
  options: SendOptions,
  refused: Set<string>,
): Work<readonly SentChange[]> {
  const {aws, wait, ...waiting} = options;
  const batches = parts.flatMap(({zone, changes}) => batchesOf(changes).map(batch => ({zone, batch})));
  if (batches.length === 0) return [];
  const total = batches.reduce((sum, {batch}) => sum + batch.length, 0);
  yield {type: 'step', id: 'dns', title: 'Write DNS records', files: total, noun: 'changes'};
  const sent: {readonly id: string; readonly zone: string}[] = [];
  for (const {zone, batch} of batches) {
    try {
      sent.push({zone: zone.id, id: await changeRecords(aws, zone, batch)});
    } catch (error) {
      const rest = withoutHttps(batch, error);
      if (rest === undefined) throw error;
      for (const {set} of batch.filter(isHttpsWrite)) refused.add((set.Name ?? '').replace(/\.$/, ''));
      yield {
        type: 'warning',
        message: `Route 53 takes no HTTPS alias in zone ${zone.name}: browsers learn of HTTP/3 from the first answer instead.`,
      };
      if (rest.length > 0) sent.push({zone: zone.id, id: await changeRecords(aws, zone, rest)});
    }
  }
  const ids = sent.map(({id}) => id);
  if (wait) yield* waitInsync({...waiting, aws, changes: ids});
  yield {type: 'done', id: 'dns', detail: wait ? 'in sync' : 'sent'};
  return sent.map(each => ({...each, status: wait ? 'INSYNC' : 'PENDING'}));
}

/** What is left of a batch that was refused for its HTTPS aliases alone; undefined when that was not the reason. */
function withoutHttps(batch: readonly RecordChange[], error: unknown): readonly RecordChange[] | undefined {
  const isReason =
    error instanceof Failure &&
    ['RECORDS_REFUSED', 'AWS_ERROR'].includes(error.code) &&
    /\bHTTPS\b/.test(error.message) &&
    !/type[ ='[]*(?:A|AAAA|CNAME)\b/.test(error.message);
  return isReason && batch.some(isHttpsWrite) ? batch.filter(change => !isHttpsWrite(change)) : undefined;
}

export interface PreparedRemoval {
  readonly parts: readonly Part[];
  /** Records at the hosts that lead elsewhere. */
  readonly kept: readonly RecordSet[];
}

/** Which records of the hosts lead to `target`. Failures: NO_ZONE, and those of `findZone`. */
export async function prepareRemoval(
  options: PrepareOptions & Pick<AliasWish, 'target'>,
): Promise<PreparedRemoval> {
  const places = await findPlaces(options);
  const plans = places.map(({zone, hosts, live}) => ({
    zone,
    ...planRemoval({hosts, live, target: options.target}),
  }));
  return {parts: plans, kept: plans.flatMap(({kept}) => kept)};
}

/** Failures: RECORDS_REFUSED (exit 4), WAIT_TIMEOUT (exit 5). */
export const sendRemoval = ({parts}: PreparedRemoval, options: SendOptions): Work<readonly SentChange[]> =>
  sendAll(parts, options, new Set());
