import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {SiteConfig} from '../../src/config/types.js';
import {readSite, type Digests, type HashCache, type ReadSiteOptions} from '../../src/site/index.js';
import {accessKeyId, secretKey} from './secret-fixtures.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-suspects-')));
});
afterEach(() => {
  rmSync(dir, {recursive: true, force: true});
});

function put(files: Record<string, string | Buffer>): void {
  for (const [key, content] of Object.entries(files)) {
    const path = join(dir, ...key.split('/'));
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, content);
  }
}

const read = (site: SiteConfig = {}, more: Partial<ReadSiteOptions> = {}) => readSite({dir, site, ...more});

describe('suspects', () => {
  const pair = `${accessKeyId} ${secretKey}`;
  const MiB = 1024 * 1024;

  it('are told by name, by content and by what a link leads to; what stays behind is none', async () => {
    put({
      'index.html': '',
      'a.js': `k="${pair}"`,
      'b.env': '',
      'z/id_rsa': '',
      '.env': pair,
      '.git/config': '[core]',
      'ignored.js': pair,
      'c.js.map': pair,
    });
    symlinkSync('.env', join(dir, 'settings'));
    symlinkSync('.git', join(dir, 'repository'));
    symlinkSync('index.html', join(dir, 'home.html'));
    const site = await read({ignore: ['ignored.js']});
    expect(site.suspects).toEqual([
      {key: 'a.js', why: 'holds an AWS access key'},
      {key: 'b.env', why: 'holds environment variables'},
      {key: 'repository/config', why: 'is part of .git'},
      {key: 'settings', why: 'holds environment variables'},
      {key: 'z/id_rsa', why: 'is the private key of an SSH user'},
    ]);
  });

  it.each([
    [0, 4],
    [2, 40],
  ])('in large texts wherever they stand, %i threads; not in binary data', async (concurrency, most) => {
    const line = Buffer.from(`${'all work and no play '.repeat(5)}\n`);
    const text = (size: number, at: number): Buffer => {
      const made = Buffer.alloc(size, line);
      made.write(` ${pair} `, at);
      return made;
    };
    // Around the end of the first chunk, and of the second, which begins 2 KiB before it.
    const places = [
      0,
      MiB - 60,
      MiB - 30,
      MiB - 2048 - 30,
      2 * MiB - 2048 - 30,
      3 * MiB - 80,
      most * MiB - 70,
    ];
    put(Object.fromEntries(places.map(at => [`${at}.json`, text((at > 3 * MiB ? most : 3) * MiB, at)])));
    const binary = text((most - 2) * MiB, MiB);
    binary[100] = 0;
    put({'clean.json': Buffer.alloc(3 * MiB, line), 'video.mp4': binary});
    const {suspects} = await read({}, {concurrency});
    expect(new Set(suspects.map(({key}) => key))).toEqual(new Set(places.map(at => `${at}.json`)));
  });

  it('stay in the cache', async () => {
    put({'a.js': pair});
    const stored = new Map<string, Digests>();
    const hashCache: HashCache = {
      get: key => stored.get(key),
      set: (key, _size, _stamp, digests) => stored.set(key, digests),
    };
    const first = await read({}, {hashCache});
    expect(first.suspects).toHaveLength(1);
    expect((await read({}, {hashCache})).suspects).toEqual(first.suspects);
  });
});
