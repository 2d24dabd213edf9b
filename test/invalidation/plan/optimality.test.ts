import {afterAll, describe, expect, it} from 'vitest';
import {chooseCover, planCover} from '../../../src/invalidation/plan/cover.js';
import {bestWithin, solveForCurve, traceCover} from '../../../src/invalidation/plan/curve.js';
import {pathsOf, survey} from '../../../src/invalidation/plan/survey.js';
import {solveTwoLimits, usualEffort} from '../../../src/invalidation/plan/two-limits.js';
import {
  cases,
  countMerged,
  countNeedless,
  countPrefixes,
  everyCover,
  leastWithin,
  minimal,
  type Best,
  type Case,
} from './brute-force.js';

const small = [...cases(5500, 20261121)].filter(each => countPrefixes(each) <= 11);

const found = {tries: 0, plans: 0, differences: [] as string[]};
function compare(each: Case, what: string, ours: unknown, theirs: unknown): void {
  found.plans++;
  if (ours === theirs) return;
  found.differences.push(
    `${what}: ${String(ours)}, brute force ${String(theirs)}, of ${JSON.stringify(each)}`,
  );
}

afterAll(() => {
  console.log(
    `brute force: ${found.tries} tries, ${found.plans} comparisons, ${found.differences.length} differences`,
  );
});

describe('against every cover there is', () => {
  it('one limit: the least waste for every number of items, and what is traced costs that', () => {
    for (const each of small) {
      found.tries++;
      for (const live of [each.live, undefined]) {
        const recount = (paths: readonly string[]): number =>
          live === undefined ? countMerged(paths, each) : countNeedless(paths, each);
        const best = everyCover(each, recount);
        const surveyed = survey(each.targets, live);
        if (surveyed.choices.size === 0) continue;
        const knapsack = solveForCurve(surveyed.choices, 100);
        for (let items = 1; items <= minimal(each.targets).length; items++) {
          const ours = bestWithin(knapsack, items);
          compare(each, `waste for ${items}`, ours.waste, leastWithin(best, items));
          compare(each, `fewest items for that`, ours.items, fewest(best, ours.waste));
          const paths = pathsOf(surveyed, traceCover(surveyed.choices, knapsack, ours));
          compare(each, `traced for ${items}`, recount(paths), ours.waste);
          compare(each, `items traced for ${items}`, paths.length, ours.items);
          compare(
            each,
            `wildcards traced for ${items}`,
            paths.filter(path => path.endsWith('*')).length,
            ours.wildcards,
          );
        }
      }
    }
    expect(found.differences.slice(0, 5)).toEqual([]);
    expect(found.tries).toBeGreaterThan(3000);
  });

  it('two limits: the least waste for every budget and number of wildcards', () => {
    for (const each of small) {
      for (const live of [each.live, undefined]) {
        const recount = (paths: readonly string[]): number =>
          live === undefined ? countMerged(paths, each) : countNeedless(paths, each);
        const best = everyCover(each, recount);
        const surveyed = survey(each.targets, live);
        if (surveyed.choices.size === 0) continue;
        const count = minimal(each.targets).length;
        for (let budget = 1; budget <= count; budget++) {
          for (let wildcards = 1; wildcards <= budget; wildcards++) {
            const ours = solveTwoLimits(surveyed.choices, {budget, wildcards});
            const paths = pathsOf(surveyed, ours.taken);
            const least = leastWithin(best, budget, wildcards);
            compare(each, `waste for ${budget}, ${wildcards} wildcards`, ours.waste, least);
            compare(each, `gap for ${budget}, ${wildcards} wildcards`, ours.gap, 0);
            compare(each, `traced for ${budget}, ${wildcards} wildcards`, recount(paths), ours.waste);
            const wild = paths.filter(path => path.endsWith('*')).length;
            compare(
              each,
              `within ${budget}, ${wildcards}`,
              paths.length <= budget && wild <= wildcards,
              true,
            );
          }
        }
      }
    }
    expect(found.differences.slice(0, 5)).toEqual([]);
  });

  it('what is said of plans that are not proven is true', () => {
    let unproven = 0;
    for (const each of small) {
      const surveyed = survey(each.targets, each.live);
      if (surveyed.choices.size < 2) continue;
      const best = everyCover(each, paths => countNeedless(paths, each));
      for (const effort of [
        {...usualEffort, first: 1, second: 0},
        {...usualEffort, cells: 0},
      ]) {
        for (let budget = 1; budget <= 4; budget++) {
          for (let wildcards = 1; wildcards <= budget; wildcards++) {
            const ours = solveTwoLimits(surveyed.choices, {budget, wildcards}, effort);
            const difference = ours.waste - leastWithin(best, budget, wildcards);
            if (difference > 0) unproven++;
            compare(
              each,
              `gap honest for ${budget}, ${wildcards}`,
              difference >= 0 && difference <= ours.gap,
              true,
            );
          }
        }
      }
    }
    expect(found.differences.slice(0, 5)).toEqual([]);
    // Otherwise nothing was tried.
    expect(unproven).toBeGreaterThan(50);
  });

  it('strategies: what each promises', () => {
    for (const each of small) {
      const {targets, live} = each;
      const best = everyCover(each, paths => countNeedless(paths, each));
      const exact = planCover({targets, live, strategy: 'exact'});
      compare(each, 'exact wastes', exact.needless, 0);
      compare(each, 'exact takes', exact.items, fewest(best, 0));
      const balanced = planCover({targets, live, strategy: 'balanced'});
      const sums = [...best].flatMap(([items, byWildcards]) =>
        [...byWildcards.values()].map(needless => items + needless),
      );
      compare(each, 'balanced sums to', balanced.items + (balanced.needless ?? NaN), Math.min(...sums));
      const frugal = planCover({targets, live, strategy: 'frugal'});
      compare(each, 'frugal takes', frugal.items, 1);
      compare(each, 'frugal wastes', frugal.needless, leastWithin(best, 1));
      for (let budget = 1; budget < exact.items; budget++) {
        const tight = planCover({targets, live, strategy: 'balanced', budget});
        const fits = balanced.items <= budget;
        // A plan with the same sum and fewer items may be taken where the first does not fit.
        const isSum = tight.items + (tight.needless ?? NaN) === Math.min(...sums);
        const isBest = tight.needless === leastWithin(best, budget);
        compare(
          each,
          `balanced with ${budget}`,
          tight.items <= budget && (fits ? isSum : isSum || isBest),
          true,
        );
      }
      for (let maxWildcards = 1; maxWildcards <= 3; maxWildcards++) {
        const least = fewestWithout(best, maxWildcards);
        const limited = (): number => chooseCover(survey(targets, live), 'exact', {maxWildcards}).items;
        if (least === Infinity) expect(limited).toThrow(expect.objectContaining({code: 'WILDCARDS_TOO_FEW'}));
        else compare(each, `exact with ${maxWildcards} wildcards takes`, limited(), least);
      }
    }
    expect(found.differences.slice(0, 5)).toEqual([]);
  });
});

function fewest(best: Best, cost: number): number {
  return Math.min(...[...best].filter(([items]) => leastWithin(best, items) <= cost).map(([items]) => items));
}

function fewestWithout(best: Best, maxWildcards: number): number {
  return Math.min(
    Infinity,
    ...[...best].filter(([items]) => leastWithin(best, items, maxWildcards) === 0).map(([items]) => items),
  );
}
