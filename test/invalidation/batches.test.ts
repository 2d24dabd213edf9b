import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  awsRate,
  halve,
  isWildcard,
  loadOf,
  planParcels,
  quotaOfParcels,
} from '../../src/invalidation/batches.js';

const item = fc
  .tuple(fc.constantFrom('/', '#'), fc.stringMatching(/^[a-d]{1,4}$/), fc.constantFrom('', '', '*'))
  .map(parts => parts.join(''));
const items = fc.array(item, {maxLength: 200});
const rate = fc.record({paths: fc.integer({min: 1, max: 20}), wildcards: fc.integer({min: 1, max: 3})});

describe('planParcels', () => {
  it('sends every item once, in batches that no second refuses', () => {
    fc.assert(
      fc.property(items, rate, (paths, perSecond) => {
        const parcels = planParcels('job', paths, perSecond);
        expect(parcels.flatMap(parcel => parcel.items).sort()).toEqual([...new Set(paths)].sort());
        for (const {items: inOne} of parcels) {
          const load = loadOf(inOne);
          expect(load.paths).toBeLessThanOrEqual(perSecond.paths);
          expect(load.wildcards).toBeLessThanOrEqual(perSecond.wildcards);
          expect(inOne.length).toBeGreaterThan(0);
        }
        const all = loadOf([...new Set(paths)]);
        const fewest = Math.max(
          Math.ceil(all.paths / perSecond.paths),
          Math.ceil(all.wildcards / perSecond.wildcards),
        );
        expect(parcels).toHaveLength(fewest);
      }),
    );
  });

  it('gives the same items the same batches and references, in whatever order and however often', () => {
    fc.assert(
      fc.property(items, rate, fc.infiniteStream(fc.nat()), (paths, perSecond, numbers) => {
        const shuffled = [...paths, ...paths.slice(0, 3)]
          .map(path => ({path, at: numbers.next().value as number}))
          .sort((a, b) => a.at - b.at)
          .map(({path}) => path);
        expect(planParcels('job', shuffled, perSecond)).toEqual(planParcels('job', paths, perSecond));
      }),
    );
  });

  it('a small job is one call', () => {
    const paths = [...Array.from({length: 150}, (_, index) => `/${index}`), '/img/*'];
    expect(planParcels('job', paths, awsRate)).toHaveLength(1);
    expect(planParcels('job', ['/a', '/b'], awsRate)).toEqual([
      {reference: expect.stringMatching(/^job-[\da-f]{12}$/) as string, items: ['/a', '/b']},
    ]);
  });

  it('spreads wildcards over the batches', () => {
    const paths = [
      ...Array.from({length: 5000}, (_, index) => `/p${index}`),
      ...Array.from({length: 40}, (_, index) => `/w${index}/*`),
    ];
    const parcels = planParcels('job', paths, awsRate);
    expect(parcels.map(parcel => loadOf(parcel.items))).toEqual(
      Array.from({length: 40}, () => ({paths: 125, wildcards: 1})),
    );
  });

  it('a star in a tag is no wildcard', () => {
    expect(isWildcard('#sale*')).toBe(false);
    expect(isWildcard('/sale*')).toBe(true);
  });
});

it('halves hold what the whole held, under references of their own', () => {
  fc.assert(
    fc.property(fc.uniqueArray(item, {minLength: 2, maxLength: 40}), paths => {
      const [whole] = planParcels('job', paths, {paths: 40, wildcards: 40});
      if (whole === undefined) throw new Error('no batch');
      const [left, right] = halve('job', whole);
      expect([...left.items, ...right.items]).toEqual(whole.items);
      expect(Math.abs(left.items.length - right.items.length)).toBeLessThanOrEqual(1);
      expect(new Set([whole, left, right].map(({reference}) => reference)).size).toBe(3);
    }),
  );
});

it.each([
  [[], undefined],
  [Array.from({length: 150}, (_, n) => `/${n}`).concat('/a*'), undefined],
  [Array.from({length: 1200}, (_, n) => `/${n}`).concat('/a*'), '150 paths a second'],
  [['/a*', '/b*', '/c'], '1 wildcard a second'],
])('why a job is several invalidations (%#)', (paths, why) => {
  expect(quotaOfParcels(paths)).toBe(why);
  expect(planParcels('job', paths, awsRate).length > 1).toBe(why !== undefined);
});
