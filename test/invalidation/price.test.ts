import {describe, expect, it} from 'vitest';
import {describePrice, price, quotaOf, type Usage} from '../../src/invalidation/index.js';

const account = (used: number, isLeast = false): Usage => ({used, scope: 'account', isLeast});
const alone = (used: number): Usage => ({used, scope: 'distribution', isLeast: false});

it.each<[number, Usage | undefined, number, boolean]>([
  [0, undefined, 0, false],
  [0, account(0), 0, false],
  [1000, account(0), 0, false],
  [1001, account(0), 0.005, false],
  [10, account(995), 0.025, false],
  [3, account(5000, true), 0.015, false],
  [240, account(1000, true), 1.2, false],
  // 0.005 * 35 is 0.17500000000000002 in floating point.
  [35, account(1000), 0.175, false],
  [12, undefined, 0.06, true],
  [12, alone(140), 0.06, true],
  [12, alone(1000), 0.06, false],
])('%i paths with %j cost $%f, at most: %s', (paths, usage, usd, isMost) => {
  expect(price(paths, usage)).toEqual({usd, isMost});
});

describe('describePrice', () => {
  it.each<[number, Usage | undefined, string]>([
    [12, account(140), '12 paths, 140 of 1,000 free used this month: $0.00'],
    [1, account(1000, true), '1 path, all 1,000 free used this month: $0.005'],
    [240, account(2000, true), '240 paths, all 1,000 free used this month: $1.20'],
    [1240, account(0), '1,240 paths, 0 of 1,000 free used this month: $1.20'],
    [240, undefined, '240 paths, free paths used this month unknown: at most $1.20'],
    [240, alone(3), '240 paths, 3 of 1,000 free used this month by this distribution alone: at most $1.20'],
    [1_000_000, account(1000), '1,000,000 paths, all 1,000 free used this month: $5000.00'],
  ])('%i paths with %j', (paths, usage, text) => {
    expect(describePrice(paths, price(paths, usage), usage)).toBe(text);
  });
});

it('a quota is null where nothing could be counted', () => {
  expect(quotaOf(undefined)).toBeNull();
  expect(quotaOf({used: 12, scope: 'distribution', isLeast: false})).toEqual({
    usedThisMonth: 12,
    scope: 'distribution',
  });
});
