import type {RRType, ResourceRecordSet} from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {batchesOf, planAliases, planRemoval, typesFor, type RecordChange} from '../../src/dns/index.js';
import {aliasTypes} from '../../src/dns/types.js';
import {toRecordSet} from '../../src/dns/records.js';

const target = 'd111111abcdef8.cloudfront.net';
const other = 'd222222abcdef8.cloudfront.net';
const types = aliasTypes;

const set = (name: string, type: RRType, ...values: string[]): ResourceRecordSet => ({
  Name: `${name.replace('*', String.raw`\052`)}.`,
  Type: type,
  TTL: 300,
  ResourceRecords: values.map(Value => ({Value})),
});
const alias = (name: string, type: RRType, to = target): ResourceRecordSet => ({
  Name: `${name.replace('*', String.raw`\052`)}.`,
  Type: type,
  AliasTarget: {HostedZoneId: 'Z2FDTNDATAQYW2', DNSName: `${to}.`, EvaluateTargetHealth: false},
});
const weighted = (raw: ResourceRecordSet, id: string): ResourceRecordSet => ({
  ...raw,
  SetIdentifier: id,
  Weight: 1,
});
const live = (...sets: ResourceRecordSet[]) => sets.map(toRecordSet);
const www = 'www.example.com';
const apexOf = (zone: string) => [
  set(zone, 'NS', 'ns-1.awsdns-01.com.'),
  set(zone, 'SOA', 'ns-1.awsdns-01.com. hostmaster. 1 7200 900 1209600 86400'),
];
const steps = (changes: readonly RecordChange[]) =>
  changes.map(({action, set: {Name, Type, SetIdentifier}}) =>
    [action, Name, Type, ...(SetIdentifier === undefined ? [] : [SetIdentifier])].join(' '),
  );

