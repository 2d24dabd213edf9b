import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {Failure} from '../../src/failure.js';
import type {HashCache} from '../../src/site/index.js';
import type {CommonInput} from '../../src/terminal/deploy/input.js';
import {withHashes} from '../../src/terminal/deploy/with-hashes.js';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-hashes-')));
});
afterEach(() => {
  rmSync(home, {recursive: true, force: true});
});

const stamp = '1700000000000-1700000000000-1';
const common = (dir: string) => ({site: {dir, site: {}}}) as unknown as CommonInput;
const run = (work: (cache: HashCache) => void | Promise<void>) =>
  withHashes(
    common(home),
    async ({site}) => {
      await work(site.hashCache as HashCache);
      return 'done';
    },
    {XDG_CACHE_HOME: join(home, 'cache')},
  );
const fill = async (cache: HashCache): Promise<void> => {
  for (let at = 0; at < 300; at += 1)
    cache.set(`${String(at).padStart(3, '0')}.txt`, 1, stamp, {sha256: 'ab'.repeat(32)});
  await cache.save?.();
};
const remembered = async (): Promise<boolean> => {
  let found: unknown;
  await run(cache => {
    found = cache.get('000.txt', 1, stamp);
  });
  return found !== undefined;
};

it('a run leaves its hashes to the next, also one that failed', async () => {
  await expect(
    run(async cache => {
      await fill(cache);
      throw new Failure('conflict', 'DEPLOY_CONFLICT', 'Another deploy runs.');
    }),
  ).rejects.toMatchObject({code: 'DEPLOY_CONFLICT'});
  expect(await remembered()).toBe(true);
  expect(await run(() => undefined)).toBe('done');
  expect(await remembered()).toBe(true);
});

it('a file that was not what was planned drops them all', async () => {
  await run(fill);
  await expect(
    run(() => {
      throw new Failure('conflict', 'FILE_CHANGED', 'a.txt changed while it was being deployed.');
    }),
  ).rejects.toMatchObject({code: 'FILE_CHANGED'});
  expect(await remembered()).toBe(false);
});
