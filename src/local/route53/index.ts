import {randomBytes} from 'node:crypto';
import type {ChangeInfo, HostedZone, ResourceRecordSet, Route53} from '@aws-sdk/client-route-53';
import {accountId, ApiError, type Clock, type Handlers, type Store} from '../types.js';
import {applyChanges} from './changes.js';
import {dnsName, isDnsName, reversed} from './names.js';
import {recordKey, records, zonePrefix, zones, type StoredZone} from './records.js';
import {apexSets, invalid, isVpc, nameServers, privateNameServers, requestedVpc} from './zone.js';

export interface Route53Options {
  readonly store: Store;
  readonly clock: Clock;
  /** Cloud time from a change to INSYNC, in milliseconds; about a minute at AWS. */
  readonly syncDelayMs?: number;
  readonly random?: (size: number) => Uint8Array;
}

interface StoredChange {
  readonly submittedAt: number;
  readonly insyncAt: number;
  readonly comment: string | undefined;
}

const largestPage = 300;
/** Of an account; more on request. Developer guide, "Quotas on hosted zones". */
const mostZones = 500;

/** Public and private hosted zones and their records. Errors are those of the Route 53 API reference. */
export function createRoute53(options: Route53Options): Handlers<Route53> {
  const {store, clock, syncDelayMs = 0, random = randomBytes} = options;
  const zoneTable = zones(store);
  const recordTable = records(store);
  const changeTable = store.table<StoredChange>('route53.change');
  const newId = (prefix: string) =>
    prefix +
    Array.from(random(20), byte => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.charAt(byte % 36)).join('');

  const getZone = (given: string | undefined): StoredZone => {
    const id = plainId(given);
    const found = id === '' ? undefined : zoneTable.get(id);
    if (found === undefined) {
      throw new ApiError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    }
    return found;
  };
  const sets = (zoneId: string): readonly ResourceRecordSet[] =>
    [...recordTable.range({prefix: zonePrefix(zoneId)})].map(([, set]) => set);
  const view = (zone: StoredZone): HostedZone => ({
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: {PrivateZone: zone.vpcs !== undefined, ...(zone.comment === '' ? {} : {Comment: zone.comment})},
    ResourceRecordSetCount: sets(zone.id).length,
  });
  const changeInfo = (id: string, change: StoredChange): ChangeInfo => ({
    Id: `/change/${id}`,
    Status: clock.now() >= change.insyncAt ? 'INSYNC' : 'PENDING',
    SubmittedAt: new Date(change.submittedAt),
    ...(change.comment === undefined ? {} : {Comment: change.comment}),
  });
  /** Inside a transaction. The answer to a change is PENDING even without any delay. */
  const submit = (comment?: string): ChangeInfo => {
    const id = newId('C');
    const change = {submittedAt: clock.now(), insyncAt: clock.now() + syncDelayMs, comment};
    changeTable.put(id, change);
    return {...changeInfo(id, change), Status: 'PENDING'};
  };

  return {
    async CreateHostedZone(input) {
      const name = input.Name ?? '';
      if (!isDnsName(name)) {
        throw new ApiError('InvalidDomainName', `${name} is not a valid domain name.`, 400);
      }
      const reference = input.CallerReference ?? '';
      if (reference === '') throw invalid('The CallerReference is required.');
      const vpc = requestedVpc(input);
      return store.write(() => {
        if ([...zoneTable.range()].length >= mostZones) {
          throw new ApiError(
            'TooManyHostedZones',
            `Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - ${mostZones}.`,
            400,
          );
        }
        for (const [, zone] of zoneTable.range()) {
          if (zone.callerReference === reference) {
            throw new ApiError(
              'HostedZoneAlreadyExists',
              `A hosted zone has already been created with the specified caller reference: ${zone.id}.`,
              409,
            );
          }
          if (
            vpc !== undefined &&
            zone.name === dnsName(name) &&
            zone.vpcs?.some(other => isVpc(other, vpc))
          ) {
            throw new ApiError(
              'ConflictingDomainExists',
              `The VPC ${vpc.VPCId ?? ''} in region ${vpc.VPCRegion ?? ''} has already been associated with the hosted zone ${zone.id} with the same domain name.`,
              400,
            );
          }
        }
        const id = newId('Z');
        const zone: StoredZone = {
          id,
          name: dnsName(name),
          callerReference: reference,
          comment: input.HostedZoneConfig?.Comment ?? '',
          nameServers: vpc === undefined ? nameServers(id) : privateNameServers,
          tags: {},
          ...(vpc !== undefined && {vpcs: [vpc]}),
        };
        zoneTable.put(id, zone);
        for (const set of apexSets(zone)) recordTable.put(recordKey(id, zone.name, set.Type), set);
        return {
          HostedZone: view(zone),
          ChangeInfo: submit(),
          DelegationSet: vpc === undefined ? {NameServers: [...zone.nameServers]} : undefined,
          ...(vpc !== undefined && {VPC: vpc}),
          Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
        };
      });
    },

    GetHostedZone(input) {
      const zone = getZone(input.Id);
      return {
        HostedZone: view(zone),
        ...(zone.vpcs === undefined
          ? {DelegationSet: {NameServers: [...zone.nameServers]}}
          : {VPCs: [...zone.vpcs]}),
      };
    },
    GetHostedZoneCount: () => ({HostedZoneCount: [...zoneTable.range()].length}),

    ListHostedZones(input) {
      const maxItems = pageSize(input.MaxItems, 100);
      const onlyPrivate = input.HostedZoneType === 'PrivateHostedZone';
      const all = [...zoneTable.range({from: plainId(input.Marker)})]
        .map(([, zone]) => zone)
        .filter(zone => !onlyPrivate || zone.vpcs !== undefined);
      return {
        HostedZones: all.slice(0, maxItems).map(view),
        Marker: input.Marker ?? '',
        IsTruncated: all.length > maxItems,
        // The first zone of the next page, not the last of this one.
        ...(all[maxItems] === undefined ? {} : {NextMarker: all[maxItems].id}),
        MaxItems: maxItems,
      };
    },

    ListHostedZonesByName(input) {
      const maxItems = pageSize(input.MaxItems, 100);
      const order = (name: string, id: string) => `${reversed(name)} ${id}`;
      const start =
        input.DNSName === undefined ? '' : order(dnsName(input.DNSName), plainId(input.HostedZoneId));
      const rest = [...zoneTable.range()]
        .map(([, zone]) => ({zone, key: order(zone.name, zone.id)}))
        .filter(({key}) => key >= start)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({zone}) => zone);
      const next = rest[maxItems];
      return {
        HostedZones: rest.slice(0, maxItems).map(view),
        ...(input.DNSName === undefined ? {} : {DNSName: dnsName(input.DNSName)}),
        ...(input.HostedZoneId === undefined ? {} : {HostedZoneId: input.HostedZoneId}),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : {NextDNSName: next.name, NextHostedZoneId: next.id}),
        MaxItems: maxItems,
      };
    },

    ListHostedZonesByVPC(input) {
      const maxItems = pageSize(input.MaxItems, 100);
      const vpc = {VPCId: input.VPCId, VPCRegion: input.VPCRegion};
      const found = [...zoneTable.range({after: input.NextToken ?? ''})]
        .map(([, zone]) => zone)
        .filter(zone => zone.vpcs?.some(other => isVpc(other, vpc)));
      const last = found.length > maxItems ? found[maxItems - 1] : undefined;
      return {
        HostedZoneSummaries: found.slice(0, maxItems).map(zone => ({
          HostedZoneId: zone.id,
          Name: zone.name,
          Owner: {OwningAccount: accountId},
        })),
        MaxItems: maxItems,
        ...(last !== undefined && {NextToken: last.id}),
      };
    },

    DeleteHostedZone: input =>
      store.write(() => {
        const zone = getZone(input.Id);
        const own = sets(zone.id);
        if (own.some(set => set.Name !== zone.name || (set.Type !== 'NS' && set.Type !== 'SOA'))) {
          throw new ApiError(
            'HostedZoneNotEmpty',
            'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
            400,
          );
        }
        for (const set of own) recordTable.delete(recordKey(zone.id, zone.name, set.Type));
        zoneTable.delete(zone.id);
        return {ChangeInfo: submit()};
      }),

    ChangeResourceRecordSets: input =>
      store.write(() => {
        applyChanges(store, getZone(input.HostedZoneId), input.ChangeBatch?.Changes ?? []);
        return {ChangeInfo: submit(input.ChangeBatch?.Comment)};
      }),

    ListResourceRecordSets(input) {
      const zone = getZone(input.HostedZoneId);
      if (input.StartRecordType !== undefined && input.StartRecordName === undefined) {
        throw invalid('The StartRecordType needs a StartRecordName.');
      }
      const maxItems = pageSize(input.MaxItems, largestPage);
      const from =
        input.StartRecordName === undefined
          ? ''
          : recordKey(
              zone.id,
              dnsName(input.StartRecordName),
              input.StartRecordType,
              input.StartRecordIdentifier,
            );
      const found = [...recordTable.range({prefix: zonePrefix(zone.id), from, limit: maxItems + 1})].map(
        ([, set]) => set,
      );
      const next = found[maxItems];
      return {
        ResourceRecordSets: found.slice(0, maxItems),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : {NextRecordName: next.Name, NextRecordType: next.Type}),
        ...(next?.SetIdentifier === undefined ? {} : {NextRecordIdentifier: next.SetIdentifier}),
        MaxItems: maxItems,
      };
    },

    GetChange(input) {
      const id = plainId(input.Id);
      const change = id === '' ? undefined : changeTable.get(id);
      if (change === undefined)
        throw new ApiError('NoSuchChange', `Could not find resource with ID: ${id}`, 404);
      return {ChangeInfo: changeInfo(id, change)};
    },

    async ChangeTagsForResource(input) {
      await store.write(() => {
        const zone = taggedZone(input.ResourceType, getZone(input.ResourceId));
        const tags = new Map(Object.entries(zone.tags));
        for (const {Key: key = '', Value: value = ''} of input.AddTags ?? []) tags.set(key, value);
        for (const key of input.RemoveTagKeys ?? []) tags.delete(key);
        zoneTable.put(zone.id, {...zone, tags: Object.fromEntries(tags)});
      });
      return {};
    },
    ListTagsForResource(input) {
      const zone = taggedZone(input.ResourceType, getZone(input.ResourceId));
      return {
        ResourceTagSet: {
          ResourceType: 'hostedzone',
          ResourceId: zone.id,
          Tags: Object.entries(zone.tags).map(([Key, Value]) => ({Key, Value})),
        },
      };
    },
  };
}

/** Ids are answered as `/hostedzone/ID` and `/change/ID` and taken with or without the prefix. */
const plainId = (given: string | undefined): string => given?.split('/').at(-1) ?? '';

function pageSize(asked: number | undefined, largest: number): number {
  if (asked === undefined) return largest;
  if (!Number.isInteger(asked) || asked < 1) {
    throw invalid(`MaxItems must be a whole number from 1 to ${largest}, not ${asked}.`);
  }
  return Math.min(asked, largest);
}

function taggedZone(type: string | undefined, zone: StoredZone): StoredZone {
  if (type !== 'hostedzone') throw invalid(`The ResourceType must be hostedzone, not "${type ?? ''}".`);
  return zone;
}