describe('planAliases', () => {
  it('creates what is missing: an apex, a wildcard, a subdomain', () => {
    const {changes, conflicts, records} = planAliases({
      hosts: ['example.com', '*.example.com', www],
      target,
      types,
      live: live(...apexOf('example.com'), set('example.com', 'MX', '10 mail.example.com')),
    });
    expect(conflicts).toEqual([]);
    expect(records.map(({action}) => action)).toEqual(Array.from({length: 9}, () => 'create'));
    expect(changes).toHaveLength(9);
    expect(changes[0]?.set).toEqual({
      Name: 'example.com.',
      Type: 'A',
      AliasTarget: {HostedZoneId: 'Z2FDTNDATAQYW2', DNSName: `${target}.`, EvaluateTargetHealth: false},
    });
  });

  it('has a zone of its own for China', () => {
    const [change] = planAliases({hosts: [www], target: 'd1.cloudfront.cn', types: ['A'], live: []}).changes;
    expect(change?.set.AliasTarget?.HostedZoneId).toBe('Z3RFFRIM2A3IF5');
  });

  it('leaves what is right, whatever the case, the escapes and the dots', () => {
    const there = types.map(type => alias('*.Example.com', type, 'D111111ABCDEF8.cloudfront.net'));
    const plan = planAliases({hosts: ['*.example.com'], target, types, live: live(...there)});
    expect(plan.changes).toEqual([]);
    expect(plan.records.map(({action}) => action)).toEqual(['none', 'none', 'none']);
  });

  it('sets right an alias to the distribution that evaluates its health', () => {
    const raw = alias(www, 'A');
    const wrong = {
      ...raw,
      AliasTarget: {...raw.AliasTarget, EvaluateTargetHealth: true},
    } as ResourceRecordSet;
    const plan = planAliases({hosts: [www], target, types: ['A'], live: live(wrong)});
    expect(steps(plan.changes)).toEqual([`UPSERT ${www}. A`]);
  });

  it('takes a CNAME to the distribution as it is, and turns it into aliases by force', () => {
    const there = live(set(www, 'CNAME', `${target}.`));
    const plan = planAliases({hosts: [www], target, types, live: there});
    expect([plan.changes, plan.conflicts]).toEqual([[], []]);
    const forced = planAliases({hosts: [www], target, types, live: there, force: true});
    expect(steps(forced.changes)).toEqual([
      `DELETE ${www}. CNAME`,
      `CREATE ${www}. A`,
      `CREATE ${www}. AAAA`,
      `CREATE ${www}. HTTPS`,
    ]);
  });

  it.each([
    [
      'a CNAME',
      [set(www, 'CNAME', 'shop.example.net')],
      'CNAME shop.example.net',
      'DELETE www.example.com. CNAME',
    ],
    ['addresses', [set(www, 'A', '192.0.2.1', '192.0.2.2')], 'A 192.0.2.1, 192.0.2.2', undefined],
    ['an alias elsewhere', [alias(www, 'AAAA', other)], `AAAA alias of ${other}`, undefined],
    [
      'weighted sets',
      [weighted(set(www, 'A', '192.0.2.1'), 'blue'), weighted(alias(www, 'A'), 'green')],
      'A 192.0.2.1 (set "blue" of several)',
      'DELETE www.example.com. A blue',
    ],
  ])('names %s as a conflict, and replaces it by force in one batch', (_what, sets, found, gone) => {
    const plan = planAliases({hosts: [www], target, types, live: live(...sets)});
    expect(plan.changes).toEqual([]);
    expect(plan.records).toEqual([]);
    expect(plan.conflicts[0]).toMatchObject({name: www, found, isLasting: false});
    const {changes, conflicts} = planAliases({hosts: [www], target, types, live: live(...sets), force: true});
    expect(conflicts).toEqual([]);
    expect(steps(changes)[0]).toBe(gone ?? `${sets[0]?.Type === 'A' ? 'UPSERT' : 'CREATE'} ${www}. A`);
  });

  it('sees addresses of a type that it does not write: viewers with IPv6 would go there', () => {
    const there = live(set(www, 'AAAA', '2001:db8::1'));
    expect(planAliases({hosts: [www], target, types: ['A'], live: there}).conflicts).toHaveLength(1);
    const forced = planAliases({hosts: [www], target, types: ['A'], live: there, force: true});
    expect(steps(forced.changes)).toEqual([`DELETE ${www}. AAAA`, `CREATE ${www}. A`]);
  });

  it('never takes a delegation away, not even by force', () => {
    const plan = planAliases({
      hosts: [www],
      target,
      types,
      live: live(set(www, 'NS', 'ns1.example.net')),
      force: true,
    });
    expect(plan.changes).toEqual([]);
    expect(plan.conflicts[0]).toMatchObject({isLasting: true, found: 'NS ns1.example.net'});
  });

  it('replaces what the caller calls its own, without force', () => {
    const plan = planAliases({
      hosts: [www],
      target,
      types: ['A'],
      live: live(alias(www, 'A', other)),
      isOurs: ({alias: at}) => at?.target === other,
    });
    expect(steps(plan.changes)).toEqual([`UPSERT ${www}. A`]);
    expect(plan.records[0]).toMatchObject({action: 'replace', reason: `is A alias of ${other}`});
  });

  it('writes AAAA only where the distribution has IPv6, HTTPS only where it has HTTP/3', () => {
    expect(typesFor({isIpv6: true, isHttp3: true})).toEqual(['A', 'AAAA', 'HTTPS']);
    expect(typesFor({isIpv6: false, isHttp3: true})).toEqual(['A', 'HTTPS']);
    expect(typesFor({isIpv6: true, isHttp3: false})).toEqual(['A', 'AAAA']);
    expect(typesFor({isIpv6: true, isHttp3: true}, ['A'])).toEqual(['A']);
  });
});

/** Any record sets of a zone, several or none at a name, as Route 53 allows them. */
const hosts = ['example.com', 'www.example.com', '*.example.com', 'shop.example.com'];
const oneOf = (name: string, type: RRType) =>
  fc.oneof(
    fc.constantFrom(target, other).map(to => [alias(name, type, to)]),
    fc.constantFrom('192.0.2.1', '192.0.2.9').map(value => [set(name, type, value)]),
    fc
      .subarray(['blue', 'green', 'red'], {minLength: 1})
      .map(ids => ids.map(id => weighted(alias(name, type, id === 'blue' ? target : other), id))),
    fc.constant([]),
  );
const setsAt = (name: string) => {
  const beside = [...(name === 'example.com' ? apexOf(name) : []), set(name, 'TXT', '"text"')];
  const leading = fc
    .tuple(...types.map(type => oneOf(name, type)))
    .map(found => [...found.flat(), ...beside]);
  const cname = fc.constantFrom(target, other).map(to => [set(name, 'CNAME', to)]);
  return name === 'example.com' ? leading : fc.oneof({weight: 3, arbitrary: leading}, cname);
};
const zone = fc.tuple(...hosts.map(setsAt)).map(found => found.flat());
const wish = fc.record({
  hosts: fc.subarray(hosts),
  types: fc.subarray([...aliasTypes], {minLength: 1}),
});

