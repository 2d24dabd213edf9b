import {globMatches} from '../glob.js';

/**
 * Whether a behavior's path pattern matches the whole path: `*` is any run of characters, `/` among them, `?` exactly one;
 * case counts (Developer Guide, "Path pattern").
 */
export const matchesPattern = (pattern: string, path: string): boolean =>
  pattern === '*' || globMatches(pattern, path);

/** The same pattern to CloudFront, in one spelling: with its slash, and `?` before `*` where they stand side by side. */
const canonical = (pattern: string): string =>
  pattern.replace(/^(?!\/)/, '/').replace(/[*?]*\*[*?]*/g, run => `${run.replaceAll('*', '')}*`);

/** `/img/*` and `img/*` are the same pattern to CloudFront. */
export const samePattern = (a: string, b: string): boolean => canonical(a) === canonical(b);

/** Whether `wide` matches every path that `narrow` matches. */
export const coversPattern = (wide: string, narrow: string): boolean =>
  // A `*` of the narrow one may be no character or many, which only a `*` takes.
  globMatches(canonical(wide), canonical(narrow), symbol => symbol !== '*');

/** Whether some path matches both. */
export function patternsMeet(one: string, other: string): boolean {
  const [a, b] = [canonical(one), canonical(other)];
  // Whether the rests of `a` and `b` from here on meet, by position in `b`: the row below, then this one.
  let below: readonly boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      const [left, right] = [a[i], b[j]];
      if (left === '*' || right === '*') row[j] = below[j] === true || row[j + 1] === true;
      else if (left === undefined || right === undefined) row[j] = left === right;
      else row[j] = (left === right || left === '?' || right === '?') && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}
