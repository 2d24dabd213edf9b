/** Which keys carry a hash of their content in the name, by the naming of the usual build tools. Pure. */
import {looksBase32, looksBase36, looksBase64, looksHex, looksLong} from './randomness.js';

export interface Fingerprint {
  /** The tool (or family of tools) whose naming it is. */
  readonly tool: string;
  readonly hash: string;
}

interface Naming {
  readonly tool: string;
  /** On the key without its last extension; the group `hash` is what `accepts` judges. */
  readonly shape: RegExp;
  /** Extensions (lowercase, no dot); absent: any. */
  readonly extensions?: ReadonlySet<string>;
  readonly accepts: (hash: string) => boolean;
}

const code = new Set(['js', 'mjs', 'cjs', 'css', 'wasm']);
const fonts = ['woff2', 'woff', 'ttf', 'otf', 'eot'];
const media = [
  ...['png', 'jpg', 'jpeg', 'gif', 'svg', 'webp', 'avif', 'ico', 'jxl', 'bmp'],
  ...['mp4', 'webm', 'ogg', 'ogv', 'mp3', 'm4a', 'wav', 'flac', 'opus'],
];
const codeAndFonts = new Set([...code, ...fonts]);
const bundled = new Set([...codeAndFonts, ...media]);
/** What bundlers also copy into their asset folders. */
const imported = new Set([
  ...bundled,
  'pdf',
  'json',
  'txt',
  'xml',
  'glb',
  'gltf',
  'bin',
  'webmanifest',
  'data',
  'csv',
  'vtt',
]);

const always = (): boolean => true;
const lenientHex = (hash: string): boolean => looksHex(hash, 'lenient');
const strictHex = (hash: string): boolean => looksHex(hash, 'strict');
const anyNoise = (hash: string): boolean =>
  looksHex(hash, 'lenient') ||
  looksBase64(hash, 'lenient') ||
  looksBase32(hash, 'strict') ||
  (hash.length >= 16 && looksLong(hash));
const viteNoise = (hash: string): boolean => looksBase64(hash, 'lenient') || lenientHex(hash);

/**
 * First match wins: folders that a tool keeps for itself come first and are judged leniently, then plain shapes, which
 * need more evidence. Seen in the tools' own output:
 * - Next `_next/static/` (webpack: hex 16; Turbopack: hex 16 or base38 13; media: hex 8; build id: nanoid 21)
 * - SvelteKit `_app/immutable/`, Astro `_astro/` (`hero.DTa8GBRO_Z1tYvPj.webp`), Nuxt `_nuxt/` (3: base64url 8, 2: hex 7)
 * - Gatsby hex 20 and `static/<md5>/`, Remix `manifest-1A2B3C4D.js`, VitePress `assets/x.md.<hash>.lean.js`
 * - Vite/Rollup base64url 8 (before Vite 5: hex 8), Angular and esbuild base32 8, Angular before 17 hex 16 or 20
 * - webpack, Parcel, Vue CLI, Docusaurus, MkDocs: `name.<hex>.js`; Django hex 12; Hugo, Sprockets hex 64
 */
