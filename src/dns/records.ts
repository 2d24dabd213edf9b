import type {ListResourceRecordSetsCommandInput, ResourceRecordSet} from '@aws-sdk/client-route-53';
import {call, mapConcurrent, type Aws} from '../aws/index.js';
import {plainName} from './names.js';
import type {RecordSet, Zone} from './types.js';
import {open, route53, zoneText} from './zones.js';

/** Route 53 takes five requests a second from an account. */
const readsAtATime = 2;

export function toRecordSet(raw: ResourceRecordSet): RecordSet {
  const {Name = '', Type = '', TTL, ResourceRecords = [], AliasTarget: alias} = raw;
  return {
    name: plainName(Name),
    type: Type,
    ttl: TTL,
    values: ResourceRecords.map(({Value = ''}) => Value),
    alias: alias && {
      zoneId: alias.HostedZoneId ?? '',
      target: plainName(alias.DNSName ?? ''),
      evaluateTargetHealth: alias.EvaluateTargetHealth === true,
    },
    setIdentifier: raw.SetIdentifier,
    raw,
  };
}

type Start = Pick<
  ListResourceRecordSetsCommandInput,
  'StartRecordName' | 'StartRecordType' | 'StartRecordIdentifier'
>;

/**
 * The record sets at these names (plain), of every type; those of one name in Route 53's order. A zone that fits into one page is read in one
 * call; of a larger one each name is looked up by itself. Failures: NO_SUCH_HOSTED_ZONE, and what AWS refuses.
 */
export async function readRecords(
  aws: Aws,
  zone: Zone,
  names: readonly string[],
): Promise<readonly RecordSet[]> {
  const {sdk, client} = await open(aws);
  const page = async (start: Start, limit?: number) => {
    const answer = await call(route53('ListResourceRecordSets', zoneText(zone)), () =>
      client.send(new sdk.ListResourceRecordSetsCommand({HostedZoneId: zone.id, MaxItems: limit, ...start})),
    );
    const next: Start | undefined =
      answer.IsTruncated === true
        ? {
            StartRecordName: answer.NextRecordName,
            StartRecordType: answer.NextRecordType,
            StartRecordIdentifier: answer.NextRecordIdentifier,
          }
        : undefined;
    return {sets: (answer.ResourceRecordSets ?? []).map(toRecordSet), next};
  };

  const readName = async (name: string): Promise<readonly RecordSet[]> => {
    const found: RecordSet[] = [];
    let start: Start | undefined = {StartRecordName: name};
    while (start !== undefined) {
      const {sets, next}: Awaited<ReturnType<typeof page>> = await page(start, 100);
      found.push(...sets.filter(set => set.name === name));
      start = sets.at(-1)?.name === name ? next : undefined;
    }
    return found;
  };

  const wanted = new Set(names);
  const [only] = wanted;
  if (only === undefined) return [];
  if (wanted.size === 1) return readName(only);
  const first = await page({});
  if (first.next === undefined) return first.sets.filter(({name}) => wanted.has(name));
  const found: RecordSet[] = [];
  for await (const sets of mapConcurrent([...wanted], readsAtATime, readName)) found.push(...sets);
  return found;
}

/** What a record set is, for texts: `CNAME shop.example.net`, `A alias of lb.example.com (set "blue" of several)`. */
export function recordText({type, values, alias, setIdentifier}: RecordSet): string {
  const value = alias === undefined ? values.join(', ') : `alias of ${alias.target}`;
  const routed = setIdentifier === undefined ? '' : ` (set "${setIdentifier}" of several)`;
  return `${type} ${value.length > 60 ? `${value.slice(0, 59)}…` : value}${routed}`;
}
