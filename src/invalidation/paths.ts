import {Failure} from '../failure.js';

/** CloudFront refuses longer paths; so does this module before the call. */
const maxPathLength = 4000;

/**
 * RFC 1738 "unsafe" characters, controls, everything beyond ASCII, and `?`, which would begin a query string.
 * The rest must stay as it is: CloudFront does not match an over-encoded path (Developer Guide, "Invalidation paths").
 */
// eslint-disable-next-line no-control-regex -- controls are what it names
const unsafe = /[\u0000-\u0020"#%<>?[\\\]^`{|}\u007f-\u{10ffff}]/gu;

/**
 * The shortest cover that is safe is a wildcard from here on: CloudFront does not support `~` in any form, and a `+`
 * reaches S3 as a space unless the viewer wrote `%2B`, so both spellings may be cached.
 */
const unnameable = /[~+]/;

/**
 * The path that invalidates the object under `key` (no leading slash), percent-encoded as viewers request it. A key with
 * `~` or `+` is covered by a wildcard on what stands before it. A `*` stays itself: at the end it covers the key and more,
 * elsewhere it is a literal.
 */
export function encodePath(key: string): string {
  const cut = key.search(unnameable);
  const named = cut === -1 ? key : key.slice(0, cut);
  const path = '/' + named.replace(unsafe, percentEncode) + (cut === -1 ? '' : '*');
  return path.length <= maxPathLength ? path : cutToWildcard(path);
}

function percentEncode(char: string): string {
  // Not encodeURIComponent: that throws on a lone surrogate and leaves some of the unsafe characters alone.
  let encoded = '';
  for (const byte of Buffer.from(char)) encoded += '%' + byte.toString(16).toUpperCase().padStart(2, '0');
  return encoded;
}

function cutToWildcard(path: string): string {
  return path.slice(0, maxPathLength - 1).replace(/%[0-9A-F]?$/, '') + '*';
}

/** Paths as they are, deduplicated and sorted, without those that a wildcard among them covers. */
export function withoutCovered(paths: Iterable<string>): readonly string[] {
  return dropCovered([...new Set(paths)].sort());
}

function dropCovered(sorted: readonly string[]): string[] {
  const minimal = wildcardPrefixes(sorted);
  if (minimal.length === 0) return [...sorted];
  return sorted.filter(path => {
    const own = path.endsWith('*') ? path.slice(0, -1) : undefined;
    const cover = lastAtOrBefore(minimal, own ?? path);
    return cover === undefined || !(own ?? path).startsWith(cover) || own === cover;
  });
}

/** Whether an invalidation of `items` drops a viewer path: by its own name or under a wildcard. Tags are left out. */
export function coveredBy(items: readonly string[]): (path: string) => boolean {
  const exact = new Set(items);
  const prefixes = wildcardPrefixes(items);
  return path => {
    const prefix = lastAtOrBefore(prefixes, path);
    return exact.has(path) || (prefix !== undefined && path.startsWith(prefix));
  };
}

/** What stands before the `*` of the wildcards among `items`: sorted, none begins another. */
const wildcardPrefixes = (items: readonly string[]): readonly string[] =>
  withoutLonger(items.flatMap(item => (item.endsWith('*') ? [item.slice(0, -1)] : [])).sort());

/** Sorted prefixes without those that begin with another of them. */
export function withoutLonger(sorted: readonly string[]): string[] {
  const kept: string[] = [];
  for (const prefix of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix);
  }
  return kept;
}

/** The greatest element of sorted, prefix-free `prefixes` that is <= `value`: the only one that can be a prefix of it. */
function lastAtOrBefore(prefixes: readonly string[], value: string): string | undefined {
  let low = 0;
  let high = prefixes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((prefixes[middle] ?? '') <= value) low = middle + 1;
    else high = middle;
  }
  return prefixes[low - 1];
}

/**
 * A path as a person types it (`/a b.html`, `img/*`, `/caf%C3%A9`, `#tag`) as CloudFront takes it: leading slash, unsafe
 * characters encoded once (an escape that is there already stays). Failure INVALID_PATH (exit 2).
 */
export function normalizePath(path: string): string {
  if (path.startsWith('#')) return checkTag(path);
  if (path === '') throw invalid(path, 'is empty', 'Write a path such as `/index.html` or `/*`.');
  const star = path.indexOf('*');
  if (star !== -1 && star < path.length - 1) {
    throw invalid(
      path,
      'has a `*` before its end, where CloudFront takes it literally and matches nothing',
      wildcardFor(path.slice(0, star)),
    );
  }
  const tilde = path.search(/~|%7e/i);
  if (tilde !== -1) {
    throw invalid(
      path,
      'contains `~`, which CloudFront does not support in invalidations in any form',
      wildcardFor(path.slice(0, tilde)),
    );
  }
  const slashed = path.startsWith('/') ? path : '/' + path;
  // A typed `?` begins a query string, and a typed escape stays: only what can stand nowhere in a URL is encoded.
  const encoded = slashed.replace(/%(?![0-9A-Fa-f]{2})/g, '%25').replace(unsafe, char => {
    return char === '?' || char === '%' ? char : percentEncode(char);
  });
  if (encoded.length > maxPathLength) {
    throw invalid(path, `is longer than ${maxPathLength} characters`, 'Use a wildcard.');
  }
  return encoded;
}

/** The advice to send what begins with `prefix`; where nothing is left of it, what that would do. */
const wildcardFor = (prefix: string): string =>
  /^\/*$/.test(prefix) ? "Only '/*' covers it, and that drops everything." : `\`${cut(prefix)}*\``;

function checkTag(tag: string): string {
  // Developer Guide, "Invalidate by cache tag": printable ASCII without spaces and commas, at most 256 characters.
  if (/^#[!-+\--~]{1,256}$/.test(tag) && !tag.endsWith('*')) return tag;
  throw invalid(
    tag,
    'is not a cache tag',
    'A tag is 1 to 256 printable ASCII characters without spaces, commas or a wildcard.',
  );
}

/** A sane length for a message. */
const cut = (text: string): string => (text.length <= 80 ? text : text.slice(0, 80) + '…');

function invalid(path: string, what: string, hint: string): Failure {
  return new Failure('usage', 'INVALID_PATH', `The invalidation path "${cut(path)}" ${what}.`, {hint});
}
