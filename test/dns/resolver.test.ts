import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {authoritativeResolver, systemResolver, zoneResolver, type Resolver} from '../../src/dns/index.js';
import {startNameServer, type NameServer} from './name-server.js';
import {openDnsWorld, set, type DnsWorld} from './world.js';

describe('systemResolver', () => {
  let server: NameServer;
  let resolver: Resolver;
  beforeAll(async () => {
    server = await startNameServer();
    resolver = systemResolver({servers: [server.address], timeoutMs: 200, tries: 1});
    server.records.set('www.example.com', [{type: 'CNAME', value: 'D1.cloudfront.net'}]);
    server.records.set('example.com', [
      {type: 'A', value: '192.0.2.9', ttl: 20},
      {type: 'A', value: '192.0.2.1', ttl: 900},
      {type: 'AAAA', value: '2001:db8:0:0:0:0:0:1', ttl: 60},
      {type: 'NS', value: 'ns-2.awsdns-01.org'},
      {type: 'NS', value: 'NS-1.awsdns-01.com'},
      {type: 'TXT', value: 'part one, |part two'},
      {type: 'CAA', value: 'issue amazon.com'},
    ]);
  });
  afterEach(() => {
    server.mode = 'answer';
  });
  afterAll(() => server.close());

  it('answers plainly', async () => {
    expect(await resolver.cname('www.example.com')).toBe('d1.cloudfront.net');
    expect(await resolver.addresses('example.com')).toEqual(['192.0.2.1', '192.0.2.9', '2001:db8::1']);
    expect(await resolver.nameServers('example.com')).toEqual(['ns-1.awsdns-01.com', 'ns-2.awsdns-01.org']);
    expect(await resolver.txt('example.com')).toEqual(['part one, part two']);
    expect(await resolver.caa('example.com')).toEqual([
      {tag: 'issue', value: 'amazon.com', isCritical: false},
    ]);
    expect(await resolver.ttl('example.com')).toBe(900);
  });

  it('a name or a type that does not exist is an answer', async () => {
    expect(await resolver.cname('example.com')).toBeUndefined();
    expect(await resolver.cname('none.example.com')).toBeUndefined();
    expect(await resolver.addresses('none.example.com')).toEqual([]);
    expect(await resolver.ttl('none.example.com')).toBeUndefined();
  });

  it.each(['servfail', 'silent'] as const)('a server that is %s is a Failure', async mode => {
    server.mode = mode;
    await expect(resolver.addresses('example.com')).rejects.toMatchObject({
      code: 'DNS_UNREACHABLE',
      exitCode: 1,
      message: expect.stringContaining(server.address) as string,
    });
  });

  it('finds the servers of a zone through another resolver', async () => {
    const through = {
      addresses: (name: string) =>
        name === 'lost' ? Promise.reject(new Error('no answer')) : Promise.resolve(['::1', '127.0.0.1']),
    };
    const own = await authoritativeResolver(['ns-1', 'lost'], through, 'example.com');
    expect(own?.label).toBe('the name servers of example.com');
    expect(await authoritativeResolver(['lost'], through, 'example.com')).toBeUndefined();
  });
});

describe('zoneResolver', () => {
  let dns: DnsWorld;
  let resolver: Resolver;
  let domainName: string;
  beforeAll(async () => {
    dns = await openDnsWorld();
    const top = await dns.zone('example.com');
    await dns.zone('sub.example.com');
    const hidden = await dns.zone('www.example.com', true);
    const {domainName: found} = await dns.distribution(['www.example.com'], {covers: ['*.example.com']});
    domainName = found;
    await dns.write(hidden, set('www.example.com', 'A', '10.0.0.1'));
    await dns.write(
      top,
      {
        Name: 'www.example.com',
        Type: 'A',
        AliasTarget: {HostedZoneId: 'Z2FDTNDATAQYW2', DNSName: domainName, EvaluateTargetHealth: false},
      },
      set('*.example.com', 'CNAME', 'Else.example.net.'),
      set('a.example.com', 'A', '192.0.2.2', '192.0.2.1'),
      set('a.example.com', 'TXT', String.raw`"one \"two\" " "three"`),
      set('example.com', 'CAA', '128 issue "amazon.com"'),
      set('sub.example.com', 'NS', 'ns1.example.org.'),
    );
    resolver = zoneResolver(dns.aws);
  });
  afterAll(() => dns.close());

  it('answers as the public zones will', async () => {
    expect(await resolver.cname('www.example.com')).toBe(domainName);
    expect(await resolver.cname('anything.example.com')).toBe('else.example.net');
    expect(await resolver.cname('a.example.com')).toBeUndefined();
    expect(await resolver.addresses('a.example.com')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await resolver.txt('a.example.com')).toEqual(['one "two" three']);
    expect(await resolver.caa('example.com')).toEqual([
      {tag: 'issue', value: 'amazon.com', isCritical: true},
    ]);
    expect(await resolver.ttl('a.example.com')).toBe(300);
    expect(await resolver.cname('www.elsewhere.test')).toBeUndefined();
  });

  it('takes the word of the zone above for a delegation, and its own where there is none', async () => {
    expect(await resolver.nameServers('sub.example.com')).toEqual(['ns1.example.org']);
    expect(await resolver.nameServers('example.com')).toHaveLength(4);
    expect(await resolver.nameServers('a.example.com')).toEqual([]);
  });
});
