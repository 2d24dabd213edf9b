import {Failure} from '../../failure.js';
import type {Choices} from './choices.js';
import {bestWithin, solveForCurve, traceCover, wasteless} from './curve.js';
import type {Knapsack} from './knapsack.js';
import {cheapest} from './prices.js';
import type {Survey} from './survey.js';
import {solveTwoLimits, type Effort} from './two-limits.js';
import type {Limits, Strategy} from './types.js';

/**
 * What `balanced` may use when neither limit is told. Wildcards go out at one a second, and older accounts allow 15 in progress; paths at
 * 150 a second.
 */
const usual = {budget: 100, wildcards: 15};

interface Chosen {
  readonly taken: readonly number[];
  readonly gap: number;
  /** Where the plan needed it; the curve can read it too. */
  readonly knapsack?: Knapsack;
}

export function choose(surveyed: Survey, strategy: Strategy, limits: Limits, effort: Effort): Chosen {
  checkLimit('budget', limits.budget, 1);
  checkLimit('number of wildcards', limits.maxWildcards, 0);
  const {leaves, choices} = surveyed;
  const isUsual = strategy === 'balanced' && limits.budget === undefined;
  const budget = limits.budget ?? (isUsual ? usual.budget : Infinity);
  const maxWildcards = limits.maxWildcards ?? (isUsual ? usual.wildcards : Infinity);
  if (leaves.texts.length === 0) return {taken: [], gap: 0};
  if (maxWildcards === 0) return withoutWildcards(choices, budget);
  if (choices.size === 0) return {taken: [], gap: 0};
  switch (strategy) {
    case 'exact':
      return exact(choices, budget, maxWildcards);
    case 'balanced':
      return balanced(choices, budget, maxWildcards, effort);
    case 'frugal':
      return {taken: [choices.size - 1], gap: 0};
  }
}

/** Where needless objects weigh as much as items if that fits, else the fewest needless ones that the limits allow. */
function balanced(choices: Choices, budget: number, maxWildcards: number, effort: Effort): Chosen {
  // Among equals the one with fewer needless objects; the one with fewer items may fit where that does not.
  for (const onTie of ['leave', 'take'] as const) {
    const {items, wildcards, taken} = cheapest(choices, {item: 1, wildcard: 0}, onTie);
    if (items <= budget && wildcards <= maxWildcards) return {taken, gap: 0};
  }
  const knapsack = solveForCurve(choices, budget);
  const best = bestWithin(knapsack, budget);
  if (best.wildcards <= maxWildcards) {
    return {taken: traceCover(choices, knapsack, best), gap: 0, knapsack};
  }
  return {...solveTwoLimits(choices, {budget, wildcards: maxWildcards}, effort), knapsack};
}

/** Nothing needless, then the fewest items: every wildcard that wastes nothing, the ones that save most where they are limited. */
function exact(choices: Choices, budget: number, maxWildcards: number): Chosen {
  const all = wasteless(choices);
  const {taken, items} = all.wildcards <= maxWildcards ? all : fewestItems(choices, all.taken, maxWildcards);
  if (items > budget) {
    throw new Failure(
      'usage',
      'BUDGET_TOO_SMALL',
      `A plan without a needless refetch takes ${count(items, 'item')}, and the budget is ${budget}.`,
      {hint: `Raise the budget to ${items}, or use \`--strategy balanced\`.`},
    );
  }
  return {taken, gap: 0};
}

/** Choices that waste nothing do not overlap, so those that hold forced leaves are needed and the largest others save most. */
function fewestItems(
  choices: Choices,
  wasteless: readonly number[],
  maxWildcards: number,
): {readonly taken: readonly number[]; readonly items: number} {
  const {first, last, forcedBefore} = choices;
  const leaves = forcedBefore.length - 1;
  const size = (i: number): number => (last[i] as number) + 1 - (first[i] as number);
  const forced = (i: number): number =>
    (forcedBefore[(last[i] as number) + 1] as number) - (forcedBefore[first[i] as number] as number);
  const needed = wasteless.filter(i => forced(i) > 0);
  const alone = needed.reduce((rest, i) => rest - forced(i), forcedBefore[leaves] as number);
  const spare = maxWildcards - needed.length - alone;
  if (spare < 0) {
    const least = needed.length + alone;
    throw new Failure(
      'usage',
      'WILDCARDS_TOO_FEW',
      `A plan without a needless refetch takes ${count(least, 'wildcard')}, and ${count(maxWildcards, 'wildcard')} may be used.`,
      {hint: `Allow ${least} wildcards, or use \`--strategy balanced\`.`},
    );
  }
  const others = wasteless.filter(i => forced(i) === 0).toSorted((a, b) => size(b) - size(a));
  const taken = [...needed, ...others.slice(0, spare)];
  return {taken, items: taken.reduce((items, i) => items - size(i) + 1, leaves)};
}

function withoutWildcards({forcedBefore}: Choices, budget: number): Chosen {
  const items = forcedBefore.length - 1;
  const forced = forcedBefore.at(-1) as number;
  if (forced === 0 && items <= budget) return {taken: [], gap: 0};
  throw new Failure(
    'usage',
    'WILDCARDS_TOO_FEW',
    forced > 0
      ? `${count(forced, 'target')} can only be covered by a wildcard, and no wildcard may be used.`
      : `Without a wildcard the plan takes ${count(items, 'item')}, and the budget is ${budget}.`,
    {hint: 'Allow at least one wildcard: one is always enough.'},
  );
}

function checkLimit(name: string, limit: number | undefined, least: number): void {
  if (limit === undefined || limit === Infinity || (Number.isInteger(limit) && limit >= least)) return;
  throw new Failure('usage', 'INVALID_LIMIT', `The ${name} of a plan is ${limit}.`, {
    hint: `Use a whole number, ${least} or more.`,
  });
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
