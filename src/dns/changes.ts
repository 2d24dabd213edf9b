import {call, mapConcurrent, waitFor, type Aws, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {RecordChange, Waiting, Zone} from './types.js';
import {open, route53, zoneText} from './zones.js';

/** API reference, ChangeResourceRecordSets: 1,000 records a request, and an UPSERT counts twice. */
const mostRecords = 1000;

const weightOf = ({action, set}: RecordChange): number =>
  Math.max(1, set.ResourceRecords?.length ?? 0) * (action === 'UPSERT' ? 2 : 1);

/** The changes as batches that Route 53 takes. Changes of one name stay together, so that each name changes at once. */
export function batchesOf(changes: readonly RecordChange[]): readonly (readonly RecordChange[])[] {
  const byName = new Map<string, RecordChange[]>();
  for (const change of changes) {
    const name = change.set.Name ?? '';
    byName.set(name, [...(byName.get(name) ?? []), change]);
  }
  const batches: RecordChange[][] = [];
  let room = 0;
  for (const group of byName.values()) {
    const weight = group.reduce((sum, change) => sum + weightOf(change), 0);
    const last = batches.at(-1);
    if (last === undefined || weight > room) {
      batches.push([...group]);
      room = mostRecords - weight;
    } else {
      last.push(...group);
      room -= weight;
    }
  }
  return batches;
}

/**
 * Sends one batch: all of it is applied, or nothing. Answers the id of the change, for `waitInsync`.
 * Failures: RECORDS_REFUSED (exit 4) with Route 53's reasons, among them records that changed in the meantime;
 * BATCH_TOO_LARGE (exit 6), see `batchesOf`; NO_SUCH_HOSTED_ZONE.
 */
export async function changeRecords(aws: Aws, zone: Zone, changes: readonly RecordChange[]): Promise<string> {
  const weight = changes.reduce((sum, change) => sum + weightOf(change), 0);
  if (weight > mostRecords) {
    throw new Failure(
      'refused',
      'BATCH_TOO_LARGE',
      `Route 53 takes ${mostRecords.toLocaleString('en-US')} records at once, and these are ${weight.toLocaleString('en-US')} (an overwritten one counts twice).`,
      {hint: 'Name fewer hosts at a time.'},
    );
  }
  const {sdk, client} = await open(aws);
  const {ChangeInfo: info} = await call(route53('ChangeResourceRecordSets', zoneText(zone)), () =>
    client.send(
      new sdk.ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.id,
        ChangeBatch: {
          Comment: 'frontctl',
          Changes: changes.map(({action, set}) => ({Action: action, ResourceRecordSet: set})),
        },
      }),
    ),
  );
  return (info?.Id ?? '').replace(/^\/change\//, '');
}

/** A minute on AWS; the embedded cloud and emulators take moments. */
const awsPace = {firstMs: 10_000, factor: 1.2, maxMs: 20_000};
const localPace = {firstMs: 50, factor: 1.5, maxMs: 1000};
export const paceFor = (aws: Aws) => (aws.isEndpointOverridden ? localPace : awsPace);

export interface WaitInsyncOptions extends Waiting {
  readonly aws: Aws;
  /** Ids of changes, of any zones. */
  readonly changes: readonly string[];
  /** Step id of the `wait` events; default: `dns`. */
  readonly step?: string | undefined;
}

/** Waits until all Route 53 servers answer with the changes. Failure WAIT_TIMEOUT (exit 5), INTERRUPTED. */
export async function* waitInsync(options: WaitInsyncOptions): Work<void> {
  const {aws, changes, step = 'dns', pace = paceFor(aws), ...rest} = options;
  const {sdk, client} = await open(aws);
  const pending = new Set(changes);
  if (pending.size === 0) return;
  const poll = async (signal: AbortSignal): Promise<Poll<undefined>> => {
    const look = async (id: string): Promise<void> => {
      const {ChangeInfo: info} = await call(route53('GetChange', `change ${id}`), () =>
        client.send(new sdk.GetChangeCommand({Id: id}), {abortSignal: signal}),
      );
      if (info?.Status === 'INSYNC') pending.delete(id);
    };
    const looks = mapConcurrent([...pending], 2, look, signal);
    while ((await looks.next()).done !== true);
    return pending.size === 0 ? {done: true, value: undefined} : {done: false, status: 'PENDING'};
  };
  yield* waitFor({
    ...rest,
    poll,
    delay: pace,
    id: step,
    subject: `the DNS change ${changes.join(', ')}`,
    resumeHint: 'The records are written, and Route 53 goes on spreading them: look with frontctl dns check.',
  });
}
