import {createHash} from 'node:crypto';
import type {CloudFrontClient} from '@aws-sdk/client-cloudfront';
import {afterEach, describe, expect, it} from 'vitest';
import type {Aws, ObjectStore} from '../../src/aws/index.js';
import {Failure} from '../../src/failure.js';
import {parseFault} from '../../src/local/fault.js';
import {deploy, readManifest, type DeployInput} from '../../src/deploy/index.js';
import {lockKey} from '../../src/deploy/lock/lock.js';
import {readSite} from '../../src/site/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {
  bodyOf,
  browse,
  deployInput,
  deployOnce,
  finish,
  objectsOf,
  openWorld,
  untilPlanned,
  type World,
} from './world.js';

let world: World;

afterEach(() => world.close());

const before = {
  'index.html': '<script src="/assets/app-4f2a9c1b.js"></script>1',
  'same.html': 'same',
  'old.html': 'leaves',
  'assets/app-4f2a9c1b.js': 'one',
  'logo.svg': '<svg id="one"/>',
};
const after = {
  'index.html': '<script src="/assets/app-77e01d3a.js"></script>2',
  'same.html': 'same',
  'new.html': 'comes',
  'assets/app-77e01d3a.js': 'two',
  'logo.svg': '<svg id="two"/>',
};

/** A run that is killed when it is about to make its call number `limit` that changes anything: nothing works from there on. */
function dyingAfter(aws: Aws, limit: number): {readonly aws: Aws; readonly died: () => boolean} {
  let count = 0;
  const live =
    <A extends readonly unknown[], R>(mutates: boolean, run: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (mutates && count < limit + 1) count++;
      return count > limit ? Promise.reject(new Error('killed')) : run(...args);
    };
  const wrap = (store: ObjectStore): ObjectStore => ({
    ...store,
    concurrency: store.concurrency,
    put: live(true, store.put),
    copy: live(true, store.copy),
    delete: live(true, store.delete),
    deleteMany: live(true, store.deleteMany),
    get: live(false, store.get),
    head: live(false, store.head),
    list: live(false, store.list),
  });
  const cloudfront = async (): Promise<CloudFrontClient> => {
    const client = await aws.cloudfront();
    return new Proxy(client, {
      get(target, name, receiver) {
        if (name !== 'send') return Reflect.get(target, name, receiver) as unknown;
        return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) =>
          live(command.constructor.name === 'CreateInvalidationCommand', () =>
            (target.send as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest),
          )();
      },
    });
  };
  return {
    aws: {...aws, objects: async bucket => wrap(await aws.objects(bucket)), cloudfront},
    died: () => count > limit,
  };
}

/** A run that comes after a killed one: in truth that one's process is gone. */
const rerun = (site: SiteResources) => deployOnce(world, site, {lock: {isAlive: () => false}});

async function put(
  files: Readonly<Record<string, string>>,
  gone: Readonly<Record<string, string>>,
): Promise<void> {
  for (const key of Object.keys(gone)) if (!(key in files)) await world.remove(key).catch(() => undefined);
  await world.write(files);
}

async function pagesAreWhole(site: SiteResources): Promise<void> {
  const objects = await world.aws.objects(site.bucket);
  const page = (await bodyOf(world, site.bucket, 'index.html')).toString();
  const asset = /src="\/([^"]+)"/.exec(page)?.[1] ?? '';
  expect(await objects.head(asset), `${asset} that the live page names`).toBeDefined();
}

