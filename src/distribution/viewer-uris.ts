/** Which URLs at the edge show a key (pure). Developer Guide, "What you need to know when invalidating paths". */
import {encodePath} from '../invalidation/index.js';
import {matchesPattern} from './path-pattern.js';
import type {Behavior, CleanUrls, Root, ViewerRules} from './viewer-rules.js';

/** Error pages that live longer than this under the URLs that failed are worth a `/*`. Seconds. */
const bearableSeconds = 300;

/** Copies that live shorter than this are gone before an invalidation of them would be reported Completed. Seconds. */
const notableSeconds = 30;

/**
 * Every invalidation item that must go when the object under `key` (relative to the prefix) changes: encoded viewer
 * paths, and prefixes with a trailing `*`. None when no behavior shows the key. `cacheControl`: of the copy that is live,
 * where known: it says how long a custom error page stays cached under the URLs that failed, which nobody knows; when that
 * is more than 300 s, only `/*` reaches them.
 */
export function viewerItems(rules: ViewerRules, key: string, cacheControl?: string): readonly string[] {
  const items: string[] = [];
  for (const {name, isKeyed} of shownNames(rules, key)) {
    const path = encodePath(name);
    if (!isKeyed || path.endsWith('*')) items.push(path);
    // The guide's own form. Without an extension it would take whole folders along: `/about*`, and for the root `/*`.
    else if (/\.[^/.]+$/.test(path)) items.push(`${path}*`);
    else items.push(path, `${path}?*`);
  }
  if ((errorPageSeconds(rules, key, cacheControl) ?? 0) > bearableSeconds) items.push('/*');
  return [...new Set(items)];
}

/** The encoded viewer paths under which the object may be cached; no wildcards, no query strings. */
export function livePaths(rules: ViewerRules, key: string): readonly string[] {
  const paths = shownNames(rules, key).map(({path}) => path);
  return rules.roots.length === 1 ? paths : [...new Set(paths)];
}

/** As so many objects counts what a behavior of another origin may have in the cache. */
const foreignObjects = 1000;

/**
 * Stand-ins for what other origins have in the cache, which nobody can list: for the planner to add to the live paths, so
 * that a wildcard over theirs is not taken for free. They are no URLs.
 */
export function foreignPaths(rules: ViewerRules): readonly string[] {
  return rules.behaviors
    .filter(({roots, caches}) => roots.size === 0 && caches)
    .flatMap(({pattern}) => {
      const start = `/${pattern.replace(/[*?].*$/, '').slice(1)}`;
      return Array.from({length: foreignObjects}, (_, n) => `${start}|${n}`);
    });
}

/** Said when `key` changes: for how long copies of an error page stay where no invalidation finds them. */
export function errorPageNote(rules: ViewerRules, key: string, cacheControl?: string): string | undefined {
  const seconds = errorPageSeconds(rules, key, cacheControl) ?? 0;
  if (seconds < notableSeconds || seconds > bearableSeconds) return undefined;
  return `${key} is a custom error page: its old copies under the URLs that failed run out within ${seconds} s.`;
}

/**
 * Whether URLs of a key that is new may hide it for long: what CloudFront was told while there was no such object is kept
 * for ErrorCachingMinTTL, or as long as the custom error page may be. `live`: the keys and their Cache-Control.
 */
export function missesStay(
  rules: ViewerRules,
  live: Iterable<readonly [key: string, cacheControl: string | undefined]>,
): boolean {
  if (rules.missSeconds > bearableSeconds) return true;
  if (rules.errorPages.size === 0) return false;
  for (const [key, cacheControl] of live)
    if ((errorPageSeconds(rules, key, cacheControl) ?? 0) > bearableSeconds) return true;
  return false;
}

interface Shown {
  readonly name: string;
  /** As viewers request it. */
  readonly path: string;
  readonly isKeyed: boolean;
}

