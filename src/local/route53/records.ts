import type {ResourceRecordSet} from '@aws-sdk/client-route-53';
import type {Store, Table} from '../types.js';
import {dnsName, isWithin, reversed} from './names.js';

export interface StoredZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** With a dot at the end. */
  readonly name: string;
  readonly callerReference: string;
  readonly comment: string;
  readonly nameServers: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export const zones = (store: Store): Table<StoredZone> => store.table('route53.zone');
export const records = (store: Store): Table<ResourceRecordSet> => store.table('route53.record');

// A space sorts before everything that a name can hold.
export const zonePrefix = (zoneId: string): string => `${zoneId} `;

/** Sorts as ListResourceRecordSets answers: by reversed name, type, set identifier. */
export function recordKey(zoneId: string, name: string, type = '', setIdentifier = ''): string {
  return `${zonePrefix(zoneId)}${reversed(name)} ${type} ${setIdentifier}`;
}

/** What the emulated DNS answers for `name` and `type`, whatever the zone; an alias has no values. */
export function findRecord(
  store: Store,
  name: string,
  type: string,
): {readonly values: readonly string[]} | undefined {
  const wanted = dnsName(name);
  for (const [, zone] of zones(store).range()) {
    if (!isWithin(wanted, zone.name)) continue;
    const prefix = `${zonePrefix(zone.id)}${reversed(wanted)} ${type} `;
    for (const [, found] of records(store).range({prefix, limit: 1})) {
      return {values: (found.ResourceRecords ?? []).map(record => record.Value ?? '')};
    }
  }
  return undefined;
}
