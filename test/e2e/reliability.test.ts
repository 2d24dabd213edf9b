/** The figures of `npm run bench -- --only reliability`, small: the built binary against an embedded cloud. */
import {expect, it} from 'vitest';
import {readSite} from '../../src/site/index.js';
import {kill, killLine} from '../../bench/reliability/kill.js';
import {torn, tornByFrontctl, tornLine, type Deploy} from '../../bench/reliability/torn.js';
import {two, twoLine} from '../../bench/reliability/two.js';

const seed = 6;
const size = {pages: 10, modules: 12, pictures: 6, films: 0};

it('visitors who load pages without pause never see one whose files are missing', async () => {
  const result = await tornByFrontctl({seed, deploys: 4, visitors: 2, size});
  console.log(tornLine('torn pages', result));
  expect(result).toMatchObject({broken: 0, stale: 0, examples: []});
  expect(result.loads).toBeGreaterThan(100);
  expect(result.late).toBeGreaterThan(0);
}, 60_000);

/** As no deploy should be: what left the build goes first, pages come before what they name, nothing is invalidated. */
const carelessly: Deploy = async ({aws, bucket}, folder) => {
  const store = await aws.objects(bucket);
  const {files} = await readSite({dir: folder, site: {}});
  const keys = new Set(files.map(({key}) => key));
  await store.deleteMany((await store.list()).map(({key}) => key).filter(key => !keys.has(key)));
  for (const {key, path, sha256, headers} of files.toSorted((a, b) => (a.kind < b.kind ? 1 : -1))) {
    const {readFile} = await import('node:fs/promises');
    const metadata = {'content-type': headers.contentType, 'cache-control': headers.cacheControl};
    await store.put({key, body: await readFile(path), sha256, headers: metadata});
  }
};

it('the same visitors see what a careless deploy breaks', async () => {
  const result = await torn(carelessly, {seed, deploys: 4, visitors: 2, size});
  expect(result.broken + result.stale).toBeGreaterThan(0);
}, 60_000);

it('kill -9 at any moment: the next run ends with exactly the build, nothing pending, nobody holding the lock', async () => {
  const result = await kill({seed, kills: 4, elsewhere: 0, timed: 0, size});
  console.log(killLine(result));
  expect(result.flaws).toEqual([]);
  expect(result.left.lock).toBeGreaterThan(0);
}, 180_000);

it('two deploys at once never mix, and the newer one is live', async () => {
  const result = await two({seed, rounds: 2, size});
  console.log(twoLine(result));
  expect(result.flaws).toEqual([]);
  expect(result.writes).toBeGreaterThan(0);
}, 60_000);
