import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import {UpdateDistributionCommand} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  certificateId,
  deleteCertificate,
  listCertificates,
  requestCertificate,
} from '../../src/certificate/index.js';
import {readDistribution} from '../../src/distribution/index.js';
import type {Resolver} from '../../src/dns/index.js';
import type {ProgressEvent} from '../../src/events.js';
import {Failure} from '../../src/failure.js';
import {createClock} from '../../src/local/clock.js';
import type {CloudOptions} from '../../src/local/cloud.js';
import {
  issueCertificate,
  reportCertificates,
  showCertificate,
  waitCertificate,
  type IssueCertificateInput,
} from '../../src/stack/index.js';
import {delegatedResolver} from '../../src/stack/validation-dns.js';
import {finish, openWorld, type World} from '../deploy/world.js';

let world: World;
let start: number;
let advance: (ms: number) => Promise<void>;
const day = 86_400_000;

async function open(options: Partial<CloudOptions> = {}): Promise<void> {
  start = Date.now();
  const clock = createClock({now: () => start});
  world = await openWorld({clock, validationRecordDelayMs: 3000, deployDelayMs: 0, ...options});
  advance = async ms => {
    clock.advance(ms);
    await world.cloud.status();
  };
}
beforeEach(() => open());
afterEach(() => world.close());

const waiting = () => {
  let now = 0;
  return {
    timeoutMs: 60_000,
    delay: {firstMs: 1000, factor: 1, maxMs: 1000},
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      await advance(ms);
    },
    today: () => world.cloud.clock.now(),
  };
};

const input = (
  names: readonly string[],
  more: Partial<IssueCertificateInput> = {},
): IssueCertificateInput => ({
  aws: world.aws,
  names,
  tags: {'frontctl:site': 'shop'},
  dns: {provider: 'route53'},
  wait: true,
  ...waiting(),
  ...more,
});
const issue = (names: readonly string[], more: Partial<IssueCertificateInput> = {}) =>
  finish(issueCertificate(input(names, more)));

async function zone(name: string, reference = name): Promise<string> {
  const client = await world.aws.route53();
  const {HostedZone} = await client.send(
    new CreateHostedZoneCommand({Name: name, CallerReference: reference}),
  );
  return HostedZone?.Id ?? '';
}

async function change(
  zoneId: string,
  action: 'CREATE' | 'DELETE',
  {name, type, value}: {readonly name: string; readonly type: 'CNAME' | 'CAA'; readonly value: string},
): Promise<void> {
  const client = await world.aws.route53();
  const set = {Name: name, Type: type, TTL: 300, ResourceRecords: [{Value: value}]};
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: {Changes: [{Action: action, ResourceRecordSet: set}]},
    }),
  );
}

/** Names of the CNAMEs of a zone, `_` for the random part. */
async function cnames(zoneId: string): Promise<readonly string[]> {
  const client = await world.aws.route53();
  const {ResourceRecordSets = []} = await client.send(
    new ListResourceRecordSetsCommand({HostedZoneId: zoneId}),
  );
  return ResourceRecordSets.flatMap(({Type, Name = ''}) =>
    Type === 'CNAME' ? [Name.replace(/^_[0-9a-f]{32}/, '_')] : [],
  );
}

const warnings = (events: readonly ProgressEvent[]): readonly string[] =>
  events.flatMap(event => (event.type === 'warning' ? [event.message] : []));

const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error('no Failure', {cause: error});
};

