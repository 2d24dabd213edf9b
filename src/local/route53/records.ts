import type {ResourceRecordSet, VPC} from '@aws-sdk/client-route-53';
import type {Store, Table} from '../types.js';
import {reversed} from './names.js';

export interface StoredZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** With a dot at the end. */
  readonly name: string;
  readonly callerReference: string;
  readonly comment: string;
  readonly nameServers: readonly string[];
  /** Of a private zone, which answers only there; absent in a public one. */
  readonly vpcs?: readonly VPC[];
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
