import {createHash, randomBytes} from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {SiteConfig} from '../../src/config/types.js';
import {Failure} from '../../src/failure.js';
import {
  compareKeys,
  readSite,
  type Digests,
  type HashCache,
  type ReadSiteOptions,
} from '../../src/site/index.js';
import {hashFiles} from '../../src/site/hash.js';
import {isSettled} from '../../src/site/reading.js';
import {refuseDuplicates, scan} from '../../src/site/scan.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-site-')));
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
const keysOf = async (site: SiteConfig = {}): Promise<string[]> =>
  (await read(site)).files.map(file => file.key);
const digest = (algorithm: string, content: Buffer | string): string =>
  createHash(algorithm).update(content).digest('hex');

async function failure(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(Failure);
  return outcome as Failure;
}

describe('a build', () => {
  it('is read whole: key, path, size, hash, kind, headers and the reason for them', async () => {
    const script = 'console.log("hi")\n';
    put({'index.html': '<!doctype html>', 'assets/index-Co5RB00a.js': script, 'empty.txt': ''});
    const site = await read();
    expect(site.dir).toBe(dir);
    expect(site.bytes).toBe(15 + script.length);
    expect(site.skipped).toEqual([]);
    expect(site.files.map(file => file.key)).toEqual(['assets/index-Co5RB00a.js', 'empty.txt', 'index.html']);
    expect(site.files[0]).toEqual({
      key: 'assets/index-Co5RB00a.js',
      path: join(dir, 'assets', 'index-Co5RB00a.js'),
      size: script.length,
      sha256: digest('sha256', script),
      kept: {body: Buffer.from(script), stamp: expect.stringMatching(/^[\d.]+-[\d.]+-\d+$/) as string},
      kind: 'fingerprinted',
      headers: {
        contentType: 'text/javascript; charset=utf-8',
        cacheControl: 'public, max-age=31536000, immutable',
      },
      rule: 'fingerprint (vite)',
    });
    expect(site.files[1]).toMatchObject({size: 0, sha256: digest('sha256', '')});
  });

  it('may hold names with spaces, #, %, +, ~, quotes, emoji and decomposed letters; keys are the names on disk', async () => {
    const names = [
      'a b.html',
      'a#b.html',
      'a%20b.html',
      'a+b.html',
      '~a.html',
      "it's.html",
      '😀/😀.html',
      'e\u0301.html',
      '&<>.html',
    ];
    put(Object.fromEntries(names.map(name => [name, name])));
    const site = await read();
    expect(new Set(site.files.map(file => file.key))).toEqual(new Set(names));
    for (const file of site.files) expect(file.sha256).toBe(digest('sha256', file.key));
  });

  it('is sorted by the bytes of the keys in UTF-8, as S3 lists', async () => {
    put({
      '\uFF5E.txt': '',
      '😀.txt': '',
      'a/b.txt': '',
      'a.txt': '',
      'a-b.txt': '',
      'Z.txt': '',
      'é.txt': '',
    });
    const keys = await keysOf();
    expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(keys.indexOf('😀.txt')).toBeGreaterThan(keys.indexOf('\uFF5E.txt'));
  });

  it('compareKeys is byte order for all strings', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), fc.string({unit: 'binary'}), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('takes a key of exactly 1,024 bytes and refuses one more, naming the file', async () => {
    const folder = `${'a'.repeat(250)}/`.repeat(4);
    put({[`${folder}${'é'.repeat(10)}`]: 'x'});
    expect(Buffer.byteLength((await keysOf())[0] ?? '')).toBe(1024);
    put({[`${folder}${'é'.repeat(10)}x`]: 'x'});
    const error = await failure(read());
    expect(error).toMatchObject({code: 'KEY_TOO_LONG', exit: 'usage'});
    expect(error.message).toContain(`${folder}éééééééééé`);
    expect(error.message).toContain('1025 bytes');
  });
});

