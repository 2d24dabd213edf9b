import type {Choices} from './choices.js';
import {sequenceOf, solveKnapsack, wasteOf, wildcardsOf, type Knapsack} from './knapsack.js';
import {cheapest} from './prices.js';
import {wastePointOf, type WastePoint} from './survey.js';

const shown = [1, 2, 5, 10, 15, 20, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000, 20_000, 50_000];

/** Steps that a curve may take where the plan itself needs no knapsack: about 50 ms. */
const curveSteps = 2e7;

/** The knapsack that the curve reads; a plan that reads it too says up to which budget. */
export function solveForCurve(choices: Choices, budget = 0): Knapsack {
  const sequence = sequenceOf(choices, () => true, true);
  const cheap = Math.max(100, Math.min(1000, Math.floor(curveSteps / sequence.size)));
  return solveKnapsack(sequence, Math.min(wasteless(choices).items, Math.max(cheap, budget)), undefined);
}

/** The least waste with at most so many items, with the fewest items for it. */
export function bestWithin(knapsack: Knapsack, budget: number): WastePoint {
  let best = {items: 0, wildcards: 0, waste: Infinity};
  for (let items = 1; items <= Math.min(budget, knapsack.most); items++) {
    const value = knapsack.best(items, 0);
    if (value !== Infinity && wasteOf(value) < best.waste) {
      best = {items, wildcards: wildcardsOf(value), waste: wasteOf(value)};
    }
  }
  return best;
}

/** The choices of that cover: those that the knapsack takes, and outside of them all that waste nothing. */
export function traceCover(
  {size, parent, waste}: Choices,
  knapsack: Knapsack,
  {items}: WastePoint,
): readonly number[] {
  const isTaken = new Uint8Array(size);
  for (const choice of knapsack.trace(items, 0)) isTaken[choice] = 1;
  const isCovered = new Uint8Array(size);
  const taken: number[] = [];
  for (let i = size - 1; i >= 0; i--) {
    const up = parent[i] as number;
    const isUnder = up !== -1 && isCovered[up] === 1;
    if (!isUnder && (isTaken[i] === 1 || waste[i] === 0)) taken.push(i);
    if (isUnder || isTaken[i] === 1) isCovered[i] = 1;
  }
  return taken;
}

/**
 * About 10 to 20 points of the curve: at round budgets as far as the knapsack goes, beyond it the corners that prices find
 * (each the best cover for its number of items), and at the end the plan that wastes nothing. Where wildcards are limited,
 * those of the points that keep to it; they are the best within that limit too.
 */
export function drawCurve(
  choices: Choices,
  knapsack: Knapsack,
  chosen: WastePoint,
  maxWildcards = Infinity,
): readonly WastePoint[] {
  const budgets = knapsack.most <= 20 ? Array.from({length: knapsack.most}, (_, i) => i + 1) : shown;
  const points = [...budgets.filter(budget => budget < knapsack.most), knapsack.most].map(budget =>
    bestWithin(knapsack, budget),
  );
  for (let item = 64; item > 1e-3; item /= 2) {
    const corner = cheapest(choices, {item, wildcard: 0});
    if (corner.items > knapsack.most) points.push(corner);
    if (corner.waste === 0) break;
  }
  points.push(wasteless(choices));
  const isOther = ({items, waste, wildcards}: WastePoint): boolean =>
    wildcards <= maxWildcards && (items > chosen.items ? waste < chosen.waste : waste > chosen.waste);
  return front([...points.filter(isOther), chosen]);
}

/** Every choice that wastes nothing. */
export function wasteless(choices: Choices): WastePoint & {readonly taken: readonly number[]} {
  const taken = [...choices.waste.keys()].filter(i => choices.waste[i] === 0);
  return {...wastePointOf({choices}, taken), taken};
}

/** From few to many items, each point with less waste than all before it. */
function front(points: readonly WastePoint[]): readonly WastePoint[] {
  const kept: WastePoint[] = [];
  for (const point of points.toSorted((a, b) => a.items - b.items || a.waste - b.waste)) {
    if (point.waste < (kept.at(-1)?.waste ?? Infinity)) kept.push(point);
  }
  return kept;
}
