import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync} from 'node:fs';
import {rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {cacheFolder, openHashCache, type OpenHashCache} from '../../src/site/hash-cache.js';
import {walkHashes, type HashEntry} from '../../src/site/hash-cache-file.js';
import {compareKeys, readSite} from '../../src/site/index.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const entryOf = (key: string, size = 1, suspect?: string): HashEntry => ({
  key,
  size,
  stamp: `1700000000000.25-1700000000000.5-${key.length}`,
  digests: {sha256: sha256(`${key} ${size}`), ...(suspect !== undefined && {suspect})},
});
const nothing = Buffer.alloc(0);
const anyEntry = fc
  .tuple(
    fc.string({unit: 'binary', minLength: 1, maxLength: 30}),
    fc.nat({max: 2 ** 50}),
    fc.option(fc.constantFrom('holds a private key', 'é'), {nil: undefined}),
  )
  .map(args => entryOf(...args));
const anyBuild = fc
  .uniqueArray(anyEntry, {selector: entry => entry.key, maxLength: 40})
  .map(entries => entries.sort((a, b) => compareKeys(a.key, b.key)));

describe('the bytes of a cache', () => {
  const find = (bytes: Buffer, entries: readonly HashEntry[], folder = '/build') => {
    const walk = walkHashes(bytes, folder);
    return entries.map(({key, size, stamp}) => walk.find(key, size, stamp));
  };

  it('hold every entry, whatever its key, and nothing of a file that changed', () => {
    fc.assert(
      fc.property(anyBuild, entries => {
        const bytes = walkHashes(nothing, '/build').rewrite(entries);
        expect(find(bytes, entries)).toEqual(entries.map(({digests}) => digests));
        const changed = entries.map(entry => ({...entry, size: entry.size + 1}));
        const touched = entries.map(entry => ({...entry, stamp: `${entry.stamp}0`}));
        expect(find(bytes, [...changed]).every(found => found === undefined)).toBe(true);
        expect(find(bytes, [...touched]).every(found => found === undefined)).toBe(true);
      }),
    );
  });

  it('after any changes of the build are those of a new cache', () => {
    fc.assert(
      fc.property(anyBuild, anyBuild, (before, after) => {
        const old = walkHashes(walkHashes(nothing, '/build').rewrite(before), '/build');
        const fresh = after.filter(({key, size, stamp}) => old.find(key, size, stamp) === undefined);
        expect(old.found()).toBe(after.length - fresh.length);
        expect(old.rewrite(fresh).equals(walkHashes(nothing, '/build').rewrite(after))).toBe(true);
      }),
    );
  });

  it('hold nothing once a single bit is another, or they are cut, or of another folder', () => {
    const entries = ['a', 'b/c', 'd'].map(key => entryOf(key, 7, 'holds a private key'));
    const bytes = walkHashes(nothing, '/build').rewrite(entries);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      expect(find(damaged, entries)).toEqual([undefined, undefined, undefined]);
      expect(find(bytes.subarray(0, at), entries)).toEqual([undefined, undefined, undefined]);
    }
    expect(find(bytes, entries, '/other')).toEqual([undefined, undefined, undefined]);
  });
});

