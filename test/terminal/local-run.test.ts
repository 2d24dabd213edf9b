import {appendFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {ensureCloud, findCloud, stopCloud} from '../../src/terminal/embedded-cloud.js';
import {followCloud} from '../../src/terminal/local-run.js';

let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'frontctl-local-run-'));
});
afterAll(async () => {
  const left = await findCloud({root: data, env: process.env, data});
  if (left !== undefined) await stopCloud(left);
  await rm(data, {recursive: true, force: true});
});

it('the log is followed until the cloud has ended, whoever stopped it', async () => {
  const location = {root: data, env: process.env, data};
  const status = await ensureCloud(location);
  const out = new PassThrough();
  const following = followCloud(status, location, out, new AbortController().signal, 5);
  await appendFile(join(data, 'cloud.log'), 'the last line\n');
  await stopCloud(status);
  expect(await following).toEqual({hasEnded: true});
  expect((out.read() as Buffer).toString()).toContain('the last line');
}, 30_000);

it('Ctrl-C ends it while the cloud runs', async () => {
  const location = {root: data, env: process.env, data};
  const stop = new AbortController();
  const following = followCloud({pid: process.pid}, location, new PassThrough(), stop.signal, 5);
  stop.abort();
  expect(await following).toEqual({hasEnded: false});
});