describe('what is left out', () => {
  it('dotfiles, dot-folders and system litter, but never .well-known', async () => {
    put({
      'index.html': '',
      '.env': 'SECRET',
      '.git/config': '',
      'a/.DS_Store': '',
      'a/Thumbs.db': '',
      '.well-known/security.txt': '',
      '.well-known/.hidden': '',
      'dot.file/x.txt': '',
    });
    const site = await read();
    expect(site.files.map(file => file.key)).toEqual([
      '.well-known/security.txt',
      'dot.file/x.txt',
      'index.html',
    ]);
    expect(site.skipped).toEqual([
      {path: '.env', reason: 'dotfile'},
      {path: '.git/', reason: 'dotfile'},
      {path: '.well-known/.hidden', reason: 'dotfile'},
      {path: 'a/.DS_Store', reason: 'system file'},
      {path: 'a/Thumbs.db', reason: 'system file'},
    ]);
  });

  it('site.ignore in gitignore syntax, case-sensitive', async () => {
    put({
      'index.html': '',
      'a.map': '',
      'x/b.map': '',
      'x/keep.map': '',
      'drafts/a.html': '',
      'x/drafts/a.html': '',
      'A.MAP': '',
    });
    const site = await read({ignore: ['*.map', '!keep.map', '/drafts/']});
    expect(site.files.map(file => file.key)).toEqual([
      'A.MAP',
      'index.html',
      'x/drafts/a.html',
      'x/keep.map',
    ]);
    expect(site.skipped).toEqual([
      {path: 'a.map', reason: 'ignored by site.ignore'},
      {path: 'drafts/', reason: 'ignored by site.ignore'},
      {path: 'x/b.map', reason: 'ignored by site.ignore'},
    ]);
  });

  it('source maps, unless site.sourceMaps', async () => {
    const maps = ['a.CSS.map', 'a.cjs.map', 'a.js.map', 'a.js.map.br', 'a.js.map.gz', 'a.mjs.map'];
    const others = ['a.d.ts.map', 'a.map', 'js.map', 'x.js.map/y.txt'];
    put(Object.fromEntries([...maps, ...others].map(name => [name, ''])));
    const site = await read();
    expect(site.files.map(file => file.key)).toEqual(others);
    expect(site.skipped).toEqual(
      maps.map(path => ({path, reason: 'source map (site.sourceMaps publishes them)'})),
    );
    const published = await read({sourceMaps: true});
    expect([published.files.length, published.skipped]).toEqual([10, []]);
    expect((await read({ignore: ['a.js.map']})).skipped).toContainEqual({
      path: 'a.js.map',
      reason: 'ignored by site.ignore',
    });
  });

  it('site.ignore takes any name that a file may have', async () => {
    const names = [
      'a b.txt',
      '#a.txt',
      '!a.txt',
      '%41.txt',
      '~.txt',
      '😀.txt',
      '[x].txt',
      '{y}.txt',
      '(z).txt',
      'keep..txt',
    ];
    put(Object.fromEntries(names.map(name => [`in/${name}`, ''])));
    expect(new Set(await keysOf({ignore: ['nothing']}))).toEqual(new Set(names.map(name => `in/${name}`)));
    expect(await keysOf({ignore: ['/in/*', '!/in/keep..txt']})).toEqual(['in/keep..txt']);
  });

  it.skipIf(process.platform === 'win32')(
    'links are followed inside the tree only; loops and dead links are told',
    async () => {
      put({'index.html': 'home', 'docs/a.html': 'a'});
      const outside = mkdtempSync(join(tmpdir(), 'frontctl-outside-'));
      writeFileSync(join(outside, 'secret.txt'), 'secret');
      symlinkSync(join(dir, 'docs'), join(dir, 'latest'));
      symlinkSync('index.html', join(dir, 'home.html'));
      symlinkSync('..', join(dir, 'docs', 'up'));
      symlinkSync(outside, join(dir, 'out'));
      symlinkSync(join(outside, 'secret.txt'), join(dir, 'secret.txt'));
      symlinkSync('nowhere', join(dir, 'dead'));
      symlinkSync('self', join(dir, 'self'));
      const site = await read();
      rmSync(outside, {recursive: true});
      expect(site.files.map(file => file.key)).toEqual([
        'docs/a.html',
        'home.html',
        'index.html',
        'latest/a.html',
      ]);
      expect(site.files[1]?.sha256).toBe(digest('sha256', 'home'));
      expect(site.skipped).toEqual([
        {path: 'dead', reason: 'broken symbolic link'},
        {path: 'docs/up', reason: 'symbolic link in a loop'},
        {path: 'latest/up', reason: 'symbolic link in a loop'},
        {path: 'out', reason: 'symbolic link to a place outside the build folder'},
        {path: 'secret.txt', reason: 'symbolic link to a place outside the build folder'},
        {path: 'self', reason: 'symbolic link in a loop'},
      ]);
    },
  );

  it.skipIf(process.platform === 'win32')('two folders that link to each other end', async () => {
    put({'a/1.txt': '', 'b/2.txt': ''});
    symlinkSync('../b', join(dir, 'a', 'b'));
    symlinkSync('../a', join(dir, 'b', 'a'));
    expect(await keysOf()).toEqual(['a/1.txt', 'a/b/2.txt', 'b/2.txt', 'b/a/1.txt']);
  });

  it.skipIf(process.platform === 'win32')('sockets', async () => {
    put({'index.html': ''});
    const server = createServer();
    await new Promise<void>(resolve => server.listen(join(dir, 's'), resolve));
    const site = await read();
    await new Promise(resolve => server.close(resolve));
    expect(site.skipped).toEqual([{path: 's', reason: 'not a regular file'}]);
  });

  it.skipIf(process.platform === 'win32')('the build folder itself may be a link', async () => {
    put({'real/index.html': 'x', 'real/sub/a.txt': 'x'});
    symlinkSync(join(dir, 'real'), join(dir, 'link'));
    const site = await readSite({dir: join(dir, 'link'), site: {}});
    expect(site.files.map(file => file.key)).toEqual(['index.html', 'sub/a.txt']);
  });
});

