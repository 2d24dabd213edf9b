/** Thousands of paths against both kinds of quotas, cut off by kill -9: all named is purged, nothing else, none paid twice. */
import {setTimeout as delay} from 'node:timers/promises';
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
  type Prepared,
} from './invalidation-proof/job.js';
import {reader, type ReadInvalidation, type Reader} from './invalidation-proof/reader.js';
import {proofSite} from './invalidation-proof/site.js';

/** FRONTCTL_PROOF=full: the size that is claimed, a minute longer. */
const isFull = process.env['FRONTCTL_PROOF'] === 'full';
const size = isFull
  ? {paths: 5000, wildcards: 40, perWildcard: 50, neighbours: 2000, killAt: 19}
  : {paths: 2000, wildcards: 20, perWildcard: 30, neighbours: 600, killAt: 9};
const site = proofSite(size);
let cloud: ProofCloud;
let prepared: Prepared;

beforeAll(async () => {
  // So long that the quota of 15 wildcards in progress is reached, too.
  cloud = await proofCloud([...quotas, '--invalidation-delay', '16500ms']);
  prepared = await prepare(cloud, site, 'one');
}, 120_000);

afterAll(() => cloud.dispose());

it(`${size.paths} paths and ${size.wildcards} wildcards, kill -9 in the middle, the same command again`, async () => {
  const client = reader(cloud);
  const reading = readAlong(client);
  const began = performance.now();
  const cut = await killed(cloud, size.killAt, 350);
  const accepted = (await cloud.invalidationIds()).length;
  expect(accepted).toBeGreaterThanOrEqual(size.killAt);
  expect(accepted).toBeLessThan(size.wildcards);

  const result = await finish(cloud);
  const seconds = Math.round((performance.now() - began) / 1000);
  const {purged, kept} = await prepared.check();
  const records = await reading.end();
  const listed = await client.list();

  expect(cut.stdout).toBe('');
  expect(result).toMatchObject({status: 'Completed', waitCommand: null});
  expect(result.resumed).toMatch(/^20\d\d-/);
  expect(sorted(result.paths)).toEqual(sorted([...site.paths, ...site.wildcards]));
  expect(new Set(listed.map(({status}) => status))).toEqual(new Set(['Completed']));
  expect(sorted(result.batches.map(({id}) => id))).toEqual(sorted(listed.map(({id}) => id)));
  expect(sorted(records.map(({id}) => id))).toEqual(sorted(listed.map(({id}) => id)));
  const found = checkRecords(site, records);
  console.log(
    `${site.paths.length} paths, ${site.wildcards.length} wildcards, killed after ${accepted} of ${listed.length} batches: ` +
      `${purged} cached objects purged, ${kept} kept, ${found} (read by ${client.client}), $${result.costUSD}, ${seconds} s`,
  );
  expect(result.costIsMost).toBe(false);
  expect(result.costUSD).toBe(priceOnce(0, site.paths.length + site.wildcards.length));
}, 180_000);

/** Reads each invalidation once, while the account's pace leaves the processor idle: a look takes the AWS CLI a second. */
function readAlong({get}: Reader): {end(): Promise<readonly ReadInvalidation[]>} {
  const records = new Map<string, ReadInvalidation>();
  const over = new AbortController();
  const readNew = async (): Promise<void> => {
    for (const id of await cloud.invalidationIds()) if (!records.has(id)) records.set(id, await get(id));
  };
  const reading = (async () => {
    while (!over.signal.aborted) {
      await readNew();
      await delay(100);
    }
  })();
  return {
    async end() {
      over.abort();
      await reading;
      await readNew();
      return [...records.values()];
    },
  };
}
