import type {Change, ResourceRecordSet} from '@aws-sdk/client-route-53';
import {storedDistributions} from '../cloudfront/distribution/references.js';
import {ApiError, type Store} from '../types.js';
import {dnsName, isDnsName, isWithin} from './names.js';
import {recordKey, records, zonePrefix, type StoredZone} from './records.js';
import {valueProblem} from './values.js';

/** Hosted zone of every distribution's domain name. */
const cloudFrontZone = 'Z2FDTNDATAQYW2';

const types = new Set('A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT'.split(' '));
/** Of one zone; more on request. Developer guide, "Quotas on records". */
const mostRecords = 10_000;
const aliasTypes = new Set(['A', 'AAAA', 'HTTPS']);

const invalidInput = (message: string): ApiError => new ApiError('InvalidInput', message, 400);

/**
 * Applies a batch in order, inside a transaction: any problem throws InvalidChangeBatch with every message, and nothing
 * is changed. API reference, ChangeResourceRecordSets.
 */
export function applyChanges(store: Store, zone: StoredZone, changes: readonly Change[]): void {
  if (changes.length === 0) throw invalidInput('The change batch needs at least one change.');
  if (changes.length > 1000) {
    throw new ApiError('InvalidChangeBatch', '[Number of records limit of 1000 exceeded.]', 400);
  }
  const problems = changes.flatMap(change => {
    const problem = applyChange(store, zone, change);
    return problem === undefined ? [] : [problem];
  });
  if (problems.length > 0) {
    throw new ApiError('InvalidChangeBatch', `[${problems.join(', ')}]`, 400, {messages: problems});
  }
  const prefix = zonePrefix(zone.id);
  if ([...records(store).range({prefix, limit: mostRecords + 1})].length > mostRecords) {
    throw new ApiError('InvalidChangeBatch', `[Number of records limit of ${mostRecords} exceeded.]`, 400);
  }
}

function applyChange(store: Store, zone: StoredZone, change: Change): string | undefined {
  const set = canonical(change);
  const {Name: name = '', Type: type = 'A'} = set;
  if (!isWithin(name, zone.name)) {
    return `RRSet with DNS name ${name} is not permitted in zone ${zone.name}`;
  }
  const table = records(store);
  const key = recordKey(zone.id, name, type, set.SetIdentifier);
  const before = table.get(key);
  const label = `resource record set [name='${name}', type='${type}'${set.SetIdentifier === undefined ? '' : `, set-identifier='${set.SetIdentifier}'`}]`;

  if (change.Action === 'DELETE') {
    if (before === undefined) return `Tried to delete ${label} but it was not found`;
    if (!same(before, set)) {
      return `Tried to delete ${label} but the values provided do not match the current values`;
    }
    if (name === zone.name && type === 'NS') {
      return 'A HostedZone must contain at least one NS record for the zone itself.';
    }
    if (name === zone.name && type === 'SOA') return 'A HostedZone must contain exactly one SOA record.';
    table.delete(key);
    return undefined;
  }
  if (change.Action === 'CREATE' && before !== undefined) {
    return `Tried to create ${label} but it already exists`;
  }
  const problem = contentProblem(store, zone, set) ?? neighbourProblem(store, zone, set);
  if (problem === undefined) table.put(key, set);
  return problem;
}

