/** `frontctl invalidate '#tag'`: exactly what carries the tag leaves the edge, as the AWS CLI reads it back. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {proofCloud, type ProofCloud, type Stored} from './invalidation-proof/cloud.js';
import {reader} from './invalidation-proof/reader.js';
import {workspace, type Deployed, type ErrorJson, type Workspace} from './workspace.js';

interface Result {
  readonly paths: readonly string[];
  readonly status: string;
  readonly batches: readonly {readonly id: string; readonly paths: number}[];
}

/** 300 objects of 10 products in two releases; every fifth belongs to both releases, every seventh has no tag. */
const objects: readonly (Stored & {readonly tagged: readonly string[]})[] = Array.from(
  {length: 300},
  (_, n) => {
    const releases = n % 5 === 0 ? ['release-41', 'Release-42'] : [n % 2 === 0 ? 'release-41' : 'Release-42'];
    const tagged = n % 7 === 0 ? [] : [...releases, `product-${n % 10}`];
    const path = `/shop/${n % 10}/item%20${n}.html`;
    return {path, body: `old ${n}`, tagged, ...(tagged.length > 0 && {tags: tagged.join(', ')})};
  },
);
const paths = objects.map(({path}) => path);
const carrying = (...tags: readonly string[]): readonly string[] =>
  objects.filter(({tagged}) => tagged.some(tag => tags.includes(tag))).map(({path}) => path);

describe('a distribution whose config names the header of the tags', () => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud(['--invalidation-delay', '200ms'], {
      CacheTagConfig: {HeaderName: 'x-amz-meta-cache-tag'},
    });
    await cloud.put(objects);
  });
  afterAll(() => cloud.dispose());

  it.each([
    {items: ['#release-41'], gone: carrying('release-41')},
    {items: ['#RELEASE-42', '#product-3'], gone: carrying('Release-42', 'product-3')},
    {
      items: ['#product-7', '/shop/1/item 1.html', '/shop/2/*'],
      gone: [
        ...carrying('product-7'),
        '/shop/1/item%201.html',
        ...paths.filter(path => path.startsWith('/shop/2/')),
      ],
      sent: ['#product-7', '/shop/1/item%201.html', '/shop/2/*'],
    },
  ])('$items', async ({items, gone, sent = items}) => {
    await cloud.warm(paths);
    const {code, stdout, stderr} = await cloud.run(['invalidate', ...items, '--json']);
    expect(code, stdout + stderr).toBe(0);
    const result = JSON.parse(stdout) as Result;
    expect(result.status).toBe('Completed');
    const seen = await cloud.view(paths);
    const missed = seen.filter(({cache}) => cache === 'Miss').map(({target}) => target);
    expect(missed.sort()).toEqual([...new Set(gone)].sort());
    expect(missed.length).toBeGreaterThan(0);
    expect(seen.filter(({cache}) => cache === 'Hit').length).toBe(paths.length - missed.length);

    const client = reader(cloud);
    const read = await client.get(result.batches[0]?.id ?? '');
    expect(read).toMatchObject({status: 'Completed'});
    expect([...read.items].sort()).toEqual([...sent].sort());
    console.log(
      `${sent.join(' ')}: ${missed.length} purged, ${paths.length - missed.length} kept; ${client.client} reads ${read.items.join(' ')}`,
    );
  });

  it("'#product-4*': a tag has no wildcards, and nothing is sent that only looks as if it had", async () => {
    const {code, stdout} = await cloud.run(['invalidate', '#product-4*', '/shop/*', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'INVALID_PATH', exit: 2}});
  });
});

describe('a distribution without such a header', () => {
  let cloud: ProofCloud;

  beforeAll(async () => {
    cloud = await proofCloud([]);
  });
  afterAll(() => cloud.dispose());

  it('is refused with the reason before anything is sent, paths beside the tag neither', async () => {
    await cloud.put(objects.slice(0, 10));
    await cloud.warm(paths.slice(0, 10));
    const run = await cloud.run(['invalidate', '#release-41', '/shop/*']);
    expect(run).toMatchObject({code: 2, stdout: ''});
    expect(run.stderr).toMatch(/^Error: .*#release-41.*no header.*\n.*cacheTagConfig/m);
    expect(await cloud.calls('CreateInvalidation')).toBe(0);
    expect(await cloud.invalidationIds()).toEqual([]);
    const seen = await cloud.view(paths.slice(0, 10));
    expect(new Set(seen.map(({cache}) => cache))).toEqual(new Set(['Hit']));
    const machine = await cloud.run(['invalidate', '#release-41', '--json']);
    expect(JSON.parse(machine.stdout) as ErrorJson).toMatchObject({error: {code: 'NO_CACHE_TAGS', exit: 2}});
  });
});

describe('tags of site.rules, from a deploy', () => {
  let project: Workspace;

  beforeAll(() => {
    project = workspace();
  });
  afterAll(() => project.dispose());

  it("invalidate '#release-41' drops what the rules marked", async () => {
    project.write({
      'site/index.html': 'home',
      'site/shop/a.html': 'a',
      'site/shop/b.html': 'b',
      'site/img/1.txt': '1',
      'frontctl.config.json': JSON.stringify({
        name: 'shop',
        site: {
          dir: 'site',
          rules: [
            {match: 'shop/**', cacheTags: ['release-41', 'shop']},
            {match: 'img/**', cacheTags: ['pictures']},
          ],
        },
      }),
    });
    const {url} = await project.json<Deployed>(['deploy', '--local']);
    const cacheOf = async (path: string): Promise<string | null> => {
      const response = await fetch(new URL(path, url));
      await response.text();
      return response.headers.get('x-cache');
    };
    const all = ['/index.html', '/shop/a.html', '/shop/b.html', '/img/1.txt'];
    for (const path of [...all, ...all]) await cacheOf(path);
    const run = await project.run(['invalidate', '#release-41', '--local']);
    expect(run.code, run.stderr).toBe(0);
    expect(await Promise.all(all.map(cacheOf))).toEqual([
      'Hit from cloudfront',
      'Miss from cloudfront',
      'Miss from cloudfront',
      'Hit from cloudfront',
    ]);
  });
});
