/** Runs that end in the middle of sending, and what the next one makes of it: the real SDK client, answers by nock. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable, Writable} from 'node:stream';
import nock from 'nock';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createAws} from '../../../src/aws/index.js';
import {invalidate, type InvalidateRequest, type Outcome} from '../../../src/terminal/invalidate/index.js';
import {purgeTime, type Sent} from '../../../src/terminal/invalidate/send.js';
import type {Session} from '../../../src/terminal/session.js';
import {answeredByNock, api, error, host, invalidation} from '../../invalidation/xml.js';
import {finish} from './world.js';

answeredByNock();

let state: string;
let saved: string | undefined;

beforeEach(() => {
  saved = process.env['XDG_STATE_HOME'];
  state = mkdtempSync(join(tmpdir(), 'frontctl-send-'));
  process.env['XDG_STATE_HOME'] = process.env['LOCALAPPDATA'] = state;
});
afterEach(() => {
  if (saved === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = saved;
  rmSync(state, {recursive: true, force: true});
});

const path = `${api}/distribution/E1AAAAA/invalidation`;

/** Without the pace of AWS: behind an endpoint of its own nothing sleeps. */
async function run(
  args: readonly string[],
  more: Partial<InvalidateRequest> = {},
  stop = new AbortController(),
): Promise<Outcome> {
  const aws = createAws({region: 'us-east-1', endpointUrl: host, env: process.env});
  const session: Session = {
    config: () => Promise.resolve({config: {}, file: undefined, root: '/', environment: undefined}),
    aws: () => Promise.resolve(aws),
    location: () => Promise.resolve({root: '/', env: {}}),
    follow: async work => (await finish(work)).result,
    signal: stop.signal,
    close: () => Promise.resolve(),
  };
  const request: InvalidateRequest = {
    args: [...args],
    fromFile: undefined,
    fromGit: undefined,
    repeat: undefined,
    distribution: ['E1AAAAA'],
    tenant: undefined,
    local: false,
    strategy: undefined,
    budget: undefined,
    maxWildcards: undefined,
    reference: undefined,
    thenCheck: undefined,
    wait: true,
    timeoutMs: 20_000,
    yes: true,
    unattended: true,
    ...more,
  };
  const terminal = {input: Readable.from([]), output: new Writable()};
  return invalidate(session, request, {sendMs: 0, dryRunMs: 0}, terminal).finally(() => aws.close());
}

const made = (id: string, ageMs = 0): string =>
  invalidation('InProgress', {id}).replace(/(?<=<CreateTime>)[^<]*/, () =>
    new Date(Date.now() - ageMs).toISOString(),
  );
const accepts = (id: string, ageMs?: number) => nock(host).post(path).reply(201, made(id, ageMs));
const denies = () => nock(host).post(path).reply(403, error('AccessDenied', 'no'));

describe('a run that ends in the middle of sending', () => {
  it('tells what was accepted, with the error and its exit, and waits for nothing', async () => {
    accepts('I1');
    denies();
    const {result, failure} = await run(['/a*', '/b*', '/c*']);
    expect(failure).toMatchObject({code: 'ACCESS_DENIED', exitCode: 3});
    expect(result).toMatchObject({
      batches: [{id: 'I1', status: 'InProgress', paths: 1}],
      status: 'Failed',
      costUSD: 0.015,
      costIsMost: true,
      waitCommand: `frontctl invalidation wait I1 --distribution E1AAAAA --endpoint-url ${host}`,
      error: {code: 'ACCESS_DENIED', exit: 3},
    });
  });

  it('is thrown where nothing was accepted', async () => {
    denies();
    await expect(run(['/a*', '/b*'])).rejects.toMatchObject({code: 'ACCESS_DENIED'});
  });

  it('of several distributions the others are told beside it', async () => {
    const second = `${api}/distribution/E2BBBBB/invalidation`;
    accepts('I1');
    denies();
    nock(host)
      .post(second)
      .times(2)
      .reply(201, invalidation('InProgress', {id: 'I2'}));
    nock(host)
      .get(`${second}/I2`)
      .reply(200, invalidation('Completed', {id: 'I2'}));
    const {result, failure} = await run(['/a*', '/b*'], {distribution: ['E1AAAAA', 'E2BBBBB']});
    expect(failure).toMatchObject({code: 'ACCESS_DENIED'});
    expect(result).toMatchObject({
      status: 'Failed',
      distributions: [
        {batches: [{id: 'I1'}], status: 'Failed', error: {code: 'ACCESS_DENIED'}},
        {batches: [{id: 'I2'}, {id: 'I2'}], status: 'Completed'},
      ],
    });
  });

  it('by Ctrl-C names the ids', async () => {
    const stop = new AbortController();
    accepts('I1');
    nock(host)
      .post(path)
      .reply(() => {
        stop.abort();
        return [201, invalidation('InProgress', {id: 'I2'})];
      });
    const {result, failure} = await run(['/a*', '/b*', '/c*'], {}, stop);
    expect(failure).toMatchObject({
      exitCode: 130,
      message: 'Interrupted when 1 of 3 batches were sent to distribution E1AAAAA (I1)',
    });
    expect(result).toMatchObject({batches: [{id: 'I1'}], status: 'Failed', error: {exit: 130}});
  });
});

