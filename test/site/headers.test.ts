import {describe, expect, it, test, vi} from 'vitest';
import {cacheControl, compileRules, contentTypeOf} from '../../src/site/index.js';

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['INDEX.HTM', 'text/html; charset=utf-8'],
  ['a.xhtml', 'application/xhtml+xml'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.js', 'text/javascript; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.cjs', 'text/javascript; charset=utf-8'],
  ['a.json', 'application/json; charset=utf-8'],
  ['a.js.map', 'application/json; charset=utf-8'],
  ['site.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['a.svg', 'image/svg+xml'],
  ['sitemap.xml', 'application/xml'],
  ['feed.rss', 'application/rss+xml'],
  ['robots.txt', 'text/plain; charset=utf-8'],
  ['a.wasm', 'application/wasm'],
  ['a.woff2', 'font/woff2'],
  ['a.woff', 'font/woff'],
  ['a.ttf', 'font/ttf'],
  ['a.otf', 'font/otf'],
  ['a.png', 'image/png'],
  ['a.jpg', 'image/jpeg'],
  ['a.avif', 'image/avif'],
  ['a.webp', 'image/webp'],
  ['favicon.ico', 'image/vnd.microsoft.icon'],
  ['a.mp4', 'video/mp4'],
  ['a.pdf', 'application/pdf'],
  ['segment.ts', 'video/mp2t'],
  ['types.d.ts', 'text/plain; charset=utf-8'],
  ['a.js.gz', 'application/gzip'],
  ['LICENSE', 'application/octet-stream'],
  ['a.unknown-extension', 'application/octet-stream'],
  ['.well-known/apple-app-site-association', 'application/json; charset=utf-8'],
  ['apple-app-site-association', 'application/json; charset=utf-8'],
  ['x/apple-app-site-association', 'application/octet-stream'],
  ['.well-known/security.txt', 'text/plain; charset=utf-8'],
  ['.well-known/acme', 'application/octet-stream'],
  ['a.b/c', 'application/octet-stream'],
  ['a b#%+~😀.css', 'text/css; charset=utf-8'],
])('%s is %s', (key, type) => {
  expect(contentTypeOf(key)).toBe(type);
});

test.each(['win32', 'darwin', 'linux'])(
  'pitfall 13: content types are those of our own table on %s',
  async platform => {
    const own = Object.getOwnPropertyDescriptor(process, 'platform');
    // What registries, /etc/mime.types and Launch Services differ about.
    vi.stubEnv('PATH', '');
    vi.resetModules();
    Object.defineProperty(process, 'platform', {...own, value: platform});
    try {
      const fresh = await import('../../src/site/content-type.js');
      const types = [
        'a.js',
        'a.mjs',
        'a.svg',
        'a.wasm',
        'a.ts',
        'a.md',
        'a.ico',
        'a.avif',
        'a.zip',
        'a.csv',
        'a.xml',
      ];
      expect(types.map(fresh.contentTypeOf)).toEqual([
        'text/javascript; charset=utf-8',
        'text/javascript; charset=utf-8',
        'image/svg+xml',
        'application/wasm',
        'video/mp2t',
        'text/markdown; charset=utf-8',
        'image/vnd.microsoft.icon',
        'image/avif',
        'application/zip',
        'text/csv; charset=utf-8',
        'application/xml',
      ]);
    } finally {
      if (own) Object.defineProperty(process, 'platform', own);
      vi.unstubAllEnvs();
    }
  },
);

const {page, errorPage, asset, fingerprinted} = cacheControl;

