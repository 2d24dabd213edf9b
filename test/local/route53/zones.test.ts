import {Route53} from '@aws-sdk/client-route-53';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createRoute53} from '../../../src/local/route53/index.js';
import {recordKey, records, zones} from '../../../src/local/route53/records.js';
import {valuesAt} from '../../../src/local/route53/resolve.js';
import {faultOf} from '../cloudfront/account.js';
import {certified} from '../cloudfront/certified.js';
import {clientOf, serve} from '../wire/serve.js';

let cloud: Awaited<ReturnType<typeof certified>>;
beforeEach(async () => {
  cloud = await certified();
});
afterEach(() => cloud.end());

const vpc = (VPCId = 'vpc-0123456789abcdef0') => ({VPCId, VPCRegion: 'eu-west-1' as const});
const makePrivate = (Name: string, VPC: ReturnType<typeof vpc> | undefined = vpc()) =>
  cloud.dns.CreateHostedZone({
    Name,
    CallerReference: `${Name} ${VPC.VPCId}`,
    VPC,
    HostedZoneConfig: {PrivateZone: true},
  });

describe('a private zone', () => {
  it('shares its name with a public one, is listed beside it, and answers nobody outside its VPC', async () => {
    const open = await cloud.zone('example.com');
    const made = await makePrivate('example.com');
    const id = made.HostedZone?.Id ?? '';
    expect(made).toMatchObject({VPC: vpc(), HostedZone: {Config: {PrivateZone: true}}});
    expect(made.DelegationSet).toBeUndefined();
    expect(await cloud.dns.GetHostedZone({Id: id})).toMatchObject({VPCs: [vpc()]});
    const listed = await cloud.dns.ListHostedZonesByName({DNSName: 'example.com'});
    expect(
      listed.HostedZones?.map(found => [found.Id, found.Config?.PrivateZone]).sort(([, one]) =>
        one ? 1 : -1,
      ),
    ).toEqual([
      [open, false],
      [id, true],
    ]);
    const only = await cloud.dns.ListHostedZones({HostedZoneType: 'PrivateHostedZone'});
    expect(only.HostedZones?.map(found => found.Id)).toEqual([id]);
    const inVpc = await cloud.dns.ListHostedZonesByVPC({...vpc()});
    expect(inVpc.HostedZoneSummaries).toEqual([
      {
        HostedZoneId: id.replace('/hostedzone/', ''),
        Name: 'example.com.',
        Owner: {OwningAccount: '000000000000'},
      },
    ]);

    await cloud.record(id, 'www.example.com', 'TXT', '"inside"');
    expect(valuesAt(cloud.store, 'www.example.com', 'TXT')).toEqual([]);
    await cloud.record(open, 'www.example.com', 'TXT', '"outside"');
    expect(valuesAt(cloud.store, 'www.example.com', 'TXT')).toEqual(['"outside"']);
  });

  it('validates no certificate', async () => {
    const {HostedZone} = await makePrivate('example.com');
    const CertificateArn = await cloud.certificate(HostedZone?.Id ?? '', 'example.com');
    const found = await cloud.acm.DescribeCertificate({CertificateArn});
    expect(found.Certificate?.Status).toBe('PENDING_VALIDATION');
  });

  it('takes no alias to a distribution', async () => {
    const {HostedZone} = await makePrivate('example.com');
    const {domainName} = await cloud.distribution(undefined);
    const refused = cloud.alias(HostedZone?.Id ?? '', 'www.example.com', domainName);
    expect(await faultOf(refused)).toBe('InvalidChangeBatch 400');
    const open = await cloud.zone('example.com');
    await cloud.alias(open, 'www.example.com', domainName);
  });

  it.each([
    ['no VPC', {HostedZoneConfig: {PrivateZone: true}}, 'InvalidInput 400'],
    ['a VPC that is none', {VPC: vpc('net-1')}, 'InvalidVPCId 400'],
    ['a VPC that has a zone of the name', {VPC: vpc()}, 'ConflictingDomainExists 400'],
  ])('is refused with %s', async (_what, input, expected) => {
    await makePrivate('example.com');
    expect(
      await faultOf(cloud.dns.CreateHostedZone({Name: 'example.com', CallerReference: 'again', ...input})),
    ).toBe(expected);
  });

  it('of another VPC may have the same name', async () => {
    await makePrivate('example.com');
    const second = await makePrivate('example.com', vpc('vpc-11111111'));
    expect(second.HostedZone?.Name).toBe('example.com.');
  });

  it('is read by the SDK', async () => {
    const served = await serve({route53: createRoute53(cloud)});
    const client = new Route53(clientOf(served));
    try {
      const made = await client.createHostedZone({Name: 'a.test', CallerReference: 'a', VPC: vpc()});
      expect(made.VPC).toEqual(vpc());
      expect((await client.getHostedZone({Id: made.HostedZone?.Id})).VPCs).toEqual([vpc()]);
    } finally {
      client.destroy();
      await served[Symbol.asyncDispose]();
    }
  });
});

