import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {price} from '../../../src/invalidation/index.js';
import {pricesOf} from '../../../src/terminal/invalidate/cost.js';

const usage = (used: number) => ({used, scope: 'account', isLeast: false}) as const;

describe('pricesOf', () => {
  it.each([
    ['the first takes the free paths that are left', [30, 20, 10], usage(960), [0, 0.05, 0.05]],
    ['all used', [1, 2], usage(1000), [0.005, 0.01]],
    ['unknown: the most', [3], undefined, [0.015]],
    ['nothing to send', [0], undefined, [0]],
  ])('%s', (_name, counts, used, prices) => {
    expect(pricesOf(counts, used).map(({usd}) => usd)).toEqual(prices);
  });

  it('says that it may be less where nobody knows', () => {
    expect(pricesOf([3, 0], undefined).map(({isMost}) => isMost)).toEqual([true, false]);
  });

  it('adds up to the price of all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), {maxLength: 5}), fc.nat(1200), (counts, used) => {
        const sum = pricesOf(counts, usage(used)).reduce((total, {usd}) => total + usd, 0);
        const all = counts.reduce((total, each) => total + each, 0);
        expect(sum).toBeCloseTo(price(all, usage(used)).usd, 6);
      }),
    );
  });
});
