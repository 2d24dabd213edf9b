import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {openJob, stateFolder} from '../../src/invalidation/index.js';

let dir: string;
let time: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-journal-'));
  time = Date.UTC(2026, 10, 21, 10);
});

afterEach(() => rm(dir, {recursive: true, force: true}));

const minutes = 60_000;
const open = (more: Partial<Parameters<typeof openJob>[0]> = {}) =>
  openJob({
    dir: join(dir, 'state'),
    aws: {commandFlags: ''},
    owner: {distributionId: 'E1'},
    paths: ['/a', '/b'],
    now: () => time,
    random: Math.random,
    ...more,
  });
const files = () => readdir(join(dir, 'state'));

describe('openJob', () => {
  it('goes on with a run of the same paths that was cut off', async () => {
    const first = await open();
    expect(first.resumedFrom).toBeUndefined();
    expect(first.reference).toMatch(/^frontctl-[\da-z]+-[\da-z]{14}$/);
    await first.memory.noteSent('r-1', 'I1');
    await first.memory.noteSplit('r-2');
    time += 5 * minutes;
    const again = await open({paths: ['/b', '/a', '/b']});
    expect(again.reference).toBe(first.reference);
    expect(again.resumedFrom).toBe('2026-11-21T10:00:00.000Z');
    expect([...again.memory.sent]).toEqual([['r-1', 'I1']]);
    expect([...again.memory.split]).toEqual(['r-2']);
  });

  it('keeps the price that was told when the job began; a bad one is as good as none', async () => {
    const price = {usd: 20.2, isMost: false};
    const usage = {used: 0, scope: 'account', isLeast: false} as const;
    expect((await open({priced: {price, usage}})).priced).toEqual({price, usage});
    const later = {price: {usd: 25.2, isMost: false}, usage: {...usage, used: 2000}};
    expect((await open({priced: later})).priced).toEqual({price, usage});
    const [name = ''] = await files();
    const file = join(dir, 'state', name);
    const entry = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({...entry, priced: {price, usage: {used: 'many'}}}));
    expect((await open({priced: later})).priced).toEqual({price, usage: undefined});
    await writeFile(file, JSON.stringify({...entry, priced: 20}));
    const old = await open({priced: later});
    expect(old.resumedFrom).toBeDefined();
    expect(old.priced).toBeUndefined();
  });

  it('is another job for other paths, another owner, another tenant and another account', async () => {
    const {reference} = await open();
    const others = await Promise.all([
      open({paths: ['/a']}),
      open({owner: {distributionId: 'E2'}}),
      open({owner: {distributionId: 'E1', tenantId: 'dt_1'}}),
      open({aws: {commandFlags: ' --profile other'}}),
    ]);
    const references = [reference, ...others.map(job => job.reference)];
    expect(new Set(references).size).toBe(5);
    expect(others.map(job => job.resumedFrom)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('purges again once every batch was accepted', async () => {
    const first = await open();
    await first.settled();
    expect(await files()).toEqual([]);
    expect((await open()).reference).not.toBe(first.reference);
  });

  it('does not go on after 10 minutes without a sign of life, and clears up behind it', async () => {
    const old = await open();
    await open({paths: ['/other']});
    time += 10 * minutes + 1;
    const job = await open();
    expect(job.reference).not.toBe(old.reference);
    expect(job.resumedFrom).toBeUndefined();
    expect(await files()).toHaveLength(1);
  });

  it('a run that waits long is still alive', async () => {
    const first = await open();
    for (let minute = 0; minute < 30; minute++) {
      time += minutes;
      await first.memory.noteWaiting();
    }
    time += 9 * minutes;
    expect((await open()).reference).toBe(first.reference);
  });

  it('a clock that was set back by hours keeps nothing alive', async () => {
    const first = await open();
    time -= 60 * minutes;
    expect((await open()).reference).not.toBe(first.reference);
  });

  it.each(['', '{', '[]', 'null', '{"version":1}', '{"version":2,"reference":"r","startedAt":0}'])(
    'reads nothing from a damaged entry: %s',
    async text => {
      const first = await open();
      const [name = ''] = await files();
      await writeFile(join(dir, 'state', name), text);
      const job = await open();
      expect(job.reference).not.toBe(first.reference);
      expect(JSON.parse(await readFile(join(dir, 'state', name), 'utf8'))).toMatchObject({
        reference: job.reference,
      });
    },
  );

  it('leaves the files of others alone', async () => {
    await open();
    await writeFile(join(dir, 'state', 'notes.json'), '{"updatedAt":0}');
    time += 60 * minutes;
    await open();
    expect(await files()).toContain('notes.json');
  });

  it('works without a folder that it can write to', async () => {
    await writeFile(join(dir, 'file'), '');
    const job = await open({dir: join(dir, 'file', 'state')});
    expect(job.reference).toMatch(/^frontctl-/);
    await job.memory.noteSent('r', 'I1');
    expect(job.memory.sent.get('r')).toBe('I1');
    await job.settled();
  });

  it.skipIf(process.platform === 'win32')('is for the eyes of its owner', async () => {
    await open();
    const [name = ''] = await files();
    expect((await stat(join(dir, 'state', name))).mode & 0o777).toBe(0o600);
  });
});

it.each([
  [{XDG_STATE_HOME: '/x/state'}, 'linux', '/x/state/frontctl'],
  [{XDG_STATE_HOME: ''}, 'linux', '/home/a/.local/state/frontctl'],
  [{XDG_STATE_HOME: 'relative'}, 'darwin', '/home/a/.local/state/frontctl'],
  [{}, 'darwin', '/home/a/.local/state/frontctl'],
  [{LOCALAPPDATA: '/c/local'}, 'win32', '/c/local/frontctl'],
  [{}, 'win32', '/home/a/AppData/Local/frontctl'],
] as const)('%j on %s keeps its state in %s', (env, platform, folder) => {
  expect(stateFolder(env, platform, '/home/a').replaceAll('\\', '/')).toBe(folder);
});
