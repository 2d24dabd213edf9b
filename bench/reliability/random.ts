/** Numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32: the same sequence for the same seed on every machine. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `below` - 1. */
export const int = (random: Random, below: number): number => Math.floor(random() * below);

export const chance = (random: Random, probability: number): boolean => random() < probability;

/** One of `items`, which must not be empty. */
export const pick = <T>(random: Random, items: readonly T[]): T => items[int(random, items.length)] as T;

/** A whole number from `from` to `to`, both included. */
export const between = (random: Random, from: number, to: number): number =>
  from + int(random, to - from + 1);
