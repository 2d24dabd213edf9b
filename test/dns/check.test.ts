import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {checkDns, zoneResolver, type AliasType, type Resolver} from '../../src/dns/index.js';
import {isSameEdge} from '../../src/dns/resolved.js';
import {Failure} from '../../src/failure.js';
import {openDnsWorld, set, type DnsWorld} from './world.js';

const edge = ['198.51.100.4', '198.51.100.9'];
let dns: DnsWorld;
let target: string;
let zoneId: string;
const types: readonly AliasType[] = ['A', 'AAAA', 'HTTPS'];

beforeAll(async () => {
  dns = await openDnsWorld();
  zoneId = await dns.zone('example.com');
  const hidden = await dns.zone('split.test');
  await dns.zone('split.test', true);
  target = (await dns.distribution(['www.example.com', '*.example.com'])).domainName;
  const alias = (name: string, type: AliasType) => ({
    Name: name,
    Type: type,
    AliasTarget: {HostedZoneId: 'Z2FDTNDATAQYW2', DNSName: target, EvaluateTargetHealth: false},
  });
  for (const name of ['www.example.com', '*.example.com']) {
    await dns.write(zoneId, ...types.map(type => alias(name, type)));
  }
  await dns.write(
    zoneId,
    alias('half.example.com', 'A'),
    set('old.example.com', 'CNAME', 'old.example.net'),
    set('lab.example.com', 'NS', 'ns1.example.net'),
  );
  await dns.write(hidden, alias('www.split.test', 'A'));
});
afterAll(() => dns.close());

/** Aliases as the world sees them: addresses of an edge location. */
const outside = (answers: Partial<Resolver> = {}): Resolver => ({
  ...zoneResolver(dns.aws),
  label: '192.0.2.53',
  cname: () => Promise.resolve(undefined),
  addresses: () => Promise.resolve(edge),
  ttl: () => Promise.resolve(undefined),
  ...answers,
});
const check = (hosts: readonly string[], resolvers: readonly Resolver[] = [zoneResolver(dns.aws)]) =>
  checkDns({aws: dns.aws, hosts, target, types, resolvers});
const statuses = async (...given: Parameters<typeof check>) =>
  (await check(...given)).records.map(({type, status}) => `${type} ${status}`);

const unreachable = (): Promise<never> =>
  Promise.reject(new Failure('unexpected', 'DNS_UNREACHABLE', 'no answer'));
const deaf = (): Resolver =>
  outside({cname: unreachable, addresses: unreachable, ttl: unreachable, nameServers: unreachable});

