import type {ResourceRecordSet} from '@aws-sdk/client-route-53';
import {recordText} from './records.js';
import {
  aliasTypes,
  type AliasPlan,
  type AliasType,
  type PlannedRecord,
  type RecordChange,
  type RecordConflict,
  type RecordSet,
} from './types.js';

/** API reference, AliasTarget; in China: https://docs.amazonaws.cn/en_us/aws/latest/userguide/route53.html */
const aliasZone = (target: string): string =>
  target.endsWith('.cloudfront.cn') ? 'Z3RFFRIM2A3IF5' : 'Z2FDTNDATAQYW2';

const aliasSet = (name: string, type: AliasType, target: string): ResourceRecordSet => ({
  Name: `${name}.`,
  Type: type,
  AliasTarget: {HostedZoneId: aliasZone(target), DNSName: `${target}.`, EvaluateTargetHealth: false},
});

const isAliasType = (type: string): boolean => (aliasTypes as readonly string[]).includes(type);

/** What the record set leads to: an alias's target, a CNAME's only value; undefined for addresses and routed sets. */
export function targetOf({type, values, alias, setIdentifier}: RecordSet): string | undefined {
  if (setIdentifier !== undefined) return undefined;
  if (alias !== undefined) return alias.target;
  return type === 'CNAME' && values.length === 1 ? values[0]?.toLowerCase().replace(/\.$/, '') : undefined;
}

/**
 * Types that lead to a distribution: those that are wished for, else A, AAAA where it has IPv6, and HTTPS, which tells
 * browsers of HTTP/3, where it has that.
 */
export const typesFor = (
  {isIpv6, isHttp3}: {readonly isIpv6: boolean; readonly isHttp3: boolean},
  wished: readonly AliasType[] = aliasTypes.filter(
    type => type === 'A' || (type === 'AAAA' ? isIpv6 : isHttp3),
  ),
): readonly AliasType[] => wished;

export interface AliasWish {
  /** Plain names; each lies in the zone that `live` was read from. */
  readonly hosts: readonly string[];
  /** Domain name of the distribution. */
  readonly target: string;
  readonly types: readonly AliasType[];
  /** Every record set at the hosts, whatever its type. */
  readonly live: readonly RecordSet[];
  /** Tells of a record set that leads elsewhere whether it may be replaced without asking. Default: none. */
  readonly isOurs?: ((set: RecordSet) => boolean) | undefined;
  /** Replaces what is in the way. */
  readonly force?: boolean | undefined;
}

/**
 * Alias records that lead `hosts` to the distribution. Records of other types (MX, TXT, CAA, ...) stay; a CNAME to the
 * distribution does the same as an alias and stays too, unless forced. What leads elsewhere is a conflict, and its name is
 * left as it is; with `force` it is replaced in the same batch. Planning again after the batch gives no changes.
 */
export function planAliases(wish: AliasWish): AliasPlan {
  const plans = [...new Set(wish.hosts)].map(host => planHost(wish, host));
  return {
    records: plans.flatMap(({records}) => records),
    changes: plans.flatMap(({changes}) => changes),
    conflicts: plans.flatMap(({conflicts}) => conflicts),
  };
}

function planHost(wish: AliasWish, host: string): AliasPlan {
  const {target, force = false, isOurs = () => false} = wish;
  const types = aliasTypes.filter(type => wish.types.includes(type));
  const live = wish.live.filter(({name}) => name === host);
  const leadsHere = (set: RecordSet): boolean => targetOf(set) === target;

  const cname = live.find(({type}) => type === 'CNAME');
  if (cname !== undefined && leadsHere(cname) && !force) {
    const reason = 'a CNAME to the distribution does it';
    return {
      records: types.map(type => ({name: host, type, target, action: 'none', reason})),
      changes: [],
      conflicts: [],
    };
  }

  const inTheWay = live.filter(set => {
    if (set.type === 'NS') return !isApex(live);
    return (set.type === 'CNAME' || isAliasType(set.type)) && !leadsHere(set);
  });
  const conflicts = inTheWay
    .filter(set => set.type === 'NS' || (!force && !isOurs(set)))
    .map((set): RecordConflict => ({
      name: host,
      type: set.type,
      found: recordText(set),
      isLasting: set.type === 'NS',
    }));
  if (conflicts.length > 0) return {records: [], changes: [], conflicts};

  const records = types.map((type): PlannedRecord => {
    const [at] = live.filter(set => set.type === type);
    const found = at ?? cname;
    if (found === undefined) return {name: host, type, target, action: 'create', reason: 'missing'};
    if (at !== undefined && isExact(at, target)) {
      return {name: host, type, target, action: 'none', reason: 'as it should be'};
    }
    return {name: host, type, target, action: 'replace', reason: `is ${recordText(found)}`};
  });
  return {records, changes: changesFor(host, target, records, live, inTheWay), conflicts: []};
}

/** Deletes come first: a batch is atomic, but Route 53 checks its changes one after the other. */
function changesFor(
  host: string,
  target: string,
  records: readonly PlannedRecord[],
  live: readonly RecordSet[],
  inTheWay: readonly RecordSet[],
): readonly RecordChange[] {
  const isRouted = ({setIdentifier}: RecordSet): boolean => setIdentifier !== undefined;
  const isReplaced = (set: RecordSet): boolean =>
    !isRouted(set) && records.some(({type, action}) => type === set.type && action === 'replace');
  const ownCname = live.filter(set => set.type === 'CNAME' && !inTheWay.includes(set));
  // A plain set of the same type is overwritten by UPSERT; all else has to go.
  const deletes = [...inTheWay, ...ownCname]
    .filter(set => !isReplaced(set))
    .map((set): RecordChange => ({
      action: 'DELETE',
      set: set.raw,
      reason: ownCname.includes(set) ? 'an alias takes its place' : 'leads elsewhere',
    }));
  const writes = records
    .filter(({action}) => action !== 'none')
    .map(({type, reason}): RecordChange => {
      const overwrites = live.some(set => set.type === type && !isRouted(set));
      return {action: overwrites ? 'UPSERT' : 'CREATE', set: aliasSet(host, type, target), reason};
    });
  return [...deletes, ...writes];
}

/** Only the apex of a zone has a SOA; anywhere else an NS set hands the name to other servers. */
const isApex = (live: readonly RecordSet[]): boolean => live.some(({type}) => type === 'SOA');

const isExact = ({alias, setIdentifier}: RecordSet, target: string): boolean =>
  setIdentifier === undefined &&
  alias?.target === target &&
  alias.zoneId === aliasZone(target) &&
  !alias.evaluateTargetHealth;

export interface RemovalPlan {
  readonly changes: readonly RecordChange[];
  /** A, AAAA, HTTPS and CNAME sets at the hosts that lead elsewhere: they stay. */
  readonly kept: readonly RecordSet[];
}

/** Takes away what leads `hosts` to the distribution (aliases, and a CNAME), and nothing else. */
export function planRemoval(wish: Pick<AliasWish, 'hosts' | 'target' | 'live'>): RemovalPlan {
  const leading = wish.live.filter(
    set => wish.hosts.includes(set.name) && (set.type === 'CNAME' || isAliasType(set.type)),
  );
  const leadsHere = (set: RecordSet): boolean => targetOf(set) === wish.target;
  return {
    changes: leading.filter(leadsHere).map(({raw}) => ({
      action: 'DELETE',
      set: raw,
      reason: `leads to ${wish.target}`,
    })),
    kept: leading.filter(set => !leadsHere(set)),
  };
}