describe('issueCertificate', () => {
  it('requests, writes each record into the zone with the longest name, and waits', async () => {
    const [com, shop] = [await zone('example.com'), await zone('shop.example.com')];
    const names = ['example.com', '*.example.com', 'www.shop.example.com'];
    const {result, events} = await issue(names);
    expect(result).toMatchObject({
      names,
      status: 'ISSUED',
      reused: false,
      reason: null,
      manual: [],
      daysLeft: 198,
      validation: [
        {type: 'CNAME', inPlace: true, domains: ['example.com', '*.example.com']},
        {type: 'CNAME', inPlace: true, domains: ['www.shop.example.com']},
      ],
    });
    expect(await cnames(com)).toEqual(['_.example.com.']);
    expect(await cnames(shop)).toEqual(['_.www.shop.example.com.']);
    expect(warnings(events)).toEqual([]);

    world.calls.length = 0;
    const again = await issue(['*.example.com']);
    expect(again.result).toMatchObject({arn: result.arn, reused: true, status: 'ISSUED'});
    expect(again.result.reason).toMatch(/^is issued and covers the name until 20/);
    expect(world.calls.filter(each => /Request|Change/.test(each))).toEqual([]);
  });

  it('converges wherever it is stopped: one certificate, one record', async () => {
    const id = await zone('example.com');
    const names = ['www.example.com'];
    const whole = (await issue(['count.example.com'])).events.length;
    expect(whole).toBeGreaterThan(6);
    for (let stop = 1; stop <= whole; stop++) {
      const work = issueCertificate(input(names));
      for (let i = 0; i < stop; i++) await work.next();
      await work.return(undefined as never);
    }
    const {result} = await issue(names);
    expect(result.status).toBe('ISSUED');
    const made = (await listCertificates(world.aws)).filter(each => each.names.includes('www.example.com'));
    expect(made.map(({arn}) => arn)).toEqual([result.arn]);
    expect(await cnames(id)).toEqual(['_.count.example.com.', '_.www.example.com.']);
  });

  it('tells the records where no zone of the account holds the names', async () => {
    const id = await zone('example.com');
    const {result, events} = await issue(['www.example.com', 'www.example.net'], {wait: false});
    expect(result.status).toBe('PENDING_VALIDATION');
    expect(result.validation.map(({inPlace}) => inPlace)).toEqual([true, false]);
    const [manual] = result.manual;
    expect(result).toMatchObject({
      manual: [{type: 'CNAME'}],
      manualReason: 'no hosted zone of this account holds them',
      next: `frontctl cert wait ${certificateId(result.arn)} --local`,
    });
    expect(warnings(events)).toEqual([]);
    expect(await cnames(id)).toEqual(['_.www.example.com.']);

    const failure = await failureOf(
      finish(waitCertificate({...waiting(), aws: world.aws, named: 'www.example.net', timeoutMs: 2000})),
    );
    expect(failure).toMatchObject({code: 'WAIT_TIMEOUT', exitCode: 5});
    expect(failure.message).toContain('PENDING_VALIDATION (DNS does not show the record of www.example.net)');

    const net = await zone('example.net');
    await change(net, 'CREATE', manual ?? {name: '', type: 'CNAME', value: ''});
    const waited = await finish(
      waitCertificate({...waiting(), aws: world.aws, named: certificateId(result.arn)}),
    );
    expect(waited.result).toMatchObject({arn: result.arn, status: 'ISSUED'});
  });

  it('writes nothing where DNS is said to be elsewhere', async () => {
    const id = await zone('example.com');
    const none = {dns: {provider: 'none'}} as const;
    const {result} = await issue(['www.example.com'], {...none, wait: false});
    expect(result.manualReason).toBe('dns.provider is none');
    const [record] = result.manual;
    const events: ProgressEvent[] = [];
    const failure = await failureOf(
      (async () => {
        const work = issueCertificate(input(['www.example.com'], {...none, timeoutMs: 3000}));
        for await (const event of work) events.push(event);
      })(),
    );
    expect(failure.code).toBe('WAIT_TIMEOUT');
    expect(warnings(events)).toEqual([
      `Put this record into the DNS of its domain (dns.provider is none), and leave it there for renewals:\n  ${record?.name}. 300 IN CNAME ${record?.value}.`,
    ]);
    expect(await cnames(id)).toEqual([]);
  });

  it('tells the records to an identity that may not list zones', async () => {
    await world.close();
    await open({
      faults: [{operation: 'ListHostedZones', effect: {kind: 'status', status: 403}, probability: 1}],
    });
    const {result} = await issue(['www.example.com'], {
      wait: false,
      resolver: {cname: () => Promise.resolve(undefined), caa: () => Promise.resolve([])},
    });
    expect(result.manual).toHaveLength(1);
    expect(result.manualReason).toContain('may not list the hosted zones');
  });

  it('leaves another record under the name of a validation record alone, unless forced', async () => {
    const id = await zone('example.com');
    const {result} = await issue(['www.example.com'], {wait: false, dns: {provider: 'none'}});
    const name = result.manual[0]?.name ?? '';
    await change(id, 'CREATE', {name, type: 'CNAME', value: 'parked.example.net'});
    expect(await failureOf(issue(['www.example.com']))).toMatchObject({code: 'RECORD_TAKEN', exitCode: 4});
    const forced = await issue(['www.example.com'], {dns: {provider: 'route53', force: true}});
    expect(forced.result.status).toBe('ISSUED');
  });

  it('takes the zone that is named for the names in it, and the longest one for the others', async () => {
    const [first, second, net] = [
      await zone('example.com', '1'),
      await zone('example.com', '2'),
      await zone('example.net'),
    ];
    expect(await failureOf(issue(['www.example.com'], {wait: false}))).toMatchObject({
      code: 'AMBIGUOUS_ZONE',
    });
    await issue(['www.example.com', 'www.example.net'], {
      wait: false,
      dns: {provider: 'route53', zone: second.replace('/hostedzone/', '')},
    });
    expect(await cnames(first)).toEqual([]);
    expect(await cnames(second)).toEqual(['_.www.example.com.']);
    expect(await cnames(net)).toEqual(['_.www.example.net.']);
  });

  it('finds every zone before it writes to any', async () => {
    const com = await zone('example.com');
    await zone('example.net', '1');
    await zone('example.net', '2');
    expect(await failureOf(issue(['www.example.com', 'www.example.net']))).toMatchObject({
      code: 'AMBIGUOUS_ZONE',
    });
    expect(await cnames(com)).toEqual([]);
  });

  it('warns before a request that needs a raised quota', async () => {
    const names = Array.from({length: 11}, (_, i) => `n${i}.example.com`);
    const events: ProgressEvent[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const event of issueCertificate(input(names))) events.push(event);
      })(),
    );
    expect(failure).toMatchObject({code: 'QUOTA_EXCEEDED', exitCode: 6});
    expect(warnings(events)[0]).toContain('"Number of domain names per ACM certificate"');
  });
});