test.each([
  ['index.html', 'html', page, 'html'],
  ['about/index.html', 'html', page, 'html'],
  ['index-BaCd12_-.html', 'html', page, 'html'],
  ['404.html', 'html', errorPage, 'error page'],
  ['404/index.html', 'html', errorPage, 'error page'],
  ['en/404.html', 'html', errorPage, 'error page'],
  ['blog/40404.html', 'html', page, 'html'],
  ['assets/index-Co5RB00a.js', 'fingerprinted', fingerprinted, 'fingerprint (vite)'],
  ['assets/index-Co5RB00a.js.map', 'fingerprinted', fingerprinted, 'fingerprint (vite)'],
  ['app.js', 'asset', asset, 'default'],
  ['logo.png', 'asset', asset, 'default'],
  ['LICENSE', 'asset', asset, 'default'],
  ['sw.js', 'html', page, 'service worker'],
  ['service-worker.js', 'html', page, 'service worker'],
  ['ngsw-worker.js', 'html', page, 'service worker'],
  ['firebase-messaging-sw.js', 'html', page, 'service worker'],
  ['ngsw.json', 'asset', page, 'data beside pages'],
  ['version.json', 'asset', page, 'data beside pages'],
  ['site.webmanifest', 'asset', page, 'data beside pages'],
  ['robots.txt', 'asset', page, 'data beside pages'],
  ['sitemap.xml', 'asset', page, 'data beside pages'],
  ['.well-known/apple-app-site-association', 'asset', page, 'data beside pages'],
])('%s: %s, %s', (key, kind, value, rule) => {
  const decision = compileRules({})(key);
  expect(decision).toMatchObject({kind, headers: {cacheControl: value}, rule});
});

