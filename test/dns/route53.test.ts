/** Zones and records, with the real SDK against the embedded cloud. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {
  changeRecords,
  ensureRecords,
  findZone,
  listZones,
  readRecords,
  readZone,
  removeRecords,
  waitInsync,
  type Zone,
} from '../../src/dns/index.js';
import {finish} from '../deploy/world.js';
import {openDnsWorld, set, type DnsWorld} from './world.js';

let dns: DnsWorld;
let zone: Zone;
const ids: Record<string, string> = {};

beforeAll(async () => {
  dns = await openDnsWorld();
  for (const name of ['example.com', 'shop.example.com', 'twins.test', 'split.test']) {
    ids[name] = await dns.zone(name);
  }
  ids['twin'] = await dns.zone('twins.test');
  ids['hidden'] = await dns.zone('split.test', true);
  ids['deep'] = await dns.zone('intern.example.com', true);
  ids['inside'] = await dns.zone('corp.test', true);
  zone = await readZone(dns.aws, ids['example.com'] ?? '');
});
afterAll(() => dns.close());

describe('findZone', () => {
  it.each([
    ['www.example.com', 'example.com'],
    ['example.com', 'example.com'],
    ['*.example.com', 'example.com'],
    ['eu.shop.example.com', 'shop.example.com'],
    ['notexample.com', undefined],
    ['example.org', undefined],
  ])('of %s is %s', async (host, name) => {
    expect((await findZone(dns.aws, host))?.id).toBe(name === undefined ? undefined : ids[name]);
  });

  it('takes the zone that is named, by name or id', async () => {
    const named = (host: string, by: string) => findZone(dns.aws, host, {named: by});
    expect((await named('eu.shop.example.com', 'Example.com.'))?.id).toBe(ids['example.com']);
    expect((await named('eu.shop.example.com', ids['example.com'] ?? ''))?.name).toBe('example.com');
    await expect(named('www.example.org', 'example.com')).rejects.toMatchObject({code: 'ZONE_MISMATCH'});
    await expect(named('www.example.org', ids['example.com'] ?? '')).rejects.toMatchObject({
      code: 'ZONE_MISMATCH',
      exitCode: 2,
    });
    await expect(named('a.nowhere.test', 'nowhere.test')).rejects.toMatchObject({
      code: 'NO_SUCH_HOSTED_ZONE',
    });
    await expect(named('a.nowhere.test', 'Z0123456789ABC')).rejects.toMatchObject({
      code: 'NO_SUCH_HOSTED_ZONE',
    });
  });

  it('refuses a split horizon, unless the public zone is named by its id', async () => {
    const split = {code: 'SPLIT_HORIZON', exitCode: 6};
    await expect(findZone(dns.aws, 'www.split.test')).rejects.toMatchObject(split);
    await expect(findZone(dns.aws, 'www.split.test', {named: 'split.test'})).rejects.toMatchObject({
      ...split,
      message: expect.stringContaining(ids['hidden'] ?? '') as string,
    });
    const found = await findZone(dns.aws, 'www.split.test', {named: ids['split.test']});
    expect(found).toMatchObject({id: ids['split.test'], private: false});
    // A private zone with a longer name hides the host as well.
    await expect(findZone(dns.aws, 'www.intern.example.com')).rejects.toMatchObject(split);
  });

  it('refuses a private zone', async () => {
    const refusal = {code: 'PRIVATE_ZONE', exitCode: 6};
    await expect(findZone(dns.aws, 'www.corp.test')).rejects.toMatchObject(refusal);
    await expect(findZone(dns.aws, 'www.corp.test', {named: ids['inside']})).rejects.toMatchObject(refusal);
    await expect(findZone(dns.aws, 'www.corp.test', {named: 'corp.test'})).rejects.toMatchObject(refusal);
  });

  it('does not choose between two public zones of one name, and tells which one the world asks', async () => {
    const {nameServers = []} = await readZone(dns.aws, ids['twin'] ?? '');
    const failure = findZone(dns.aws, 'www.twins.test', {
      resolver: {nameServers: () => Promise.resolve(nameServers)},
    });
    await expect(failure).rejects.toMatchObject({code: 'AMBIGUOUS_ZONE', exitCode: 4});
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(`${ids['twins.test']}.*the world asks ${ids['twin']}`),
      ) as string,
    });
    const unreachable = findZone(dns.aws, 'www.twins.test', {
      resolver: {nameServers: () => Promise.reject(new Error('no DNS'))},
    });
    await expect(unreachable).rejects.toMatchObject({code: 'AMBIGUOUS_ZONE'});
  });
});

it('lists zones over several pages', async () => {
  const paged = pagedBy(dns.aws, 2);
  expect((await listZones(paged.aws)).map(({id}) => id).sort()).toEqual(Object.values(ids).sort());
  expect(paged.pages()).toBe(4);
});

describe('readRecords', () => {
  it('decodes escapes, and reads only what was asked for', async () => {
    await dns.write(
      zone.id,
      set('*.example.com', 'CNAME', 'a.example.net'),
      set('www.example.com', 'TXT', '"x"'),
    );
    const [wildcard, ...others] = await readRecords(dns.aws, zone, ['*.example.com']);
    expect(wildcard).toMatchObject({
      name: '*.example.com',
      type: 'CNAME',
      ttl: 300,
      values: ['a.example.net'],
    });
    expect(wildcard?.raw.Name).toBe(String.raw`\052.example.com.`);
    expect(others).toEqual([]);
    expect(await readRecords(dns.aws, zone, ['ww.example.com'])).toEqual([]);
    expect(await readRecords(dns.aws, zone, [])).toEqual([]);
  });

  it('finds every set of a name across pages, in a zone of any size', async () => {
    const weights = Array.from({length: 130}, (_, n) => ({
      ...set('many.example.com', 'A', `192.0.2.${n}`),
      SetIdentifier: `set-${n}`,
      Weight: 1,
    }));
    await dns.write(zone.id, ...weights);
    expect(await readRecords(dns.aws, zone, ['many.example.com'])).toHaveLength(130);
    const filler = Array.from({length: 200}, (_, n) => set(`h${n}.example.com`, 'A', '192.0.2.1'));
    await dns.write(zone.id, ...filler);
    const found = await readRecords(dns.aws, zone, [
      'many.example.com',
      'h199.example.com',
      'www.example.com',
    ]);
    expect(found.filter(({name}) => name === 'many.example.com')).toHaveLength(130);
    expect(found).toHaveLength(132);
  });
});

describe('validation records', () => {
  const one = {name: '_a.shop.example.com.', type: 'CNAME', value: '_x.acm-validations.aws.'} as const;
  const shop = (): Promise<Zone> => readZone(dns.aws, ids['shop.example.com'] ?? '');

  it('are written once, and shared ones once', async () => {
    const at = await shop();
    const id = await ensureRecords(dns.aws, at, [one, {...one, value: '_X.acm-validations.aws'}]);
    expect(id).toMatch(/^C/);
    expect(await ensureRecords(dns.aws, at, [one])).toBeUndefined();
    const [record] = await readRecords(dns.aws, at, ['_a.shop.example.com']);
    expect(record).toMatchObject({ttl: 300, values: ['_x.acm-validations.aws']});
  });

  it('never take the place of others without force', async () => {
    const at = await shop();
    const other = {...one, value: '_other.acm-validations.aws'};
    const taken = {code: 'RECORD_TAKEN', exitCode: 4};
    await expect(ensureRecords(dns.aws, at, [other])).rejects.toMatchObject(taken);
    await dns.write(at.id, set('_b.shop.example.com', 'TXT', '"x"'));
    const beside = {...one, name: '_b.shop.example.com'};
    await expect(ensureRecords(dns.aws, at, [beside])).rejects.toMatchObject(taken);
    await ensureRecords(dns.aws, at, [other, beside], {force: true});
    const found = await readRecords(dns.aws, at, ['_a.shop.example.com', '_b.shop.example.com']);
    expect(found.map(({type, values}) => [type, ...values])).toEqual([
      ['CNAME', '_other.acm-validations.aws'],
      ['CNAME', '_x.acm-validations.aws'],
    ]);
  });

  it('are taken away only as they were written', async () => {
    const at = await shop();
    expect(await removeRecords(dns.aws, at, [{...one, value: '_not.this.one'}])).toBeUndefined();
    expect(await removeRecords(dns.aws, at, [{...one, value: '_other.acm-validations.aws'}])).toMatch(/^C/);
    expect(await readRecords(dns.aws, at, ['_a.shop.example.com'])).toEqual([]);
  });

  it('TXT values join those that are there, and leave them behind', async () => {
    const at = await shop();
    const proof = {name: '_www.shop.example.com', type: 'TXT', value: 'd1.cloudfront.net'} as const;
    await dns.write(at.id, set('_www.shop.example.com', 'TXT', '"mine"'));
    await ensureRecords(dns.aws, at, [proof, {...proof, value: 'd2.cloudfront.net'}]);
    const values = async () => (await readRecords(dns.aws, at, [proof.name]))[0]?.values;
    expect(await values()).toEqual(['"mine"', '"d1.cloudfront.net"', '"d2.cloudfront.net"']);
    await removeRecords(dns.aws, at, [proof, {...proof, value: 'd2.cloudfront.net'}]);
    expect(await values()).toEqual(['"mine"']);
  });
});

describe('changes', () => {
  it('are all or nothing', async () => {
    const before = await dns.records(zone.id);
    const change = changeRecords(dns.aws, zone, [
      {action: 'CREATE', set: set('new.example.com', 'A', '192.0.2.1'), reason: ''},
      {action: 'CREATE', set: set('www.example.com', 'TXT', '"y"'), reason: ''},
    ]);
    await expect(change).rejects.toMatchObject({
      code: 'RECORDS_REFUSED',
      exitCode: 4,
      message: expect.stringContaining('already exists') as string,
    });
    expect(await dns.records(zone.id)).toEqual(before);
  });

  it('are waited for by their ids', async () => {
    const id = await changeRecords(dns.aws, zone, [
      {action: 'CREATE', set: set('new.example.com', 'A', '192.0.2.1'), reason: ''},
    ]);
    await finish(waitInsync({aws: dns.aws, changes: [id], timeoutMs: 5000}));
    const wait = finish(waitInsync({aws: dns.aws, changes: ['C0NOTTHERE'], timeoutMs: 5000}));
    await expect(wait).rejects.toMatchObject({code: 'NOT_FOUND'});
  });

  it('of more than Route 53 takes are refused before they are sent', async () => {
    const changes = Array.from({length: 501}, (_, n) => ({
      action: 'UPSERT' as const,
      set: set(`x${n}.example.com`, 'A', '192.0.2.1'),
      reason: '',
    }));
    await expect(changeRecords(dns.aws, zone, changes)).rejects.toMatchObject({
      code: 'BATCH_TOO_LARGE',
      exitCode: 6,
    });
  });
});

/** The same account with small pages of zones, counted. */
function pagedBy(aws: Aws, size: number): {readonly aws: Aws; pages(): number} {
  let pages = 0;
  const route53 = async () => {
    const client = await aws.route53();
    const send = (command: {readonly input: Record<string, unknown>}) => {
      pages++;
      command.input['MaxItems'] = size;
      return client.send(command as never);
    };
    return {send} as never;
  };
  return {aws: {...aws, route53}, pages: () => pages};
}
