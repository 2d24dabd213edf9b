import {DescribeCertificateCommand, RequestCertificateCommand} from '@aws-sdk/client-acm';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import type {Aws} from '../../src/aws/index.js';
import {createDistribution, type Distribution} from '../../src/distribution/index.js';
import {ensureRecords, findZone} from '../../src/dns/index.js';
import {createClock} from '../../src/local/clock.js';
import {smallConfig} from '../local/cloudfront/account.js';
import {openWorld, type World} from '../deploy/world.js';

export interface DnsWorld extends DnsAccount {
  readonly world: World;
  close(): Promise<void>;
}

/** What tests do beside the code under test, in an embedded cloud. */
export interface DnsAccount {
  readonly aws: Aws;
  /** Id of a new public zone, or of one that only a VPC sees. */
  zone(name: string, isPrivate?: boolean): Promise<string>;
  /** As anyone with the AWS CLI would write them. */
  write(zoneId: string, ...sets: readonly ResourceRecordSet[]): Promise<void>;
  /** `NAME TYPE VALUES`, without NS and SOA. */
  records(zoneId: string): Promise<readonly string[]>;
  /** ARN of an issued certificate; the names lie in zones that are there. */
  certificate(...names: readonly [string, ...string[]]): Promise<string>;
  /** A distribution with these aliases, all covered by a certificate of its own. */
  distribution(
    aliases: readonly string[],
    options?: {readonly covers?: readonly string[]; readonly isIpv6?: boolean},
  ): Promise<Distribution>;
}

export const set = (name: string, type: RRType, ...values: readonly string[]): ResourceRecordSet => ({
  Name: name,
  Type: type,
  TTL: 300,
  ResourceRecords: values.map(Value => ({Value})),
});

/** Cloud time passes by itself; nothing takes any. */
export async function openDnsWorld(): Promise<DnsWorld> {
  const world = await openWorld({clock: createClock()});
  return {...(await dnsAccount(world.aws)), world, close: () => world.close()};
}

export async function dnsAccount(aws: Aws): Promise<DnsAccount> {
  const client = await aws.route53();
  let made = 0;

  const certificate = async (...names: readonly [string, ...string[]]): Promise<string> => {
    const acm = await aws.acm();
    const [first, ...others] = names;
    const {CertificateArn: arn = ''} = await acm.send(
      new RequestCertificateCommand({
        DomainName: first,
        ValidationMethod: 'DNS',
        ...(others.length > 0 && {SubjectAlternativeNames: others}),
      }),
    );
    const {Certificate: found} = await acm.send(new DescribeCertificateCommand({CertificateArn: arn}));
    for (const {ResourceRecord: record, DomainName = ''} of found?.DomainValidationOptions ?? []) {
      const zone = await findZone(aws, DomainName.replace(/^\*\./, ''));
      if (zone === undefined || record === undefined) throw new Error(`no zone for ${DomainName}`);
      await ensureRecords(aws, zone, [{name: record.Name ?? '', type: 'CNAME', value: record.Value ?? ''}]);
    }
    return arn;
  };

  return {
    aws,
    async zone(name, isPrivate = false) {
      const {HostedZone: zone} = await client.send(
        new CreateHostedZoneCommand({
          Name: name,
          CallerReference: `zone ${++made}`,
          ...(isPrivate && {
            HostedZoneConfig: {PrivateZone: true},
            VPC: {VPCRegion: 'eu-west-1', VPCId: `vpc-0000000${made % 10}`},
          }),
        }),
      );
      return zone?.Id?.replace('/hostedzone/', '') ?? '';
    },
    async write(zoneId, ...sets) {
      const Changes = sets.map((each): Change => ({Action: 'UPSERT', ResourceRecordSet: each}));
      await client.send(new ChangeResourceRecordSetsCommand({HostedZoneId: zoneId, ChangeBatch: {Changes}}));
    },
    async records(zoneId) {
      const {ResourceRecordSets: sets = []} = await client.send(
        new ListResourceRecordSetsCommand({HostedZoneId: zoneId}),
      );
      return sets
        .filter(({Type}) => Type !== 'NS' && Type !== 'SOA')
        .filter(({Name}) => !/^_[0-9a-f]{16,}\./.test(Name ?? ''))
        .map(({Name, Type, ResourceRecords = [], AliasTarget, SetIdentifier}) =>
          [
            Name,
            Type,
            ...ResourceRecords.map(({Value}) => Value),
            ...(AliasTarget === undefined ? [] : [`-> ${AliasTarget.DNSName ?? ''}`]),
            ...(SetIdentifier === undefined ? [] : [`(${SetIdentifier})`]),
          ].join(' '),
        );
    },
    certificate,
    async distribution(aliases, {covers = aliases, isIpv6 = true} = {}) {
      const [first, ...others] = covers;
      const arn = first === undefined ? undefined : await certificate(first, ...others);
      return createDistribution(
        aws,
        smallConfig({
          CallerReference: `distribution ${++made}`,
          IsIPV6Enabled: isIpv6,
          HttpVersion: 'http2and3',
          Aliases: {Quantity: aliases.length, ...(aliases.length > 0 && {Items: [...aliases]})},
          ...(arn !== undefined && {
            ViewerCertificate: {
              ACMCertificateArn: arn,
              SSLSupportMethod: 'sni-only' as const,
              MinimumProtocolVersion: 'TLSv1.2_2021' as const,
            },
          }),
        }),
        {},
      );
    },
  };
}
