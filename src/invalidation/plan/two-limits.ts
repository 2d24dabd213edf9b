import type {Choices} from './choices.js';
import {sequenceOf, solveKnapsack} from './knapsack.js';
import {cheapest, costsIfTaken, type Prices} from './prices.js';

export interface TwoLimits {
  readonly budget: number;
  readonly wildcards: number;
}

/** Steps of the knapsack (choices x items x wildcards): at first, and where only a second run can prove the answer. */
export interface Effort {
  readonly first: number;
  readonly second: number;
  /** Items x wildcards beyond which its tables would take too much memory. */
  readonly cells: number;
}
/** Always exact up to 30,000 targets at 3,000 items and 15 wildcards; as a rule beyond. */
export const usualEffort: Effort = {first: 3e8, second: 1.5e9, cells: 2e6};

export interface Best {
  readonly taken: readonly number[];
  readonly waste: number;
  /** The waste is at most this much above the least possible. */
  readonly gap: number;
}

/**
 * The least waste with at most `budget` items, `wildcards` (at least 1) of them wildcards.
 *
 * Lagrangian prices for both limits bound the waste of every cover from below, and that of every cover that takes a given
 * choice. The knapsack in two dimensions then runs over the choices with the lowest bounds and some others: a cover that takes
 * one left out wastes at least the lowest bound left out, so what it finds is the best where it wastes no more than that.
 * Where it does waste more, a second run takes every choice whose bound is below what was found (nothing else can be in a
 * better cover), so its answer is exact. What would take too long is left as it is, the difference stated as `gap`.
 */
export function solveTwoLimits(choices: Choices, limits: TwoLimits, effort: Effort = usualEffort): Best {
  const targets = (choices.last[choices.size - 1] as number) + 1;
  const budget = Math.min(limits.budget, targets);
  const wildcards = Math.min(limits.wildcards, budget);
  const {bounds, root, fitting} = lowerBounds(choices, {budget, wildcards});
  const cells = (budget + 1) * (wildcards + 1);
  if (cells > effort.cells) return {...fitting, gap: Math.max(0, fitting.waste - root)};
  // Half of the first run for the lowest bounds, half for the largest choices: few wildcards must cover nearly everything.
  const half = Math.max(1, Math.floor(effort.first / cells / 2));
  const limit = ceiling(bounds, half);
  const size = (i: number): number => (choices.last[i] as number) - (choices.first[i] as number);
  const small = -ceiling(
    Float64Array.from(bounds, (_, i) => -size(i)),
    half,
  );
  const first = solve(choices, {budget, wildcards}, i => (bounds[i] as number) < limit || size(i) > small);
  const found = fitting.waste < first.waste ? fitting : first;
  const proven = Math.max(root, Math.min(found.waste, limit));
  if (found.waste <= proven) return {...found, gap: 0};
  const couldBeBetter = (i: number): boolean => (bounds[i] as number) < found.waste;
  if (bounds.reduce((count, _, i) => count + (couldBeBetter(i) ? 1 : 0), 0) * cells > effort.second) {
    return {...found, gap: found.waste - proven};
  }
  const second = solve(choices, {budget, wildcards}, couldBeBetter);
  return {...(second.waste < found.waste ? second : found), gap: 0};
}

/** The least value that is left out when at most `count` may be below it. */
function ceiling(bounds: Float64Array, count: number): number {
  return count >= bounds.length ? Infinity : (bounds.slice().sort()[count] as number);
}

function solve(
  choices: Choices,
  {budget, wildcards}: TwoLimits,
  keep: (choice: number) => boolean,
): Omit<Best, 'gap'> {
  const knapsack = solveKnapsack(sequenceOf(choices, keep, false), budget, wildcards);
  let best = {waste: Infinity, items: 0, wildcards: 0};
  for (let items = 1; items <= budget; items++) {
    for (let wild = 0; wild <= wildcards; wild++) {
      const waste = knapsack.best(items, wild);
      if (waste < best.waste) best = {waste, items, wildcards: wild};
    }
  }
  return {waste: best.waste, taken: knapsack.trace(best.items, best.wildcards)};
}

