import {createHash} from 'node:crypto';
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {SiteConfig} from '../../src/config/types.js';
import {describePlan, prepareDeploy, readManifest, type DeployInput} from '../../src/deploy/index.js';
import {parseManifest} from '../../src/deploy/manifest/document.js';
import {manifestKey} from '../../src/deploy/manifest/manifest.js';
import {submitInvalidation, waitForInvalidations} from '../../src/invalidation/index.js';
import {ensureSite, type SiteResources} from '../../src/stack/index.js';
import {browse, deployInput, deployOnce, finish, openWorld, siteInput, type World} from './world.js';

let world: World;
let site: SiteResources;

beforeEach(async () => {
  world = await openWorld();
  site = (await finish(ensureSite(siteInput(world.aws, {site: {rules: [{match: '*', cacheTags: ['all']}]}}))))
    .result;
  await world.write({'index.html': '<h1>One</h1>', 'a.html': '<h1>A</h1>', 'a.css': 'a {}'});
});

afterEach(() => world.close());

const pages: SiteConfig = {rules: [{match: '*.html', cacheTags: ['release-{release}', 'pages']}]};
const tagHeader = 'x-amz-meta-cache-tag';

const withRules = (rules: SiteConfig, more: Partial<DeployInput> = {}): Partial<DeployInput> => ({
  site: {dir: world.dir, site: rules},
  ...more,
});
const deployWith = (rules: SiteConfig, release: string) =>
  deployOnce(world, site, withRules(rules, {release}));
const store = () => world.aws.objects(site.bucket);
const tagsOf = async (key: string) => (await (await store()).head(key))?.headers[tagHeader];

async function purge(tag: string) {
  const options = {aws: world.aws, distributionId: site.distributionId, timeoutMs: 20_000};
  const {result} = await finish(submitInvalidation({...options, paths: [tag], reference: `purge ${tag}`}));
  await finish(waitForInvalidations({...options, ids: result.map(({id}) => id)}));
}

async function markOf(path: string): Promise<string> {
  return (await browse(world, site, path)).headers.get('x-cache')?.split(' ')[0] ?? '';
}

it('a release tags what it writes, and a purge of its tag drops exactly that', async () => {
  await deployWith(pages, 'r1');
  expect([await tagsOf('index.html'), await tagsOf('a.html'), await tagsOf('a.css')]).toEqual([
    'release-r1,pages',
    'release-r1,pages',
    undefined,
  ]);
  await world.write({'a.html': '<h1>B</h1>'});
  // `{release}` alone changes no file.
  expect((await deployWith(pages, 'r2')).counts).toMatchObject({uploaded: 1, updated: 0, unchanged: 2});
  expect([await tagsOf('index.html'), await tagsOf('a.html')]).toEqual([
    'release-r1,pages',
    'release-r2,pages',
  ]);

  const paths = ['/index.html', '/a.html', '/a.css'];
  for (const path of paths) await browse(world, site, path);
  await purge('#Release-r2');
  expect(await Promise.all(paths.map(markOf))).toEqual(['Hit', 'Miss', 'Hit']);
  await purge('#pages');
  expect(await Promise.all(paths.map(markOf))).toEqual(['Miss', 'Miss', 'Hit']);
});

it('other tags are changed headers: copied in place and purged; tags that no rule sets any more go', async () => {
  await deployWith({}, 'r1');
  const tagged = await deployWith(pages, 'r2');
  expect(tagged.counts).toMatchObject({uploaded: 0, updated: 2, unchanged: 1});
  expect(tagged.invalidation?.paths).toEqual(['/a.html', '/index.html']);
  expect(await tagsOf('a.html')).toBe('release-r2,pages');

  const prepared = await finish(prepareDeploy(deployInput(world, site, withRules({}))));
  expect(describePlan(prepared.result).plan.steps.map(({reason}) => reason)).toEqual([
    `${tagHeader} changed (release-{release},pages -> none)`,
    `${tagHeader} changed (release-{release},pages -> none)`,
  ]);
  await deployWith({}, 'r3');
  expect(await tagsOf('a.html')).toBeUndefined();
  expect((await deployWith({}, 'r4')).counts).toMatchObject({updated: 0, unchanged: 3});
});

it('a bucket whose manifest is lost keeps the tags that an earlier release wrote, and those of others', async () => {
  await deployWith(pages, 'r1');
  const objects = await store();
  const sha256 = createHash('sha256').update('a {}').digest('hex');
  const headers = {
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=300, s-maxage=86400',
    [tagHeader]: 'theirs',
  };
  await objects.put({key: 'a.css', body: Buffer.from('a {}'), sha256, headers});
  await objects.delete(manifestKey);
  expect((await deployWith(pages, 'r2')).counts).toMatchObject({uploaded: 0, updated: 0, unchanged: 3});
  expect([await tagsOf('index.html'), await tagsOf('a.css')]).toEqual(['release-r1,pages', 'theirs']);

  // Other headers of it may change: the tags of others stay.
  await deployWith({rules: [...(pages.rules ?? []), {match: '*.css', cacheControl: 'max-age=5'}]}, 'r3');
  expect(await tagsOf('a.css')).toBe('theirs');
});

it('a manifest that says nothing of tags is put right: the tags are set again', async () => {
  await deployWith(pages, 'r1');
  const objects = await store();
  const found = await objects.get(manifestKey);
  if (typeof found !== 'object') throw new Error('no manifest');
  const document = JSON.parse(Buffer.from(found.body).toString()) as {
    headers: {cacheTags?: unknown}[];
  };
  for (const headers of document.headers) delete headers.cacheTags;
  const body = Buffer.from(JSON.stringify(document));
  expect(
    [...parseManifest(body.toString(), 'it').files.values()].map(({headers}) => headers.cacheTags),
  ).toEqual([undefined, undefined, undefined]);
  await objects.put({
    key: manifestKey,
    body,
    sha256: createHash('sha256').update(body).digest('hex'),
    headers: {},
  });
  expect((await deployWith(pages, 'r2')).counts).toMatchObject({uploaded: 0, updated: 2, unchanged: 1});
  const manifest = (await readManifest(objects, ''))?.manifest;
  expect(manifest?.files.get('a.html')?.headers.cacheTags).toBe('release-{release},pages');
});

it('warns once where the distribution does not read the tags', async () => {
  const plain = await world.site();
  expect(plain.distributionId).toBe(site.distributionId);
  const quiet = await finish(prepareDeploy(deployInput(world, site, withRules(pages))));
  expect(quiet.events.filter(({type}) => type === 'warning')).toEqual([]);

  const input = siteInput(world.aws);
  const settings = {...input.settings, name: 'untagged'};
  const untagged = (await finish(ensureSite({...input, settings}))).result;
  const {events} = await finish(prepareDeploy(deployInput(world, untagged, withRules(pages))));
  expect(events.filter(({type}) => type === 'warning')).toEqual([
    {
      type: 'warning',
      message: expect.stringContaining(
        `distribution ${untagged.distributionId} has no CacheTagConfig and reads none`,
      ) as string,
    },
  ]);
});