describe('config rules', () => {
  it('the first that matches and names tags decides them; an empty list is no tags', () => {
    const decide = compileRules({
      rules: [
        {match: '*.html', cacheControl: 'no-cache'},
        {match: 'drafts/**', cacheTags: []},
        {match: '*.html', cacheTags: ['release-{release}', 'pages']},
        {match: '**', cacheTags: ['all']},
      ],
    });
    expect(decide('a/b.html')).toMatchObject({
      headers: {cacheControl: 'no-cache', cacheTags: 'release-{release},pages'},
      rule: 'config rule 1: *.html; cache tags by config rule 3: *.html',
    });
    expect(decide('drafts/b.html').headers).not.toHaveProperty('cacheTags');
    expect(decide('b.css').headers.cacheTags).toBe('all');
  });

  it('set every further header of S3, each by the first rule that names it, in one order', () => {
    const decide = compileRules({
      rules: [
        {match: 'a.pdf', contentDisposition: 'attachment', metadata: {}, storageClass: 'STANDARD'},
        {
          match: '*.pdf',
          storageClass: 'STANDARD_IA',
          redirect: '/b',
          metadata: {z: '1', a: '2'},
          contentLanguage: 'de',
          contentEncoding: 'gzip',
          contentDisposition: 'inline',
        },
      ],
    });
    expect(Object.entries(decide('x.pdf').headers.others ?? {})).toEqual([
      ['content-disposition', 'inline'],
      ['content-encoding', 'gzip'],
      ['content-language', 'de'],
      ['x-amz-meta-a', '2'],
      ['x-amz-meta-z', '1'],
      ['x-amz-storage-class', 'STANDARD_IA'],
      ['x-amz-website-redirect-location', '/b'],
    ]);
    expect(decide('a.pdf')).toMatchObject({
      headers: {
        others: {
          'content-disposition': 'attachment',
          'content-encoding': 'gzip',
          'content-language': 'de',
          'x-amz-website-redirect-location': '/b',
        },
      },
      rule: 'default; content encoding by config rule 2: *.pdf; content language by config rule 2: *.pdf; content disposition by config rule 1: a.pdf; redirect by config rule 2: *.pdf; metadata by config rule 1: a.pdf; storage class by config rule 1: a.pdf',
    });
    expect(Object.keys(decide('a.pdf').headers.others ?? {})).toHaveLength(4);
    expect(decide('a.css').headers).not.toHaveProperty('others');
    const nothing = compileRules({
      rules: [{match: '*', storageClass: 'STANDARD', contentEncoding: 'identity', metadata: {}}],
    });
    expect(nothing('a').headers).not.toHaveProperty('others');
  });

  it('metadata and cache tags of different rules share the 2 KB of an object', () => {
    const withTag = (length: number) =>
      compileRules({
        rules: [
          {match: '*.js', cacheTags: ['{release}', 'x'.repeat(200)]},
          {match: '*', metadata: {note: 'x'.repeat(length)}},
        ],
      });
    // cache-tag, 64 for the release, a comma, 200; note.
    const room = 2048 - 9 - 64 - 1 - 200 - 4;
    expect(withTag(room)('a.js').headers.cacheTags).toHaveLength(210);
    expect(() => withTag(room + 1)('a.js')).toThrow(
      'a.js would take 2049 bytes of S3 metadata with its cache tags (config rule 1: *.js and config rule 2: *), of which an object has 2048.',
    );
    expect(withTag(2044)('a.css').headers.others).toHaveProperty('x-amz-meta-note');
  });

  it('come before the built-in ones, the first that names a header decides it', () => {
    const decide = compileRules({
      rules: [
        {match: 'feed', contentType: 'application/rss+xml'},
        {match: ['*.pdf', '*.zip'], cacheControl: 'public, max-age=60'},
        {match: '**', cacheControl: 'no-store'},
      ],
    });
    expect(decide('docs/a.zip')).toEqual({
      kind: 'asset',
      headers: {contentType: 'application/zip', cacheControl: 'public, max-age=60'},
      rule: 'config rule 2: *.zip',
    });
    expect(decide('blog/feed')).toEqual({
      kind: 'asset',
      headers: {contentType: 'application/rss+xml', cacheControl: 'no-store'},
      rule: 'config rule 3: **; content type by config rule 1: feed',
    });
    expect(decide('assets/index-Co5RB00a.js')).toMatchObject({
      kind: 'fingerprinted',
      headers: {cacheControl: 'no-store'},
    });
  });

  test.each([
    ['*.html', 'a/b/c.html', true],
    ['*.html', '.well-known/c.html', true],
    ['/*.html', 'c.html', true],
    ['/*.html', 'a/c.html', false],
    ['assets/**', 'assets/a/b.js', true],
    ['assets/*', 'assets/a/b.js', false],
    ['assets/**', 'x/assets/b.js', false],
    ['**/assets/**', 'x/assets/b.js', true],
    ['*.PDF', 'a.pdf', false],
    ['*.{png,jpg}', 'a/b.jpg', true],
    ['a b#%+~😀.txt', 'x/a b#%+~😀.txt', true],
  ])('%s on %s: %s', (match, key, matches) => {
    const decide = compileRules({rules: [{match, cacheControl: 'rule'}]});
    expect(decide(key).headers.cacheControl === 'rule').toBe(matches);
  });

  it('a content type of text/html makes a page of a file without an extension', () => {
    const decide = compileRules({rules: [{match: 'about', contentType: 'text/html; charset=utf-8'}]});
    expect(decide('about')).toMatchObject({kind: 'html', headers: {cacheControl: page}});
  });

  it('site.fingerprinted adds names, but never HTML', () => {
    const decide = compileRules({fingerprinted: ['static/**']});
    expect(decide('static/app.js')).toMatchObject({
      kind: 'fingerprinted',
      rule: 'fingerprint (config: static/**)',
    });
    expect(decide('static/index.html').kind).toBe('html');
  });

  it('a custom error page of the distribution is never kept by the edge for the error it answers', () => {
    const decide = compileRules({}, ['/index.html', '/errors/oops.html']);
    expect(decide('index.html')).toMatchObject({
      kind: 'html',
      headers: {cacheControl: errorPage},
      rule: 'error page',
    });
    expect(decide('errors/oops.html').headers.cacheControl).toBe(errorPage);
    expect(decide('a/index.html').headers.cacheControl).toBe(page);
  });
});
