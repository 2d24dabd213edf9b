import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type CreateBucketCommandInput,
} from '@aws-sdk/client-s3';
import {afterEach, describe, expect, it} from 'vitest';
import type {DeployInput} from '../../src/deploy/index.js';
import {lockKey} from '../../src/deploy/lock/lock.js';
import {multipartBytes} from '../../src/deploy/upload/multipart.js';
import {bodyOf, deployOnce, objectsOf, openWorld, type World} from './world.js';

let world: World;
afterEach(() => world.close());

const Bucket = 'kept';
const site = {bucket: Bucket, distributionId: ''};
const deploy = (more: Partial<DeployInput> = {}) => deployOnce(world, site, {distributionIds: [], ...more});

interface Versions {
  /** Of objects, by key. */
  readonly objects: Readonly<Record<string, number>>;
  /** Keys that a delete marker hides. */
  readonly hidden: readonly string[];
}

async function versions(): Promise<Versions> {
  const s3 = await world.aws.s3();
  const {Versions: objects = [], DeleteMarkers: markers = []} = await s3.send(
    new ListObjectVersionsCommand({Bucket}),
  );
  const counts = new Map<string, number>();
  for (const {Key = ''} of objects) counts.set(Key, (counts.get(Key) ?? 0) + 1);
  return {
    objects: Object.fromEntries(counts),
    hidden: markers.filter(({IsLatest}) => IsLatest).map(({Key = ''}) => Key),
  };
}

async function openBucket(more: Partial<CreateBucketCommandInput> = {}): Promise<void> {
  await (await world.aws.s3()).send(new CreateBucketCommand({Bucket, ...more}));
}

/** A first deploy, one that changes and deletes, one that brings back what was deleted, one that finds nothing to do. */
async function liveThrough(): Promise<void> {
  await world.write({'index.html': 'one', 'about.html': 'one', 'logo.svg': 'one'});
  expect((await deploy()).counts).toMatchObject({uploaded: 3});
  await world.remove('about.html');
  await world.write({'index.html': 'two'});
  expect((await deploy()).counts).toMatchObject({uploaded: 1, deleted: 1, unchanged: 1});
  expect(await objectsOf(world, Bucket)).toEqual(['index.html', 'logo.svg']);
  await world.write({'about.html': 'again'});
  expect((await deploy()).counts).toMatchObject({uploaded: 1, deleted: 0, unchanged: 2});
  expect((await bodyOf(world, Bucket, 'about.html')).toString()).toBe('again');
  world.calls.length = 0;
  expect((await deploy()).counts).toMatchObject({uploaded: 0, unchanged: 3});
  expect([...world.calls].sort()).toEqual(['s3 GetObject', 's3 ListObjectsV2']);
}

describe('a bucket that keeps versions', () => {
  it('is deployed to as any other: deletes write markers, and what they hide is new again', async () => {
    world = await openWorld();
    await openBucket();
    const s3 = await world.aws.s3();
    const VersioningConfiguration = {Status: 'Enabled'} as const;
    await s3.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration}));
    await liveThrough();
    const {objects, hidden} = await versions();
    expect(objects).toMatchObject({'index.html': 2, 'about.html': 2, 'logo.svg': 1});
    expect(hidden).toEqual([lockKey]);
  });

  it('whose versioning was suspended, too', async () => {
    world = await openWorld();
    await openBucket();
    const s3 = await world.aws.s3();
    for (const Status of ['Enabled', 'Suspended'] as const)
      await s3.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration: {Status}}));
    await liveThrough();
    expect((await versions()).hidden).toEqual([lockKey]);
  });
});

describe('a bucket with Object Lock', () => {
  it('is deployed to with a digest on every body, once it has asked for one', async () => {
    const refused: string[] = [];
    world = await openWorld({
      log: ({operation, status}) => {
        if (status === 400) refused.push(operation);
      },
    });
    await openBucket({ObjectLockEnabledForBucket: true});
    const s3 = await world.aws.s3();
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: {DefaultRetention: {Mode: 'COMPLIANCE', Days: 30}},
        },
      }),
    );
    await world.write({'index.html': 'one', 'about.html': 'one', 'large.bin': Buffer.alloc(multipartBytes)});
    expect((await deploy()).counts).toMatchObject({uploaded: 3});
    expect(refused).toEqual(['PutObject']);

    await world.remove('about.html');
    await world.write({'index.html': 'two'});
    const rules = [{match: '*.bin', cacheControl: 'max-age=77'}];
    const {counts} = await deploy({site: {dir: world.dir, site: {rules}}});
    expect(counts).toMatchObject({uploaded: 1, updated: 1, deleted: 1});
    await world.write({'about.html': 'again'});
    expect((await deploy({site: {dir: world.dir, site: {rules}}})).counts).toMatchObject({uploaded: 1});
    expect(await objectsOf(world, Bucket)).toEqual(['about.html', 'index.html', 'large.bin']);
    const {objects, hidden} = await versions();
    expect(objects).toMatchObject({'index.html': 2, 'about.html': 2, 'large.bin': 2});
    expect(hidden).toEqual([lockKey]);
    expect(refused).toEqual(['PutObject']);
  });
});
