import {qualifiedTag} from './cache-tags.js';

/** The items of one invalidation, ready to be compared with what the cache holds. */
export interface Invalidation {
  /** Compared with `CacheKey.target` byte for byte. */
  readonly exact: ReadonlySet<string>;
  readonly hasWildcards: boolean;
  /** Whether a trailing-`*` item covers the target; takes the same time for one wildcard and for thousands. */
  readonly coversByWildcard: (target: string) => boolean;
  /** As `qualifiedTag` makes them. */
  readonly tags: ReadonlySet<string>;
}

/**
 * Paths are exact, or a prefix when the last character is `*`; a `*` elsewhere is literal; case-sensitive (facts §17). A
 * missing leading `/` is implied. `#tag` items are looked up under the header that the distribution names now; without
 * one they name nothing. A `*` in a tag is literal.
 */
export const compileInvalidation = (items: readonly string[], tagHeader?: string): Invalidation => {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  const tags = new Set<string>();
  for (const item of items) {
    if (item.startsWith('#')) {
      if (tagHeader !== undefined) tags.add(qualifiedTag(tagHeader, item.slice(1)));
      continue;
    }
    const path = item.startsWith('/') ? item : `/${item}`;
    if (path.endsWith('*')) prefixes.push(path.slice(0, -1));
    else exact.add(path);
  }
  return {exact, hasWildcards: prefixes.length > 0, coversByWildcard: prefixTest(prefixes), tags};
};

export const coversTarget = (invalidation: Invalidation, target: string): boolean =>
  invalidation.exact.has(target) || invalidation.coversByWildcard(target);

export const coversTag = (invalidation: Invalidation, tags: readonly string[]): boolean =>
  invalidation.tags.size > 0 && tags.some(tag => invalidation.tags.has(tag));

/** Where no prefix begins with another one, only the greatest that is not above a text can be its prefix. */
const prefixTest = (prefixes: readonly string[]): ((text: string) => boolean) => {
  const shortest: string[] = [];
  for (const prefix of prefixes.toSorted(byCodeUnit)) {
    const last = shortest.at(-1);
    if (last === undefined || !prefix.startsWith(last)) shortest.push(prefix);
  }
  return text => {
    let low = 0;
    let high = shortest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((shortest[middle] ?? '') <= text) low = middle + 1;
      else high = middle;
    }
    const candidate = shortest[low - 1];
    return candidate !== undefined && text.startsWith(candidate);
  };
};

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