describe('the public DNS', () => {
  it('answers from the zone with the longest name', async () => {
    const parent = await cloud.zone('example.com');
    const child = await cloud.zone('shop.example.com');
    await cloud.record(parent, 'a.shop.example.com', 'TXT', '"parent"');
    expect(valuesAt(cloud.store, 'a.shop.example.com', 'TXT')).toEqual([]);
    await cloud.record(child, 'a.shop.example.com', 'TXT', '"child"');
    expect(valuesAt(cloud.store, 'A.shop.example.com.', 'TXT')).toEqual(['"child"']);
  });

  it('lets a wildcard answer for names that do not exist, and for no others (RFC 4592, 2.2.1)', async () => {
    const zone = await cloud.zone('example');
    await cloud.record(zone, '*.example', 'TXT', '"this is a wildcard"');
    await cloud.record(zone, 'host1.example', 'CNAME', 'elsewhere.test');
    await cloud.record(zone, '_ssh._tcp.host2.example', 'CNAME', 'elsewhere.test');
    const text = (name: string) => valuesAt(cloud.store, name, 'TXT');
    expect(text('host3.example')).toEqual(['"this is a wildcard"']);
    expect(text('foo.bar.example')).toEqual(['"this is a wildcard"']);
    expect(text('host1.example')).toEqual([]);
    expect(text('_telnet._tcp.host1.example')).toEqual([]);
    expect(text('host2.example')).toEqual([]);
    expect(text('*.example')).toEqual(['"this is a wildcard"']);
  });
});

it('holds 10,000 records in a zone and no more', async () => {
  const zone = await cloud.zone('example.com');
  const id = zone.replace('/hostedzone/', '');
  const value = {Type: 'A' as const, TTL: 1, ResourceRecords: [{Value: '192.0.2.1'}]};
  await cloud.store.write(() => {
    // NS and SOA are two of them.
    for (let n = 0; n < 9997; n++) {
      const Name = `a${n}.example.com.`;
      records(cloud.store).put(recordKey(id, Name, 'A'), {Name, ...value});
    }
  });
  await cloud.record(zone, 'last.example.com', 'TXT', '"fits"');
  expect(await faultOf(cloud.record(zone, 'more.example.com', 'TXT', '"does not"'))).toBe(
    'InvalidChangeBatch 400',
  );
  await cloud.record(zone, 'last.example.com', 'TXT', '"changed"');
});

it('holds 500 zones in an account and no more', async () => {
  await cloud.store.write(() => {
    for (let n = 0; n < 499; n++) {
      const id = `Z${n}`;
      zones(cloud.store).put(id, {
        id,
        name: `a${n}.test.`,
        callerReference: id,
        comment: '',
        nameServers: [],
        tags: {},
      });
    }
  });
  await cloud.zone('example.com');
  expect(await faultOf(cloud.zone('example.org'))).toBe('TooManyHostedZones 400');
});
