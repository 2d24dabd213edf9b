import {createHash} from 'node:crypto';
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {CreateBucketCommand} from '@aws-sdk/client-s3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {readInventory} from '../../src/deploy/index.js';
import {readDistribution, type Distribution} from '../../src/distribution/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {deployOnce, openWorld, type World} from './world.js';

let world: World;
let site: SiteResources;

beforeEach(async () => {
  world = await openWorld();
  site = await world.site();
});

afterEach(() => world.close());

async function fill(bucket: string, keys: readonly string[]): Promise<void> {
  const store = await world.aws.objects(bucket);
  const sha256 = createHash('sha256').update('x').digest('hex');
  await Promise.all(keys.map(key => store.put({key, body: Buffer.from('x'), sha256, headers: {}})));
}

const live = () => readDistribution(world.aws, site.distributionId);
const withOrigins = (
  distribution: Distribution,
  ...origins: readonly (readonly [domain: string, path?: string])[]
): Distribution => ({
  ...distribution,
  config: {
    ...distribution.config,
    Origins: {
      Quantity: origins.length,
      Items: origins.map(([DomainName, OriginPath = ''], index) => ({
        Id: `o${index}`,
        DomainName,
        OriginPath,
      })),
    },
  } satisfies DistributionConfig,
});

describe('readInventory', () => {
  it('reads the manifest of the last deploy in one GET', async () => {
    await world.write({'index.html': '<h1>', 'a b.css': 'a'});
    await deployOnce(world, site);
    await fill(site.bucket, ['theirs.txt']);
    const distribution = await live();
    world.calls.length = 0;
    expect(await readInventory(world.aws, distribution)).toEqual({
      objects: [
        {key: 'a b.css', size: 1, cacheControl: 'public, max-age=300, s-maxage=86400'},
        {key: 'index.html', size: 4, cacheControl: 'public, max-age=0, s-maxage=86400, must-revalidate'},
      ],
      bucket: site.bucket,
      prefix: '',
      source: 'manifest',
      isComplete: true,
    });
    expect(world.calls).toEqual(['s3 GetObject']);
  });

  it('lists what no deploy described, below the origin path, and stops at its limit', async () => {
    const keys = Array.from({length: 2001}, (_, n) => `web/${String(n).padStart(4, '0')}`);
    await fill(site.bucket, ['a.txt', 'web/.frontctl/x', ...keys]);
    const distribution = withOrigins(await live(), [`${site.bucket}.s3.us-east-1.amazonaws.com`, '/web']);
    const all = await readInventory(world.aws, distribution);
    expect(all).toMatchObject({bucket: site.bucket, prefix: 'web', source: 'listing', isComplete: true});
    expect(all?.objects).toHaveLength(2001);
    expect(all?.objects[0]).toEqual({key: '0000', size: 1});
    world.calls.length = 0;
    const some = await readInventory(world.aws, distribution, {maxPages: 1});
    expect(some).toMatchObject({isComplete: false});
    expect(some?.objects).toHaveLength(999);
    expect(world.calls).toEqual(['s3 GetObject', 's3 ListObjectsV2']);
    expect((await readInventory(world.aws, distribution, {prefix: ''}))?.objects).toHaveLength(2003);
  }, 30_000);

  it.each([
    'two.words.s3.eu-west-1.amazonaws.com',
    'two.words.s3.amazonaws.com',
    'two.words.s3-eu-west-1.amazonaws.com',
    'two.words.s3.dualstack.eu-west-1.amazonaws.com',
    'two.words.s3-website-us-east-1.amazonaws.com',
    'two.words.s3-website.eu-west-1.amazonaws.com',
    'two.words.s3.cn-north-1.amazonaws.com.cn',
  ])('finds the bucket of %s', async domain => {
    await (await world.aws.s3()).send(new CreateBucketCommand({Bucket: 'two.words'}));
    await fill('two.words', ['x']);
    const distribution = withOrigins(await live(), ['api.example.com'], [domain]);
    expect(await readInventory(world.aws, distribution)).toMatchObject({
      bucket: 'two.words',
      objects: [{key: 'x'}],
    });
  });

  it('takes the first bucket that a deploy went to, else the first', async () => {
    await (await world.aws.s3()).send(new CreateBucketCommand({Bucket: 'other'}));
    await fill('other', ['o.txt']);
    const domains = [['other.s3.amazonaws.com'], [`${site.bucket}.s3.amazonaws.com`]] as const;
    const distribution = withOrigins(await live(), ...domains);
    expect(await readInventory(world.aws, distribution)).toMatchObject({bucket: 'other', source: 'listing'});
    await world.write({'index.html': 'x'});
    await deployOnce(world, site);
    expect(await readInventory(world.aws, distribution)).toMatchObject({
      bucket: site.bucket,
      source: 'manifest',
    });
    expect(await readInventory(world.aws, distribution, {bucket: 'other'})).toMatchObject({
      bucket: 'other',
      source: 'listing',
    });
  });

  it('reads a manifest that another hand laid out', async () => {
    await world.write({'index.html': '<h1>', 'a b.css': 'a'});
    await deployOnce(world, site);
    const distribution = await live();
    const before = await readInventory(world.aws, distribution);
    const store = await world.aws.objects(site.bucket);
    const found = await store.get('.frontctl/manifest.json');
    if (typeof found !== 'object') throw new Error('no manifest');
    const text = JSON.stringify(JSON.parse(Buffer.from(found.body).toString()), undefined, 2);
    const sha256 = createHash('sha256').update(text).digest('hex');
    await store.put({key: '.frontctl/manifest.json', body: Buffer.from(text), sha256, headers: {}});
    expect(await readInventory(world.aws, distribution)).toEqual(before);
  });

  it('lists what others put beside a small manifest', async () => {
    await world.write({'a.txt': 'a', 'gone.txt': 'gone', 'longer.txt': '1'});
    await deployOnce(world, site);
    await fill(site.bucket, ['theirs.txt']);
    const store = await world.aws.objects(site.bucket);
    await store.delete('gone.txt');
    const sha256 = createHash('sha256').update('12').digest('hex');
    await store.put({key: 'longer.txt', body: Buffer.from('12'), sha256, headers: {}});
    const distribution = await live();
    world.calls.length = 0;
    const both = await readInventory(world.aws, distribution, {listBelow: 4});
    expect(both).toMatchObject({source: 'both', isComplete: true});
    const cacheControl = 'public, max-age=0, s-maxage=86400, must-revalidate';
    expect(both?.objects).toEqual([
      {key: 'a.txt', size: 1, cacheControl},
      {key: 'gone.txt', size: 4, cacheControl},
      {key: 'longer.txt', size: 2, cacheControl},
      {key: 'theirs.txt', size: 1},
    ]);
    expect(world.calls).toEqual(['s3 GetObject', 's3 ListObjectsV2']);
    expect(await readInventory(world.aws, distribution, {listBelow: 3})).toMatchObject({source: 'manifest'});
    // Masses of others are not read to their end.
    await fill(
      site.bucket,
      Array.from({length: 1000}, (_, n) => `theirs/${n}`),
    );
    world.calls.length = 0;
    const one = await readInventory(world.aws, distribution, {listBelow: 4, maxPages: 1});
    expect(one).toMatchObject({source: 'manifest', isComplete: true});
    expect(one?.objects).toHaveLength(3);
    expect(world.calls).toEqual(['s3 GetObject', 's3 ListObjectsV2']);
  }, 30_000);

  it('is undefined without a bucket, and where it may not be read', async () => {
    expect(await readInventory(world.aws, withOrigins(await live(), ['x.example.com']))).toBeUndefined();
    const gone = withOrigins(await live(), ['nowhere.s3.amazonaws.com']);
    expect(await readInventory(world.aws, gone)).toBeUndefined();
    const denied: Aws = {...world.aws, objects: () => Promise.reject(new Error('AccessDenied'))};
    expect(await readInventory(denied, await live())).toBeUndefined();
  });
});
