import type {Leaves} from './leaves.js';
import type {Trie} from './trie.js';

/** What a wildcard on each node of a trie costs. */
export interface Wastes {
  /** By node: live objects under it that are no leaf and under no forced one. */
  readonly waste: Int32Array;
  /** Live objects that go with any cover: leaves, and what is under forced ones. */
  readonly covered: number;
}

/**
 * Counts by position: in sorted `live` (strict order) all paths under a prefix are neighbours. The bounds of a node are
 * found by galloping outward from the bounds of its outermost children, so a node costs the logarithm of what it adds.
 */
export function countWastes({texts, forced}: Leaves, trie: Trie, live: readonly string[]): Wastes {
  const low = new Int32Array(texts.length);
  const high = new Int32Array(texts.length);
  /** Before leaf i: the live objects covered by the leaves before it. */
  const before = new Int32Array(texts.length + 1);
  let at = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string;
    at = gallop(at, live.length, 1, index => (live[index] as string) < text);
    low[i] = at;
    if (forced[i] === 1) {
      at = gallop(at, live.length, 1, index => (live[index] as string).startsWith(text));
    } else if (at < live.length && live[at] === text) {
      at++;
    }
    high[i] = at;
    before[i + 1] = (before[i] as number) + at - (low[i] as number);
  }
  const waste = new Int32Array(trie.size);
  for (let node = 0; node < trie.size; node++) {
    const first = trie.first[node] as number;
    const last = trie.last[node] as number;
    const prefix = (texts[first] as string).slice(0, trie.depth[node]);
    const isUnder = (index: number): boolean => (live[index] as string).startsWith(prefix);
    const from = 1 + gallop((low[first] as number) - 1, -1, -1, isUnder);
    const to = gallop(high[last] as number, live.length, 1, isUnder);
    low[first] = from;
    high[last] = to;
    waste[node] = to - from - ((before[last + 1] as number) - (before[first] as number));
  }
  return {waste, covered: before[texts.length] as number};
}

/** Where nobody knows what is live: the targets that a wildcard merges stand for what it purges. */
export function countMerged(trie: Trie): Wastes {
  const waste = new Int32Array(trie.size);
  for (let node = 0; node < trie.size; node++) {
    waste[node] = (trie.last[node] as number) - (trie.first[node] as number) + 1;
  }
  return {waste, covered: 0};
}

/** From `start` in steps of `sign` (1 or -1) to the first index where `holds` (true, then false for ever) is false, or `end`. */
function gallop(start: number, end: number, sign: 1 | -1, holds: (index: number) => boolean): number {
  let step = 1;
  /** Distances from `start`: everything before `known` holds. */
  let known = 0;
  const most = (end - start) * sign;
  while (known + step <= most && holds(start + sign * (known + step - 1))) {
    known += step;
    step *= 2;
  }
  let fails = Math.min(most, known + step - 1);
  while (known < fails) {
    const middle = (known + fails) >>> 1;
    if (holds(start + sign * middle)) known = middle + 1;
    else fails = middle;
  }
  return start + sign * known;
}
