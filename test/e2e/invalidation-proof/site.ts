/** A site whose names are as unhandy as they come, and what of it an invalidation names in how many spellings. */
import type {Stored} from './cloud.js';

/** Numbers of what is typed; each wildcard covers `perWildcard` objects and has as many neighbours that must stay. */
export interface Size {
  readonly paths: number;
  readonly wildcards: number;
  readonly perWildcard: number;
  readonly neighbours: number;
}

export interface ProofSite {
  readonly objects: (version: string) => readonly Stored[];
  /** Cached under these: what must go, and what must stay. */
  readonly purged: readonly string[];
  readonly kept: readonly string[];
  /** As a person's file has them, some of them twice in two spellings. */
  readonly lines: readonly string[];
  /** What CloudFront is to be sent, each once. */
  readonly paths: readonly string[];
  readonly wildcards: readonly string[];
}

interface Kind {
  readonly key: (n: number) => string;
  readonly query?: (n: number) => string;
  /** How a person writes it. */
  readonly typed: (path: string, key: string) => string;
}

const asPath = (path: string): string => path;
const withoutSlash = (path: string): string => path.slice(1);
const asKey = (_path: string, key: string): string => `/${key}`;

/** In turn, so that every batch holds every kind. */
const kinds: readonly Kind[] = [
  {key: n => `plain/${n % 40}/page-${n}.html`, typed: asPath},
  {key: n => `plain/docs/${n}`, typed: withoutSlash},
  {key: n => `with space/s ${n}.html`, typed: asKey},
  {key: n => `with space/t ${n}.html`, typed: asPath},
  {key: n => `ünïcödé/ñ ${n} 日本 😀.html`, typed: asKey},
  {key: n => `ünïcödé/é${n}.html`, typed: asPath},
  {key: n => `escapes/100%/%41-${n}#[x]{y}|^\`"<>\\?.html`, typed: asPath},
  {key: n => `signs/!$&'(),;=:@-${n}_..html`, typed: asPath},
  {key: n => `query/q${n}.html`, query: n => `?v=${n}`, typed: asPath},
  {key: n => `query/ q ${n}.html`, query: () => '?v=a%20b', typed: asPath},
];

/** As browsers send a path: what has no place in a URL is escaped, and `%`, `?`, `#` of a name are. */
const pathOf = (key: string): string =>
  `/${encodeURI(key).replace(/[?#[\]]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** Every fourth wildcard ends inside a segment, every fourth at a slash, in ASCII and beyond. */
const wildcardKey = (n: number): string =>
  [`wild/${n}/`, `wild/${n}/part`, `wild ü/${n} é/`, `wild ü/${n}-teil ß`][n % 4] ?? '';

export function proofSite({paths, wildcards, perWildcard, neighbours}: Size): ProofSite {
  const named = Array.from({length: paths}, (_, n) => {
    const kind = kinds[n % kinds.length] ?? kinds[0];
    if (kind === undefined) throw new TypeError('no kind');
    const key = kind.key(n);
    const target = pathOf(key) + (kind.query?.(n) ?? '');
    const typed = kind.query === undefined ? kind.typed(target, key) : target;
    return {key, target, typed, isKeyed: kind.query !== undefined};
  });
  const prefixes = Array.from({length: wildcards}, (_, n) => wildcardKey(n));
  const covered = prefixes.flatMap(prefix =>
    Array.from({length: perWildcard}, (_, n) => `${prefix}${n} é.html`),
  );
  // Beside each wildcard, one character off it; and beside the named ones.
  const stay = Array.from({length: neighbours}, (_, n) => {
    const prefix = prefixes[n % prefixes.length] ?? '';
    return n % 2 === 0
      ? `${prefix.slice(0, -1)}_${n}`
      : `${kinds[(n >> 1) % 8]?.key(n + 1_000_000) ?? ''}.kept`;
  });
  const keys = [...named.map(({key}) => key), ...covered, ...stay];
  const typedWildcards = prefixes.map((prefix, n) => `${n % 8 < 4 ? `/${prefix}` : pathOf(prefix)}*`);
  const again = named.filter((_, n) => n % 25 === 0).map(({target}) => target);
  return {
    objects: version => keys.map(key => ({path: pathOf(key), body: `${version} of ${key}`})),
    purged: [...named.map(({target}) => target), ...covered.map(pathOf)],
    // A query that is not named stays, and so does the same path without one.
    kept: [...stay.map(pathOf), ...named.filter(({isKeyed}) => isKeyed).map(({key}) => pathOf(key))],
    lines: [...named.map(({typed}) => typed), ...typedWildcards, ...again],
    paths: named.map(({target}) => target),
    wildcards: prefixes.map(prefix => `${pathOf(prefix)}*`),
  };
}
