import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {createRate, loadOf} from '../../../src/local/cloudfront/invalidation-quotas.js';
import {formerQuota, todaysRate} from '../../../src/local/cloudfront/index.js';
import {account, faultOf, smallConfig, stillClock} from './account.js';

const refusal = 'TooManyInvalidationsInProgress 400';
const numbered = (count: number, prefix = '/'): string[] =>
  Array.from({length: count}, (_, n) => `${prefix}${n}`);

let cloud: Awaited<ReturnType<typeof account>>;
let ids: string[] = [];
async function start(options: Parameters<typeof account>[0]) {
  cloud = await account(options);
  ids = [];
  for (const CallerReference of ['one', 'two']) {
    const DistributionConfig = smallConfig({CallerReference, CacheTagConfig: {HeaderName: 'tags'}});
    const made = await cloud.call.CreateDistribution({DistributionConfig});
    ids.push(made.Distribution?.Id ?? '');
  }
}
afterEach(() => cloud.end());

const invalidate = (paths: readonly string[], CallerReference: string, DistributionId = ids[0]) =>
  cloud.call.CreateInvalidation({
    DistributionId,
    InvalidationBatch: {CallerReference, Paths: {Quantity: paths.length, Items: [...paths]}},
  });
const count = async (DistributionId = ids[0]) =>
  (await cloud.call.ListInvalidations({DistributionId})).InvalidationList?.Quantity;

describe('the quota of what is in progress', () => {
  beforeEach(() => start({invalidationQuota: formerQuota}));

  it('is 3,000 paths and 15 wildcards, of each distribution', async () => {
    await invalidate(numbered(2999), 'most');
    await invalidate(['#tag*'], 'a tag with a star is no wildcard');
    expect(await faultOf(invalidate(['/one-more'], 'more'))).toBe(refusal);
    await invalidate(
      numbered(15, '/w').map(path => `${path}*`),
      'wildcards',
    );
    expect(await faultOf(invalidate(['/more*'], 'more*'))).toBe(refusal);
    await invalidate(['/a', '/b*'], 'elsewhere', ids[1]);
    cloud.clock.advance(10_000);
    expect(await invalidate(['/one-more', '/more*'], 'more')).toHaveProperty('Invalidation');
  });

  it('counts batches that are written at the same moment', async () => {
    const answers = await Promise.all(
      numbered(20, '/w').map(path => faultOf(invalidate([`${path}*`], path))),
    );
    expect(answers.filter(answer => answer === refusal)).toHaveLength(5);
    expect(await count()).toBe(15);
  });

  it('refuses no repeat, and counts what was in progress before a restart', async () => {
    const first = await invalidate(numbered(3000), 'all');
    expect((await invalidate(numbered(3000), 'all')).Invalidation?.Id).toBe(first.Invalidation?.Id);
    cloud.close();
    const after = await account({store: cloud.store, clock: cloud.clock, invalidationQuota: formerQuota});
    const again = (paths: readonly string[], CallerReference: string) =>
      after.call.CreateInvalidation({
        DistributionId: ids[0],
        InvalidationBatch: {CallerReference, Paths: {Quantity: paths.length, Items: [...paths]}},
      });
    expect((await again(numbered(3000), 'all')).Invalidation?.Id).toBe(first.Invalidation?.Id);
    expect(await faultOf(again(['/more'], 'more'))).toBe(refusal);
    await after.end();
  });
});

