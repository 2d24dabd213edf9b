import {UpdateDistributionCommand} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {moveDomain, readDistribution, type Distribution} from '../../src/distribution/index.js';
import {isHiddenId} from '../../src/distribution/domain-conflicts.js';
import {zoneResolver, type Resolver} from '../../src/dns/index.js';
import {moveAlias} from '../../src/stack/index.js';
import {finish} from '../deploy/world.js';
import {openDnsWorld, set, type DnsWorld} from '../dns/world.js';

let dns: DnsWorld;
let zone: string;
let target: Distribution;

beforeEach(async () => {
  dns = await openDnsWorld();
  zone = await dns.zone('example.com');
  target = await dns.distribution([], {covers: ['example.com', '*.example.com']});
});
afterEach(() => dns.close());

const move = async (host: string, more: Partial<Parameters<typeof moveAlias>[0]> = {}) => {
  const {result} = await finish(
    moveAlias({
      aws: dns.aws,
      host,
      to: target.id,
      provider: 'route53',
      wait: true,
      timeoutMs: 5000,
      resolver: zoneResolver(dns.aws),
      ...more,
    }),
  );
  return result;
};
const aliasesOf = async (id: string) =>
  (await readDistribution(dns.aws, id)).config.Aliases?.Items?.slice().sort() ?? [];
const aliasRecords = (host: string, to = target) =>
  ['A', 'AAAA', 'HTTPS'].map(type => `${host}. ${type} -> ${to.domainName}.`);