const keyOf = ({Name, Type, SetIdentifier}: ResourceRecordSet): string =>
  [Name?.replace(String.raw`\052`, '*'), Type, SetIdentifier ?? ''].join(' ');

/** What Route 53 makes of a batch; throws where it would refuse it. */
function applied(
  before: readonly ResourceRecordSet[],
  changes: readonly RecordChange[],
): ResourceRecordSet[] {
  const sets = new Map(before.map(each => [keyOf(each), each]));
  for (const {action, set: each} of changes) {
    const key = keyOf(each);
    if (action === 'DELETE') {
      expect(sets.get(key)).toEqual(each);
      sets.delete(key);
      continue;
    }
    if (action === 'CREATE') expect(sets.has(key)).toBe(false);
    const [name = '', type = ''] = key.split(' ');
    for (const at of sets.keys()) {
      const [atName, atType, atId] = at.split(' ');
      if (atName !== name) continue;
      expect(atType).not.toBe('CNAME');
      if (atType === type) expect(atId).toBe('');
    }
    sets.set(key, each);
  }
  return [...sets.values()];
}

describe('planAliases on any zone', () => {
  it('without force touches nothing that leads elsewhere', () => {
    fc.assert(
      fc.property(zone, wish, (sets, wished) => {
        const {changes} = planAliases({...wished, target, live: live(...sets)});
        const after = applied(sets, changes).map(keyOf);
        for (const each of sets) {
          if (toRecordSet(each).alias?.target !== target) expect(after).toContain(keyOf(each));
        }
        expect(changes.filter(({action}) => action === 'DELETE')).toEqual([]);
      }),
    );
  });

  it('is empty after its batch, and with force everything leads to the distribution', () => {
    fc.assert(
      fc.property(zone, wish, fc.boolean(), (sets, wished, force) => {
        const asked = {...wished, target, force};
        const first = planAliases({...asked, live: live(...sets)});
        const after = applied(sets, first.changes);
        const again = planAliases({...asked, live: live(...after)});
        expect(again.changes).toEqual([]);
        expect(again.conflicts).toEqual(first.conflicts);
        if (!force) return;
        expect(first.conflicts).toEqual([]);
        for (const host of wished.hosts) {
          const leading = live(...after).filter(
            ({name, type}) => name === host && !['TXT', 'NS', 'SOA'].includes(type),
          );
          expect(leading.every(({alias: at}) => at?.target === target)).toBe(true);
          expect(leading.map(({type}) => type)).toEqual(expect.arrayContaining(wished.types));
        }
      }),
    );
  });

  it('leaves other names and other types alone, whatever happens', () => {
    fc.assert(
      fc.property(zone, wish, (sets, wished) => {
        const {changes} = planAliases({...wished, target, live: live(...sets), force: true});
        for (const {set: each} of changes) {
          const {name, type} = toRecordSet(each);
          expect(wished.hosts).toContain(name);
          expect(['A', 'AAAA', 'HTTPS', 'CNAME']).toContain(type);
        }
      }),
    );
  });

  it('planRemoval takes away what leads to the distribution, and nothing else', () => {
    fc.assert(
      fc.property(zone, wish, (sets, wished) => {
        const {changes, kept} = planRemoval({...wished, target, live: live(...sets)});
        const after = applied(sets, changes);
        const gone = sets.filter(each => !after.includes(each)).map(toRecordSet);
        for (const {name, alias: at, values, setIdentifier} of gone) {
          expect(at?.target ?? values[0]).toBe(target);
          expect(setIdentifier).toBeUndefined();
          expect(wished.hosts).toContain(name);
        }
        expect(kept.filter(({name}) => !wished.hosts.includes(name))).toEqual([]);
        expect(planRemoval({...wished, target, live: live(...after)}).changes).toEqual([]);
      }),
    );
  });
});

describe('batchesOf', () => {
  const change = (name: string, action: RecordChange['action']): RecordChange => ({
    action,
    set: alias(name, 'A'),
    reason: '',
  });

  it('keeps the changes of a name together, under 1,000 with an UPSERT counted twice', () => {
    const changes = Array.from({length: 400}, (_, n) => [
      change(`h${n}.example.com`, 'DELETE'),
      change(`h${n}.example.com`, 'UPSERT'),
    ]).flat();
    const batches = batchesOf(changes);
    expect(batches.map(batch => batch.length)).toEqual([666, 134]);
    expect(batches.flat()).toEqual(changes);
    expect(new Set(batches[0]?.map(({set: {Name}}) => Name)).size).toBe(333);
  });

  it('has no batch for nothing', () => expect(batchesOf([])).toEqual([]));
});
