import type {ResourceRecordSet} from '@aws-sdk/client-route-53';
import type {Store} from '../types.js';
import {dnsName, isWithin, reversed} from './names.js';
import {recordKey, records, zonePrefix, zones, type StoredZone} from './records.js';

/** The zones that answer the world for a name: the public ones with the longest name that it lies within. */
function zonesOf(store: Store, name: string): readonly StoredZone[] {
  const found = [...zones(store).range()]
    .map(([, zone]) => zone)
    .filter(zone => zone.vpcs === undefined && isWithin(name, zone.name));
  const longest = Math.max(...found.map(zone => zone.name.length));
  return found.filter(zone => zone.name.length === longest);
}

/** The name whose records answer for `name` in a zone: itself, or the wildcard that stands for it (RFC 4592, 4.3.3). */
function source(store: Store, zone: StoredZone, name: string): string {
  const exists = (each: string): boolean => {
    const [found] = records(store).range({prefix: zonePrefix(zone.id) + reversed(each), limit: 1});
    return found !== undefined;
  };
  if (exists(name)) return name;
  let encloser = name;
  while (encloser !== zone.name && !exists(encloser)) encloser = encloser.slice(encloser.indexOf('.') + 1);
  return dnsName(`*.${encloser}`);
}

function setsAt(store: Store, name: string, type: string): readonly ResourceRecordSet[] {
  const wanted = dnsName(name);
  return zonesOf(store, wanted).flatMap(zone => {
    const prefix = recordKey(zone.id, source(store, zone, wanted), type);
    return [...records(store).range({prefix})].map(([, set]) => set);
  });
}

const valuesOf = (sets: readonly ResourceRecordSet[]): readonly string[] =>
  sets.flatMap(set => set.ResourceRecords ?? []).map(record => record.Value ?? '');

/** What the emulated DNS answers for `name` and `type`: values as they were written. An alias has none. */
export const valuesAt = (store: Store, name: string, type: string): readonly string[] =>
  valuesOf(setsAt(store, name, type));

/** Whether a hosted zone has this very name: it is the apex of a domain. */
export const isApex = (store: Store, name: string): boolean =>
  zonesOf(store, dnsName(name)).some(zone => zone.name === dnsName(name));

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The distribution's domain name that `name` leads to, by CNAME or alias; undefined when it leads elsewhere or nowhere. */
export function distributionBehind(store: Store, name: string): string | undefined {
  const aliases = ['A', 'AAAA'].flatMap(type => setsAt(store, name, type));
  const targets = [
    ...valuesAt(store, name, 'CNAME'),
    ...aliases.flatMap(set => set.AliasTarget?.DNSName ?? []),
  ];
  return targets.map(plain).find(target => target.endsWith('.cloudfront.net'));
}

/** The CAA set of the name itself, through its CNAMEs. */
function ownCaa(store: Store, name: string, hops: number): readonly string[] {
  const own = valuesAt(store, name, 'CAA');
  const [target] = own.length === 0 && hops > 0 ? valuesAt(store, name, 'CNAME') : [];
  return target === undefined ? own : ownCaa(store, plain(target), hops - 1);
}

/** The CAA records that count for a name: its own, or those of the nearest ancestor that has any (RFC 8659, section 3). */
export function caaRecords(store: Store, name: string): readonly string[] {
  let at = plain(name);
  while (at !== '') {
    const found = ownCaa(store, at, 8);
    if (found.length > 0) return found;
    const dot = at.indexOf('.');
    at = dot === -1 ? '' : at.slice(dot + 1);
  }
  return [];
}