describe('what keeps a certificate from being issued', () => {
  it('names the CAA record in the way and what to add, and succeeds once that is done', async () => {
    const id = await zone('example.com');
    const caa = {name: 'example.com', type: 'CAA', value: '0 issue "letsencrypt.org"'} as const;
    await change(id, 'CREATE', caa);
    const failure = await failureOf(issue(['www.example.com']));
    expect(failure).toMatchObject({code: 'CERTIFICATE_FAILED', exitCode: 6});
    expect(failure.message).toContain(
      'the CAA record of example.com (0 issue "letsencrypt.org") keeps Amazon from issuing for www.example.com (CAA_ERROR)',
    );
    expect(failure.hint).toMatch(
      /^Add the CAA record 0 issue "amazon.com" \(or .*\) at example.com, beside those/,
    );

    await change(id, 'DELETE', caa);
    const {result} = await issue(['www.example.com']);
    expect(result).toMatchObject({status: 'ISSUED', reused: false});
    expect((await listCertificates(world.aws)).map(({status}) => status).sort()).toEqual([
      'FAILED',
      'ISSUED',
    ]);
  });

  it('is a zone that answers inside a VPC only, or beside another one, unless it is named', async () => {
    const client = await world.aws.route53();
    const hidden = (name: string) =>
      client.send(
        new CreateHostedZoneCommand({
          Name: name,
          CallerReference: `private ${name}`,
          VPC: {VPCId: 'vpc-1a2b3c4d', VPCRegion: 'us-east-1'},
          HostedZoneConfig: {PrivateZone: true},
        }),
      );
    await hidden('example.com');
    expect(await failureOf(issue(['www.example.com']))).toMatchObject({code: 'PRIVATE_ZONE', exitCode: 6});
    const id = (await zone('example.com')).replace('/hostedzone/', '');
    const split = await failureOf(issue(['www.example.com']));
    expect(split).toMatchObject({code: 'SPLIT_HORIZON', exitCode: 6});
    expect(split.hint).toContain(id);
    const {result} = await issue(['www.example.com'], {dns: {provider: 'route53', zone: id}});
    expect(result.status).toBe('ISSUED');
  });
});

