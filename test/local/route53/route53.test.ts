import {
  Route53,
  waitUntilResourceRecordSetsChanged,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {dnsName, reversed} from '../../../src/local/route53/names.js';
import {createRoute53} from '../../../src/local/route53/index.js';
import {ApiError} from '../../../src/local/types.js';
import {account, calls, faultOf, sequence, smallConfig} from '../cloudfront/account.js';
import {clientOf, serve} from '../wire/serve.js';

const build = (cloud: Awaited<ReturnType<typeof account>>) =>
  createRoute53({store: cloud.store, clock: cloud.clock, syncDelayMs: 60_000, random: sequence()});

let cloud: Awaited<ReturnType<typeof account>>;
let dns: ReturnType<typeof calls<ReturnType<typeof build>>>;
let zone = '';
beforeEach(async () => {
  cloud = await account();
  dns = calls(build(cloud));
  const made = await dns.CreateHostedZone({Name: 'Example.com', CallerReference: 'zone'});
  zone = made.HostedZone?.Id ?? '';
});
afterEach(() => cloud.end());

const set = (Name: string, Type: ResourceRecordSet['Type'], ...values: string[]): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 300,
  ResourceRecords: values.map(Value => ({Value})),
});
const change = (Action: Change['Action'], ResourceRecordSet: ResourceRecordSet): Change => ({
  Action,
  ResourceRecordSet,
});
const apply = (...Changes: Change[]) =>
  dns.ChangeResourceRecordSets({HostedZoneId: zone, ChangeBatch: {Changes}});
const names = async () =>
  ((await dns.ListResourceRecordSets({HostedZoneId: zone})).ResourceRecordSets ?? []).map(
    found => `${found.Name ?? ''} ${found.Type ?? ''}`,
  );
async function messages(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({code: 'InvalidChangeBatch', status: 400});
  return error instanceof ApiError ? error.details['messages'] : undefined;
}

describe('a hosted zone', () => {
  it('begins with NS and SOA and cannot be deleted while it has more', async () => {
    expect(zone).toMatch(/^\/hostedzone\/Z[A-Z0-9]{20}$/);
    expect(await names()).toEqual(['example.com. NS', 'example.com. SOA']);
    const found = await dns.GetHostedZone({Id: zone});
    expect(found.HostedZone).toMatchObject({Name: 'example.com.', ResourceRecordSetCount: 2});
    expect(found.DelegationSet?.NameServers).toHaveLength(4);
    await apply(change('CREATE', set('www.example.com', 'A', '192.0.2.1')));
    expect(await faultOf(dns.DeleteHostedZone({Id: zone}))).toBe('HostedZoneNotEmpty 400');
    await apply(change('DELETE', set('www.example.com', 'A', '192.0.2.1')));
    await dns.DeleteHostedZone({Id: zone});
    expect(await faultOf(dns.GetHostedZone({Id: zone}))).toBe('NoSuchHostedZone 404');
  });

  it('has a CallerReference of its own and is listed by name', async () => {
    expect(await faultOf(dns.CreateHostedZone({Name: 'a.test', CallerReference: 'zone'}))).toBe(
      'HostedZoneAlreadyExists 409',
    );
    expect(await faultOf(dns.CreateHostedZone({Name: 'a..test', CallerReference: 'b'}))).toBe(
      'InvalidDomainName 400',
    );
    await dns.CreateHostedZone({Name: 'zz.com', CallerReference: 'c'});
    await dns.CreateHostedZone({Name: 'a.test', CallerReference: 'd'});
    const first = await dns.ListHostedZonesByName({MaxItems: 2});
    expect(first.HostedZones?.map(found => found.Name)).toEqual(['example.com.', 'zz.com.']);
    expect(first).toMatchObject({IsTruncated: true, NextDNSName: 'a.test.'});
    const rest = await dns.ListHostedZonesByName({
      DNSName: first.NextDNSName,
      HostedZoneId: first.NextHostedZoneId,
    });
    expect(rest.HostedZones?.map(found => found.Name)).toEqual(['a.test.']);
    const page = await dns.ListHostedZones({MaxItems: 2});
    const others = await dns.ListHostedZones({Marker: page.NextMarker});
    expect(page.HostedZones?.length).toBe(2);
    expect(others.HostedZones?.length).toBe(1);
  });
});

