import {Failure} from '../../failure.js';
import {withoutLonger} from '../paths.js';

/** CloudFront refuses longer items. */
const maxLength = 4000;

/**
 * What a plan must cover, in code unit order (items are ASCII: the byte order too), each text once, none under a wildcard
 * among them. `forced[i]`: `texts[i]` is a prefix that needs a wildcard, this one or a shorter one.
 */
export interface Leaves {
  readonly texts: readonly string[];
  readonly forced: Uint8Array;
}

/** The greatest length <= `length` at which `text` may be cut: not inside a percent-escape. */
export function cutBeforeEscape(text: string, length: number): number {
  if (length > 0 && text.charCodeAt(length - 1) === percent) return length - 1;
  if (length > 1 && text.charCodeAt(length - 2) === percent) return length - 2;
  return length;
}
const percent = 0x25;

/** The same array where it is in strict order already (one pass), else a sorted copy without repeats. */
export function sortedUnique(texts: readonly string[]): readonly string[] {
  let ascending = true;
  for (let i = 1; i < texts.length; i++) {
    const before = texts[i - 1] as string;
    const text = texts[i] as string;
    if (before < text) continue;
    ascending = false;
    if (before > text) return dropRepeats(texts.toSorted());
  }
  return ascending ? texts : dropRepeats(texts);
}

function dropRepeats(sorted: readonly string[]): string[] {
  return sorted.filter((text, index) => index === 0 || text !== sorted[index - 1]);
}

/** Targets as leaves. A target of more than 4,000 characters becomes a wildcard on what fits. */
export function readLeaves(targets: readonly string[]): Leaves {
  const prefixes: string[] = [];
  const rest: string[] = [];
  for (const target of targets) {
    const isWildcard = target.charCodeAt(target.length - 1) === star;
    if (!isWildcard && target.length <= maxLength) rest.push(target);
    else prefixes.push(toPrefix(isWildcard ? target.slice(0, -1) : target));
  }
  const exact = sortedUnique(rest);
  const forced = withoutLonger(sortedUnique(prefixes));
  for (const sorted of [exact, forced]) {
    // In order, so that what stands between two texts with a leading slash has one too.
    for (const text of [sorted[0], sorted.at(-1)]) if (text?.startsWith('/') === false) throw noSlash(text);
  }
  return forced.length === 0 ? {texts: exact, forced: new Uint8Array(exact.length)} : merge(exact, forced);
}
const star = 0x2a;

function toPrefix(text: string): string {
  const length = cutBeforeEscape(text, Math.min(text.length, maxLength - 1));
  return length === 0 ? '/' : text.slice(0, length);
}

/** Both in order: the exact texts that no prefix covers, and the prefixes, in one order. */
function merge(exact: readonly string[], prefixes: readonly string[]): Leaves {
  const texts: string[] = [];
  const forced: number[] = [];
  let at = 0;
  for (const prefix of prefixes) {
    for (; at < exact.length && (exact[at] as string) < prefix; at++) {
      texts.push(exact[at] as string);
      forced.push(0);
    }
    texts.push(prefix);
    forced.push(1);
    while (at < exact.length && (exact[at] as string).startsWith(prefix)) at++;
  }
  for (; at < exact.length; at++) {
    texts.push(exact[at] as string);
    forced.push(0);
  }
  return {texts, forced: Uint8Array.from(forced)};
}

function noSlash(text: string): Failure {
  return new Failure(
    'usage',
    'INVALID_PATH',
    `The invalidation path "${text.slice(0, 60)}" does not begin with a slash.`,
    {
      hint: 'Write a path such as `/index.html` or `/*`.',
    },
  );
}