describe('within one account', () => {
  it('moves in one call, then points DNS, which led to the other distribution, at the new one', async () => {
    const source = await dns.distribution(['www.example.com', 'old.example.com']);
    await dns.write(zone, set('www.example.com', 'CNAME', source.domainName));
    dns.world.calls.length = 0;
    const result = await move('www.example.com');
    expect(result).toMatchObject({
      status: 'moved',
      from: {id: source.id, isOwn: true, kind: 'distribution'},
      proof: null,
      next: [],
    });
    expect(result.records.map(({status}) => status)).toEqual(['replaced', 'replaced', 'replaced']);
    expect(await aliasesOf(target.id)).toEqual(['www.example.com']);
    expect(await aliasesOf(source.id)).toEqual(['old.example.com']);
    expect(await dns.records(zone)).toEqual(aliasRecords('www.example.com'));
    expect(dns.world.calls.filter(call => call === 'cloudfront UpdateDomainAssociation')).toHaveLength(1);
    expect(dns.world.calls).not.toContain('cloudfront UpdateDistribution');
  });

  it('an apex as well; again, it has nothing to do', async () => {
    await dns.distribution(['example.com']);
    expect((await move('example.com')).status).toBe('moved');
    expect(await dns.records(zone)).toEqual(aliasRecords('example.com'));
    const again = await move('example.com');
    expect(again).toMatchObject({status: 'there', from: null});
    expect(again.records.map(({status}) => status)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  it('leaves DNS that leads out of CloudFront, and tells the command for it', async () => {
    await dns.distribution(['www.example.com']);
    await dns.write(zone, set('www.example.com', 'A', '192.0.2.1'));
    const result = await move('www.example.com');
    expect(result).toMatchObject({status: 'moved', records: []});
    expect(result.next[0]).toContain(
      `frontctl dns alias www.example.com --distribution ${target.id} --force`,
    );
    expect(await dns.records(zone)).toEqual(['www.example.com. A 192.0.2.1']);
  });

  it('with another DNS host, says what to write there', async () => {
    await dns.distribution(['www.example.com']);
    const result = await move('www.example.com', {provider: 'none'});
    expect(result.next).toEqual([
      `Point www.example.com at ${target.domainName} where its DNS is hosted: frontctl dns alias www.example.com --distribution ${target.id} --print`,
    ]);
    expect(await dns.records(zone)).toEqual([]);
  });

  it('a name that nobody has is no move', async () => {
    await expect(move('free.example.com')).rejects.toMatchObject({code: 'ALIAS_FREE', exitCode: 2});
    await dns.distribution(['*.example.com']);
    await expect(move('free.example.com')).rejects.toMatchObject({
      code: 'ALIAS_FREE',
      message: expect.stringContaining('*.example.com') as string,
    });
  });

  it('a target without a certificate for the name is refused before anything moves', async () => {
    const source = await dns.distribution(['www.example.com']);
    const bare = await dns.distribution([]);
    await expect(move('www.example.com', {to: bare.id})).rejects.toMatchObject({
      code: 'ALIAS_NOT_COVERED',
      exitCode: 2,
      hint: expect.stringContaining('frontctl cert issue') as string,
    });
    expect(await aliasesOf(source.id)).toEqual(['www.example.com']);
  });

  it('moves although the target has changed meanwhile, and keeps that change', async () => {
    await dns.distribution(['www.example.com']);
    const before = await readDistribution(dns.aws, target.id);
    const client = await dns.aws.cloudfront();
    await client.send(
      new UpdateDistributionCommand({
        Id: target.id,
        IfMatch: before.etag,
        DistributionConfig: {...before.config, Comment: 'changed'},
      }),
    );
    await moveDomain(dns.aws, 'www.example.com', before);
    const {config} = await readDistribution(dns.aws, target.id);
    expect([config.Comment, config.Aliases?.Items]).toEqual(['changed', ['www.example.com']]);
  });
});

describe('from another account', () => {
  const free = 'foreign-disabled-www.example.com';
  const held = 'foreign-www.example.com';

  it('proves the domain, moves, points DNS, and takes the proof away again', async () => {
    const result = await move(free);
    expect(result).toMatchObject({
      status: 'moved',
      from: {isOwn: false, account: expect.stringMatching(/^\*+1+$/) as string},
      proof: {name: `_${free}`, type: 'TXT', value: target.domainName, inPlace: true},
    });
    expect(await aliasesOf(target.id)).toEqual([free]);
    expect(await dns.records(zone)).toEqual(aliasRecords(free));
  });

  it('while the other distribution is enabled, says why and what comes next, and goes on from there', async () => {
    const result = await move(held);
    expect(result).toMatchObject({status: 'blocked', records: []});
    expect(result.reason).toContain('must be disabled first');
    expect(result.next[0]).toContain('disable the distribution');
    expect(result.next[1]).toContain(`frontctl dns move ${held} --to ${target.id}`);
    expect(result.next[2]).toContain('add the alias *.example.com');
    expect(result.next.at(-1)).toContain('AWS Support');
    expect(await dns.records(zone)).toEqual([`_${held}. TXT "${target.domainName}"`]);
    expect(await aliasesOf(target.id)).toEqual([]);
    expect((await move(held)).proof).toMatchObject({inPlace: true});
  });

  it('where its DNS is elsewhere, tells the record and looks for it', async () => {
    const result = await move(free, {provider: 'none'});
    expect(result).toMatchObject({status: 'blocked', proof: {inPlace: false}});
    expect(result.next[0]).toContain(`_${free} TXT "${target.domainName}"`);
    await dns.write(zone, set(`_${free}`, 'TXT', `"${target.domainName}"`));
    const again = await move(free, {provider: 'none'});
    expect(again).toMatchObject({status: 'moved', proof: {inPlace: true}});
    // It is not ours: it stays.
    expect(await dns.records(zone)).toEqual([`_${free}. TXT "${target.domainName}"`]);
  });

  it('an apex has its proof under `_.`', async () => {
    await dns.zone('foreign-disabled-apex.test');
    target = await dns.distribution([], {covers: ['foreign-disabled-apex.test']});
    const result = await move('foreign-disabled-apex.test');
    expect(result).toMatchObject({status: 'moved', proof: {name: '_.foreign-disabled-apex.test'}});
    const outside: Resolver = {
      ...zoneResolver(dns.aws),
      nameServers: () => Promise.resolve(['ns1.example.net']),
    };
    const told = await move('foreign-disabled-other.example.com', {
      provider: 'none',
      resolver: outside,
      to: (await dns.distribution([], {covers: ['*.example.com']})).id,
    });
    expect(told.proof).toMatchObject({name: '_.foreign-disabled-other.example.com', inPlace: false});
  });
});

it('isHiddenId', () => {
  expect(isHiddenId('*******EXAMPLE', 'EDFDVBDEXAMPLE')).toBe(true);
  expect(isHiddenId('*******EXAMPLE', 'EDFDVBDEXAMPLF')).toBe(false);
  expect(isHiddenId('******EXAMPLE', 'EDFDVBDEXAMPLE')).toBe(false);
});
