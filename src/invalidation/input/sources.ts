import {pageOutputs} from './outputs.js';
import type {MapOptions, MappedSources} from './types.js';

/**
 * The keys of a build that show the changed source files, by the habits of the usual site generators. Leading folders of a
 * source (`src/pages/`, `packages/site/public/`) are stripped until the rest names a key; the longest rest wins, and all
 * keys that it may stand for count: one path too many is cheap, one too few is a stale page. Where no rest is a key, keys
 * that end with it count (`content/about/index.md` -> `en/about/index.html`).
 *
 * It knows names, not imports: a component or a layout is `unmapped`, whatever pages show it.
 */
export function mapSources(
  sources: Iterable<string>,
  keys: Iterable<string>,
  options: MapOptions = {},
): MappedSources {
  const index = indexKeys(keys, options.hashOf);
  const mapped = new Set<string>();
  const fingerprinted: string[] = [];
  const unmapped: string[] = [];
  for (const source of new Set(sources)) {
    const outputs = pageOutputs(source);
    const hits = namedKeys(outputs, index);
    for (const key of hits) {
      mapped.add(key);
      for (const twin of companions(key)) if (index.all.has(twin)) mapped.add(twin);
    }
    if (hits.length > 0) continue;
    if (outputs.some(output => index.hashed().has(baseOf(output)))) fingerprinted.push(source);
    else unmapped.push(source);
  }
  return {keys: [...mapped], fingerprinted, unmapped};
}

interface KeyIndex {
  readonly all: ReadonlySet<string>;
  /** Keys by their last two segments. */
  readonly byTail: () => ReadonlyMap<string, readonly string[]>;
  /** File names of fingerprinted keys without their hash. */
  readonly hashed: () => ReadonlySet<string>;
}

function indexKeys(keys: Iterable<string>, hashOf: MapOptions['hashOf']): KeyIndex {
  const all = new Set(keys);
  return {
    all,
    byTail: once(() => {
      const tails = new Map<string, string[]>();
      for (const key of all) {
        const tail = tailOf(key);
        if (tail === undefined) continue;
        const same = tails.get(tail);
        if (same === undefined) tails.set(tail, [key]);
        else same.push(key);
      }
      return tails;
    }),
    hashed: once(() => {
      const names = new Set<string>();
      if (hashOf === undefined) return names;
      for (const key of all) {
        const hash = hashOf(key);
        if (hash !== undefined) names.add(withoutHash(baseOf(key), hash));
      }
      return names;
    }),
  };
}

function once<T>(make: () => T): () => T {
  let made: {readonly value: T} | undefined;
  return () => (made ??= {value: make()}).value;
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `about/index.html` of `en/about/index.html`; undefined for a key without a folder. */
function tailOf(path: string): string | undefined {
  const last = path.lastIndexOf('/');
  return last <= 0 ? undefined : path.slice(path.lastIndexOf('/', last - 1) + 1);
}

/** `app.js` of `app-Ab12Cd34.js`. */
function withoutHash(name: string, hash: string): string {
  const at = name.lastIndexOf(hash);
  if (at === -1) return name;
  return name.slice(0, at).replace(/[-._]$/, '') + name.slice(at + hash.length);
}

function namedKeys(outputs: readonly string[], index: KeyIndex): readonly string[] {
  const exact = longest(outputs, rest => (index.all.has(rest) ? [rest] : []), canStandAlone);
  if (exact.length > 0) return exact;
  return longest(
    outputs,
    rest => {
      const tail = tailOf(rest);
      if (tail === undefined) return [];
      const same = index.byTail().get(tail) ?? [];
      return same.filter(key => key.endsWith('/' + rest));
    },
    () => true,
  );
}

/** The keys that `find` gives for the longest rests, over all outputs: the outputs of one source differ in depth. */
function longest(
  outputs: readonly string[],
  find: (rest: string) => readonly string[],
  mayFind: (stripped: string, rest: string) => boolean,
): readonly string[] {
  let fewest = Infinity;
  let found: string[] = [];
  for (const output of outputs) {
    let stripped = 0;
    for (let start = 0; stripped <= fewest; stripped++) {
      const rest = output.slice(start);
      const hits = mayFind(output.slice(0, start), rest) ? find(rest) : [];
      if (hits.length > 0) {
        if (stripped < fewest) found = [];
        fewest = stripped;
        found.push(...hits);
        break;
      }
      const slash = output.indexOf('/', start);
      if (slash === -1) break;
      start = slash + 1;
    }
  }
  return [...new Set(found)];
}

/** Folders that hold a site's sources, of which nothing is left in its URLs. */
const roots = new Set([
  ...[
    'public',
    'static',
    'assets',
    'dist',
    'build',
    'out',
    'www',
    '_site',
    'site',
    'website',
    'web',
    'frontend',
    'client',
  ],
  ...[
    'src',
    'source',
    'pages',
    'views',
    'templates',
    'content',
    'contents',
    'app',
    'routes',
    'docs',
    'html',
    'resources',
  ],
]);
/** Whose folders have names of their own: `packages/shop/public/`. */
const workspaces = new Set(['packages', 'apps', 'sites', 'projects', 'examples', 'themes', 'layouts']);

/** `index.html` is the home page: only a source whose folders all vanish is that, not every `lib/x/index.md`. */
function canStandAlone(stripped: string, rest: string): boolean {
  if (stripped === '' || rest.includes('/') || !/^index\./.test(rest)) return true;
  const folders = stripped.split('/').slice(0, -1);
  return folders.every(
    (folder, at) =>
      roots.has(folder) ||
      (at === 1 && workspaces.has(folders[0] ?? '')) ||
      (at === 0 && workspaces.has(folder)),
  );
}

/** What generators write beside a page for their own navigation, and beside any file in compressed form. */
function companions(key: string): readonly string[] {
  const beside = [key + '.map', key + '.gz', key + '.br'];
  if (!key.endsWith('.html')) return beside;
  const route = key.replace(/(?:^|\/)index\.html$|\.html$/, '');
  const folder = route === '' ? '' : route + '/';
  return [
    ...beside,
    `page-data/${route === '' ? 'index' : route}/page-data.json`,
    folder + '__data.json',
    folder + '_payload.json',
    folder + 'index.txt',
    ...(route === '' ? [] : [route + '.txt']),
  ];
}
