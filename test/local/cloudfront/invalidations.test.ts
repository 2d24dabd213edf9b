import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {account, faultOf, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
let id = '';
async function start(options: Parameters<typeof account>[0] = {}) {
  cloud = await account(options);
  const made = await cloud.call.CreateDistribution({DistributionConfig: smallConfig()});
  id = made.Distribution?.Id ?? '';
}
beforeEach(() => start());
afterEach(() => cloud.end());

const invalidate = (
  paths: readonly string[],
  CallerReference = paths.join(' ') || 'none',
  DistributionId = id,
) =>
  cloud.call.CreateInvalidation({
    DistributionId,
    InvalidationBatch: {CallerReference, Paths: {Quantity: paths.length, Items: [...paths]}},
  });

describe('an invalidation', () => {
  it('purges once, when it is Completed', async () => {
    const made = await invalidate(['/index.html', '/a*b', '/img/*']);
    expect(made.Invalidation).toMatchObject({
      Status: 'InProgress',
      Id: expect.stringMatching(/^I[A-Z0-9]{13}$/) as string,
    });
    const get = async () =>
      (await cloud.call.GetInvalidation({DistributionId: id, Id: made.Invalidation?.Id})).Invalidation;
    const inProgress = async () =>
      (await cloud.call.GetDistribution({Id: id})).Distribution?.InProgressInvalidationBatches;
    cloud.clock.advance(9_999);
    expect((await get())?.Status).toBe('InProgress');
    expect(await inProgress()).toBe(1);
    expect(cloud.purged).toEqual([]);
    cloud.clock.advance(1);
    expect((await get())?.Status).toBe('Completed');
    expect(await inProgress()).toBe(0);
    expect(cloud.purged).toEqual([{id, paths: ['/index.html', '/a*b', '/img/*']}]);
    cloud.clock.advance(100_000);
    await get();
    expect(cloud.purged).toHaveLength(1);
  });

  it('finds nothing under a tilde, as at AWS', async () => {
    await invalidate(['/~me/a', '/%7Eme/b', '/c']);
    cloud.clock.advance(10_000);
    await cloud.call.ListInvalidations({DistributionId: id});
    expect(cloud.purged).toEqual([{id, paths: ['/c']}]);
  });

  it('goes on after a restart', async () => {
    const made = await invalidate(['/a']);
    cloud.close();
    cloud.clock.advance(10_000);
    const after = await account({store: cloud.store, clock: cloud.clock});
    expect(after.purged).toEqual([{id, paths: ['/a']}]);
    const found = await after.call.GetInvalidation({DistributionId: id, Id: made.Invalidation?.Id});
    expect(found.Invalidation?.Status).toBe('Completed');
    expect(cloud.purged).toEqual([]);
    await after.end();
  });

  it('is the same one for the same reference and batch', async () => {
    const first = await invalidate(['/a'], 'ref');
    const again = await invalidate(['/a'], 'ref');
    expect(again.Invalidation?.Id).toBe(first.Invalidation?.Id);
    expect(await faultOf(invalidate(['/b'], 'ref'))).toBe('InvalidationBatchAlreadyExists 409');
    cloud.clock.advance(10_000);
    expect((await invalidate(['/a'], 'ref')).Invalidation?.Status).toBe('Completed');
    expect(cloud.purged).toHaveLength(1);
  });

  it.each([
    ['no paths', [], 'InvalidArgument 400'],
    ['a path without a slash', ['index.html'], 'InvalidArgument 400'],
    ['a path of 4,001 characters', ['/' + 'a'.repeat(4000)], 'InvalidArgument 400'],
    ['a path twice', ['/a', '/a'], 'InvalidArgument 400'],
    ['a raw space', ['/a b'], 'InvalidArgument 400'],
    ['raw non-ASCII', ['/ä'], 'InvalidArgument 400'],
    ['a tag on a distribution without tags', ['#news'], 'InvalidArgument 400'],
    ['3,001 paths', Array.from({length: 3001}, (_, n) => `/${n}`), 'BatchTooLarge 413'],
  ])('is refused with %s', async (_what, paths, expected) => {
    expect(await faultOf(invalidate(paths, 'ref'))).toBe(expected);
  });

  it('is refused without its distribution, and unknown ids are not found', async () => {
    expect(await faultOf(invalidate(['/a'], 'ref', 'E0'))).toBe('NoSuchDistribution 404');
    expect(await faultOf(cloud.call.GetInvalidation({DistributionId: id, Id: 'I0'}))).toBe(
      'NoSuchInvalidation 404',
    );
    expect(
      await faultOf(cloud.call.CreateInvalidation({DistributionId: id, InvalidationBatch: undefined})),
    ).toBe('MissingBody 400');
  });

  it('takes tags where the distribution names their header', async () => {
    const made = await cloud.call.CreateDistribution({
      DistributionConfig: smallConfig({CallerReference: 'tags', CacheTagConfig: {HeaderName: 'cache-tag'}}),
    });
    const tagged = made.Distribution?.Id ?? '';
    await invalidate(['#news', '/a'], 'ref', tagged);
    expect(await faultOf(invalidate(['#a,b'], 'bad', tagged))).toBe('InvalidArgument 400');
    cloud.clock.advance(10_000);
    await cloud.call.ListInvalidations({DistributionId: tagged});
    expect(cloud.purged).toEqual([{id: tagged, paths: ['#news', '/a']}]);
  });
});

it('lists the newest first, in pages', async () => {
  for (const path of ['/1', '/2', '/3']) await invalidate([path]);
  const all = (await cloud.call.ListInvalidations({DistributionId: id})).InvalidationList?.Items ?? [];
  const first = (await cloud.call.ListInvalidations({DistributionId: id, MaxItems: 2})).InvalidationList;
  expect(first).toMatchObject({IsTruncated: true, Quantity: 2, NextMarker: all[1]?.Id});
  const found = await cloud.call.GetInvalidation({DistributionId: id, Id: first?.Items?.[0]?.Id});
  expect(found.Invalidation?.InvalidationBatch?.Paths?.Items).toEqual(['/3']);
  const second = (
    await cloud.call.ListInvalidations({DistributionId: id, MaxItems: 2, Marker: first?.NextMarker})
  ).InvalidationList;
  expect(second?.Items?.map(item => item.Id)).toEqual([all[2]?.Id]);
});

it('enforces the former quota on request', async () => {
  await cloud.end();
  await start({invalidationQuota: {paths: 3, wildcards: 1}});
  await invalidate(['/a', '/b']);
  expect(await faultOf(invalidate(['/c', '/d']))).toBe('TooManyInvalidationsInProgress 400');
  await invalidate(['/x/*']);
  expect(await faultOf(invalidate(['/y/*']))).toBe('TooManyInvalidationsInProgress 400');
  cloud.clock.advance(10_000);
  expect(await invalidate(['/y/*', '/c', '/d'])).toHaveProperty('Invalidation');
});

it('purges before it answers when there is no delay', async () => {
  await cloud.end();
  await start({invalidationDelayMs: 0});
  expect((await invalidate(['/a'])).Invalidation?.Status).toBe('InProgress');
  expect(cloud.purged).toHaveLength(1);
});
