import {random} from '../../../bench/planner-keys.js';

/** A small case: few targets, so that every set of wildcards can be tried. */
export interface Case {
  readonly targets: readonly string[];
  readonly live: readonly string[];
}

const units = ['a', 'b', 'a', '/', '-', '%20', '%2F', '%C3%A9', '%C3%BC'];

/** Keys with shared prefixes, escapes, keys that begin others, forced wildcards, targets that are not live. */
export function* cases(count: number, seed: number): Generator<Case> {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const text = (longest: number): string =>
    '/' + Array.from({length: below(longest + 1)}, () => units[below(units.length)]).join('');
  for (let i = 0; i < count; i++) {
    const longest = 2 + below(4);
    const exact = Array.from({length: 1 + below(6)}, () => text(longest));
    const forced = Array.from({length: next() < 0.35 ? 1 + below(3) : 0}, () => text(longest) + '*');
    const others = Array.from({length: below(14)}, () => text(longest + 1));
    const live = [...others, ...exact.filter(() => next() < 0.7)];
    yield {targets: shuffle([...exact, ...forced], below), live: shuffle([...new Set(live)], below)};
  }
}

function shuffle<T>(list: readonly T[], below: (limit: number) => number): T[] {
  const shuffled = [...list];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const other = below(i + 1);
    [shuffled[i], shuffled[other]] = [shuffled[other] as T, shuffled[i] as T];
  }
  return shuffled;
}

export const covers = (item: string, text: string): boolean =>
  item.endsWith('*') ? text.startsWith(item.slice(0, -1)) : text === item;

/** Live paths that `paths` purge and that no target is or covers: counted one by one. */
export function countNeedless(paths: readonly string[], {targets, live}: Case): number {
  return live.filter(
    each => paths.some(path => covers(path, each)) && !targets.some(target => covers(target, each)),
  ).length;
}

/** Targets (those that no other one covers) merged by wildcards of `paths` that are no targets themselves. */
export function countMerged(paths: readonly string[], {targets}: Case): number {
  const merging = paths.filter(path => path.endsWith('*') && !targets.includes(path));
  return minimal(targets).filter(target => merging.some(path => covers(path, target.replace(/\*$/, ''))))
    .length;
}

/** Targets, each once, without those that a wildcard among them covers. */
export function minimal(targets: readonly string[]): readonly string[] {
  const unique = [...new Set(targets)];
  return unique.filter(
    target =>
      !unique.some(
        other => other !== target && other.endsWith('*') && covers(other, target.replace(/\*$/, '')),
      ),
  );
}

/** By items and wildcards, the least cost of any cover with exactly so many. */
export type Best = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * Every cover there is: every set of wildcards on any prefix of any target (all of them, not only common ones; a cut inside
 * an escape is no prefix), with the targets that no wildcard of the set covers. `cost` of its wildcards.
 */
export function everyCover({targets}: Case, cost: (paths: readonly string[]) => number): Best {
  const needed = minimal(targets);
  const prefixes = new Set<string>();
  for (const target of needed) {
    const text = target.replace(/\*$/, '');
    for (let length = 1; length <= text.length; length++) {
      if (!/%[0-9A-F]?$/.test(text.slice(0, length))) prefixes.add(text.slice(0, length) + '*');
    }
  }
  const wildcards = [...prefixes];
  const best = new Map<number, Map<number, number>>();
  for (let set = 0; set < 2 ** wildcards.length; set++) {
    const chosen = wildcards.filter((_, index) => ((set >>> index) & 1) === 1);
    const rest = needed.filter(target => !chosen.some(path => covers(path, target.replace(/\*$/, ''))));
    // A forced wildcard of the rest is among the prefixes: that cover is another set.
    if (rest.some(target => target.endsWith('*'))) continue;
    const items = chosen.length + rest.length;
    if (items > needed.length) continue;
    const byWildcards = best.get(items) ?? new Map<number, number>();
    best.set(items, byWildcards);
    const before = byWildcards.get(chosen.length) ?? Infinity;
    if (before > 0) byWildcards.set(chosen.length, Math.min(before, cost(chosen)));
  }
  return best;
}

export function leastWithin(best: Best, items: number, wildcards = Infinity): number {
  let least = Infinity;
  for (const [usedItems, byWildcards] of best) {
    for (const [usedWildcards, cost] of byWildcards) {
      if (usedItems <= items && usedWildcards <= wildcards) least = Math.min(least, cost);
    }
  }
  return least;
}

/** The prefixes of a case, to leave out those that are too many to try. */
export function countPrefixes({targets}: Case): number {
  const prefixes = new Set<string>();
  for (const target of minimal(targets)) {
    const text = target.replace(/\*$/, '');
    for (let length = 1; length <= text.length; length++) {
      if (!/%[0-9A-F]?$/.test(text.slice(0, length))) prefixes.add(text.slice(0, length));
    }
  }
  return prefixes.size;
}