/** Runs for every live key of a site: 20,000 take some ten milliseconds. With several roots a name may come twice. */
function shownNames(rules: ViewerRules, key: string): readonly Shown[] {
  const found: Shown[] = [];
  for (const [root, place] of rules.roots.entries()) {
    const named = viewed(place, key);
    if (named === undefined) continue;
    for (const {name, needs} of names(named)) {
      const path = encodeWhole(name);
      const shows = behaviorsOf(rules, root, path).filter(({clean}) => shownBy(clean, needs));
      if (shows.length > 0) found.push({name, path, isKeyed: shows.some(({keysQuery}) => keysQuery)});
    }
  }
  return found;
}

function viewed({add, strip}: Root, key: string): string | undefined {
  return key.startsWith(strip) ? add + key.slice(strip.length) : undefined;
}

interface Name {
  readonly name: string;
  /** The clean URLs that must be on for it. */
  readonly needs: CleanUrls;
}

const index = 'index.html';

/** The page's own name and the clean ones: `a/index.html`, `a/`, `a`; `b.html`, `b`. */
function names(name: string): readonly Name[] {
  const own: Name = {name, needs: 'no'};
  if (name === index || name.endsWith(`/${index}`)) {
    const folder = name.slice(0, -index.length);
    const slashed: Name = {name: folder, needs: 'folders'};
    return folder === '' ? [own, slashed] : [own, slashed, {name: folder.slice(0, -1), needs: 'folders'}];
  }
  return name.endsWith('.html') ? [own, {name: name.slice(0, -5), needs: 'pages'}] : [own];
}

const ranks = {no: 0, folders: 1, pages: 2} as const;
const shownBy = (clean: CleanUrls, needs: CleanUrls): boolean => ranks[clean] >= ranks[needs];

/**
 * The behaviors under which `path` may be cached with an object of that root: the one that it matches, if its origin is
 * the site's, and all those of the site whose code may have made this path out of another one: a function changes the URI
 * and the cache key, but not the behavior.
 */
function behaviorsOf({behaviors}: ViewerRules, root: number, path: string): readonly Behavior[] {
  const matched = behaviors.find(({pattern}) => matchesPattern(pattern, path));
  return behaviors.filter(
    behavior => behavior.roots.has(root) && (behavior === matched || behavior.rewrites),
  );
}

/** Whether the cache key of an encoded viewer path holds query strings. */
export function keysQueryAt({behaviors}: ViewerRules, path: string): boolean {
  return behaviors.find(({pattern}) => matchesPattern(pattern, path))?.keysQuery === true;
}

/** Where invalidations must cut (`~`, `+`), viewers do not. */
function encodeWhole(name: string): string {
  // Most names: nothing to encode, nothing to cut.
  if (/^[\w./-]*$/.test(name)) return `/${name}`;
  const pieces = name.split(/([~+])/);
  return '/' + pieces.map(piece => (/^[~+]$/.test(piece) ? piece : encodePath(piece).slice(1))).join('');
}

/** Undefined when the key is no custom error page. */
function errorPageSeconds(rules: ViewerRules, key: string, cacheControl = ''): number | undefined {
  let seconds: number | undefined;
  for (const root of rules.errorPages.size > 0 ? rules.roots : []) {
    const named = viewed(root, key);
    if (named === undefined) continue;
    const least = rules.errorPages.get(`/${named}`) ?? rules.errorPages.get(encodeWhole(named));
    if (least !== undefined) seconds = Math.max(seconds ?? 0, least, freshSeconds(cacheControl));
  }
  return seconds;
}

/** s-maxage beats max-age (Developer Guide, "Manage how long content stays in the cache"). */
function freshSeconds(cacheControl: string): number {
  const value = (name: string): string | undefined =>
    new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*"?(\\d+)`, 'i').exec(cacheControl)?.[1];
  return Number(value('s-maxage') ?? value('max-age') ?? 0);
}
