import {createHash} from 'node:crypto';
import type {CreateHostedZoneCommandInput, ResourceRecordSet, VPC} from '@aws-sdk/client-route-53';
import {ApiError} from '../types.js';
import type {StoredZone} from './records.js';

export const invalid = (message: string): ApiError => new ApiError('InvalidInput', message, 400);

/** The VPC that makes a zone private; undefined for a public one. */
export function requestedVpc({
  VPC: vpc,
  HostedZoneConfig: config,
}: CreateHostedZoneCommandInput): VPC | undefined {
  if (vpc === undefined) {
    if (config?.PrivateZone !== true) return undefined;
    throw invalid('When you are creating a private hosted zone, you must specify a VPC.');
  }
  if (!/^vpc-[0-9a-f]{8,17}$/.test(vpc.VPCId ?? '') || vpc.VPCRegion === undefined) {
    throw new ApiError('InvalidVPCId', `The VPC: ${vpc.VPCId ?? ''} you provided is not valid.`, 400);
  }
  return vpc;
}

export const isVpc = (one: VPC, other: VPC): boolean =>
  one.VPCId === other.VPCId && one.VPCRegion === other.VPCRegion;

/** Those of every private zone: nobody is referred to them. */
export const privateNameServers = [
  'ns-0.awsdns-00.com',
  'ns-512.awsdns-00.net',
  'ns-1024.awsdns-00.org',
  'ns-1536.awsdns-00.co.uk',
];

/** Four servers in four top-level domains, the same for a zone every time. */
export function nameServers(zoneId: string): readonly string[] {
  const digest = createHash('sha256').update(zoneId).digest();
  return ['com', 'net', 'org', 'co.uk'].map((domain, index) => {
    const number = index * 512 + (digest.readUInt16BE(index * 2) % 512);
    return `ns-${number}.awsdns-${String((digest[16 + index] ?? 0) % 64).padStart(2, '0')}.${domain}`;
  });
}

export function apexSets(zone: StoredZone): readonly ResourceRecordSet[] {
  return [
    {
      Name: zone.name,
      Type: 'NS',
      TTL: 172_800,
      ResourceRecords: zone.nameServers.map(server => ({Value: `${server}.`})),
    },
    {
      Name: zone.name,
      Type: 'SOA',
      TTL: 900,
      ResourceRecords: [
        {Value: `${zone.nameServers[0] ?? ''}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`},
      ],
    },
  ];
}