describe('bad input', () => {
  it('no such folder: says where it looked and how to build', async () => {
    writeFileSync(join(dir, 'package.json'), '{"scripts": {"build": "vite build"}}');
    writeFileSync(join(dir, 'pnpm-lock.yaml'), '');
    put({'build/index.html': ''});
    const error = await failure(readSite({dir: join(dir, 'dist'), site: {}}));
    expect(error).toMatchObject({code: 'NO_SUCH_DIRECTORY', exitCode: 2});
    expect(error.message).toContain(join(dir, 'dist'));
    expect(error.hint).toContain('`pnpm build`');
    expect(error.hint).toContain('build holds an index.html');
  });

  it('a path below a file is no such folder; a file is not a folder', async () => {
    put({'index.html': ''});
    expect(await failure(readSite({dir: join(dir, 'index.html', 'x'), site: {}}))).toMatchObject({
      code: 'NO_SUCH_DIRECTORY',
    });
    expect(await failure(readSite({dir: join(dir, 'index.html'), site: {}}))).toMatchObject({
      code: 'NOT_A_DIRECTORY',
      exitCode: 2,
    });
  });

  it('an empty build is refused', async () => {
    expect(await failure(read())).toMatchObject({code: 'EMPTY_BUILD', exitCode: 6});
    put({'.env': '', 'a.map': '', 'sub/b.map': ''});
    const error = await failure(read({ignore: ['*.map']}));
    expect(error).toMatchObject({code: 'EMPTY_BUILD', exitCode: 6});
    expect(error.message).toContain('3 skipped, such as .env: dotfile');
  });

  it.skipIf(process.platform !== 'linux')('a name that is not UTF-8 is told by its bytes', async () => {
    put({'index.html': '', 'sub/x': ''});
    writeFileSync(
      Buffer.concat([Buffer.from(`${dir}/sub/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]),
      '',
    );
    const error = await failure(read());
    expect(error).toMatchObject({code: 'BAD_FILE_NAME', exit: 'usage'});
    expect(error.message).toContain('sub/caf\\xe9.txt');
  });

  it.skipIf(process.platform === 'win32')('U+FFFD in a name is a legal character', async () => {
    put({'\uFFFD.txt': ''});
    expect(await keysOf()).toEqual(['\uFFFD.txt']);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'an unreadable file and folder',
    async () => {
      put({'index.html': '', 'a/b': ''});
      chmodSync(join(dir, 'index.html'), 0);
      expect(await failure(read())).toMatchObject({code: 'UNREADABLE_FILE', exit: 'access'});
      chmodSync(join(dir, 'index.html'), 0o644);
      chmodSync(join(dir, 'a'), 0);
      expect((await failure(read())).message).toContain('a/');
      chmodSync(join(dir, 'a'), 0o755);
    },
  );

  it('two files of one key', () => {
    const same = [
      {key: 'a', path: '/x/a'},
      {key: 'a', path: '/y/a'},
    ];
    expect(() => {
      refuseDuplicates(same);
    }).toThrow(/\/x\/a and \/y\/a would both become the key a/);
  });
});

describe('a build that is still being written', () => {
  const MiB = 1024 * 1024;
  const spoil: [string, (path: string) => void, string][] = [
    ['deleted', path => unlinkSync(path), 'was deleted while being read'],
    ['grown', path => appendFileSync(path, 'more'), 'changed its size while being read'],
    ['cut', path => truncateSync(path, 1), 'changed its size while being read'],
  ];

  describe.each([
    ['small', 100, 0, 1],
    ['large', 3 * MiB, 0, 1],
    ['large, on threads', 33 * MiB, 2, 2],
  ])('%s file', (_, size, workers, count) => {
    it.each(spoil)('%s after the walk', async (_how, change, message) => {
      put(Object.fromEntries(Array.from({length: count}, (__, i) => [`f${i}.bin`, Buffer.alloc(size)])));
      const {files} = await scan(dir, {});
      for (const file of files) change(file.path);
      const error = await failure(hashFiles(files, {workers}));
      expect(error).toMatchObject({code: 'FILE_CHANGED', exitCode: 4});
      expect(error.message).toMatch(/^f\d\.bin /);
      expect(error.message).toContain(message);
      expect(error.hint).toBe('Run the deploy after the build has finished.');
    });
  });

  it.each([
    [3 * MiB, 0, 1],
    [33 * MiB, 2, 2],
  ])('a large file rewritten with the same size (%i bytes, %i threads)', async (size, workers, count) => {
    put(Object.fromEntries(Array.from({length: count}, (__, i) => [`f${i}.bin`, Buffer.alloc(size)])));
    const {files} = await scan(dir, {});
    for (const file of files) utimesSync(file.path, 1, 1);
    const error = await failure(hashFiles(files, {workers}));
    expect(error.message).toContain('was written to while being read');
  });
});

describe('hashing', () => {
  const MiB = 1024 * 1024;

  it.each([0, 1, 3])('large files, %i threads: the same digests as one call', async concurrency => {
    const sizes = [MiB - 1, MiB, MiB + 1, 30 * MiB, 40 * MiB + 7];
    const contents = sizes.map(size => Buffer.alloc(size, randomBytes(1021)));
    put(Object.fromEntries(contents.map((content, i) => [`${i}.bin`, content])));
    const site = await read({}, {concurrency});
    expect(site.files.map(({size, sha256}) => ({size, sha256}))).toEqual(
      contents.map(content => ({size: content.length, sha256: digest('sha256', content)})),
    );
  });

  it('a large file has a stamp once nothing can be written to it under the same one', async () => {
    put({'large.bin': Buffer.alloc(MiB), 'small.bin': Buffer.alloc(MiB - 1)});
    const {files} = await scan(dir, {});
    const stamps = async (now: number) =>
      (await hashFiles(files, {workers: 0, now: () => now})).map(({stamp}) => stamp);
    expect(await stamps(Date.now())).toEqual([undefined, undefined]);
    expect(await stamps(Date.now() + 3000)).toEqual([files[0]?.stamp, undefined]);
  });

  it.each([
    ['1000.5-1000-7', 3000.5, true],
    ['1000.5-1000-7', 3000, false],
    ['0-1000.5-7', 3000, false],
    ['-5000-1000-7', 3000, true],
    ['9999-1000-7', 3000, false],
    ['1e-7-1000-7', 30_000, false],
    ['', 30_000, false],
  ])('a file with the stamp %s is at rest at %d: %s', (stamp, now, isAtRest) => {
    expect(isSettled(stamp, now)).toBe(isAtRest);
  });

  it('tells progress up to the totals', async () => {
    put({'a.txt': 'a', 'b.bin': Buffer.alloc(2 * MiB)});
    const seen: object[] = [];
    await read({}, {onProgress: hashed => seen.push(hashed)});
    expect(seen.at(-1)).toEqual({files: 2, bytes: 2 * MiB + 1, totalFiles: 2, totalBytes: 2 * MiB + 1});
  });

  it('stops at the signal', async () => {
    put({'a.bin': Buffer.alloc(70 * MiB)});
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const work = read({}, {concurrency: 0, signal: controller.signal});
    setImmediate(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
    await expect(read({}, {signal: AbortSignal.abort(reason)})).rejects.toBe(reason);
  });

  it('asks the cache first and tells it what was read; a touched file is read again', async () => {
    put({'a.txt': 'a', 'b.txt': 'b'});
    const stored = new Map<string, Digests>();
    const asked: string[] = [];
    const hashCache: HashCache = {
      get: (key, size, stamp) => {
        asked.push(key);
        return stored.get(`${key} ${size} ${stamp}`);
      },
      set: (key, size, stamp, digests) => stored.set(`${key} ${size} ${stamp}`, digests),
    };
    const first = await read({}, {hashCache});
    expect(asked).toEqual(['a.txt', 'b.txt']);
    expect(stored.size).toBe(2);
    const second = await read({}, {hashCache});
    expect(second).toEqual({...first, files: first.files.map(({kept: _, ...file}) => file)});
    expect(stored.size).toBe(2);
    writeFileSync(join(dir, 'a.txt'), 'z');
    const third = await read({}, {hashCache});
    expect(third.files[0]?.sha256).toBe(digest('sha256', readFileSync(join(dir, 'a.txt'))));
    expect(stored.size).toBe(3);
  });

  it('two thousand files keep their own digests', async () => {
    put(Object.fromEntries(Array.from({length: 2000}, (_, i) => [`d${i % 20}/${i}.txt`, `content ${i}`])));
    const {files} = await read();
    expect(files).toHaveLength(2000);
    for (const {key, sha256} of files) {
      expect(sha256).toBe(digest('sha256', `content ${key.replace(/.*\/|\.txt/g, '')}`));
    }
  });
});
