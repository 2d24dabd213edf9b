import type {Choices} from './choices.js';

/** What an item and a wildcard (on top of being an item) are worth, in needless objects. */
export interface Prices {
  readonly item: number;
  readonly wildcard: number;
}

/** The cover with the least `waste + items * item + wildcards * wildcard`. */
export interface Priced {
  readonly cost: number;
  readonly items: number;
  readonly wildcards: number;
  readonly waste: number;
  readonly taken: readonly number[];
}

/**
 * Exact and linear: with prices in place of limits a choice is taken where it costs less than the best for its parts, and
 * nothing outside of it matters. Whatever it finds is also the best cover for as many items and wildcards as it uses.
 * `onTie`: what is done where both cost the same.
 */
export function cheapest(choices: Choices, prices: Prices, onTie: 'take' | 'leave' = 'leave'): Priced {
  const {size, parent, waste, exact, forced} = choices;
  const {parts, take} = priceParts(choices, prices, onTie);
  const isCovered = new Uint8Array(size);
  const taken: number[] = [];
  let items = 0;
  let wildcards = 0;
  let wasted = 0;
  for (let i = size - 1; i >= 0; i--) {
    const up = parent[i] as number;
    if (up !== -1 && isCovered[up] === 1) {
      isCovered[i] = 1;
    } else if (take[i] === 1) {
      isCovered[i] = 1;
      taken.push(i);
      wasted += waste[i] as number;
    } else {
      items += (exact[i] as number) + (forced[i] as number);
      wildcards += forced[i] as number;
    }
  }
  const root = size - 1;
  const cost = Math.min(parts[root] as number, (waste[root] as number) + prices.item + prices.wildcard);
  return {cost, items: items + taken.length, wildcards: wildcards + taken.length, waste: wasted, taken};
}

/**
 * By choice: the least cost of a cover that takes it, all else as well as can be. No cover that takes it costs less, with
 * or without limits, so a choice whose bound is above a known cover cannot make a better one.
 */
export function costsIfTaken(choices: Choices, prices: Prices): Float64Array {
  const {size, parent, waste} = choices;
  const {parts} = priceParts(choices, prices, 'leave');
  const self = (i: number): number => (waste[i] as number) + prices.item + prices.wildcard;
  /** The cost of all that stands beside a choice, none of those above it taken. */
  const beside = new Float64Array(size);
  const costs = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    const up = parent[i] as number;
    if (up !== -1) {
      const own = Math.min(parts[i] as number, self(i));
      beside[i] = (beside[up] as number) + (parts[up] as number) - own;
    }
    costs[i] = (beside[i] as number) + self(i);
  }
  return costs;
}

/** The cost of the best for the parts of each choice, and whether the choice itself is better. */
function priceParts(
  {size, parent, waste, exact, forced}: Choices,
  prices: Prices,
  onTie: 'take' | 'leave',
): {readonly parts: Float64Array; readonly take: Uint8Array} {
  const parts = new Float64Array(size);
  const take = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const self = (waste[i] as number) + prices.item + prices.wildcard;
    const own =
      (parts[i] as number) +
      (exact[i] as number) * prices.item +
      (forced[i] as number) * (prices.item + prices.wildcard);
    parts[i] = own;
    const isTaken = self < own || (self === own && onTie === 'take');
    take[i] = isTaken ? 1 : 0;
    const up = parent[i] as number;
    if (up !== -1) parts[up] = (parts[up] as number) + (isTaken ? self : own);
  }
  return {parts, take};
}