it('is whole after a kill before any write, and a rerun finishes what the killed one began', async () => {
  world = await openWorld();
  const site = await world.site();
  let kills = 0;
  for (let limit = 0; ; limit++) {
    await put(before, after);
    await deployOnce(world, site);
    for (const path of ['/', '/old.html', '/logo.svg']) await browse(world, site, path);
    await put(after, before);
    const {aws, died} = dyingAfter(world.aws, limit);
    const failed = await finish(deploy(deployInput(world, site, {aws}))).then(
      () => false,
      () => true,
    );
    await pagesAreWhole(site);
    if (!died()) break;
    kills++;
    // All is done where it dies before it lets go of the lock.
    expect(failed, `killed at write ${limit}`).toBe(limit < 12);
    const result = await rerun(site);
    expect(await objectsOf(world, site.bucket), `killed at write ${limit}`).toEqual(
      Object.keys(after).sort(),
    );
    const {manifest} = (await readManifest(await world.aws.objects(site.bucket), '')) ?? {};
    expect([...(manifest?.files.keys() ?? [])].sort()).toEqual(Object.keys(after).sort());
    expect(manifest?.pendingInvalidations).toEqual([]);
    // From write 10 on the first invalidation is done and out of the journal.
    const due = limit < 10 ? ['/index.html', '/logo.svg', '/old.html'] : limit < 12 ? ['/old.html'] : [];
    expect(result.invalidation?.paths ?? [], `killed at write ${limit}`).toEqual(due);
    expect((await browse(world, site, '/')).text).toBe(after['index.html']);
    expect((await browse(world, site, '/logo.svg')).text).toBe(after['logo.svg']);
    expect((await browse(world, site, '/old.html')).status).toBe(403);
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, updated: 0, deleted: 0});
    expect(
      await (await world.aws.objects(site.bucket)).head(lockKey),
      `killed at write ${limit}`,
    ).toBeUndefined();
  }
  // Lock, journal, 4 uploads, manifest, invalidation of what is replaced, deletes, manifest, invalidation of what is deleted,
  // manifest, lock.
  expect(kills).toBe(13);
});

it('a build that was killed anywhere and finished by the next run is one release, and keeps old files as long as one', async () => {
  world = await openWorld();
  const keep = {releases: 2};
  const build = (n: number): Readonly<Record<string, string>> => ({
    'index.html': `<script src="/assets/app-${hex(n)}.js"></script>${n}`,
    [`page-${n}.html`]: 'comes and leaves',
    [`assets/app-${hex(n)}.js`]: `${n}`,
  });
  const hex = (n: number): string => createHash('sha256').update(String(n)).digest('hex').slice(0, 8);
  let kills = 0;
  for (let limit = 0; ; limit++) {
    const site = await world.site();
    const deployed = (options: Partial<DeployInput> = {}) =>
      finish(deploy({...deployInput(world, site, {...options, keep}), lock: {isAlive: () => false}}));
    for (const n of [1, 2]) {
      await put(build(n), build(n - 1));
      await deployed();
    }
    await put(build(3), build(2));
    const {aws, died} = dyingAfter(world.aws, limit);
    await deployed({aws}).catch(() => undefined);
    if (!died()) break;
    kills++;
    await deployed();
    const {manifest} = (await readManifest(await world.aws.objects(site.bucket), '')) ?? {};
    expect(manifest?.releases, `killed at write ${limit}`).toHaveLength(2);
    const assets = (await objectsOf(world, site.bucket)).filter(key => key.startsWith('assets/'));
    expect(assets, `killed at write ${limit}`).toEqual([2, 3].map(n => `assets/app-${hex(n)}.js`).sort());
    await put(build(4), build(3));
    await deployed();
    const later = (await objectsOf(world, site.bucket)).filter(key => key.startsWith('assets/'));
    expect(later, `killed at write ${limit}`).toEqual([3, 4].map(n => `assets/app-${hex(n)}.js`).sort());
    await put({}, build(4));
  }
  expect(kills).toBeGreaterThan(8);
});

it('prunes what a killed first deploy left behind although the next build does not have it', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  await expect(
    finish(deploy(deployInput(world, site, {aws: dyingAfter(world.aws, 4).aws}))),
  ).rejects.toThrow();
  await put(after, before);
  await rerun(site);
  expect(await objectsOf(world, site.bucket)).toEqual(Object.keys(after).sort());
});

