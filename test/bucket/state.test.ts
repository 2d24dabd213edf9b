import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
} from '@aws-sdk/client-s3';
import {
  applyBucket,
  bucketDiff,
  createBucket,
  deleteBucket,
  desiredBucket,
  headBucket,
  readBucket,
  type BucketSettings,
  type LiveBucket,
} from '../../src/bucket/index.js';
import type {BucketConfig} from '../../src/config/types.js';
import {finish, openWorld, type World} from '../deploy/world.js';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const read = async (name = 'mine'): Promise<LiveBucket> => {
  const live = await readBucket(world.aws, name);
  if (live === undefined) throw new Error(`${name} is not there`);
  return live;
};

/** Reads, plans and applies; answers the paths that it changed. */
async function settle(desired: BucketSettings): Promise<readonly string[]> {
  const changes = bucketDiff(await read(), desired);
  await applyBucket(world.aws, 'mine', desired, changes);
  return changes.map(({path}) => path);
}

const writes = () => world.calls.filter(call => /^s3 (Put|Delete|Create)/.test(call));
const want = (config: BucketConfig, tags = {}): BucketSettings => desiredBucket(config, {name: 'site', tags});

const everything: BucketConfig = {
  versioning: true,
  encryption: {
    algorithm: 'aws:kms',
    kmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/k1',
    bucketKeyEnabled: true,
  },
  lifecycle: [
    {id: 'old', noncurrentVersionExpiration: {noncurrentDays: 30}},
    {filter: {prefix: 'tmp/'}, status: 'Enabled', expiration: {days: 1}},
  ],
  cors: [{allowedMethods: ['GET'], allowedOrigins: ['*'], maxAgeSeconds: 60}],
};

describe('a bucket and its config', () => {
  it('differs in everything at first, and in nothing once applied', async () => {
    await createBucket(world.aws, 'mine', {tags: {'frontctl:site': 'site'}});
    world.calls.length = 0;
    expect(await settle(want(everything, {team: 'web'}))).toEqual([
      'versioning',
      'encryption.algorithm',
      'encryption.kmsKeyId',
      'encryption.bucketKeyEnabled',
      'lifecycle',
      'cors',
      'tags.team',
    ]);
    expect(writes()).toEqual([
      's3 PutBucketEncryption',
      's3 PutBucketVersioning',
      's3 PutBucketLifecycleConfiguration',
      's3 PutBucketCors',
      's3 PutBucketTagging',
    ]);
    world.calls.length = 0;
    expect(await settle(want(everything, {team: 'web'}))).toEqual([]);
    expect(writes()).toEqual([]);
    // The same key by its id.
    expect(bucketDiff(await read(), want({encryption: {algorithm: 'aws:kms', kmsKeyId: 'k1'}}))).toEqual([]);
  });

  it('makes the calls of the changes only, and leaves alone what the config does not say', async () => {
    await createBucket(world.aws, 'mine');
    await settle(want(everything));
    const s3 = await world.aws.s3();
    await s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: 'mine',
        OwnershipControls: {Rules: [{ObjectOwnership: 'ObjectWriter'}]},
      }),
    );
    world.calls.length = 0;
    expect(await settle(want({}))).toEqual(['ownership']);
    expect(writes()).toEqual(['s3 PutBucketOwnershipControls']);
    expect((await read()).settings).toMatchObject({
      versioning: true,
      lifecycle: [{id: 'old'}, {filter: {prefix: 'tmp/'}}],
      cors: [{allowedOrigins: ['*']}],
      encryption: {algorithm: 'aws:kms', bucketKeyEnabled: true},
    });
  });

  it('adds tags to those of others', async () => {
    await createBucket(world.aws, 'mine', {tags: {owner: 'ops', team: 'print'}});
    expect(bucketDiff(await read(), want({}, {team: 'web'}))).toEqual([
      {path: 'tags.team', before: 'print', after: 'web'},
      {path: 'tags.frontctl:site', before: undefined, after: 'site'},
    ]);
    await settle(want({}, {team: 'web'}));
    expect((await read()).settings.tags).toEqual({owner: 'ops', team: 'web', 'frontctl:site': 'site'});
  });

  it('suspends versioning, empties lists, and takes encryption back', async () => {
    await createBucket(world.aws, 'mine', {tags: {'frontctl:site': 'site'}});
    expect(await settle(want({versioning: false, lifecycle: [], cors: []}))).toEqual([]);
    await settle(want(everything));
    const back: BucketConfig = {
      versioning: false,
      lifecycle: [],
      cors: [],
      encryption: {algorithm: 'AES256'},
    };
    world.calls.length = 0;
    await settle(want(back));
    expect(writes()).toEqual([
      's3 PutBucketEncryption',
      's3 PutBucketVersioning',
      's3 DeleteBucketLifecycle',
      's3 DeleteBucketCors',
    ]);
    expect((await read()).settings).toMatchObject({versioning: false, encryption: {algorithm: 'AES256'}});
    expect(await settle(want(back))).toEqual([]);
  });

  it('knows a lifecycle rule of the console again: its own id, the deprecated prefix', async () => {
    await createBucket(world.aws, 'mine', {tags: {'frontctl:site': 'site'}});
    const s3 = await world.aws.s3();
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: 'mine',
        LifecycleConfiguration: {
          Rules: [{ID: 'made-up-by-s3', Filter: {Prefix: 'tmp/'}, Status: 'Enabled', Expiration: {Days: 1}}],
        },
      }),
    );
    const rule = {filter: {prefix: 'tmp/'}, expiration: {days: 1}};
    expect(bucketDiff(await read(), want({lifecycle: [rule]}))).toEqual([]);
    const deprecated = {id: 'made-up-by-s3', prefix: 'tmp/', status: 'Enabled', expiration: {days: 1}};
    const live = {...(await read()), settings: {lifecycle: [deprecated]}};
    expect(bucketDiff(live, {lifecycle: want({lifecycle: [rule]}).lifecycle ?? []})).toEqual([]);
    expect(
      bucketDiff(await read(), want({lifecycle: [{...rule, id: 'made-up-by-s3', expiration: {days: 2}}]})),
    ).toEqual([{path: 'lifecycle[made-up-by-s3].expiration.days', before: 1, after: 2}]);
  });

  it('compares nothing that the endpoint cannot tell', () => {
    const live: LiveBucket = {
      name: 'mine',
      region: undefined,
      policy: undefined,
      settings: {},
      unknown: ['ownership', 'tags'],
    };
    expect(bucketDiff(live, want({})).map(({path}) => path)).toEqual(['publicAccessBlock']);
    expect(bucketDiff(undefined, want({})).map(({path}) => path)).toContain('ownership');
  });

  it('says which ACL keeps ACLs from being turned off', async () => {
    await createBucket(world.aws, 'mine');
    const s3 = await world.aws.s3();
    const rules = [{ObjectOwnership: 'ObjectWriter' as const}];
    await s3.send(new PutBucketOwnershipControlsCommand({Bucket: 'mine', OwnershipControls: {Rules: rules}}));
    await s3.send(new PutBucketAclCommand({Bucket: 'mine', GrantRead: `id="${'a'.repeat(64)}"`}));
    await expect(settle(want({}))).rejects.toMatchObject({code: 'BUCKET_HAS_ACLS', exit: 'refused'});
  });
});

