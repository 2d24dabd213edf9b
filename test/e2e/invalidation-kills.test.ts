/** kill -9 at several moments of a job that the rate of the account stretches: the same command again ends it, for the price of once. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {proofCloud, type ProofCloud} from './invalidation-proof/cloud.js';
import {
  checkRecords,
  finish,
  killed,
  prepare,
  priceOnce,
  quotas,
  sorted,
  type Result,
} from './invalidation-proof/job.js';
import {sdkReader} from './invalidation-proof/reader.js';
import {proofSite} from './invalidation-proof/site.js';

const site = proofSite({paths: 400, wildcards: 5, perWildcard: 20, neighbours: 200});
const count = site.paths.length + site.wildcards.length;
let cloud: ProofCloud;
let usedPaths = 0;

beforeAll(async () => {
  cloud = await proofCloud([...quotas, '--invalidation-delay', '300ms']);
});

afterAll(() => cloud.dispose());

it.each([
  {name: 'never', moments: []},
  {name: 'once the first batch is accepted', moments: [{batches: 1, afterMs: 0}]},
  {name: 'when the next batch is due', moments: [{batches: 2, afterMs: 960}]},
  {
    name: 'once, and then the rerun twice',
    moments: [
      {batches: 1, afterMs: 30},
      {batches: 1, afterMs: 0},
      {batches: 1, afterMs: 600},
    ],
  },
])('killed $name', async ({name, moments}) => {
  const usedBefore = usedPaths;
  usedPaths += count;
  const prepared = await prepare(cloud, site, name);
  const earlier = new Set(await cloud.invalidationIds());
  for (const {batches, afterMs} of moments) await killed(cloud, batches, afterMs);
  const accepted = (await cloud.invalidationIds()).length - earlier.size;

  const result = await finish(cloud);
  const ids = (await cloud.invalidationIds()).filter(id => !earlier.has(id));
  const {purged, kept} = await prepared.check();
  const found = checkRecords(site, await Promise.all(ids.map(sdkReader(cloud).get)));
  console.log(
    `${count} items, killed ${name}, ${accepted} of ${ids.length} batches accepted then: ` +
      `${purged} purged, ${kept} kept, ${found}, $${result.costUSD}`,
  );
  expect(sorted(result.batches.map(({id}) => id))).toEqual(sorted(ids));
  expect(result.resumed === null).toBe(moments.length === 0);
  expect(result.costIsMost).toBe(false);
  expect(result.costUSD).toBe(priceOnce(usedBefore, count));
});

it('--reference: the same again is the same invalidation, and its price is at most', async () => {
  const args = ['invalidate', '/named', '--reference', 'release-41', '--no-wait', '--json'];
  const [first, again] = [await cloud.run(args), await cloud.run(args)].map(
    ({stdout}) => JSON.parse(stdout) as Result,
  );
  expect(first).toMatchObject({costUSD: 0.005, costIsMost: true});
  expect(again).toMatchObject({costUSD: 0.005, costIsMost: true});
  expect(again?.batches[0]?.id).toBe(first?.batches[0]?.id);
});