it('does not prune what others put under a key that a killed deploy never came to write', async () => {
  world = await openWorld();
  const site = await world.site();
  await put({'index.html': '<h1>x</h1>'}, {});
  await deployOnce(world, site);
  const store = await world.aws.objects(site.bucket);
  const sha256 = createHash('sha256').update('theirs').digest('hex');
  await store.put({key: 'robots.txt', body: Buffer.from('theirs'), sha256, headers: {}});
  await put({'robots.txt': 'ours'}, {});
  const {aws} = dyingAfter(world.aws, 2);
  await expect(finish(deploy(deployInput(world, site, {aws})))).rejects.toThrow();
  await world.remove('robots.txt');
  expect((await rerun(site)).counts).toMatchObject({deleted: 0, kept: 1});
  expect((await bodyOf(world, site.bucket, 'robots.txt')).toString()).toBe('theirs');

  await put({'robots.txt': 'ours'}, {});
  const later = dyingAfter(world.aws, 3);
  await expect(finish(deploy(deployInput(world, site, {aws: later.aws})))).rejects.toThrow();
  expect((await bodyOf(world, site.bucket, 'robots.txt')).toString()).toBe('ours');
  await world.remove('robots.txt');
  expect((await rerun(site)).counts).toMatchObject({deleted: 1, kept: 0});
});

it('deletes only once the edge has dropped the pages that name the old files', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  await deployOnce(world, site);
  await put(after, before);
  world.calls.length = 0;
  await deployOnce(world, site);
  const order = world.calls.filter(call => /Delete|CreateInv|GetInv/.test(call));
  const [replaced, deleted] = [
    order.indexOf('cloudfront GetInvalidation'),
    order.indexOf('s3 DeleteObjects'),
  ];
  expect(order[0]).toBe('cloudfront CreateInvalidation');
  expect(replaced).toBeGreaterThan(0);
  expect(deleted).toBeGreaterThan(replaced);
  expect(order.lastIndexOf('cloudfront CreateInvalidation')).toBeGreaterThan(deleted);
});

it('goes back to old headers after a killed change of headers', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  const changed = {dir: world.dir, site: {rules: [{match: 'logo.svg', cacheControl: 'max-age=7'}]}};
  await deployOnce(world, site);
  // Journal and copy are made, the manifest is not.
  await expect(
    finish(deploy(deployInput(world, site, {site: changed, aws: dyingAfter(world.aws, 3).aws}))),
  ).rejects.toThrow();
  const objects = await world.aws.objects(site.bucket);
  expect((await objects.head('logo.svg'))?.headers['cache-control']).toBe('max-age=7');
  expect((await rerun(site)).counts).toMatchObject({updated: 1});
  expect((await objects.head('logo.svg'))?.headers['cache-control']).not.toBe('max-age=7');
});

describe('an answer that fails now and then', () => {
  it.each(['PutObject:503:0.3', 'PutObject:reset:0.3', 'ListObjectsV2:500:0.3', '*:503:0.1'])(
    '%s: succeeds',
    async fault => {
      // A fixed sequence of dice, so that a failure can be seen again.
      let seed = 7;
      const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
      world = await openWorld({faults: [parseFault(fault)], random});
      const site = await world.site();
      await put(
        {...before, ...Object.fromEntries(Array.from({length: 30}, (_, index) => [`f${index}.txt`, 'x']))},
        {},
      );
      await deployOnce(world, site);
      await put(after, {});
      await deployOnce(world, site);
      // The dice may hit what the edge fetches for this viewer, too: such an error is kept for 10 s.
      let page = await browse(world, site, '/');
      for (let tries = 1; page.status === 503 && tries < 5; tries++) {
        world.cloud.clock.advance(11_000);
        page = await browse(world, site, '/');
      }
      expect(page.text).toBe(after['index.html']);
    },
  );
});

