import {ChangeResourceRecordSetsCommand, InvalidChangeBatch} from '@aws-sdk/client-route-53';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {aliasTypes, prepareAliases, prepareRemoval, sendAliases, sendRemoval} from '../../src/dns/index.js';
import {finish} from '../deploy/world.js';
import {openDnsWorld, set, type DnsWorld} from './world.js';

let dns: DnsWorld;
let target: string;
let com: string;
let org: string;
const hosts = ['example.com', 'www.example.com', 'www.example.org'];

beforeEach(async () => {
  dns = await openDnsWorld();
  [com, org] = [await dns.zone('example.com'), await dns.zone('example.org')];
  target = (await dns.distribution(hosts)).domainName;
  dns.world.calls.length = 0;
});
afterEach(() => dns.close());

const prepare = (more: Partial<Parameters<typeof prepareAliases>[0]> = {}) =>
  prepareAliases({aws: dns.aws, hosts, target, types: aliasTypes, ...more});
const send = async (prepared: Awaited<ReturnType<typeof prepare>>, aws: Aws = dns.aws) =>
  finish(sendAliases(prepared, {aws, wait: true, timeoutMs: 5000}));

describe('aliases', () => {
  it('leads hosts of several zones to the distribution, once, with one batch a zone', async () => {
    const {result} = await send(await prepare());
    expect(result.records).toHaveLength(9);
    expect(new Set(result.records.map(({status}) => status))).toEqual(new Set(['created']));
    expect(result.changes.map(({zone, status}) => [zone, status])).toEqual([
      [com, 'INSYNC'],
      [org, 'INSYNC'],
    ]);
    expect(await dns.records(com)).toEqual(
      ['example.com.', 'www.example.com.'].flatMap(name =>
        ['A', 'AAAA', 'HTTPS'].map(type => `${name} ${type} -> ${target}.`),
      ),
    );
    dns.world.calls.length = 0;
    const again = await send(await prepare());
    expect(new Set(again.result.records.map(({status}) => status))).toEqual(new Set(['unchanged']));
    expect(again.result.changes).toEqual([]);
    expect(dns.world.calls).not.toContain('route53 ChangeResourceRecordSets');
  });

  it('sends nothing at all while one of the names is taken', async () => {
    await dns.write(org, set('www.example.org', 'CNAME', 'shop.example.net'));
    const prepared = await prepare();
    await expect(send(prepared)).rejects.toMatchObject({
      code: 'RECORD_TAKEN',
      exitCode: 4,
      message: 'www.example.org is CNAME shop.example.net already.',
      hint: expect.stringContaining('--force') as string,
    });
    expect(await dns.records(com)).toEqual([]);
  });

  it('with force, takes the place of a CNAME, of addresses and of weighted sets in one step', async () => {
    await dns.write(org, set('www.example.org', 'CNAME', 'shop.example.net'));
    await dns.write(
      com,
      set('example.com', 'A', '192.0.2.1'),
      set('example.com', 'MX', '10 mail.example.net'),
      {...set('www.example.com', 'AAAA', '2001:db8::1'), SetIdentifier: 'a', Weight: 1},
      {...set('www.example.com', 'AAAA', '2001:db8::2'), SetIdentifier: 'b', Weight: 2},
    );
    const {result} = await send(await prepare({force: true}));
    expect(result.changes).toHaveLength(2);
    const [first, ...others] = await dns.records(com);
    expect(first).toBe(`example.com. A -> ${target}.`);
    expect(others).toContain('example.com. MX 10 mail.example.net');
    expect(others).toContain(`www.example.com. AAAA -> ${target}.`);
    expect(others).toHaveLength(6);
    expect(await dns.records(org)).toEqual(
      ['A', 'AAAA', 'HTTPS'].map(type => `www.example.org. ${type} -> ${target}.`),
    );
  });

  it('a record that changes between plan and batch stops the batch', async () => {
    const prepared = await prepare();
    await dns.write(com, set('www.example.com', 'A', '192.0.2.1'));
    await expect(send(prepared)).rejects.toMatchObject({code: 'RECORDS_REFUSED', exitCode: 4});
    expect(await dns.records(com)).toEqual(['www.example.com. A 192.0.2.1']);
  });

  it('does without HTTPS aliases where Route 53 takes none', async () => {
    const {aws, refused} = withoutHttps(dns.aws);
    const {result, events} = await send(await prepare(), aws);
    expect(refused()).toBe(2);
    expect(result.records.map(({type, status}) => `${type} ${status}`).slice(0, 3)).toEqual([
      'A created',
      'AAAA created',
      'HTTPS refused',
    ]);
    expect(await dns.records(org)).toEqual(
      ['A', 'AAAA'].map(type => `www.example.org. ${type} -> ${target}.`),
    );
    expect(events.filter(({type}) => type === 'warning')).toHaveLength(2);
  });

  it('a host without a zone is told with what helps', async () => {
    await expect(prepare({hosts: ['www.example.net']})).rejects.toMatchObject({
      code: 'NO_ZONE',
      exitCode: 2,
      hint: expect.stringContaining('frontctl dns alias www.example.net --print') as string,
    });
  });
});

describe('removal', () => {
  it('takes away what leads to the distribution, and keeps all else', async () => {
    await send(await prepare());
    await dns.write(com, set('example.com', 'TXT', '"kept"'), set('www.example.com', 'A', '192.0.2.1'));
    const prepared = await prepareRemoval({aws: dns.aws, hosts, target});
    expect(prepared.kept.map(({name, type}) => [name, type])).toEqual([['www.example.com', 'A']]);
    await finish(sendRemoval(prepared, {aws: dns.aws, wait: true, timeoutMs: 5000}));
    expect(await dns.records(com)).toEqual(['example.com. TXT "kept"', 'www.example.com. A 192.0.2.1']);
    expect(await dns.records(org)).toEqual([]);
    const again = await prepareRemoval({aws: dns.aws, hosts, target});
    expect(again.parts.flatMap(({changes}) => changes)).toEqual([]);
  });
});

/** A Route 53 from before July 2025. */
function withoutHttps(aws: Aws): {readonly aws: Aws; readonly refused: () => number} {
  let refused = 0;
  const route53 = async () => {
    const client = await aws.route53();
    const send = (command: object) => {
      const changes =
        command instanceof ChangeResourceRecordSetsCommand ? (command.input.ChangeBatch?.Changes ?? []) : [];
      const https = changes.filter(({ResourceRecordSet: each}) => each?.Type === 'HTTPS');
      if (https.length === 0) return client.send(command as never);
      refused++;
      const messages = https.map(
        ({ResourceRecordSet: each}) =>
          `[Tried to create an alias that targets ${target}., type HTTPS in zone Z2FDTNDATAQYW2, but that target was not found] ${each?.Name ?? ''}`,
      );
      throw new InvalidChangeBatch({message: messages.join(', '), $metadata: {httpStatusCode: 400}});
    };
    return {send} as never;
  };
  return {aws: {...aws, route53}, refused: () => refused};
}
