import {createHash} from 'node:crypto';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {fingerprintOf} from '../../src/site/index.js';

/** Names as the tools really wrote them (build logs in public issues, our own node_modules, the tools' documentation). */
const fingerprinted: Record<string, readonly string[]> = {
  vite: [
    'assets/index-Co5RB00a.css',
    'assets/Home-KeWXtvrE.css',
    'assets/legacy-CiOctGuC.js',
    'assets/DangerZone-zhCzMBiv.css',
    'assets/Device-CT6D6U-f.css',
    'assets/Landing-DtVlV_J2.css',
    'assets/Admin-D4MQFDx0.css',
    'assets/editor.worker.b9d8707e.js',
    'assets/json.worker.a1c2d8cf.js',
    'assets/ts.worker.576d5863.js',
    'assets/codeMirrorModule--QdMvsKi.css',
    'assets/firefox-1bWoP6pv.svg',
    'app/assets/xtermModule-Cv6bi7od.js',
    'assets/index-Co5RB00a.js.map',
    'assets/index-Co5RB00a.js.br',
  ],
  rollup: [
    'vs/apex-CcIm7xu6.js',
    'vs/bat-C397hTD6.js',
    'chunks/acorn.B2iPLyUM.js',
    'index-BaCd12_-.js',
    'index-BaCd12_-.js.map',
  ],
  sveltekit: [
    '_app/immutable/assets/3.5fc86713.css',
    '_app/immutable/assets/0.dead764a.css',
    '_app/immutable/nodes/1.Ci72-fjt.js',
    '_app/immutable/chunks/DVF7FWmE.js',
    '_app/immutable/chunks/D_1uIIW3.js',
    '_app/immutable/chunks/MyComponent.CrIxeNgb.js',
    '_app/immutable/assets/18-1-92439960.jpg',
    '_app/immutable/pages/__error.svelte-e37688ae.js',
  ],
  next: [
    '_next/static/chunks/pages/_app-7371eef299aa9dbf.js',
    '_next/static/chunks/main-app-0ee73e98628876d3.js',
    '_next/static/chunks/68-933cd1e50ace9e2b.js',
    '_next/static/chunks/app/[...slug]/page-75ff7f75f4c9520b.js',
    '_next/static/css/ded6b86ab9cc0a1f.css',
    '_next/static/media/e4af272ccee01ff0-s.p.woff2',
    '_next/static/media/logo.0d3f6c1b.png',
    '_next/static/Xf3cQ9bK2mVtR7yLpZ0aW/_buildManifest.js',
    '_next/static/Xf3cQ9bK2mVtR7yLpZ0aW/_ssgManifest.js',
  ],
  astro: [
    '_astro/index.BxYz1234.css',
    '_astro/hoisted.CZqqYdch.js',
    '_astro/hero.DTa8GBRO_Z1tYvPj.webp',
    '_astro/client.D3Ae4Vbg.js',
  ],
  nuxt: [
    '_nuxt/entry.CgEIAcQN.css',
    '_nuxt/DlAUqK2U.js',
    '_nuxt/4f1a9c2.js',
    '_nuxt/img/logo.f3d12ab.png',
    '_nuxt/builds/meta/0f3c6a2e-7f3b-4a36-9a43-0d8c1b2a3f4e.json',
  ],
  gatsby: [
    'app-1f0e3ab2c4d5968778a9.js',
    'component---src-pages-index-js-9f8e7d6c5b4a39281706.js',
    'webpack-runtime-0a1b2c3d4e5f60718293.js',
    'static/6d91c86c0fde632ba4cd01062fd9ccfa/e17e5/photo.jpg',
  ],
  remix: ['build/manifest-1A2B3C4D.js', 'assets/manifest-7f3e21ab.js'],
  hugo: [
    'css/style.min.2f7f1b0f9a2d3c4e5f60718293a4b5c6d7e8f9000112233445566778899aabbc.css',
    'images/photo_hu3d03a01dcc18bc5be0e67db3d8d209a6_1192684_300x0_resize_q75.jpg',
    'images/photo_hu_1a2b3c4d5e6f7a8b.webp',
    'images/photo_hu14886957480236868107.jpg',
  ],
  angular: ['main-3WP5KDHR.js', 'polyfills-4UVFGIFL.js', 'styles-5INURTSO.css'],
  esbuild: ['chunk-ACXUMF56.js', 'chunk-XQKVYWHP.js', 'build/_shared/chunk-7MZ6KQXB.js'],
  webpack: [
    'static/js/main.8f3b2c1d.js',
    'static/js/787.28cb0dcd.chunk.js',
    'static/js/main.8f3b2c1d.js.LICENSE.txt',
    'static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg',
  ],
  'content hash': [
    'index.8d84e296.js',
    'style.05c2d980.css',
    'js/chunk-vendors.1a2b3c4d.js',
    'main.9f2d81c04a7be356.js',
    'common.382dca4d9da70a5daaa3.chunk.js',
    'bundle.d7c377c4.min.js',
    'base.55e7cbb9ba48.css',
    'application-1f3c2b7a9e8d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e9d8c7b6a5f4e3d2c1b.js',
    'workbox-58bd4dca.js',
    'logo.a1b2c3d4.png',
    '0d1c2b3a4f5e6d7c8b9a.js',
  ],
};