describe('once the site is live', () => {
  it('an invalidation that is refused is unfinished work (exit 5), and the rerun sends it alone', async () => {
    world = await openWorld();
    const site = await world.site();
    await put(before, {});
    await deployOnce(world, site);
    await browse(world, site, '/');
    await put(after, before);
    const denied = Object.assign(new Error('not allowed'), {
      name: 'AccessDenied',
      $metadata: {httpStatusCode: 403},
    });
    const aws: Aws = {
      ...world.aws,
      cloudfront: async () => {
        const client = await world.aws.cloudfront();
        return new Proxy(client, {
          get: (target, name, receiver) =>
            name === 'send'
              ? (command: {readonly constructor: {readonly name: string}}) =>
                  command.constructor.name === 'CreateInvalidationCommand'
                    ? Promise.reject(denied)
                    : target.send(command as never)
              : (Reflect.get(target, name, receiver) as unknown),
        });
      },
    };
    const failed = await finish(deploy(deployInput(world, site, {aws}))).catch((error: unknown) => error);
    expect(failed).toMatchObject({exit: 'unfinished', code: 'INVALIDATION_UNFINISHED'});
    world.calls.length = 0;
    const rerun = await deployOnce(world, site);
    expect(rerun).toMatchObject({
      counts: {uploaded: 0, deleted: 2},
      invalidation: {paths: ['/index.html', '/logo.svg', '/old.html']},
    });
    expect(world.calls.filter(call => call === 'cloudfront CreateInvalidation')).toHaveLength(2);
    expect((await browse(world, site, '/')).text).toBe(after['index.html']);
  });

  it('a wait that takes too long is unfinished work, and the rerun waits for the same invalidation', async () => {
    world = await openWorld({invalidationDelayMs: 60_000});
    const site = await world.site();
    await put(before, {});
    await deployOnce(world, site);
    await put(after, before);
    const late = await finish(deploy(deployInput(world, site, {timeoutMs: 0}))).catch(
      (error: unknown) => error,
    );
    expect(late).toBeInstanceOf(Failure);
    expect(late).toMatchObject({exit: 'unfinished', code: 'WAIT_TIMEOUT'});
    const sleep = (): Promise<void> => {
      world.cloud.clock.advance(60_000);
      return Promise.resolve();
    };
    const result = await deployOnce(world, site, {sleep});
    expect(result.invalidation?.batches).toMatchObject([{status: 'Completed'}, {status: 'Completed'}]);
    const cloudfront = await world.aws.cloudfront();
    const {ListInvalidationsCommand} = await import('@aws-sdk/client-cloudfront');
    const list = await cloudfront.send(new ListInvalidationsCommand({DistributionId: site.distributionId}));
    // That of what is replaced, waited for twice, and that of what the rerun deleted.
    expect(list.InvalidationList?.Items).toHaveLength(2);
  });

  it('--no-wait leaves the invalidation in progress and nothing pending', async () => {
    world = await openWorld({invalidationDelayMs: 60_000});
    const site = await world.site();
    await put(before, {});
    await deployOnce(world, site);
    await put(after, before);
    const result = await deployOnce(world, site, {wait: false});
    expect(result.invalidation?.batches).toMatchObject([{status: 'InProgress'}, {status: 'InProgress'}]);
    expect((await deployOnce(world, site)).invalidation).toBeNull();
  });

  it('files that may not be deleted do not keep the invalidation from being sent', async () => {
    world = await openWorld();
    const site = await world.site();
    await put(before, {});
    await deployOnce(world, site);
    await put(after, before);
    const aws: Aws = {
      ...world.aws,
      objects: async bucket => {
        const store = await world.aws.objects(bucket);
        return {
          ...store,
          concurrency: store.concurrency,
          deleteMany: keys =>
            Promise.resolve(keys.map(key => ({key, code: 'AccessDenied', message: 'no s3:DeleteObject'}))),
        };
      },
    };
    await expect(finish(deploy(deployInput(world, site, {aws})))).rejects.toMatchObject({
      exit: 'unfinished',
      code: 'DELETE_UNFINISHED',
      message: expect.stringContaining('s3:DeleteObject') as string,
    });
    expect((await browse(world, site, '/')).text).toBe(after['index.html']);
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, deleted: 2});
    expect(await objectsOf(world, site.bucket)).toEqual(Object.keys(after).sort());
  });
});