describe('checkDns', () => {
  it('all is well: zone, delegation and answers agree, for a wildcard, too', async () => {
    const {records, zones, answers} = await check(['www.example.com', '*.example.com']);
    expect(new Set(records.map(({status, todo, ttl}) => `${status} ${todo} ${ttl}`))).toEqual(
      new Set(['ok null 60']),
    );
    expect(zones).toMatchObject([{id: zoneId, isDelegated: true}]);
    expect(answers).toMatchObject([{resolver: 'Route 53', leads: true}, {leads: true}]);
  });

  it('the world sees addresses, which are compared with those of the distribution', async () => {
    expect(await statuses(['www.example.com'], [outside()])).toEqual(['A ok', 'AAAA ok', 'HTTPS ok']);
  });

  it('says what is missing, and what leads elsewhere, with the command that helps', async () => {
    const {records} = await check(['half.example.com', 'old.example.com']);
    expect(records.map(({name, type, status}) => [name, type, status].join(' '))).toEqual([
      'half.example.com A ok',
      'half.example.com AAAA missing',
      'half.example.com HTTPS missing',
      'old.example.com A elsewhere',
      'old.example.com AAAA elsewhere',
      'old.example.com HTTPS elsewhere',
    ]);
    expect(records[1]?.todo).toBe('Write it: frontctl dns alias half.example.com');
    expect(records[1]?.ttl).toBe(900);
    expect(records[3]?.message).toContain('CNAME old.example.net');
    expect(records[3]?.todo).toContain('frontctl dns alias old.example.com --force');
    expect(records[3]?.ttl).toBe(300);
  });

  it('a resolver that still answers the old address makes it stale, and tells for how long', async () => {
    const old = outside({
      label: 'old',
      addresses: name => Promise.resolve(name === target ? edge : ['203.0.113.7']),
      ttl: () => Promise.resolve(1200),
    });
    const {records} = await check(['www.example.com'], [outside(), old]);
    expect(records[0]).toMatchObject({status: 'stale', ttl: 1200});
    expect(records[0]?.message).toBe(`old answers 203.0.113.7, not ${target}`);
  });

  it('resolvers that cannot be asked are told, and do not hide what the zone says', async () => {
    expect(await statuses(['www.example.com'], [deaf()])).toEqual([
      'A unasked',
      'AAAA unasked',
      'HTTPS unasked',
    ]);
    expect((await statuses(['old.example.com'], [deaf()]))[0]).toBe('A elsewhere');
    expect((await check(['www.example.com'], [deaf()])).zones[0]).toMatchObject({isDelegated: null});
    expect(await statuses(['www.example.com'], [deaf(), outside()])).toEqual(['A ok', 'AAAA ok', 'HTTPS ok']);
  });

  it('a domain that is delegated elsewhere is told with the name servers to set', async () => {
    const registrar = outside({nameServers: () => Promise.resolve(['ns1.registrar.example'])});
    const {records, zones} = await check(['www.example.com'], [registrar]);
    expect(records[0]?.status).toBe('not-delegated');
    expect(records[0]?.message).toContain('the world asks ns1.registrar.example for example.com');
    for (const server of zones[0]?.nameServers ?? []) expect(records[0]?.todo).toContain(server);
    expect(zones[0]?.nameServers).toHaveLength(4);
  });

  it('a delegation inside the zone takes the host away', async () => {
    const {records} = await check(['www.lab.example.com']);
    expect(records[0]).toMatchObject({status: 'delegated-away'});
    expect(records[0]?.message).toContain('hands lab.example.com to other name servers: NS ns1.example.net');
  });

  it('a zone that is not clear is a status, not an end', async () => {
    expect(await statuses(['www.split.test'])).toEqual([
      'A zone-unclear',
      'AAAA zone-unclear',
      'HTTPS zone-unclear',
    ]);
  });

  it('a host whose DNS is elsewhere is judged by its answers', async () => {
    const there = outside({cname: () => Promise.resolve(target)});
    expect((await statuses(['www.example.org'], [there]))[0]).toBe('A ok');
    const nowhere = outside({addresses: name => Promise.resolve(name === target ? edge : [])});
    const {records} = await check(['www.example.org'], [nowhere]);
    expect(records[0]).toMatchObject({status: 'missing'});
    expect(records[0]?.todo).toContain('frontctl dns alias www.example.org --print');
  });

  it("asks a zone's own servers beside the resolvers", async () => {
    const asked: string[] = [];
    const {answers} = await checkDns({
      aws: dns.aws,
      hosts: ['www.example.com'],
      target,
      types,
      resolvers: [outside()],
      authoritative: ({name}) => {
        asked.push(name);
        // They know nothing of the distribution's own name.
        return Promise.resolve(
          outside({
            label: 'its own',
            addresses: host => (host === target ? unreachable() : Promise.resolve(edge)),
          }),
        );
      },
    });
    expect(asked).toEqual(['example.com']);
    expect(answers.map(({resolver, leads}) => [resolver, leads])).toEqual([
      ['its own', true],
      ['192.0.2.53', true],
    ]);
  });
});

it('isSameEdge: edge locations answer with several addresses of one network', () => {
  expect(isSameEdge(['198.51.100.7'], edge)).toBe(true);
  expect(isSameEdge(['198.51.101.7'], edge)).toBe(false);
  expect(isSameEdge(['2600:9000:2000::1'], ['2600:9000:2000:a::2'])).toBe(true);
  expect(isSameEdge([], edge)).toBe(false);
});