/** The record set as it is stored, once its shape is right. @throws InvalidInput */
function canonical(change: Change): ResourceRecordSet {
  const set = change.ResourceRecordSet;
  const {Name: name = '', Type: type = ''} = set ?? {};
  const where = `Change with [Action=${change.Action ?? 'null'}, Name=${name}, Type=${type}, SetIdentifier=${set?.SetIdentifier ?? 'null'}]`;
  if (!['CREATE', 'DELETE', 'UPSERT'].includes(change.Action ?? '')) {
    throw invalidInput(`Invalid request: The Action must be CREATE, DELETE or UPSERT in ${where}`);
  }
  if (set === undefined || !isDnsName(name)) {
    throw invalidInput(`Invalid request: The Name is not a domain name in ${where}`);
  }
  if (!types.has(type)) {
    throw invalidInput(`Invalid request: The Type must be one of ${[...types].join(', ')} in ${where}`);
  }
  const values = set.ResourceRecords ?? [];
  const plain = set.TTL !== undefined && values.length > 0;
  const parts = [set.AliasTarget, set.TTL, values[0]].filter(part => part !== undefined);
  if (set.AliasTarget === undefined ? !plain : parts.length > 1) {
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${
        parts.length === 0 ? 'none' : 'more than one, or only a part,'
      } in ${where}`,
    );
  }
  if (plain && !(Number.isInteger(set.TTL) && (set.TTL ?? -1) >= 0 && (set.TTL ?? 0) <= 2_147_483_647)) {
    throw invalidInput(`Invalid request: The TTL must be from 0 to 2147483647 in ${where}`);
  }
  const routing = [
    set.Weight,
    set.Region,
    set.GeoLocation,
    set.Failover,
    set.MultiValueAnswer,
    set.CidrRoutingConfig,
    set.GeoProximityLocation,
  ];
  if ((set.SetIdentifier !== undefined) !== routing.some(part => part !== undefined)) {
    throw invalidInput(
      `Invalid request: A SetIdentifier and a routing policy (Weight, Region, Failover, ...) go together in ${where}`,
    );
  }
  return {
    ...set,
    Name: dnsName(name),
    ...(set.AliasTarget && {
      AliasTarget: {
        HostedZoneId: set.AliasTarget.HostedZoneId,
        DNSName: dnsName(set.AliasTarget.DNSName ?? ''),
        EvaluateTargetHealth: set.AliasTarget.EvaluateTargetHealth ?? false,
      },
    }),
  };
}

function contentProblem(store: Store, zone: StoredZone, set: ResourceRecordSet): string | undefined {
  if (set.AliasTarget !== undefined) return aliasProblem(store, zone, set);
  const values = (set.ResourceRecords ?? []).map(record => record.Value ?? '');
  if (new Set(values).size !== values.length) {
    return `Duplicate Resource Record: '${values.find((value, index) => values.indexOf(value) !== index) ?? ''}'`;
  }
  for (const value of values) {
    const problem = valueProblem(set.Type ?? '', value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Alias targets are looked up where the emulated cloud knows them: distributions and records of the same zone. */
function aliasProblem(store: Store, zone: StoredZone, set: ResourceRecordSet): string | undefined {
  const {HostedZoneId: target = '', DNSName: name = '', EvaluateTargetHealth: health} = set.AliasTarget ?? {};
  const {Type: type = 'A'} = set;
  const tried = `Tried to create an alias that targets ${name}, type ${type} in zone ${target}, but`;
  if (target === cloudFrontZone) {
    // API reference, AliasTarget: "Alias resource record sets for CloudFront can't be created in a private zone."
    if (zone.vpcs !== undefined) return `${tried} ${zone.name} is a private hosted zone`;
    if (health === true) {
      return `EvaluateTargetHealth cannot be set to true when the alias target ${name} is a CloudFront distribution`;
    }
    const known = [...storedDistributions(store)].some(found => `${found.state.domainName}.` === name);
    return known && aliasTypes.has(type) ? undefined : `${tried} that target was not found`;
  }
  if (target === zone.id) {
    if (!isWithin(name, zone.name))
      return `${tried} the alias target name does not lie within the target zone`;
    const [found] = records(store).range({prefix: recordKey(zone.id, name, type), limit: 1});
    return found === undefined ? `${tried} that target was not found` : undefined;
  }
  if (name.endsWith('.cloudfront.net.')) {
    return `${tried} the alias target name does not lie within the target zone`;
  }
  return undefined;
}

/** A CNAME stands alone under its name and never at the apex (RFC 1034, section 3.6.2). */
function neighbourProblem(store: Store, zone: StoredZone, set: ResourceRecordSet): string | undefined {
  const {Name: name = '', Type: type = ''} = set;
  if (type === 'CNAME' && name === zone.name) {
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone.name}`;
  }
  const prefix = recordKey(zone.id, name).trimEnd() + ' ';
  for (const [, other] of records(store).range({prefix})) {
    if (other.Type !== type && (other.Type === 'CNAME' || type === 'CNAME')) {
      return `RRSet of type ${type} with DNS name ${name} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
    }
    if (other.Type === type && (other.SetIdentifier === undefined) !== (set.SetIdentifier === undefined)) {
      return `RRSet with DNS name ${name}, type ${type}, SetIdentifier ${set.SetIdentifier ?? 'null'} cannot be created as other RRSets exist with the same name and type.`;
    }
  }
  return undefined;
}

function same(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
  const essence = (set: ResourceRecordSet) =>
    JSON.stringify([
      set.TTL ?? null,
      (set.ResourceRecords ?? []).map(record => record.Value).sort(),
      set.AliasTarget
        ? [
            set.AliasTarget.HostedZoneId,
            set.AliasTarget.DNSName,
            set.AliasTarget.EvaluateTargetHealth ?? false,
          ]
        : null,
      set.Weight ?? null,
      set.Region ?? null,
      set.Failover ?? null,
    ]);
  return essence(a) === essence(b);
}