describe('where a bucket is', () => {
  it('is made in the region that was named, and read only there', async () => {
    expect(await readBucket(world.aws, 'mine')).toBeUndefined();
    await createBucket(world.aws, 'mine', {region: 'eu-west-1', tags: {a: 'b'}});
    expect(await read()).toMatchObject({region: 'eu-west-1', settings: {tags: {a: 'b'}}});
    await expect(readBucket(world.aws, 'mine', {region: 'us-east-1'})).rejects.toMatchObject({
      code: 'WRONG_REGION',
      exit: 'usage',
      message: 'Bucket mine is in eu-west-1, not in us-east-1.',
    });
  });
});

describe('deleteBucket', () => {
  it('refuses a bucket with objects unless they may go', async () => {
    await createBucket(world.aws, 'mine');
    await settle(want({versioning: true}));
    const s3 = await world.aws.s3();
    for (let n = 0; n < 3; n++)
      await s3.send(new PutObjectCommand({Bucket: 'mine', Key: 'a', Body: String(n)}));
    await s3.send(new DeleteObjectCommand({Bucket: 'mine', Key: 'a'}));
    await s3.send(new PutObjectCommand({Bucket: 'mine', Key: 'ü/b c', Body: 'x'}));
    await s3.send(new CreateMultipartUploadCommand({Bucket: 'mine', Key: 'big'}));
    await expect(finish(deleteBucket(world.aws, 'mine', {withObjects: false}))).rejects.toMatchObject({
      code: 'BUCKET_NOT_EMPTY',
      exit: 'refused',
    });
    const {result, events} = await finish(deleteBucket(world.aws, 'mine', {withObjects: true}));
    expect(result).toEqual({deleted: true, objects: 5});
    expect(events.at(-1)).toMatchObject({detail: '5 object versions, 1 unfinished upload'});
    expect(await headBucket(world.aws, 'mine')).toEqual({exists: false});
    expect((await finish(deleteBucket(world.aws, 'mine', {withObjects: true}))).result.deleted).toBe(false);
  });
});

it('tags right after, where the endpoint takes none while creating', async () => {
  const s3 = await world.aws.s3();
  const refusing = {
    send: (command: {readonly input: {readonly CreateBucketConfiguration?: {readonly Tags?: unknown}}}) =>
      command.input.CreateBucketConfiguration?.Tags === undefined
        ? s3.send(command as never)
        : Promise.reject(Object.assign(new Error('no'), {name: 'MalformedXML'})),
  };
  await createBucket({...world.aws, s3: () => Promise.resolve(refusing as never)}, 'mine', {tags: {a: 'b'}});
  expect((await read()).settings.tags).toEqual({a: 'b'});
});

it('what the bucket itself says becomes a config that changes nothing but what makes it private', async () => {
  await createBucket(world.aws, 'mine');
  await settle(want(everything));
  const {settings} = await read();
  const again = want({
    versioning: settings.versioning,
    lifecycle: settings.lifecycle,
    cors: settings.cors,
    encryption: settings.encryption,
  } as BucketConfig);
  expect(bucketDiff(await read(), again)).toEqual([]);
});