describe('a change batch', () => {
  it('is applied in order, and INSYNC later', async () => {
    const made = await apply(
      change('CREATE', set('www.example.com', 'CNAME', 'a.example.org')),
      change('DELETE', set('www.example.com.', 'CNAME', 'a.example.org')),
      change('CREATE', set('WWW.example.com', 'A', '192.0.2.1', '192.0.2.2')),
      change('UPSERT', set('www.example.com', 'A', '192.0.2.3')),
    );
    expect(made.ChangeInfo).toMatchObject({
      Status: 'PENDING',
      Id: expect.stringMatching(/^\/change\/C/) as string,
    });
    const status = async () => (await dns.GetChange({Id: made.ChangeInfo?.Id})).ChangeInfo?.Status;
    expect(await status()).toBe('PENDING');
    cloud.clock.advance(60_000);
    expect(await status()).toBe('INSYNC');
    const listed = await dns.ListResourceRecordSets({HostedZoneId: zone, StartRecordName: 'www.example.com'});
    expect(listed.ResourceRecordSets).toEqual([set('www.example.com.', 'A', '192.0.2.3')]);
  });

  it('changes nothing when a part of it is refused, and says all that is wrong', async () => {
    await apply(change('CREATE', set('a.example.com', 'A', '192.0.2.1')));
    const refused = apply(
      change('CREATE', set('b.example.com', 'A', '192.0.2.1')),
      change('CREATE', set('a.example.com', 'A', '192.0.2.1')),
      change('DELETE', set('c.example.com', 'A', '192.0.2.1')),
      change('DELETE', set('a.example.com', 'A', '192.0.2.9')),
    );
    expect(await messages(refused)).toEqual([
      "Tried to create resource record set [name='a.example.com.', type='A'] but it already exists",
      "Tried to delete resource record set [name='c.example.com.', type='A'] but it was not found",
      "Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values",
    ]);
    expect(await names()).toEqual(['example.com. NS', 'example.com. SOA', 'a.example.com. A']);
  });

  it.each([
    [
      'another zone',
      set('www.example.org', 'A', '192.0.2.1'),
      'RRSet with DNS name www.example.org. is not permitted in zone example.com.',
    ],
    [
      'a CNAME at the apex',
      set('example.com', 'CNAME', 'x.test'),
      'RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.',
    ],
    [
      'a CNAME beside others',
      set('a.example.com', 'CNAME', 'x.test'),
      'RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.',
    ],
    [
      'no IPv4 address',
      set('b.example.com', 'A', '192.0.2'),
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '192.0.2''",
    ],
    [
      'text without quotes',
      set('b.example.com', 'TXT', 'x'),
      "Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'x''",
    ],
    [
      'an alias to nowhere',
      alias('b.example.com', 'd0.cloudfront.net'),
      'Tried to create an alias that targets d0.cloudfront.net., type A in zone Z2FDTNDATAQYW2, but that target was not found',
    ],
  ])('is refused for %s', async (_what, wanted, message) => {
    await apply(change('CREATE', set('a.example.com', 'A', '192.0.2.1')));
    expect(await messages(apply(change('UPSERT', wanted)))).toEqual([message]);
  });

  it('points aliases at distributions', async () => {
    const made = await cloud.call.CreateDistribution({DistributionConfig: smallConfig()});
    const target = made.Distribution?.DomainName ?? '';
    for (const type of ['A', 'AAAA', 'HTTPS'] as const) {
      await apply(change('UPSERT', {...alias('example.com', target), Type: type}));
    }
    expect(await names()).toEqual(['A', 'AAAA', 'HTTPS', 'NS', 'SOA'].map(type => `example.com. ${type}`));
    expect(await faultOf(apply(change('CREATE', {...alias('x.example.com', target), TTL: 1})))).toBe(
      'InvalidInput 400',
    );
  });
});

function alias(Name: string, DNSName: string): ResourceRecordSet {
  return {
    Name,
    Type: 'A',
    AliasTarget: {HostedZoneId: 'Z2FDTNDATAQYW2', DNSName, EvaluateTargetHealth: false},
  };
}

it('lists records by the labels from the right, whatever the page size', async () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.array(label, {minLength: 1, maxLength: 3}), {
        minLength: 1,
        maxLength: 12,
        selector: labels => labels.join('.'),
      }),
      fc.integer({min: 1, max: 5}),
      async (prefixes, MaxItems) => {
        const wanted = prefixes.map(labels => dnsName(`${labels.join('.')}.example.com`));
        await apply(...wanted.map(name => change('UPSERT', set(name, 'A', '192.0.2.1'))));
        const seen: string[] = [];
        let from: {StartRecordName?: string | undefined; StartRecordType?: ResourceRecordSet['Type']} = {};
        do {
          const page = await dns.ListResourceRecordSets({HostedZoneId: zone, MaxItems, ...from});
          seen.push(
            ...(page.ResourceRecordSets ?? [])
              .filter(found => found.Type === 'A')
              .map(found => found.Name ?? ''),
          );
          from = {StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType};
        } while (from.StartRecordName !== undefined);
        await apply(...wanted.map(name => change('DELETE', set(name, 'A', '192.0.2.1'))));
        expect(seen).toEqual(wanted.sort((a, b) => (reversed(a) < reversed(b) ? -1 : 1)));
      },
    ),
    {numRuns: 20},
  );
});

it('works through the SDK', async () => {
  const served = await serve({route53: build(cloud)});
  const client = new Route53(clientOf(served));
  try {
    const changed = await client.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: {Changes: [change('CREATE', set('*.example.com', 'TXT', '"a & <b>"'))]},
    });
    cloud.clock.advance(60_000);
    const Id = changed.ChangeInfo?.Id;
    const waited = await waitUntilResourceRecordSetsChanged(
      {client, maxWaitTime: 5, minDelay: 1, maxDelay: 1},
      {Id},
    );
    expect(waited.state).toBe('SUCCESS');
    const listed = await client.listResourceRecordSets({
      HostedZoneId: zone,
      MaxItems: 1,
      StartRecordName: '*.example.com',
    });
    expect(listed.ResourceRecordSets).toEqual([set('\\052.example.com.', 'TXT', '"a & <b>"')]);
    const refused = client.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: {Changes: [change('CREATE', set('*.example.com', 'TXT', '"b"'))]},
    });
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      $metadata: {httpStatusCode: 400},
    });
  } finally {
    client.destroy();
    await served[Symbol.asyncDispose]();
  }
});