describe('the quota of the rate', () => {
  beforeEach(() => start({invalidationRate: todaysRate}));

  it('is 150 paths or tags and 1 wildcard a second, of the whole account', async () => {
    await invalidate([...numbered(149), '#tag', '/w*'], 'a second of everything');
    expect(await faultOf(invalidate(['/more'], 'more', ids[1]))).toBe(refusal);
    expect(await faultOf(invalidate(['/more*'], 'more*', ids[1]))).toBe(refusal);
    cloud.clock.advance(100);
    expect(await faultOf(invalidate(numbered(16), '16'))).toBe(refusal);
    await invalidate(numbered(15), '15');
    cloud.clock.advance(899);
    expect(await faultOf(invalidate(['/more*'], 'more*'))).toBe(refusal);
    cloud.clock.advance(1);
    await invalidate(['/more*'], 'more*');
    cloud.clock.advance(60_000);
    expect(await faultOf(invalidate(['/x*', '/y*'], 'two'))).toBe(refusal);
    expect(await faultOf(invalidate(numbered(151), '151'))).toBe(refusal);
    await invalidate(numbered(150), '150');
  });

  it('takes nothing for what it refuses, nor for a repeat', async () => {
    await invalidate(['/w*'], 'first');
    expect(await faultOf(invalidate([...numbered(150), '/x*'], 'half of it fits'))).toBe(refusal);
    for (let round = 0; round < 3; round++) await invalidate(['/w*'], 'first');
    await invalidate(numbered(150), 'all paths');
    expect(await count()).toBe(2);
    expect(await faultOf(invalidate(['/w'], 'first'))).toBe('InvalidationBatchAlreadyExists 409');
  });

  it('says whether waiting helps', async () => {
    await expect(invalidate(numbered(151), 'never')).rejects.toThrow('split it');
    await invalidate(['/w*'], 'w');
    await expect(invalidate(['/x*'], 'later')).rejects.toThrow('a little later');
  });
});

it('refills exactly, millisecond by millisecond', async () => {
  cloud = await account();
  const clock = stillClock();
  const take = createRate({paths: 3, wildcards: 1}, clock);
  take({paths: 3, wildcards: 0});
  for (let ms = 0; ms < 999; ms++) {
    clock.advance(1);
    expect(() => {
      take({paths: 3, wildcards: 0});
    }).toThrow('exceed the rate');
  }
  clock.advance(1);
  take({paths: 3, wildcards: 0});
});

it('counts a tag as a path whatever its last character', async () => {
  cloud = await account();
  expect(loadOf(['/a', '/b*', '/c*d', '#t', '#t*'])).toEqual({paths: 4, wildcards: 1});
});

it('has no quota unless it is asked for', async () => {
  await start({});
  await invalidate(
    numbered(20, '/w').map(path => `${path}*`),
    'wildcards',
  );
  await invalidate(numbered(3000), 'paths');
});

it('lists thousands page by page, newest first, each once, looking at no more than a page', async () => {
  await start({});
  const many = 3000;
  await Promise.all(numbered(many).map(path => invalidate([path], path)));
  const reads = vi.spyOn(cloud.store.table('cloudfront.invalidation'), 'get');
  const seen: string[] = [];
  let Marker: string | undefined;
  do {
    const {InvalidationList: list} = await cloud.call.ListInvalidations({DistributionId: ids[0], Marker});
    seen.push(...(list?.Items ?? []).map(item => item.Id ?? ''));
    Marker = list?.NextMarker;
  } while (Marker !== undefined);
  // Each invalidation, one more to see that there are more, and the marker.
  expect(reads.mock.calls.length).toBeGreaterThanOrEqual(many);
  expect(reads.mock.calls.length).toBeLessThan(many + 3 * (many / 100));
  reads.mockRestore();
  expect(new Set(seen).size).toBe(many);
  const paths = await Promise.all(
    [seen[0], seen.at(-1)].map(
      async Id => (await cloud.call.GetInvalidation({DistributionId: ids[0], Id})).Invalidation,
    ),
  );
  expect(paths.map(found => found?.InvalidationBatch?.Paths?.Items)).toEqual([[`/${many - 1}`], ['/0']]);

  cloud.close();
  const after = await account({store: cloud.store, clock: cloud.clock});
  const {InvalidationList: second} = await after.call.ListInvalidations({
    DistributionId: ids[0],
    Marker: seen[99],
    MaxItems: 7,
  });
  expect(second?.Items?.map(item => item.Id)).toEqual(seen.slice(100, 107));
  await after.end();
});