describe('Ctrl-C', () => {
  it('before a build that was read already is compared changes nothing', async () => {
    world = await openWorld();
    const site = await world.site();
    await put(before, {});
    const built = await readSite({dir: world.dir, site: {}});
    const stop = new AbortController();
    stop.abort();
    await expect(
      finish(deploy(deployInput(world, site, {site: built, signal: stop.signal}))),
    ).rejects.toMatchObject({code: 'INTERRUPTED', message: 'Interrupted before anything was changed.'});
    expect(await objectsOf(world, site.bucket)).toEqual([]);
  });

  it.each(['read', 'fingerprinted', 'html', 'delete'])(
    'in step %s says how to go on, and the rerun does',
    async id => {
      world = await openWorld();
      const site = await world.site();
      await put(before, {});
      await deployOnce(world, site);
      await put(after, before);
      const stop = new AbortController();
      const work = deploy(deployInput(world, site, {signal: stop.signal}));
      const run = async () => {
        for (;;) {
          const next = await work.next();
          if (next.done === true) return;
          if ('id' in next.value && next.value.id === id) stop.abort();
        }
      };
      await expect(run()).rejects.toMatchObject({exit: 'interrupted', code: 'INTERRUPTED'});
      await pagesAreWhole(site);
      expect((await deployOnce(world, site)).invalidation?.paths).toEqual(
        id === 'delete' ? ['/old.html'] : ['/index.html', '/logo.svg', '/old.html'],
      );
      expect(await objectsOf(world, site.bucket)).toEqual(Object.keys(after).sort());
    },
  );
});

it('plans anew when the manifest was deleted before the lock was taken', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  await deployOnce(world, site);
  await put(after, before);
  const work = deploy(deployInput(world, site));
  await untilPlanned(work);
  await (await world.aws.objects(site.bucket)).delete('.frontctl/manifest.json');
  // What the lost manifest named is nobody's now.
  expect((await finish(work)).result.counts).toMatchObject({unchanged: 1, deleted: 0, kept: 2});
});

it('plans anew when another deploy ran before the lock was taken', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  const first = deploy(deployInput(world, site, {release: 'build-2', isNamed: true}));
  await untilPlanned(first);
  await deployOnce(world, site, {release: 'build-1', isNamed: true});
  const {result} = await finish(first);
  expect(result).toMatchObject({release: 'build-2', counts: {uploaded: 0, unchanged: 5}});
});

it('is refused when a newer release went live before the lock was taken', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  const first = deploy(deployInput(world, site, {release: 'build-2', isNamed: true}));
  await untilPlanned(first);
  await deployOnce(world, site, {release: 'build-3', isNamed: true});
  await expect(finish(first)).rejects.toMatchObject({code: 'NEWER_RELEASE_LIVE', exit: 'conflict'});
});

it('a manifest that is replaced under the lock is a conflict', async () => {
  world = await openWorld();
  const site = await world.site();
  await put(before, {});
  const work = deploy(deployInput(world, site));
  const objects = await world.aws.objects(site.bucket);
  const spoil = async (): Promise<void> => {
    for (;;) {
      const next = await work.next();
      if (next.done === true) return;
      if (next.value.type === 'done' && next.value.id === 'asset')
        await objects.delete('.frontctl/manifest.json');
    }
  };
  await expect(spoil()).rejects.toMatchObject({code: 'DEPLOY_CONFLICT', exit: 'conflict'});
  expect(await objects.head(lockKey)).toBeUndefined();
});