describe('a certificate in use', () => {
  async function used(
    names: readonly string[],
  ): Promise<{readonly arn: string; readonly distributionId: string}> {
    const {result} = await issue(names);
    const {distributionId} = await world.site();
    const {config, etag} = await readDistribution(world.aws, distributionId);
    const client = await world.aws.cloudfront();
    await client.send(
      new UpdateDistributionCommand({
        Id: distributionId,
        IfMatch: etag,
        DistributionConfig: {
          ...config,
          Aliases: {Quantity: 1, Items: ['www.example.com']},
          ViewerCertificate: {
            ACMCertificateArn: result.arn,
            SSLSupportMethod: 'sni-only',
            MinimumProtocolVersion: 'TLSv1.2_2021',
          },
        },
      }),
    );
    return {arn: result.arn, distributionId};
  }
  const reports = () => reportCertificates({aws: world.aws, now: world.cloud.clock.now()});

  it('is not deleted: the distribution is named', async () => {
    await zone('example.com');
    const {arn, distributionId} = await used(['www.example.com']);
    const failure = await failureOf(deleteCertificate(world.aws, arn));
    expect(failure).toMatchObject({code: 'CERTIFICATE_IN_USE', exitCode: 6});
    expect(failure.message).toBe(
      `Certificate ${certificateId(arn)} (www.example.com) is presented by distribution ${distributionId}.`,
    );
  });

  it('is reported first, and warned about once its renewal record has gone', async () => {
    const id = await zone('example.com');
    const {arn} = await used(['www.example.com']);
    const idle = await requestCertificate(world.aws, {names: ['idle.example.com'], tags: {}});
    const [first, second] = await reports();
    expect(first).toMatchObject({arn, renews: true, warnings: [], daysLeft: 198});
    expect(second).toMatchObject({arn: idle, renews: false, warnings: [], daysLeft: null});

    const record = first?.validation[0];
    if (record !== undefined) await change(id, 'DELETE', record);
    const gone = await showCertificate(arn, {aws: world.aws, now: world.cloud.clock.now()});
    expect(gone).toMatchObject({renews: false, validation: [{inPlace: false}]});
    expect(gone.warnings).toEqual([
      `the validation record of www.example.com has gone from DNS, so ACM cannot renew it: put back ${record?.name} CNAME ${record?.value}`,
    ]);

    await advance(170 * day);
    expect((await reports())[0]?.warnings[0]).toMatch(/^it ends in 2[78] days, on 20/);
  });
});

describe('delegatedResolver', () => {
  const silent: Resolver = {
    label: 'test',
    cname: () => Promise.resolve('through.example'),
    addresses: () => Promise.resolve([]),
    nameServers: () => Promise.resolve([]),
    txt: () => Promise.resolve([]),
    caa: () => Promise.resolve([]),
    ttl: () => Promise.resolve(undefined),
  };

  it('asks the name servers of the nearest zone, which it looks for once', async () => {
    const asked: string[] = [];
    const through = {
      ...silent,
      nameServers: (name: string) => {
        asked.push(name);
        return Promise.resolve(name === 'example.com' ? ['ns1.example.net'] : []);
      },
    };
    const resolver = delegatedResolver(through, (servers, _through, at) =>
      Promise.resolve({...silent, cname: name => Promise.resolve(`${servers.join()} of ${at} for ${name}`)}),
    );
    expect(await resolver.cname('_a.www.example.com')).toBe(
      'ns1.example.net of example.com for _a.www.example.com',
    );
    expect(await resolver.cname('_b.www.example.com')).toContain('_b.www');
    expect(asked).toEqual(['www.example.com', 'example.com']);
  });

  it('asks the resolver itself where there are no servers, or where they do not answer', async () => {
    const down = () => Promise.reject(new Error('timeout'));
    expect(await delegatedResolver(silent).cname('_a.example.com')).toBe('through.example');
    const broken = {...silent, nameServers: down};
    expect(await delegatedResolver(broken).cname('_a.example.com')).toBe('through.example');
    const mute = delegatedResolver({...silent, nameServers: () => Promise.resolve(['ns1.example.net'])}, () =>
      Promise.resolve({...silent, cname: down}),
    );
    expect(await mute.cname('_a.example.com')).toBe('through.example');
  });
});