const namings: readonly Naming[] = [
  {
    tool: 'next',
    shape: /(?:^|\/)_next\/static\/(?:chunks|css|media)\/(?:.*[-./])?(?<hash>[0-9a-f]{8,40})(?:-s)?(?:\.p)?$/,
    accepts: lenientHex,
  },
  {
    tool: 'next',
    shape: /(?:^|\/)_next\/static\/(?:chunks|css|media)\/(?:.*[-/])?(?<hash>[0-9a-z_.~-]{13})$/,
    accepts: looksBase36,
  },
  {
    tool: 'next',
    shape: /(?:^|\/)_next\/static\/(?<hash>[\w-]{20,40})\/_[A-Za-z]+Manifest$/,
    accepts: hash => looksHex(hash, 'strict') || looksLong(hash),
  },
  {
    tool: 'sveltekit',
    shape: /(?:^|\/)_app\/immutable\/(?:.*[-./])?(?<hash>[\w-]{8})$/,
    extensions: bundled,
    accepts: always,
  },
  {
    tool: 'astro',
    shape: /(?:^|\/)_astro\/(?:.*[-./])?(?<hash>[\w-]{8})(?:_[0-9A-Za-z]{4,8})?$/,
    extensions: imported,
    accepts: anyNoise,
  },
  {
    tool: 'nuxt',
    shape: /(?:^|\/)_nuxt\/builds\/meta\/(?<hash>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    accepts: always,
  },
  {
    tool: 'nuxt',
    shape: /(?:^|\/)_nuxt\/(?:.*[-./])?(?<hash>[\w-]{8}|[0-9a-f]{7})$/,
    extensions: imported,
    accepts: anyNoise,
  },
  {
    tool: 'gatsby',
    shape: /(?:^|\/)static\/(?<hash>[0-9a-f]{32})\/(?:[0-9a-f]{5}\/)?[^/]+$/,
    extensions: imported,
    accepts: lenientHex,
  },
  {
    tool: 'gatsby',
    shape:
      /(?:^|\/)(?:component---[^/]+|webpack-runtime|app|framework|commons|polyfill|styles|[0-9a-f]{8})[-.](?<hash>[0-9a-f]{20})$/,
    extensions: code,
    accepts: lenientHex,
  },
  {
    tool: 'remix',
    shape: /(?:^|\/)manifest-(?<hash>[0-9A-F]{8}|[0-9a-f]{8})$/,
    extensions: code,
    accepts: lenientHex,
  },
  {
    tool: 'hugo',
    shape: /_hu_?(?<hash>[0-9a-f]{16,64})(?:_[\w-]+)*$/,
    extensions: new Set(media),
    accepts: hash => /^\d{16,20}$/.test(hash) || lenientHex(hash),
  },
  {
    tool: 'hugo',
    shape: /\.(?<hash>[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/,
    extensions: imported,
    accepts: lenientHex,
  },
  {
    tool: 'webpack',
    shape:
      /(?:^|\/)static\/(?:js|css|media)\/(?:[^/]*[.-])?(?<hash>[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32})$/,
    extensions: imported,
    accepts: lenientHex,
  },
  {
    tool: 'vite',
    shape: /(?:^|\/)assets\/(?:.*[-./])?(?<hash>[\w-]{8})$/,
    extensions: code,
    accepts: viteNoise,
  },
  {
    tool: 'vite',
    shape: /(?:^|\/)assets\/(?:.*\/)?[^/]+[-.](?<hash>[\w-]{8})$/,
    extensions: imported,
    accepts: hash => looksBase64(hash, 'lenient'),
  },
  {
    tool: 'vite',
    shape: /(?:^|\/)assets\/(?:.*\/)?[^/]+[-.](?<hash>[0-9a-z]{8})$/,
    extensions: code,
    accepts: looksBase36,
  },
  {
    tool: 'esbuild',
    shape: /(?:^|\/)(?:_shared\/)?chunk-(?<hash>[A-Z2-7]{8})$/,
    extensions: code,
    accepts: hash => looksBase32(hash, 'lenient'),
  },
  {
    tool: 'angular',
    shape: /(?:^|\/)(?:main|polyfills|styles|scripts|worker)-(?<hash>[A-Z2-7]{8})$/,
    extensions: code,
    accepts: hash => looksBase32(hash, 'lenient'),
  },
  {
    tool: 'angular',
    shape: /(?:^|\/)media\/[^/]+-(?<hash>[A-Z2-7]{8})$/,
    extensions: bundled,
    accepts: hash => looksBase32(hash, 'strict'),
  },
  {
    tool: 'esbuild',
    shape: /[^/]-(?<hash>[A-Z2-7]{8})$/,
    extensions: codeAndFonts,
    accepts: hash => looksBase32(hash, 'strict'),
  },
  {
    tool: 'rollup',
    shape: /[^/][-.](?<hash>[\w-]{8})$/,
    extensions: codeAndFonts,
    accepts: hash => looksBase64(hash, 'strict'),
  },
  {
    tool: 'content hash',
    shape: /[^/]\.(?<hash>[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{12})$/,
    extensions: bundled,
    accepts: strictHex,
  },
  {tool: 'content hash', shape: /[^/]-(?<hash>[0-9a-f]{8})$/, extensions: codeAndFonts, accepts: strictHex},
  {
    tool: 'content hash',
    shape: /[^/][-.](?<hash>[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/,
    extensions: bundled,
    accepts: strictHex,
  },
  {
    tool: 'content hash',
    shape: /(?:^|\/)(?<hash>[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/,
    extensions: codeAndFonts,
    accepts: strictHex,
  },
  {tool: 'content hash', shape: /[^/][-.](?<hash>[\w-]{43,86})$/, extensions: bundled, accepts: looksLong},
];

/** What hangs on a file and shares its hash: source maps, licence texts, precompressed copies. */
const companion = /\.(?:map|LICENSE\.txt|gz|br)$/;
/** What some tools put between hash and extension: `main.8f3b2c1d.chunk.js`, `bundle.d7c377c4.min.js`. */
const infix = /\.(?:min|chunk|bundle|lean|async|module|worker|entry)$/;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The fingerprint in a key (`/`-separated), or undefined when there is none or it cannot be told from a word, a date or a
 * version. HTML never has one: it is what names the hashed files. Leans to undefined.
 */
export function fingerprintOf(key: string): Fingerprint | undefined {
  const bare = key.replace(companion, '').replace(companion, '');
  const dot = bare.lastIndexOf('.');
  if (dot <= bare.lastIndexOf('/') + 1) return undefined;
  const extension = bare.slice(dot + 1).toLowerCase();
  if (/^[xs]?html?$/.test(extension)) return undefined;
  const stem = bare.slice(0, dot).replace(infix, '');
  for (const {tool, shape, extensions, accepts} of namings) {
    if (extensions !== undefined && !extensions.has(extension)) continue;
    const hash = shape.exec(stem)?.groups?.hash;
    if (hash === undefined || !accepts(hash)) continue;
    if (tool !== 'nuxt' && uuid.test(stem)) return undefined;
    return {tool, hash};
  }
  return undefined;
}
