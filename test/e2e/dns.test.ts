/** frontctl dns alias|check|remove|move, as people and scripts run them. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {createAws} from '../../src/aws/index.js';
import type {Distribution} from '../../src/distribution/index.js';
import {dnsAccount, set, type DnsAccount} from '../dns/world.js';
import {workspace, type ErrorJson, type LocalStatus, type Workspace} from './workspace.js';

interface Records {
  readonly records: readonly {
    readonly name: string;
    readonly type: string;
    readonly target: string;
    readonly status: string;
    readonly ttl?: number | null;
    readonly todo?: string | null;
  }[];
  readonly changes?: readonly {readonly zone: string; readonly status: string}[];
}

let project: Workspace;
let dns: DnsAccount;
let zone: string;
let site: Distribution;
let next: Distribution;

beforeAll(async () => {
  project = workspace();
  await project.run(['local', 'start', '--detach']);
  const {endpoint} = await project.json<LocalStatus>(['local', 'status']);
  dns = await dnsAccount(createAws({local: {endpoint}}));
  zone = await dns.zone('example.com');
  site = await dns.distribution(['example.com', 'www.example.com']);
  next = await dns.distribution([], {covers: ['*.example.com']});
});
afterAll(async () => {
  await dns.aws.close();
  await project.dispose();
});

const run = (...args: readonly string[]) => project.run([...args, '--local']);
const json = <T>(...args: readonly string[]) => project.json<T>([...args, '--local']);
async function failure(...args: readonly string[]): Promise<ErrorJson['error']> {
  const {stdout} = await run(...args, '--json');
  return (JSON.parse(stdout) as ErrorJson).error;
}
const statuses = ({records}: Records) => records.map(({name, type, status}) => `${name} ${type} ${status}`);

describe('dns alias', () => {
  it('dns alias --dry-run: shows the plan and changes nothing', async () => {
    const {code, stdout, stderr} = await run('dns', 'alias', '-d', site.id, '--dry-run');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe(`create  example.com      A      ${site.domainName}`);
    expect(await dns.records(zone)).toEqual([]);
  });

  it('dns alias HOST: finds the distribution by the host, and writes its records', async () => {
    const {code, stdout, stderr} = await run('dns', 'alias', 'www.example.com');
    expect(code).toBe(0);
    expect(stderr).toContain('Write DNS records: in sync');
    expect(stdout).toBe(
      ['A    ', 'AAAA ', 'HTTPS']
        .map(type => `created  www.example.com  ${type}  ${site.domainName}\n`)
        .join(''),
    );
    const again = await run('dns', 'alias', 'www.example.com');
    expect(again.stdout).toBe(`Nothing to change: www.example.com leads to ${site.id} already.\n`);
  });

  it('dns alias --json: a result for scripts', async () => {
    const result = await json<Records>('dns', 'alias', '-d', site.id);
    expect(statuses(result)).toEqual([
      'example.com A created',
      'example.com AAAA created',
      'example.com HTTPS created',
      'www.example.com A unchanged',
      'www.example.com AAAA unchanged',
      'www.example.com HTTPS unchanged',
    ]);
    expect(result.changes).toMatchObject([{zone, status: 'INSYNC'}]);
  });

  it('a record that leads elsewhere stays without --force, and asks with it', async () => {
    await run('dns', 'remove', 'www.example.com', '--yes');
    await dns.write(zone, set('www.example.com', 'CNAME', 'shop.example.net'));
    const taken = await failure('dns', 'alias', 'www.example.com');
    expect(taken).toMatchObject({code: 'RECORD_TAKEN', exit: 4});
    const unattended = await failure('dns', 'alias', 'www.example.com', '--force');
    expect(unattended).toMatchObject({code: 'CONFIRMATION_NEEDED', exit: 2});
    expect(await dns.records(zone)).toContain('www.example.com. CNAME shop.example.net');
    const forced = await json<Records>('dns', 'alias', 'www.example.com', '--force', '--yes');
    expect(statuses(forced)).toContain('www.example.com A replaced');
    expect(await dns.records(zone)).not.toContain('www.example.com. CNAME shop.example.net');
  });

  it('refuses what cannot work before it changes anything', async () => {
    const bad = await failure('dns', 'alias', 'https://www.example.com/', '-d', site.id);
    expect(bad).toMatchObject({code: 'BAD_HOST', exit: 2});
    const strange = await failure('dns', 'alias', 'blog.example.com', '-d', site.id);
    expect(strange).toMatchObject({code: 'NOT_AN_ALIAS', exit: 2});
    expect(strange.hint).toContain(`frontctl dns move blog.example.com --to ${site.id}`);
    const empty = await failure('dns', 'alias', '-d', next.id);
    expect(empty).toMatchObject({code: 'NO_ALIASES', exit: 2});
  });

  it('dns alias --print, or dns.provider none: records for another DNS host', async () => {
    const {code, stdout} = await run('dns', 'alias', '-d', site.id, '--print');
    expect(code).toBe(0);
    const [apex, www, note] = stdout.split('\n');
    expect(apex).toMatch(new RegExp(`^example\\.com\\. +ALIAS +${site.domainName}\\. +in place$`));
    expect(www).toMatch(new RegExp(`^www\\.example\\.com\\. +CNAME +${site.domainName}\\.`));
    expect(note).toContain('an apex cannot have a CNAME');
    project.write({'frontctl.config.json': JSON.stringify({name: 'site', dns: {provider: 'none'}})});
    const result = await json<Records>('dns', 'alias', 'example.com', '-d', site.id);
    expect(statuses(result)).toEqual(['example.com ALIAS unchanged']);
    project.write({'frontctl.config.json': '{}'});
  });
});

describe('dns check', () => {
  it('dns check: all is well', async () => {
    const {code, stdout} = await run('dns', 'check', '-d', site.id, '--ttl-check');
    expect(stdout).toBe(
      [
        ...['example.com', 'www.example.com'].flatMap(host => [
          `ok  ${host} A, AAAA, HTTPS: leads to ${site.domainName}, and resolvers answer so`,
          '    Resolvers keep what they were told up to 1m 00s.',
        ]),
        `Zone example.com (${zone}): delegated to it`,
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('dns check: what is wrong, what to do, and exit code 1', async () => {
    await dns.write(zone, set('www.example.com', 'A', '192.0.2.1'));
    const {code, stdout} = await run('dns', 'check', 'www.example.com');
    expect(code).toBe(1);
    expect(stdout).toContain(
      `elsewhere  www.example.com A, AAAA, HTTPS: hosted zone ${zone} (example.com) has A 192.0.2.1`,
    );
    expect(stdout).toContain('frontctl dns alias www.example.com --force');
    const {stdout: told} = await run('dns', 'check', 'www.example.com', '--json');
    expect((JSON.parse(told) as Records).records[0]).toMatchObject({status: 'elsewhere', ttl: 300});
    await json('dns', 'alias', 'www.example.com', '--force', '--yes');
  });
});

describe('dns move', () => {
  it('dns move HOST --to ID: asks, moves, and points DNS', async () => {
    const asked = await failure('dns', 'move', 'www.example.com', '--to', next.id);
    expect(asked).toMatchObject({code: 'CONFIRMATION_NEEDED', exit: 2});
    const {code, stdout} = await run('dns', 'move', 'www.example.com', '--to', next.id, '--yes');
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(`Moved www.example.com from ${site.id} to ${next.id}`);
    expect(stdout).toContain(`replaced  www.example.com  A      ${next.domainName}`);
    const again = await run('dns', 'move', 'www.example.com', '--to', next.id);
    expect(again.stdout).toContain(`There: ${next.id} has www.example.com already`);
    expect((await run('dns', 'check', 'www.example.com')).code).toBe(0);
  });

  it('dns move from another account: says what is left to do, and ends with exit code 4', async () => {
    const host = 'foreign-shop.example.com';
    const {code, stdout} = await run('dns', 'move', host, '--to', next.id, '--yes');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^Not moved: foreign-shop\.example\.com stays with \*+\w+ of account \*+\d+\n/);
    expect(stdout).toContain(`Proof  _${host} TXT "${next.domainName}" (in place)`);
    expect(stdout).toContain(`2. Then run this again: frontctl dns move ${host} --to ${next.id} --local`);
  });
});

describe('dns remove', () => {
  it('dns remove HOST: only what leads to the distribution', async () => {
    const asked = await failure('dns', 'remove', 'example.com', '-d', site.id);
    expect(asked).toMatchObject({code: 'CONFIRMATION_NEEDED', exit: 2});
    const {code, stdout} = await run('dns', 'remove', 'example.com', 'www.example.com', '-d', site.id, '-y');
    expect(code).toBe(0);
    expect(stdout).toContain(`removed  example.com      A      ${site.domainName}`);
    expect(stdout).toContain(`kept     www.example.com  A      alias of ${next.domainName}`);
    const left = await dns.records(zone);
    expect(left.filter(record => record.startsWith('example.com. '))).toEqual([]);
    expect(left).toContain(`www.example.com. A -> ${next.domainName}.`);
    const again = await run('dns', 'remove', 'example.com', '-d', site.id);
    expect(again.stdout).toBe(`No records lead to ${site.id} there.\n`);
  });
});