const cases = Object.entries(fingerprinted).flatMap(([tool, keys]) => keys.map(key => [key, tool] as const));

test.each(cases)('%s is fingerprinted, as %s does it', (key, tool) => {
  const fingerprint = fingerprintOf(key);
  expect(fingerprint?.tool).toBe(tool);
  expect(key).toContain(fingerprint?.hash);
});

/** Names that must never be cached for a year. */
const mutable = [
  'jquery-3.7.1.min.js',
  'main-reduced.js',
  'font-awesome.css',
  'photo-20240101.jpg',
  'report-deadbeef.pdf',
  'report-1a2b3c4d.pdf',
  'bootstrap-datepicker.css',
  'my-document.js',
  'My-Document.js',
  'index-homepage.js',
  'v1.2.3.js',
  'a-12345678.js',
  'README-CHANGELOG.js',
  'README-TRUNCATE.js',
  'app-QUARTER2.js',
  'chunk-DOCUMENT.js',
  'main-DASHBOARD.js',
  'main-SETTINGS.css',
  'hook-useState.js',
  'icon-ArrowTop.svg',
  'case-iPhone12.png',
  'inter-Medium-2.woff2',
  'Map-USA-2024.js',
  'Img-My-Pic-2.js',
  'locale-i18nUtil.js',
  'ui-A11yText.js',
  'audio-Mp3ToWav.js',
  'lib.decade80.js',
  'lib.20240131.js',
  'lib.deadbeef.js',
  'avatars/0bc83cb571cd1c50ba6f3e8a78ef1346.jpg',
  'uploads/550e8400-e29b-41d4-a716-446655440abc.js',
  'photo-1518791841217-8f162f1e1131.jpg',
  'swatch-ff00aa11.svg',
  'assets/logo-MyLogoXL.png',
  'assets/icon-ArrowTop.svg',
  'assets/stylesheet-homepage.css',
  'assets/photo-DSC00012.jpg',
  'assets/index2.js',
  'assets/typescript.js',
  'assets/swagger-ui.css',
  '_astro/homepage.css',
  '_nuxt/builds/latest.json',
  '_next/static/development/_buildManifest.js',
  '_next/static/chunks/pages/index.js',
  '_app/version.json',
  '_app/immutable/manifest.json',
  'page-data/index/page-data.json',
  'index.html',
  'index-BaCd12_-.html',
  '_astro/page.BxYz1234.html',
  'main.8f3b2c1d.htm',
  'sw.js',
  'service-worker.js',
  'favicon-32x32.png',
  'android-chrome-512x512.png',
  'source-sans-pro-semibolditalic.woff',
  'video-1080p60f.mp4',
  'LICENSE',
  'a/b.c/d',
  '.well-known/security.txt',
];

test.each(mutable)('%s is not fingerprinted', key => {
  expect(fingerprintOf(key)).toBeUndefined();
});