interface Bounds {
  /** Of every cover within the limits. */
  readonly root: number;
  /** By choice: of those that take it. */
  readonly bounds: Float64Array;
  /** The best cover within the limits that was met on the way. */
  readonly fitting: Omit<Best, 'gap'>;
}

/** Lower bounds on the waste, in whole objects. */
function lowerBounds(choices: Choices, {budget, wildcards}: TwoLimits): Bounds {
  const {prices, bound, fitting} = bestPrices(choices, {budget, wildcards});
  const paid = prices.item * budget + prices.wildcard * wildcards;
  const bounds = costsIfTaken(choices, prices).map(cost => whole(cost - paid));
  return {root: Math.max(0, whole(bound)), bounds, fitting};
}

/** Wastes are whole numbers, the sums of prices are not quite. */
const whole = (bound: number): number => Math.ceil(bound - 1e-3);

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The prices with the highest lower bound `cheapest - item * budget - wildcard * wildcards`, concave in the prices. Any
 * prices give a true bound; these are found by halving: what the cover at the centre of the region uses beyond the limits
 * tells on which side of a line through it the best prices lie.
 */
function bestPrices(
  choices: Choices,
  {budget, wildcards}: TwoLimits,
): {readonly prices: Prices; readonly bound: number; readonly fitting: Omit<Best, 'gap'>} {
  const root = choices.size - 1;
  const most = (choices.waste[root] as number) + 1;
  let region: readonly Point[] = [
    {x: 0, y: 0},
    {x: most, y: 0},
    {x: most, y: most},
    {x: 0, y: most},
  ];
  let best = {prices: {item: 0, wildcard: 0}, bound: 0};
  let fitting: Omit<Best, 'gap'> = {taken: [root], waste: choices.waste[root] as number};
  for (let round = 0; round < 80 && region.length >= 3; round++) {
    const centre = centroid(region);
    if (centre === undefined) break;
    const prices = {item: centre.x, wildcard: centre.y};
    const found = cheapest(choices, prices);
    const bound = found.cost - prices.item * budget - prices.wildcard * wildcards;
    if (bound > best.bound) best = {prices, bound};
    const fits = found.items <= budget && found.wildcards <= wildcards;
    if (fits && found.waste < fitting.waste) fitting = {taken: found.taken, waste: found.waste};
    const tooMany = {x: found.items - budget, y: found.wildcards - wildcards};
    if (tooMany.x === 0 && tooMany.y === 0) break;
    region = cut(region, centre, tooMany);
  }
  return {...best, fitting};
}

/** The part of a convex polygon that lies from `centre` in the direction `towards`. */
function cut(polygon: readonly Point[], centre: Point, towards: Point): readonly Point[] {
  const side = ({x, y}: Point): number => (x - centre.x) * towards.x + (y - centre.y) * towards.y;
  const kept: Point[] = [];
  polygon.forEach((point, index) => {
    const next = polygon[(index + 1) % polygon.length] ?? point;
    const here = side(point);
    const there = side(next);
    if (here >= 0) kept.push(point);
    if (here * there < 0) {
      const share = here / (here - there);
      kept.push({x: point.x + share * (next.x - point.x), y: point.y + share * (next.y - point.y)});
    }
  });
  return kept;
}

function centroid(polygon: readonly Point[]): Point | undefined {
  const origin = polygon[0] ?? {x: 0, y: 0};
  let area = 0;
  let x = 0;
  let y = 0;
  for (let i = 1; i + 1 < polygon.length; i++) {
    const a = polygon[i] ?? origin;
    const b = polygon[i + 1] ?? origin;
    const part = (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y);
    area += part;
    x += (part * (a.x + b.x - 2 * origin.x)) / 3;
    y += (part * (a.y + b.y - 2 * origin.y)) / 3;
  }
  return Math.abs(area) < 1e-9 ? undefined : {x: origin.x + x / area, y: origin.y + y / area};
}
