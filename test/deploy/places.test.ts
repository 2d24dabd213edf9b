/** Several distributions in front of one bucket, and one site in several buckets. */
import {
  CreateDistributionCommand,
  GetDistributionConfigCommand,
  type CloudFrontClient,
} from '@aws-sdk/client-cloudfront';
import {CreateBucketCommand} from '@aws-sdk/client-s3';
import {afterEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {ensurePolicy, readStatement} from '../../src/bucket/index.js';
import {deploy, readManifest} from '../../src/deploy/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {bodyOf, browse, deployInput, deployOnce, finish, objectsOf, openWorld, type World} from './world.js';

let world: World;

afterEach(() => world.close());

const build = {
  'index.html': '<script src="/assets/app-4f2a9c1b.js"></script>1',
  'old.html': 'leaves',
  'assets/app-4f2a9c1b.js': 'one',
  'logo.svg': '<svg id="one"/>',
};
const next = {
  'index.html': '<script src="/assets/app-77e01d3a.js"></script>2',
  'assets/app-77e01d3a.js': 'two',
  'logo.svg': '<svg id="two"/>',
};

async function change(): Promise<void> {
  await world.remove('old.html');
  await world.remove('assets/app-4f2a9c1b.js');
  await world.write(next);
}

/** A second distribution with the same origin, which may read the bucket as well. */
async function another({bucket, distributionId}: SiteResources): Promise<string> {
  const client: CloudFrontClient = await world.aws.cloudfront();
  const {DistributionConfig} = await client.send(new GetDistributionConfigCommand({Id: distributionId}));
  if (DistributionConfig === undefined) throw new Error('no config');
  const {Distribution} = await client.send(
    new CreateDistributionCommand({
      DistributionConfig: {...DistributionConfig, CallerReference: 'second', Aliases: {Quantity: 0}},
    }),
  );
  await ensurePolicy(world.aws, bucket, [readStatement({bucket, prefix: ''}, Distribution?.ARN ?? '')]);
  const id = Distribution?.Id ?? '';
  await expect.poll(() => world.cloud.edge.portOf(id)).toBeDefined();
  return id;
}

describe('two distributions', () => {
  it('both drop what changed, and a kill between the two leaves nothing unsent', async () => {
    world = await openWorld();
    const site = await world.site();
    const second = await another(site);
    const distributionIds = [site.distributionId, second];
    const shown = async (path: string) =>
      Promise.all(
        distributionIds.map(
          async distributionId => (await browse(world, {...site, distributionId}, path)).text,
        ),
      );
    await world.write(build);
    await deployOnce(world, site, {distributionIds});
    expect(await shown('/')).toEqual([build['index.html'], build['index.html']]);

    await change();
    // The second invalidation is never sent.
    const dying: Aws = {
      ...world.aws,
      cloudfront: async () => {
        const client = await world.aws.cloudfront();
        return new Proxy(client, {
          get: (target, name, receiver) =>
            name === 'send'
              ? (command: {readonly input: object}) =>
                  'InvalidationBatch' in command.input &&
                  (command.input as {DistributionId?: string}).DistributionId === second
                    ? Promise.reject(new Error('killed'))
                    : target.send(command as never)
              : (Reflect.get(target, name, receiver) as unknown),
        });
      },
    };
    await expect(
      finish(deploy(deployInput(world, site, {aws: dying, distributionIds}))),
    ).rejects.toMatchObject({exit: 'unfinished'});
    expect(await shown('/')).toEqual([next['index.html'], build['index.html']]);
    const result = await deployOnce(world, site, {distributionIds});
    expect(await shown('/')).toEqual([next['index.html'], next['index.html']]);
    expect(await shown('/logo.svg')).toEqual([next['logo.svg'], next['logo.svg']]);
    expect(new Set(result.invalidation?.batches.map(batch => batch.distributionId))).toEqual(
      new Set(distributionIds),
    );
    expect((await deployOnce(world, site, {distributionIds})).invalidation).toBeNull();
  });
});

describe('replicas', () => {
  const open = async () => {
    world = await openWorld();
    const site = await world.site();
    const s3 = await world.aws.s3();
    await s3.send(new CreateBucketCommand({Bucket: 'coffee-eu'}));
    await world.write(build);
    return site;
  };
  const replicas = ['coffee-eu'];

  it('hold the same files, and drop the same', async () => {
    const site = await open();
    const first = await deployOnce(world, site, {replicas});
    expect(first.replicas).toMatchObject([{bucket: 'coffee-eu', counts: {uploaded: 4}}]);
    await change();
    const second = await deployOnce(world, site, {replicas});
    expect(second).toMatchObject({
      counts: {uploaded: 3, deleted: 2},
      replicas: [{counts: {uploaded: 3, deleted: 2}}],
    });
    for (const bucket of [site.bucket, 'coffee-eu']) {
      expect(await objectsOf(world, bucket)).toEqual(Object.keys(next).sort());
      expect((await bodyOf(world, bucket, 'index.html')).toString()).toBe(next['index.html']);
    }
    expect((await deployOnce(world, site, {replicas})).replicas).toMatchObject([
      {counts: {uploaded: 0, deleted: 0, unchanged: 3}},
    ]);
  });

  it('one that lags behind is brought up, and what it may have shown is purged', async () => {
    const site = await open();
    await deployOnce(world, site, {replicas});
    await world.write({'logo.svg': next['logo.svg']});
    await deployOnce(world, site);
    const result = await deployOnce(world, site, {replicas});
    expect(result).toMatchObject({
      counts: {uploaded: 0},
      replicas: [{counts: {uploaded: 1}}],
      invalidation: {paths: ['/logo.svg']},
    });
  });

  it('one that refuses an asset keeps every bucket from new pages', async () => {
    const site = await open();
    await deployOnce(world, site, {replicas});
    await change();
    const refusing: Aws = {
      ...world.aws,
      objects: async bucket => {
        const store = await world.aws.objects(bucket);
        if (bucket !== 'coffee-eu') return store;
        return {
          ...store,
          put: object =>
            object.key === 'logo.svg' ? Promise.reject(new Error('the region is down')) : store.put(object),
        };
      },
    };
    await expect(finish(deploy(deployInput(world, site, {replicas, aws: refusing})))).rejects.toThrow(
      'the region is down',
    );
    for (const bucket of [site.bucket, 'coffee-eu']) {
      expect((await bodyOf(world, bucket, 'index.html')).toString()).toBe(build['index.html']);
      expect(await objectsOf(world, bucket)).toContain('assets/app-4f2a9c1b.js');
    }
    await deployOnce(world, site, {replicas});
    for (const bucket of [site.bucket, 'coffee-eu']) {
      expect(await objectsOf(world, bucket)).toEqual(Object.keys(next).sort());
      const {manifest} = (await readManifest(await world.aws.objects(bucket), '')) ?? {};
      expect(manifest?.pendingInvalidations).toEqual([]);
    }
  });
});