describe('a cache', () => {
  let home: string;
  let build: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-cache-')));
    build = join(home, 'build');
    mkdirSync(build);
    env = {XDG_CACHE_HOME: join(home, 'cache')};
  });
  afterEach(() => {
    rmSync(home, {recursive: true, force: true});
  });

  const later = (): number => Date.now() + 10_000;
  const open = (now = later): OpenHashCache => openHashCache(build, env, now);
  const put = (count: number): void => {
    for (let at = 0; at < count; at += 1) writeFileSync(join(build, `${at}.txt`), `content ${at}`);
  };
  const hashes = (): string => join(home, 'cache', 'frontctl', 'hashes');
  const written = (): readonly string[] => (existsSync(hashes()) ? readdirSync(hashes()) : []);
  /** Reads the build; answers how many files were hashed and the build's digests. */
  const run = async (cache: OpenHashCache) => {
    let hashed = 0;
    const set: OpenHashCache['set'] = (...args) => {
      hashed += 1;
      cache.set(...args);
    };
    const site = await readSite({dir: build, site: {}, hashCache: {...cache, set}});
    return {hashed, digests: site.files.map(file => file.sha256)};
  };

  it('spares the next run all files but the touched ones', async () => {
    put(250);
    const first = await run(open());
    expect(first.hashed).toBe(250);
    expect(await run(open())).toEqual({hashed: 0, digests: first.digests});
    writeFileSync(join(build, '7.txt'), 'content x');
    const third = await run(open());
    expect(third.hashed).toBe(1);
    expect(third.digests).toContain(sha256('content x'));
    expect(third.digests).not.toContain(sha256('content 7'));
  });

  it('sees content that was put back under its old times', async () => {
    put(250);
    await run(open());
    const file = join(build, '7.txt');
    const {atime, mtime} = statSync(file);
    writeFileSync(file, 'content x');
    utimesSync(file, atime, mtime);
    expect((await run(open())).digests).toContain(sha256('content x'));
  });

  it('does not trust what was written within two seconds of being read', async () => {
    put(250);
    await run(open(Date.now));
    expect(written()).toEqual([]);
  });

  it('is not written for a small site, nor for few changes of a large one', async () => {
    put(199);
    await run(open());
    expect(written()).toEqual([]);
    put(250);
    await run(open());
    const [file = ''] = written();
    const before = readFileSync(join(hashes(), file));
    for (let at = 0; at < 100; at += 1) writeFileSync(join(build, `${at}.txt`), 'changed');
    await run(open());
    expect(readFileSync(join(hashes(), file)).equals(before)).toBe(true);
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, 'x'.repeat(500))],
    ['empty', (file: string) => writeFileSync(file, '')],
    [
      'a folder',
      (file: string) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])('that is %s counts as empty', async (_what, spoil) => {
    put(250);
    const {digests} = await run(open());
    spoil(join(hashes(), written()[0] ?? ''));
    expect(await run(open())).toEqual({hashed: 250, digests});
  });

  it('that cannot be written fails nothing and leaves nothing', async () => {
    put(250);
    writeFileSync(join(home, 'cache'), 'a file, no folder');
    expect((await run(open())).hashed).toBe(250);
    rmSync(join(home, 'cache'));
    mkdirSync(hashes(), {recursive: true});
    mkdirSync(join(hashes(), createHash('sha256').update(build).digest('hex').slice(0, 32), 'x'), {
      recursive: true,
    });
    expect((await run(open())).hashed).toBe(250);
    expect(written()).toHaveLength(1);
  });

  it('can be dropped', async () => {
    put(250);
    await run(open());
    await open().drop();
    expect(written()).toEqual([]);
    await open().drop();
  });

  it('of another build folder is another one; the oldest go', async () => {
    put(250);
    mkdirSync(hashes(), {recursive: true});
    for (let at = 0; at < 40; at += 1) {
      writeFileSync(join(hashes(), `old-${at}`), '');
      utimesSync(join(hashes(), `old-${at}`), 1000 + at, 1000 + at);
    }
    await run(open());
    expect(written()).toHaveLength(32);
    expect(written()).toContain('old-39');
    expect(written()).not.toContain('old-8');
  });

  it('is for its user alone', async () => {
    put(250);
    await run(open());
    expect(statSync(hashes()).mode & 0o777).toBe(0o700);
    expect(statSync(join(hashes(), written()[0] ?? '')).mode & 0o777).toBe(0o600);
  });

  it('of a folder that is not there is empty', () => {
    expect(openHashCache(join(home, 'missing'), env).get('a', 1, 's')).toBeUndefined();
  });
});

it.each([
  [{}, 'linux', '/home/u/.cache/frontctl'],
  [{XDG_CACHE_HOME: '/x'}, 'linux', '/x/frontctl'],
  [{XDG_CACHE_HOME: 'relative'}, 'darwin', '/home/u/.cache/frontctl'],
  [{LOCALAPPDATA: '/local'}, 'win32', '/local/frontctl/cache'],
] as const)('%j on %s keeps caches in %s', (env, platform, folder) => {
  expect(cacheFolder(env, platform, '/home/u')).toBe(folder);
});
