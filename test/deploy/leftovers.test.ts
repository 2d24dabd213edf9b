/** Uploads in parts that a killed deploy left behind. */
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {openProxy} from '../../bench/reliability/proxy.js';
import {createAws, type Aws} from '../../src/aws/index.js';
import {deploy} from '../../src/deploy/index.js';
import {lockKey} from '../../src/deploy/lock/lock.js';
import type {SiteResources} from '../../src/stack/index.js';
import {deployInput, deployOnce, finish, openWorld, type World} from './world.js';

let world: World;
let site: SiteResources;
const film = (byte: number): Buffer => Buffer.alloc((16 << 20) + 5, byte);

beforeAll(async () => {
  world = await openWorld();
  site = await world.site();
});
afterAll(() => world.close());

beforeEach(async () => {
  await world.write({'index.html': '<h1>films</h1>', 'film.mp4': film(1)});
  await deployOnce(world, site);
});
afterEach(async () => {
  const client = await world.aws.s3();
  for (const {Key, UploadId} of (await uploads()).all)
    await client.send(new AbortMultipartUploadCommand({Bucket: site.bucket, Key, UploadId}));
});

async function uploads() {
  const client = await world.aws.s3();
  const {Uploads: all = []} = await client.send(new ListMultipartUploadsCommand({Bucket: site.bucket}));
  return {all, keys: all.map(({Key}) => Key)};
}

async function begin(key: string): Promise<void> {
  const client = await world.aws.s3();
  await client.send(new CreateMultipartUploadCommand({Bucket: site.bucket, Key: key}));
}

/** The machine of a deploy stops at its first part: nothing that it sends arrives any more. */
function dyingInUpload(): Aws {
  let isDead = false;
  const dead = (): Promise<never> => Promise.reject(new Error('killed'));
  return {
    ...world.aws,
    objects: async bucket => {
      const store = await world.aws.objects(bucket);
      return {
        ...store,
        concurrency: store.concurrency,
        parts: {
          ...store.parts,
          send: () => {
            isDead = true;
            return dead();
          },
          abort: dead,
        },
        put: object => (isDead ? dead() : store.put(object)),
        delete: (key, options) => (isDead ? dead() : store.delete(key, options)),
      };
    },
  };
}

const killed = (): Promise<unknown> =>
  finish(deploy(deployInput(world, site, {aws: dyingInUpload()}))).then(
    () => 'ended well',
    (error: unknown) => error,
  );

const rerun = () => finish(deploy(deployInput(world, site, {lock: {isAlive: () => false}})));

describe('the parts of a deploy that was killed', () => {
  it('are dropped by the next one, whatever it deploys', async () => {
    await world.write({'film.mp4': film(2)});
    expect(await killed()).toMatchObject({message: expect.stringContaining('killed') as string});
    expect((await uploads()).keys).toEqual(['film.mp4']);
    await world.write({'film.mp4': film(1), 'index.html': 'another build'});
    const {events} = await rerun();
    expect(events).toContainEqual({type: 'done', id: 'leftovers', detail: '1 unfinished upload'});
    expect((await uploads()).keys).toEqual([]);
  });

  it('are told from those of others, which stay', async () => {
    await world.write({'film.mp4': film(3)});
    await killed();
    await begin('theirs.mp4');
    await begin('film.mp4');
    await rerun();
    expect((await uploads()).keys).toEqual(['theirs.mp4']);
  });

  it('are dropped without the lock that it left behind: its journal tells of it', async () => {
    await world.write({'film.mp4': film(4)});
    await killed();
    await (await world.aws.objects(site.bucket)).delete(lockKey);
    await rerun();
    expect((await uploads()).keys).toEqual([]);
  });

  it('are a warning where they may not be seen', async () => {
    await world.write({'film.mp4': film(5)});
    await killed();
    const denied = Object.assign(new Error('no'), {name: 'AccessDenied', $metadata: {httpStatusCode: 403}});
    const aws: Aws = {
      ...world.aws,
      s3: async () => {
        const client = await world.aws.s3();
        const send = (command: object, ...rest: unknown[]) =>
          command instanceof ListMultipartUploadsCommand
            ? Promise.reject(denied)
            : (client.send as (...args: unknown[]) => unknown).call(client, command, ...rest);
        return new Proxy(client, {
          get: (target, name, receiver) =>
            name === 'send' ? send : (Reflect.get(target, name, receiver) as unknown),
        });
      },
    };
    const {result, events} = await finish(
      deploy(deployInput(world, site, {aws, lock: {isAlive: () => false}})),
    );
    expect(result.counts).toMatchObject({uploaded: 1});
    expect(events).toContainEqual({
      type: 'warning',
      message: `Parts of large files that a killed deploy left behind in s3://${site.bucket} could not be dropped: AWS denied ListMultipartUploads on bucket ${site.bucket}: it takes s3:ListBucketMultipartUploads`,
    });
  });
});

it('a deploy that ended as it should is not looked after', async () => {
  await begin('film.mp4');
  await world.write({'film.mp4': film(6)});
  world.calls.length = 0;
  await deployOnce(world, site);
  expect(world.calls).not.toContain('s3 ListMultipartUploads');
  expect((await uploads()).keys).toEqual(['film.mp4']);
});

it('an upload whose answer was lost is dropped by the deploy itself, and no older one of others', async () => {
  await begin('film.mp4');
  const [theirs] = (await uploads()).all;
  world.cloud.clock.advance(60_000);
  let lost = 0;
  const proxy = await openProxy({
    to: world.cloud.endpoint,
    onDone: ({target}) => (/film\.mp4\?uploads/.test(target) && lost++ === 0 ? 'cut' : 'pass'),
  });
  const aws = createAws({local: {endpoint: proxy.endpoint}});
  try {
    await world.write({'film.mp4': film(7)});
    await deployOnce(world, site, {aws});
    expect(lost).toBe(2);
    expect((await uploads()).all).toEqual([theirs]);
  } finally {
    await aws.close();
    proxy.close();
  }
});
