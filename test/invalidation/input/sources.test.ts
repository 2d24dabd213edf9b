import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {mapSources} from '../../../src/invalidation/input/index.js';
import {fingerprintOf} from '../../../src/site/index.js';

describe('mapSources', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    // source, keys of the build, keys that it is
    ['index.html', ['index.html', 'a/index.html'], ['index.html']],
    ['public/img/a.png', ['img/a.png', 'a.png', 'x/img/a.png'], ['img/a.png']],
    ['static/robots.txt', ['robots.txt'], ['robots.txt']],
    ['assets/css/site.css', ['css/site.css'], ['css/site.css']],
    ['assets/css/site.css', ['assets/css/site.css', 'css/site.css'], ['assets/css/site.css']],
    ['dist/a.html', ['a.html'], ['a.html']],
    ['build/a.html', ['a.html'], ['a.html']],
    ['out/a.html', ['a.html'], ['a.html']],
    ['www/a.html', ['a.html'], ['a.html']],
    ['_site/a.html', ['a.html'], ['a.html']],
    ['packages/site/public/favicon.ico', ['favicon.ico'], ['favicon.ico']],
    // Pages of one file
    ['about.md', ['about.html'], ['about.html']],
    ['about.md', ['about/index.html'], ['about/index.html']],
    ['about.md', ['about.html', 'about/index.html'], ['about.html', 'about/index.html']],
    ['about.html', ['about/index.html'], ['about/index.html']],
    ['content/about.mdx', ['about/index.html'], ['about/index.html']],
    ['content/about.markdown', ['about/index.html'], ['about/index.html']],
    ['src/pages/about.astro', ['about/index.html', 'index.html'], ['about/index.html']],
    ['src/pages/index.astro', ['about/index.html', 'index.html'], ['index.html']],
    ['src/about.njk', ['about/index.html'], ['about/index.html']],
    ['about.liquid', ['about.html'], ['about.html']],
    ['pages/about.vue', ['about/index.html'], ['about/index.html']],
    ['pages/blog/index.vue', ['blog/index.html', 'index.html'], ['blog/index.html']],
    ['src/about.svelte', ['about.html'], ['about.html']],
    ['pages/about.tsx', ['about.html'], ['about.html']],
    ['src/pages/about.jsx', ['about/index.html'], ['about/index.html']],
    ['src/pages/about.js', ['about/index.html'], ['about/index.html']],
    ['source/about.html.erb', ['about.html'], ['about.html']],
    ['views/about.pug', ['about.html'], ['about.html']],
    ['docs/guide/start.adoc', ['guide/start.html'], ['guide/start.html']],
    ['docs/guide/start.rst', ['guide/start.html'], ['guide/start.html']],
    [
      'docs/guide/start.md',
      ['docs/guide/start/index.html', 'guide/start.html'],
      ['docs/guide/start/index.html'],
    ],
    ['docs/README.md', ['index.html'], ['index.html']],
    // Indexes
    ['about/index.md', ['about/index.html', 'index.html'], ['about/index.html']],
    ['pages/about/index.tsx', ['about.html', 'index.html'], ['about.html']],
    ['content/post/_index.md', ['post/index.html', 'index.html'], ['post/index.html']],
    ['content/_index.md', ['post/index.html', 'index.html'], ['index.html']],
    ['packages/site/src/pages/index.astro', ['index.html'], ['index.html']],
    // Route files
    ['src/routes/about/+page.svelte', ['about.html', 'index.html'], ['about.html']],
    ['src/routes/about/+page.server.ts', ['about/index.html'], ['about/index.html']],
    ['src/routes/about/+page@.svelte', ['about.html'], ['about.html']],
    ['src/routes/+page.svelte', ['index.html'], ['index.html']],
    ['src/routes/(shop)/cart/+page.svelte', ['cart.html'], ['cart.html']],
    ['app/about/page.tsx', ['about.html', 'index.html'], ['about.html']],
    ['src/app/(marketing)/about/page.tsx', ['about/index.html'], ['about/index.html']],
    ['app/page.js', ['index.html'], ['index.html']],
    ['app/routes/_index.tsx', ['index.html'], ['index.html']],
    // Dates and order in names
    ['_posts/2024-05-01-hello.md', ['2024/05/01/hello.html'], ['2024/05/01/hello.html']],
    ['blog/2024-05-01-hello.mdx', ['blog/2024/05/01/hello/index.html'], ['blog/2024/05/01/hello/index.html']],
    ['posts/2024-05-01-hello.md', ['posts/hello/index.html'], ['posts/hello/index.html']],
    ['docs/02-guide.md', ['guide/index.html'], ['guide/index.html']],
    // What is compiled
    ['src/app.ts', ['app.js'], ['app.js']],
    ['scss/site.scss', ['site.css', 'js/site.js'], ['site.css']],
    ['src/css/site.less', ['css/site.css'], ['css/site.css']],
    ['src/feed.xml.njk', ['feed.xml'], ['feed.xml']],
    ['src/pages/rss.xml.js', ['rss.xml'], ['rss.xml']],
    ['src/pages/data.json.ts', ['data.json'], ['data.json']],
    // Under another folder than in the sources
    [
      'content/about/index.md',
      ['en/about/index.html', 'fr/about/index.html', 'index.html'],
      ['en/about/index.html', 'fr/about/index.html'],
    ],
    ['public/img/a.png', ['app/img/a.png', 'app/a.png'], ['app/img/a.png']],
    // What is kept beside pages and files
    ['app/about/page.tsx', ['about.html', 'about.txt', 'blog.txt'], ['about.html', 'about.txt']],
    [
      'src/pages/about.js',
      ['about/index.html', 'page-data/about/page-data.json'],
      ['about/index.html', 'page-data/about/page-data.json'],
    ],
    [
      'src/pages/index.js',
      ['index.html', 'page-data/index/page-data.json'],
      ['index.html', 'page-data/index/page-data.json'],
    ],
    ['src/routes/a/+page.ts', ['a.html', 'a/__data.json', '__data.json'], ['a.html', 'a/__data.json']],
    [
      'public/a.css',
      ['a.css', 'a.css.map', 'a.css.br', 'a.css.gz'],
      ['a.css', 'a.css.map', 'a.css.gz', 'a.css.br'],
    ],
  ])('%s in %j is %j', (source, keys, expected) => {
    const {keys: mapped, unmapped} = mapSources([source], keys);
    expect([...mapped].sort()).toEqual([...expected].sort());
    expect(unmapped).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['src/components/Header.tsx', ['index.html', 'about/index.html']],
    ['src/routes/about/+layout.svelte', ['about.html']],
    ['pages/blog/[slug].tsx', ['blog/a.html']],
    ['.github/workflows/deploy.yml', ['index.html']],
    ['package.json', ['index.html', 'data/x.json']],
    ['README.md', ['index.html']],
    // Not the home page, however far its folders are stripped.
    ['src/lib/tables/index.md', ['index.html', 'a/index.html']],
    ['test/fixtures/index.html', ['index.html']],
    // One file name alone is no evidence under another folder.
    ['public/a.png', ['x/a.png', 'y/a.png']],
    ['deleted.html', []],
    ['Makefile', ['index.html']],
    ['.env', ['index.html']],
    ['src/server.js', ['server.html']],
  ])('%s in %j is unmapped', (source, keys) => {
    expect(mapSources([source], keys)).toEqual({keys: [], fingerprinted: [], unmapped: [source]});
  });

  it('knows what needs no invalidation: its output has another name after every change', () => {
    const keys = [
      'assets/app-B7dkWq2Z.js',
      'assets/logo-DTa8GBRO.png',
      'css/site.4f2a9c1e.css',
      'index.html',
    ];
    const hashOf = (key: string) => fingerprintOf(key)?.hash;
    const sources = ['src/app.ts', 'src/img/logo.png', 'scss/site.scss', 'src/other.ts', 'index.html'];
    expect(mapSources(sources, keys, {hashOf})).toEqual({
      keys: ['index.html'],
      fingerprinted: ['src/app.ts', 'src/img/logo.png', 'scss/site.scss'],
      unmapped: ['src/other.ts'],
    });
    expect(mapSources(sources, keys).unmapped).toEqual(sources.slice(0, 4));
  });

  it('puts every source in one place, and names only keys that are', () => {
    const segment = fc.constantFrom(
      'a',
      'b',
      'src',
      'pages',
      'index',
      'index.html',
      'a.md',
      'a.html',
      'page.tsx',
      '',
    );
    const path = fc.array(segment, {minLength: 1, maxLength: 4}).map(parts => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path), fc.array(path), (sources, keys) => {
        const {keys: mapped, fingerprinted, unmapped} = mapSources(sources, keys);
        expect(mapped.every(key => keys.includes(key))).toBe(true);
        expect(new Set(mapped).size).toBe(mapped.length);
        expect([...fingerprinted, ...unmapped].every(source => sources.includes(source))).toBe(true);
        // A source that is a key is that key.
        for (const source of sources) if (keys.includes(source)) expect(mapped).toContain(source);
      }),
    );
  });

  it('looks at each key once, not once for each source', () => {
    const keys = Array.from({length: 100_000}, (_, at) => `d${at % 300}/p${at}/index.html`);
    let seen = 0;
    const counted = {
      *[Symbol.iterator]() {
        for (const key of keys) {
          seen++;
          yield key;
        }
      },
    };
    const sources = Array.from({length: 2000}, (_, at) => `content/d${at % 300}/p${at}/index.md`);
    const start = performance.now();
    const {keys: mapped, unmapped} = mapSources(
      [...sources, ...sources.map(each => 'x/' + each + '.bak')],
      counted,
    );
    expect(mapped).toHaveLength(2000);
    expect(unmapped).toHaveLength(2000);
    expect(seen).toBe(100_000);
    // Scanning all keys for each source takes minutes.
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
