import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {changedPaths, sitePaths} from '../../../bench/planner-keys.js';
import {bestWithin, solveForCurve} from '../../../src/invalidation/plan/curve.js';
import {planCover, type CoverInput} from '../../../src/invalidation/plan/index.js';
import {sequenceOf, solveKnapsack} from '../../../src/invalidation/plan/knapsack.js';
import {survey} from '../../../src/invalidation/plan/survey.js';
import {solveTwoLimits} from '../../../src/invalidation/plan/two-limits.js';
import {countNeedless, covers, minimal} from './brute-force.js';

const text = fc
  .array(fc.constantFrom('a', 'b', 'a', '/', '-', '!', '%20', '%2F', '%C3%A9', '%C3%BC'), {maxLength: 8})
  .map(units => '/' + units.join(''));
const item = fc.oneof({weight: 6, arbitrary: text}, {weight: 1, arbitrary: text.map(prefix => prefix + '*')});
const inputs = fc.record({
  targets: fc.array(item, {minLength: 1, maxLength: 60}),
  live: fc.array(text, {maxLength: 150}),
  strategy: fc.constantFrom('exact' as const, 'balanced' as const, 'frugal' as const),
  budget: fc.option(fc.integer({min: 1, max: 70}), {nil: undefined}),
  maxWildcards: fc.option(fc.integer({min: 1, max: 12}), {nil: undefined}),
  isKnown: fc.boolean(),
});

/** A limit that cannot be met is refused; that is another test. */
function planned(input: CoverInput): ReturnType<typeof planCover> | undefined {
  try {
    return planCover(input);
  } catch (error) {
    expect(error).toMatchObject({
      exit: 'usage',
      code: expect.stringMatching(/^(BUDGET_TOO_SMALL|WILDCARDS_TOO_FEW)$/) as string,
    });
    expect(input.strategy).toBe('exact');
    return undefined;
  }
}