describe('--then-check of a run that goes on with another', () => {
  /** A copy that the edge fetched half a minute ago, when the first run was over. */
  const page = (name: string) =>
    nock('https://www.example.com')
      .get(name)
      .times(2)
      .reply(200, 'new', {'x-cache': 'Hit from cloudfront', age: '30', etag: '"n"'});

  /** The run that is gone on with began a minute ago. */
  function ageJournal(): void {
    const dir = join(state, 'frontctl');
    for (const name of readdirSync(dir)) {
      const entry = JSON.parse(readFileSync(join(dir, name), 'utf8')) as {startedAt: number};
      writeFileSync(join(dir, name), JSON.stringify({...entry, startedAt: entry.startedAt - 60_000}));
    }
  }

  it.each([
    ['/a/1', true, undefined],
    ['/b/1', false, 'STILL_OLD'],
  ])('%s, which the first run sent or did not: fresh is %s', async (name, fresh, code) => {
    accepts('I1');
    denies();
    await run(['/a*', '/b*'], {wait: false});
    ageJournal();
    accepts('I2');
    page(name);
    const thenCheck = `https://www.example.com${name}`;
    const {result, failure} = await run(['/a*', '/b*'], {wait: false, thenCheck, timeoutMs: 0});
    expect(result).toMatchObject({
      resumed: expect.any(String) as string,
      batches: [{id: 'I1'}, {id: 'I2'}],
      check: {fresh},
    });
    expect(failure?.code).toBe(code);
  });

  it('knows what was accepted without an answer by the time that CloudFront tells', async () => {
    denies();
    await expect(run(['/a*'])).rejects.toThrow();
    ageJournal();
    accepts('I1', 55_000);
    page('/a/1');
    const thenCheck = 'https://www.example.com/a/1';
    const {result} = await run(['/a*'], {wait: false, thenCheck, timeoutMs: 0});
    expect(result).toMatchObject({check: {fresh: true}});
  });

  const resumed = '2026-11-21T10:00:00.000Z';
  const first = Date.parse(resumed);
  const now = first + 60_000;
  const sent = (given: Partial<Sent>): PromiseSettledResult<Sent> => ({
    status: 'fulfilled',
    value: {
      batches: [{id: 'I1', status: 'InProgress', paths: 1}],
      resumed,
      priced: undefined,
      items: {earlier: [], now: []},
      ...given,
    },
  });
  const url = 'https://www.example.com/a/1?v=2';

  it.each<[string, string, Partial<Sent>, number]>([
    ['a new run', url, {resumed: undefined, items: {earlier: [], now: ['/a/*']}}, now],
    ['all was sent before', url, {items: {earlier: ['/x'], now: []}}, first],
    ['its path was sent before', url, {items: {earlier: ['/a/*'], now: ['/b/*']}}, first],
    ['it was sent before with its query', url, {items: {earlier: ['/a/1?v=2'], now: ['/b']}}, first],
    ['its path is sent now', url, {items: {earlier: ['/b/*'], now: ['/a/1']}}, now],
    ['what is sent now may cover it, too', url, {items: {earlier: ['/a/*'], now: ['#tag']}}, now],
    ['nobody knows what covers it', url, {items: {earlier: ['/b'], now: ['/c']}}, now],
    ['home', 'https://www.example.com/', {items: {earlier: ['/'], now: ['/index.html']}}, now],
  ])('%s', (_name, checked, given, expected) => {
    expect(purgeTime(checked, now, [sent(given)])).toBe(expected);
  });

  it('takes the latest of several distributions, and none where nothing was sent', () => {
    const earlier = sent({items: {earlier: ['/a/1'], now: []}});
    const none = sent({batches: [], resumed: undefined});
    const lost: PromiseSettledResult<Sent> = {status: 'rejected', reason: new Error('x')};
    expect(purgeTime(url, now, [earlier, none, lost])).toBe(first);
    expect(purgeTime(url, now, [earlier, sent({resumed: undefined})])).toBe(now);
    expect(purgeTime(url, now, [none])).toBe(now);
  });
});