describe('sites that others built', () => {
  const files = (name: string): string[] =>
    readdirSync(join(import.meta.dirname, '../../node_modules', name), {
      recursive: true,
      encoding: 'utf8',
    }).map(path => path.replaceAll('\\', '/'));

  it.each(['swagger-ui-dist', 'reveal.js'])('%s has no fingerprinted file', name => {
    const found = files(name).filter(key => fingerprintOf(key) !== undefined);
    expect(found).toEqual([]);
  });

  it('monaco-editor: hashed chunks and nothing else', () => {
    const keys = files('monaco-editor/min');
    const found = keys.filter(key => fingerprintOf(key) !== undefined);
    const hashed = keys.filter(key => /-[\w-]{8}\.(?:js|css|ttf)$/.test(key));
    expect(found.filter(key => !hashed.includes(key))).toEqual([]);
    expect(found.length).toBeGreaterThan(hashed.length * 0.7);
  });
});

describe('properties', () => {
  const words = (
    'about account action album amber analytics archive article avatar banner basket blog book border bottom bridge button calendar ' +
    'camera canvas chart checkout client coffee column common contact content cookie corner country dashboard data design desktop dialog ' +
    'document download editor element email english event example family feature filter finder footer format gallery garden general german ' +
    'header helper history home icon image import index input invoice journal jquery kitchen label language layout library light list loader ' +
    'login mobile modal module monitor music navbar network notes number office option order packet page panel parser payment photo picker ' +
    'player plugin polyfill popup portrait poster preview price print product profile project query quote react record region render report ' +
    'reset result router runtime sample schema screen script search season section select server setting shadow sidebar signup slider social ' +
    'source sprite stack status store stream style summary switch system table target theme thumb timer title toggle toolbar tooltip track ' +
    'travel tutorial update upload user utils vector vendor version video viewer village weather widget window wizard worker'
  ).split(' ');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const word = fc
    .tuple(fc.constantFrom(...words), fc.constantFrom('lower', 'Capital', 'UPPER'))
    .map(([text, form]) => (form === 'lower' ? text : form === 'UPPER' ? text.toUpperCase() : capital(text)));
  const camel = fc
    .array(fc.constantFrom(...words), {minLength: 1, maxLength: 3})
    .map(all => all.map(capital).join(''));
  const number = fc.oneof(
    fc.nat(99_999_999).map(String),
    fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map(version => version.join('.')),
    fc
      .date({min: new Date('1999-01-01'), max: new Date('2040-01-01'), noInvalidDate: true})
      .map(date => date.toISOString().slice(0, 10)),
    fc
      .date({min: new Date('1999-01-01'), max: new Date('2040-01-01'), noInvalidDate: true})
      .map(date => date.toISOString().slice(0, 10).replaceAll('-', '')),
    fc.tuple(fc.constantFrom(...words), fc.nat(9999)).map(([text, digits]) => `${text}${digits}`),
  );
  const name = fc
    .array(fc.tuple(fc.oneof(word, camel, number), fc.constantFrom('-', '.', '_')), {
      minLength: 1,
      maxLength: 5,
    })
    .map(parts => parts.map(([part, separator], index) => (index === 0 ? part : separator + part)).join(''));
  const folder = fc.constantFrom('', 'assets/', 'static/js/', 'js/', 'images/', '_astro/', '_nuxt/');
  const extension = fc.constantFrom('js', 'css', 'png', 'min.js', 'svg', 'woff2', 'js.map');

  it('takes no name made of words, numbers, dates and versions for a fingerprint', () => {
    fc.assert(
      fc.property(folder, name, extension, (path, stem, end) => {
        expect(fingerprintOf(`${path}${stem}.${end}`)).toBeUndefined();
      }),
      {numRuns: 20_000},
    );
  });

  it('finds most of random Rollup hashes in a folder that anybody fills, more in assets/', () => {
    const hashes = Array.from({length: 2000}, (_, i) =>
      createHash('sha256').update(`${i}`).digest('base64url').slice(0, 8),
    );
    const share = (prefix: string): number =>
      hashes.filter(hash => fingerprintOf(`${prefix}index-${hash}.js`)).length / hashes.length;
    expect(share('')).toBeGreaterThan(0.7);
    expect(share('assets/')).toBeGreaterThan(0.88);
    expect(share('_app/immutable/')).toBe(1);
  });

  it('never throws and never calls HTML fingerprinted', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), key => {
        fingerprintOf(key);
        expect(fingerprintOf(`${key}.html`)).toBeUndefined();
      }),
    );
  });
});
