import {type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {changeRecords} from './changes.js';
import {plainName} from './names.js';
import {readRecords, recordText} from './records.js';
import type {RecordChange, RecordSet, Zone} from './types.js';
import {zoneText} from './zones.js';

const ttlSeconds = 300;

/** A record that proves something: ACM's CNAME, CloudFront's TXT. */
export interface ProofRecord {
  readonly name: string;
  readonly type: 'CNAME' | 'TXT';
  /** Of a TXT: without quotes, at most 255 characters. */
  readonly value: string;
}

/** What one record set has to hold. */
interface Wanted extends Omit<ProofRecord, 'value'> {
  readonly values: readonly string[];
}

const written = (type: string, value: string): string =>
  type === 'TXT' ? `"${value.replace(/["\\]/g, String.raw`\$&`)}"` : plainName(value);

const isSame = (type: string, live: string, value: string): boolean =>
  (type === 'TXT' ? live : plainName(live)) === value;

const isPlain = ({alias, setIdentifier}: RecordSet): boolean =>
  alias === undefined && setIdentifier === undefined;

const missingFrom = (set: RecordSet | undefined, {type, values}: Wanted): readonly string[] =>
  values.filter(value => set?.values.some(live => isSame(type, live, value)) !== true);

/** One for each name and type, every value once: an apex and its wildcard share one validation record. */
function wantedSets(records: readonly ProofRecord[]): readonly Wanted[] {
  const byKey = new Map<string, Wanted>();
  for (const {name, type, value} of records) {
    const key = `${type} ${plainName(name)}`;
    const values = [...(byKey.get(key)?.values ?? []), written(type, value)];
    byKey.set(key, {name: plainName(name), type, values: [...new Set(values)]});
  }
  return [...byKey.values()];
}

const setsAt = (aws: Aws, zone: Zone, wanted: readonly Wanted[]): Promise<readonly RecordSet[]> =>
  readRecords(
    aws,
    zone,
    wanted.map(({name}) => name),
  );

/**
 * Writes those records that are missing, in one batch; answers the change's id, undefined when all were there. A TXT value
 * joins those that are there already.
 * Failures: RECORD_TAKEN (exit 4) where something else stands at a name, unless `force` replaces it; RECORDS_REFUSED.
 */
export async function ensureRecords(
  aws: Aws,
  zone: Zone,
  records: readonly ProofRecord[],
  {force = false}: {readonly force?: boolean | undefined} = {},
): Promise<string | undefined> {
  const wanted = wantedSets(records);
  const live = await setsAt(aws, zone, wanted);
  const changes = wanted.flatMap(each => changesFor(each, live, zone, force));
  return changes.length === 0 ? undefined : changeRecords(aws, zone, changes);
}

function changesFor(
  wanted: Wanted,
  live: readonly RecordSet[],
  zone: Zone,
  force: boolean,
): readonly RecordChange[] {
  const {name, type, values} = wanted;
  const here = live.filter(set => set.name === name);
  const plain = here.find(set => set.type === type && isPlain(set));
  const missing = missingFrom(plain, wanted);
  if (missing.length === 0) return [];
  const joined = type === 'TXT' ? plain : undefined;
  // A CNAME stands alone under its name.
  const inTheWay = here.filter(
    set => set !== joined && (set.type === type || [set.type, type].includes('CNAME')),
  );
  const [first] = inTheWay;
  if (first !== undefined && !force) {
    throw new Failure(
      'conflict',
      'RECORD_TAKEN',
      `${name} in ${zoneText(zone)} is already ${recordText(first)}, where ${type} ${values.join(', ')} is needed.`,
      {hint: 'Look at what needs it; --force replaces it.'},
    );
  }
  return [
    ...inTheWay.map(({raw}): RecordChange => ({action: 'DELETE', set: raw, reason: 'in the way'})),
    {
      action: joined === undefined ? 'CREATE' : 'UPSERT',
      set: {
        Name: `${name}.`,
        Type: type,
        TTL: joined?.ttl ?? ttlSeconds,
        ResourceRecords: [...(joined?.values ?? []), ...missing].map(Value => ({Value})),
      },
      reason: 'missing',
    },
  ];
}

/**
 * Takes away those of the records that are there as `ensureRecords` writes them; other values of a TXT stay. Answers the
 * change's id, undefined when there was nothing to do.
 */
export async function removeRecords(
  aws: Aws,
  zone: Zone,
  records: readonly ProofRecord[],
): Promise<string | undefined> {
  const wanted = wantedSets(records);
  const live = await setsAt(aws, zone, wanted);
  const changes = wanted.flatMap(({name, type, values}): readonly RecordChange[] => {
    const set = live.find(each => each.name === name && each.type === type && isPlain(each));
    const rest = set?.values.filter(at => !values.some(value => isSame(type, at, value))) ?? [];
    if (set === undefined || rest.length === set.values.length) return [];
    const reason = 'no longer needed';
    if (rest.length === 0) return [{action: 'DELETE', set: set.raw, reason}];
    return [{action: 'UPSERT', set: {...set.raw, ResourceRecords: rest.map(Value => ({Value}))}, reason}];
  });
  return changes.length === 0 ? undefined : changeRecords(aws, zone, changes);
}
