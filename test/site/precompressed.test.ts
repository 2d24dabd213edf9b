import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {brotliCompressSync, gzipSync} from 'node:zlib';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import type {HeaderRule} from '../../src/config/types.js';
import {cacheControl, readSite} from '../../src/site/index.js';
import {copyOf, precompressedCopies} from '../../src/site/precompressed.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'frontctl-precompressed-')));
});
afterEach(() => {
  rmSync(dir, {recursive: true, force: true});
});

function put(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [key, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, key)), {recursive: true});
    writeFileSync(join(dir, key), content);
  }
}

const read = async (rules: readonly HeaderRule[] = []) =>
  Object.fromEntries(
    (await readSite({dir, site: {rules}, concurrency: 0})).files.map(file => [file.key, file]),
  );
const js = 'export const a = 1;\n'.repeat(200);
const zstd = Buffer.from('28b52ffd2401090000610000000000', 'hex');

test.each([
  ['app.js.br', 'app.js', 'br'],
  ['a/index.html.gz', 'a/index.html', 'gzip'],
  ['app.js.map.zst', 'app.js.map', 'zstd'],
  ['feed.xml.gz', 'feed.xml', 'gzip'],
  ['sitemap.xml.br', 'sitemap.xml', 'br'],
])('%s is by its name a copy of %s in %s', (key, original, coding) => {
  expect(copyOf(key)).toEqual({original, coding});
});

test.each([
  ...[
    'data.csv.gz',
    'backup.tar.gz',
    'dump.sql.zst',
    'photo.jpg.br',
    'sitemap.xml.gz',
    'en/sitemap-0.xml.gz',
  ],
  ...['app.js', '.br', 'app.br', 'app.js.BR', 'app.js.br/x', 'app.js.bz2'],
])('%s is a file like any other', key => {
  expect(copyOf(key)).toBeUndefined();
});

it('a copy beside its original has the headers of the original, and its coding', async () => {
  put({
    'index.html': '<h1>',
    'index.html.gz': gzipSync('<h1>'),
    'assets/index-Co5RB00a.js': js,
    'assets/index-Co5RB00a.js.br': brotliCompressSync(js),
    'assets/index-Co5RB00a.js.gz': gzipSync(js),
    'a.css': 'a{}',
    'a.css.zst': zstd,
  });
  const files = await read([{match: '*.css', cacheControl: 'no-cache', cacheTags: ['styles']}]);
  expect(files['assets/index-Co5RB00a.js.br']).toMatchObject({
    kind: 'fingerprinted',
    headers: {
      contentType: 'text/javascript; charset=utf-8',
      cacheControl: cacheControl.fingerprinted,
      others: {'content-encoding': 'br'},
    },
    rule: 'br copy of assets/index-Co5RB00a.js: fingerprint (vite)',
  });
  expect(files['assets/index-Co5RB00a.js.gz']?.headers.others).toEqual({'content-encoding': 'gzip'});
  expect(files['assets/index-Co5RB00a.js']?.headers).not.toHaveProperty('others');
  expect(files['index.html.gz']).toMatchObject({
    kind: 'html',
    headers: {contentType: 'text/html; charset=utf-8', cacheControl: cacheControl.page},
  });
  expect(files['a.css.zst']).toMatchObject({
    headers: {
      contentType: 'text/css; charset=utf-8',
      cacheControl: 'no-cache',
      cacheTags: 'styles',
      others: {'content-encoding': 'zstd'},
    },
    rule: 'zstd copy of a.css: config rule 1: *.css',
  });
});

it('without its original, or with other bytes than its name says, a file has no coding', async () => {
  put({
    'archive.tar.gz': gzipSync('x'),
    'alone.js.gz': gzipSync(js),
    'index.html': '<h1>Hello</h1>',
    'index.html.br': '<!doctype html><html lang="pt-BR"><h1>Olá</h1>',
    'a.json': '{}',
    'a.json.br': '   {"a": "Olá"}',
    'b.json': '{}',
    'b.json.gz': '{"not": "compressed"}',
    'c.json': '{}',
    'c.json.br': '',
  });
  const files = await read();
  for (const [key, {headers}] of Object.entries(files)) expect(headers, key).not.toHaveProperty('others');
  expect(files['archive.tar.gz']?.headers.contentType).toBe('application/gzip');
  expect(files['alone.js.gz']?.headers.contentType).toBe('application/gzip');
  expect(files['index.html.br']?.headers.contentType).toBe('application/octet-stream');
});

it('a rule for the copy itself comes before those of its original; identity makes it a file like any other', async () => {
  put({
    'a.js': js,
    'a.js.gz': gzipSync(js),
    'download/b.json': '{}',
    'download/b.json.gz': gzipSync('{}'),
  });
  const files = await read([
    {match: 'download/*.gz', contentEncoding: 'identity'},
    {match: '*.gz', cacheControl: 'public, max-age=60'},
    {match: '*.js', cacheControl: 'no-cache', metadata: {team: 'web'}},
  ]);
  expect(files['a.js.gz']?.headers).toEqual({
    contentType: 'text/javascript; charset=utf-8',
    cacheControl: 'public, max-age=60',
    others: {'content-encoding': 'gzip', 'x-amz-meta-team': 'web'},
  });
  expect(files['download/b.json.gz']?.headers).toEqual({
    contentType: 'application/gzip',
    cacheControl: 'public, max-age=60',
  });
});

describe('a rule that says a coding', () => {
  it('is believed where the bytes have it', async () => {
    put({'app.js': gzipSync(js), 'b.js': brotliCompressSync(js), 'c.js': zstd});
    const files = await read([
      {match: 'app.js', contentEncoding: 'gzip'},
      {match: 'b.js', contentEncoding: 'br'},
      {match: 'c.js', contentEncoding: 'deflate, zstd'},
    ]);
    expect(Object.values(files).map(({headers}) => headers.others?.['content-encoding'])).toEqual([
      'gzip',
      'br',
      'deflate, zstd',
    ]);
  });

  test.each(['gzip', 'br', 'zstd', 'br, gzip'])('%s is refused for plain text', async contentEncoding => {
    put({'app.js': js});
    await expect(read([{match: '*.js', contentEncoding}])).rejects.toMatchObject({
      exit: 'refused',
      code: 'NOT_ENCODED',
      message: expect.stringContaining(
        `app.js is not compressed with ${contentEncoding.split(' ').at(-1) ?? ''}, but its rule says Content-Encoding: ${contentEncoding}`,
      ) as string,
    });
  });
});

it('whatever was compressed is seen as that, and no text is', () => {
  const at = (key: string) => ({key, path: join(dir, key), size: 0, stamp: '', target: undefined});
  fc.assert(
    fc.property(
      fc.uint8Array({minLength: 1, maxLength: 4000}),
      fc.string({unit: 'grapheme'}),
      (bytes, text) => {
        const printable = text.replace(/\p{Cc}/gu, ' ');
        put({
          'a.js.br': brotliCompressSync(bytes),
          'a.js.gz': gzipSync(bytes),
          'b.js.br': printable,
          'b.js.gz': printable,
        });
        const files = ['a.js', 'a.js.br', 'a.js.gz', 'b.js', 'b.js.br', 'b.js.gz'].map(at);
        expect([...precompressedCopies(files)]).toEqual(['a.js.br', 'a.js.gz']);
      },
    ),
    {numRuns: 25},
  );
});
