import type {Aws} from '../aws/index.js';
import {isWithin, namesBetween, plainName} from './names.js';
import {targetOf} from './plan.js';
import {readRecords} from './records.js';
import type {CaaRecord, RecordSet, Resolver, Zone} from './types.js';
import {listZones} from './zones.js';

/** TXT and CAA values in quotes, as Route 53 holds them: `"part one" "part two"`. */
const unquoted = (value: string): string =>
  [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, part = '']) => part.replace(/\\(["\\])/g, '$1'))
    .join('');

function toCaa(value: string): CaaRecord {
  const [, flags = '0', tag = ''] = /^(\d+)\s+(\w+)\s/.exec(value) ?? [];
  return {tag, value: unquoted(value), isCritical: Number(flags) >= 128};
}

/** `www.example.com` is answered by `*.example.com`, and by every wildcard above, where it has no records of its own. */
const wildcardsOf = (name: string, zone: string): readonly string[] =>
  [...namesBetween(name, zone), zone].filter(above => above !== name).map(above => `*.${above}`);

/**
 * The DNS as the account's own public zones will answer it once everything is in sync: for --local, where no DNS server
 * knows the names, and for machines without DNS. Other names have no records here. Aliases have no addresses: see `cname`.
 * Zones are read once. Failures: those of ListHostedZones and ListResourceRecordSets.
 */
export function zoneResolver(aws: Aws): Resolver {
  let reading: Promise<readonly Zone[]> | undefined;
  const zones = (): Promise<readonly Zone[]> => (reading ??= listZones(aws));

  const zonesOf = async (name: string): Promise<readonly Zone[]> =>
    (await zones())
      .filter(zone => !zone.private && isWithin(name, zone.name))
      .sort((a, b) => b.name.length - a.name.length);
  const setsAt = async (name: string, zone: Zone): Promise<readonly RecordSet[]> => {
    const wildcards = wildcardsOf(name, zone.name);
    const found = await readRecords(aws, zone, [name, ...wildcards]);
    const [answering] = [name, ...wildcards].filter(each => found.some(set => set.name === each));
    return found.filter(set => set.name === answering);
  };
  const setsOf = async (typed: string): Promise<readonly RecordSet[]> => {
    const name = plainName(typed);
    const [zone] = await zonesOf(name);
    return zone === undefined ? [] : setsAt(name, zone);
  };
  const valuesOf = async (name: string, type: string): Promise<readonly string[]> =>
    (await setsOf(name)).filter(set => set.type === type).flatMap(({values}) => values);

  return {
    label: 'Route 53',
    cname: async name => {
      const sets = await setsOf(name);
      const leading = sets.find(({type, alias}) => type === 'CNAME' || (type === 'A' && alias !== undefined));
      return leading && targetOf(leading);
    },
    addresses: async name => {
      const sets = await setsOf(name);
      return ['A', 'AAAA'].flatMap(type =>
        sets
          .filter(set => set.type === type)
          .flatMap(({values}) => values)
          .sort(),
      );
    },
    nameServers: async typed => {
      const name = plainName(typed);
      const fitting = await zonesOf(name);
      // The zone above decides who is asked; where it is not in this account, the zone's own word has to do.
      const above = fitting.find(zone => zone.name !== name);
      const delegated = above === undefined ? [] : await readRecords(aws, above, [name]);
      const own = delegated.some(({type}) => type === 'NS') ? delegated : await setsOf(name);
      return own
        .filter(({type}) => type === 'NS')
        .flatMap(({values}) => values.map(plainName))
        .sort();
    },
    txt: async name => (await valuesOf(name, 'TXT')).map(unquoted),
    caa: async name => (await valuesOf(name, 'CAA')).map(toCaa),
    ttl: async name => {
      const ttls = (await setsOf(name))
        .filter(({type}) => ['A', 'AAAA', 'CNAME'].includes(type))
        .flatMap(({ttl}) => ttl ?? []);
      return ttls.length === 0 ? undefined : Math.max(...ttls);
    },
  };
}