describe('any plan', () => {
  it('covers every target, holds nothing twice, keeps to the limits, and costs what it says', () => {
    let plans = 0;
    fc.assert(
      fc.property(inputs, ({isKnown, live, ...rest}) => {
        const input: CoverInput = {...rest, live: isKnown ? [...live, ...live.slice(0, 3)] : undefined};
        const plan = planned(input);
        if (plan === undefined) return;
        plans++;
        const {targets, strategy, budget, maxWildcards} = input;
        const {paths} = plan;
        for (const target of targets) {
          expect(
            paths.some(
              path => path === target || (covers(path, target.replace(/\*$/, '')) && path.endsWith('*')),
            ),
          ).toBe(true);
        }
        for (const path of paths) {
          expect(path).toMatch(/^\/(?:[^%*]|%[0-9A-F]{2})*\*?$/);
          expect(
            paths.filter(
              other => other === path || (other.endsWith('*') && covers(other, path.replace(/\*$/, ''))),
            ),
          ).toEqual([path]);
        }
        expect(paths).toEqual([...paths].sort());
        expect(plan.items).toBe(paths.length);
        expect(plan.wildcards).toBe(paths.filter(path => path.endsWith('*')).length);
        expect(plan.items).toBeLessThanOrEqual(budget ?? (strategy === 'balanced' ? 100 : Infinity));
        expect(plan.wildcards).toBeLessThanOrEqual(maxWildcards ?? Infinity);
        expect(plan.gap).toBe(0);
        const unique = [...new Set(live)];
        expect(plan.needless).toBe(isKnown ? countNeedless(paths, {targets, live: unique}) : undefined);
        expect(plan.refetched).toBe(
          isKnown ? unique.filter(each => paths.some(path => covers(path, each))).length : undefined,
        );
        if (strategy === 'exact') expect(plan.needless ?? 0).toBe(0);
        if (strategy === 'exact' && !isKnown) expect([...paths]).toEqual([...minimal(targets)].sort());
      }),
      {numRuns: 3000},
    );
    expect(plans).toBeGreaterThan(1500);
  });

  it('has a curve that only falls, with the plan on it', () => {
    fc.assert(
      fc.property(inputs, ({isKnown, live, ...rest}) => {
        const plan = planned({...rest, live: isKnown ? live : undefined});
        if (plan === undefined) return;
        const {items, wildcards, needless} = plan;
        expect(plan.curve).toContainEqual({items, wildcards, needless});
        plan.curve.slice(1).forEach((point, index) => {
          const before = plan.curve[index]!;
          expect(point.items).toBeGreaterThan(before.items);
          if (isKnown) expect(point.needless).toBeLessThan(before.needless!);
        });
      }),
      {numRuns: 2000},
    );
  });

  it('does not depend on the order of what it is given, nor on repeats', () => {
    const shuffled = inputs.chain(input =>
      fc.record({
        input: fc.constant(input),
        targets: fc.shuffledSubarray(input.targets, {minLength: input.targets.length}),
        live: fc.shuffledSubarray(input.live, {minLength: input.live.length}),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({input, targets, live}) => {
        const {isKnown, ...rest} = input;
        const inOrder = {
          ...rest,
          targets: [...new Set(rest.targets)].sort(),
          live: isKnown ? [...new Set(rest.live)].sort() : undefined,
        };
        expect(
          planned({...rest, targets: [...targets, ...targets], live: isKnown ? live : undefined}),
        ).toEqual(planned(inOrder));
      }),
      {numRuns: 1000},
    );
  });
});

describe('a plan', () => {
  const live = ['/a/1', '/a/2', '/a/3', '/a/4', '/b/x%20y', '/b/x%2Fz', '/c', '/index.html'];

  it('exact: a wildcard where all under it must go; never inside an escape', () => {
    const targets = ['/b/x%20y', '/b/x%2Fz', '/a/1'];
    expect(planCover({targets, live, strategy: 'exact'})).toEqual({
      paths: ['/a/1', '/b/x*'],
      items: 2,
      wildcards: 1,
      needless: 0,
      refetched: 3,
      curve: [
        {items: 1, wildcards: 1, needless: 5},
        {items: 2, wildcards: 1, needless: 0},
      ],
      gap: 0,
    });
  });

  it('balanced: a wildcard where it saves more items than it purges too many', () => {
    const plan = planCover({targets: ['/a/1', '/a/2', '/a/3', '/c'], live, strategy: 'balanced'});
    expect(plan).toMatchObject({paths: ['/a/*', '/c'], needless: 1});
    const even = planCover({targets: ['/a/1', '/a/2', '/c'], live: [...live, '/a/5'], strategy: 'balanced'});
    expect(even).toMatchObject({paths: ['/a/1', '/a/2', '/c'], needless: 0});
  });

  it('frugal: one wildcard on what all have in common', () => {
    expect(planCover({targets: ['/a/1', '/a/2'], live, strategy: 'frugal'}).paths).toEqual(['/a/*']);
    expect(planCover({targets: ['/a/1'], live, strategy: 'frugal'}).paths).toEqual(['/a/1']);
  });

  it('nothing changed: nothing to do', () => {
    const empty = {items: 0, wildcards: 0, needless: 0};
    for (const strategy of ['exact', 'balanced', 'frugal'] as const) {
      expect(planCover({targets: [], live, strategy})).toEqual({
        ...empty,
        paths: [],
        refetched: 0,
        curve: [empty],
        gap: 0,
      });
    }
  });

  it('what is too long becomes a wildcard cut before an escape, and covers what else begins so', () => {
    const long = '/' + 'x'.repeat(3996) + '%20' + 'tail';
    const plan = planCover({targets: [long, '/y'], live: [long, '/y', '/z'], strategy: 'exact'});
    expect(plan.paths).toEqual(['/' + 'x'.repeat(3996) + '*', '/y']);
    expect(plan).toMatchObject({wildcards: 1, needless: 0, refetched: 2});
    const longest = '/' + 'x'.repeat(3999);
    expect(planCover({targets: [longest], live: undefined, strategy: 'exact'}).paths).toEqual([longest]);
    expect(planCover({targets: ['*'], live: undefined, strategy: 'exact'}).paths).toEqual(['/*']);
  });

  it('unknown live objects: nothing merged within the budget, the smallest groups above it', () => {
    const targets = ['/a/1', '/a/2', '/b/1', '/b/2', '/b/3', '/c'];
    expect(planCover({targets, live: undefined, strategy: 'balanced'}).paths).toEqual(targets);
    const tight = planCover({targets, live: undefined, strategy: 'balanced', budget: 5});
    expect(tight).toMatchObject({
      paths: ['/a/*', '/b/1', '/b/2', '/b/3', '/c'],
      needless: undefined,
      refetched: undefined,
    });
    expect(planCover({targets, live: undefined, strategy: 'frugal'}).paths).toEqual(['/*']);
  });

  it('more forced wildcards than allowed merge into shorter ones', () => {
    const targets = ['/a/1*', '/a/2*', '/c'];
    const plan = planCover({targets, live, strategy: 'balanced', maxWildcards: 1});
    expect(plan).toMatchObject({paths: ['/a/*', '/c'], wildcards: 1, needless: 2});
  });

  it.each([
    [
      {targets: ['/a/1', '/c'], strategy: 'exact', budget: 1},
      'BUDGET_TOO_SMALL',
      /takes 2 items, and the budget is 1/,
    ],
    [
      {targets: ['/a/1*', '/c*'], strategy: 'exact', maxWildcards: 1},
      'WILDCARDS_TOO_FEW',
      /takes 2 wildcards/,
    ],
    [{targets: ['/a/1*'], strategy: 'frugal', maxWildcards: 0}, 'WILDCARDS_TOO_FEW', /1 target can only/],
    [
      {targets: ['/a/1', '/c'], strategy: 'balanced', budget: 1, maxWildcards: 0},
      'WILDCARDS_TOO_FEW',
      /takes 2 items/,
    ],
    [{targets: ['/a/1'], strategy: 'balanced', budget: 0}, 'INVALID_LIMIT', /budget of a plan is 0/],
    [{targets: ['/a/1'], strategy: 'balanced', budget: 1.5}, 'INVALID_LIMIT', /1\.5/],
    [{targets: ['a/1', '/c'], strategy: 'exact'}, 'INVALID_PATH', /"a\/1" does not begin with a slash/],
  ] as const)('refuses %j', (input, code, message) => {
    expect(() => planCover({...input, live})).toThrow(
      expect.objectContaining({exit: 'usage', code, message: expect.stringMatching(message) as string}),
    );
  });

  it('no wildcards: every target by name', () => {
    const input = {targets: ['/a/1', '/a/2'], live: ['/a/1', '/a/2'], maxWildcards: 0} as const;
    for (const strategy of ['exact', 'balanced', 'frugal'] as const) {
      expect(planCover({...input, strategy}).paths).toEqual(['/a/1', '/a/2']);
    }
  });
});

describe('large plans', () => {
  it('30,000 targets with two limits: as good as with one where the second is loose, and never better', () => {
    const live = sitePaths(100_000, 1);
    const {choices} = survey(changedPaths(live, 30_000, 2), live);
    const single = bestWithin(solveForCurve(choices, 300), 300);
    const loose = solveTwoLimits(choices, {budget: 300, wildcards: single.wildcards});
    expect(loose).toMatchObject({waste: single.waste, gap: 0});
    const tight = solveTwoLimits(choices, {budget: 300, wildcards: 15});
    expect(tight.gap).toBe(0);
    expect(tight.waste).toBeGreaterThan(single.waste);
    // The whole table, no choice left out.
    const all = solveKnapsack(
      sequenceOf(choices, () => true, false),
      300,
      15,
    );
    let least = Infinity;
    for (let items = 1; items <= 300; items++) {
      for (let wildcards = 1; wildcards <= 15; wildcards++)
        least = Math.min(least, all.best(items, wildcards));
    }
    expect(tight.waste).toBe(least);
  });

  it('blocks: little memory for the traces gives the same plan', () => {
    const live = sitePaths(20_000, 3);
    const {choices} = survey(changedPaths(live, 3000, 4), live);
    const sequence = sequenceOf(choices, () => true, true);
    const whole = solveKnapsack(sequence, 200, undefined);
    const inBlocks = solveKnapsack(sequence, 200, undefined, 700);
    for (const items of [1, 7, 50, 200]) {
      expect(inBlocks.best(items, 0)).toBe(whole.best(items, 0));
      expect(inBlocks.trace(items, 0)).toEqual(whole.trace(items, 0));
    }
  });

  it('a trie thousands deep', () => {
    // Every key begins the next one, every second one is to go.
    const live = Array.from({length: 3900}, (_, index) => '/' + 'a'.repeat(index + 1));
    const targets = live.filter((_, index) => index % 2 === 0);
    const plan = planCover({targets, live, strategy: 'balanced', budget: 1000});
    // A wildcard on the last 951 targets; 999 are named.
    expect(plan).toMatchObject({items: 1000, wildcards: 1});
    expect(plan.needless).toBe(countNeedless(plan.paths, {targets, live}));
    expect(plan.needless).toBe(951);
  });

  it('a thousand folders side by side in a deep one', () => {
    const live = Array.from({length: 4000}, (_, i) => `/${'d/'.repeat(i % 50)}${i % 1000}/${i}`);
    const targets = live.filter((_, index) => index % 3 !== 0);
    const plan = planCover({targets, live, strategy: 'balanced', budget: 40});
    expect(plan.items).toBeLessThanOrEqual(40);
    expect(plan.needless).toBe(countNeedless(plan.paths, {targets, live}));
  });
});
