/** The fifteen ways in which other tools break a deploy (names as in the list that they were collected in). */
import {generateKeyPairSync} from 'node:crypto';
import {cp, mkdtemp, rm, utimes} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {GetInvalidationCommand, ListInvalidationsCommand} from '@aws-sdk/client-cloudfront';
import {GetObjectCommand, PutObjectCommand} from '@aws-sdk/client-s3';
import {Upload} from '@aws-sdk/lib-storage';
import {afterEach, expect, it} from 'vitest';
import type {Aws, ObjectStore} from '../../src/aws/index.js';
import {deploy, type DeployInput} from '../../src/deploy/index.js';
import {lockKey} from '../../src/deploy/lock/lock.js';
import {keptReleases} from '../../src/deploy/plan/release.js';
import {Failure} from '../../src/failure.js';
import {parseFault} from '../../src/local/fault.js';
import type {CloudOptions} from '../../src/local/cloud.js';
import {checkUrlRequest, createSigner, signUrl, verifySigned} from '../../src/signing/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {bodyOf, browse, deployInput, deployOnce, finish, objectsOf, openWorld, type World} from './world.js';

let world: World;
let site: SiteResources;

afterEach(() => world.close());

async function open(
  files: Readonly<Record<string, string>>,
  options: Partial<CloudOptions> = {},
): Promise<void> {
  world = await openWorld(options);
  site = await world.site();
  await world.write(files);
}

const attempt = (more: Partial<DeployInput> = {}): Promise<Failure> =>
  finish(deploy(deployInput(world, site, more))).then(
    () => {
      throw new Error('it went through');
    },
    (error: unknown) => {
      if (error instanceof Failure) return error;
      throw error;
    },
  );

/** The same account, whose bucket does some things in another way. */
const withStore = (change: (store: ObjectStore) => Partial<ObjectStore>): Aws => ({
  ...world.aws,
  objects: async bucket => {
    const store = await world.aws.objects(bucket);
    return {...store, concurrency: store.concurrency, ...change(store)};
  },
});

const page = (asset: string, text: string) => `<script src="/${asset}"></script>${text}`;
const first = {
  'index.html': page('assets/app-4f2a9c1b.js', '1'),
  'assets/app-4f2a9c1b.js': 'one',
  'a.css': '1',
};
const second = {
  'index.html': page('assets/app-77e01d3a.js', '2'),
  'assets/app-77e01d3a.js': 'two',
  'a.css': '2',
};

it('pitfall 1: an ETag that is no MD5 neither sends a file for ever nor hides a change', async () => {
  const film = Buffer.alloc(6 * 1024 ** 2, 'x');
  await open({'index.html': '1'});
  await world.write({'film.mp4': film});
  await deployOnce(world, site);
  const client = await world.aws.s3();
  const params = {Bucket: site.bucket, Key: 'film.mp4', Body: film, ContentType: 'video/mp4'};
  const upload = () => new Upload({client, partSize: 5 * 1024 ** 2, params}).done();
  expect((await upload()).ETag).toMatch(/-2"$/);
  expect((await deployOnce(world, site)).counts.uploaded).toBe(0);
  expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, updated: 0});
  params.Body = Buffer.alloc(film.length, 'y');
  await upload();
  expect((await deployOnce(world, site)).counts.uploaded).toBe(1);
});

it('pitfall 2: a change of the same size is seen, and a fresh clone sends nothing', async () => {
  await open(first);
  await deployOnce(world, site);
  await world.write({'a.css': '2'});
  const past = new Date('2020-01-01T00:00:00Z');
  await utimes(join(world.dir, 'a.css'), past, past);
  expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 1, unchanged: 2});
  const clone = await mkdtemp(join(tmpdir(), 'frontctl-clone-'));
  await cp(world.dir, clone, {recursive: true});
  const {counts} = await deployOnce(world, site, {site: {dir: clone, site: {}}});
  expect(counts).toMatchObject({uploaded: 0, updated: 0, unchanged: 3});
  await rm(clone, {recursive: true});
});

it('pitfall 3: the bucket is believed before any record of it', async () => {
  await open(first);
  await deployOnce(world, site);
  const objects = await world.aws.objects(site.bucket);
  await objects.delete('assets/app-4f2a9c1b.js');
  const s3 = await world.aws.s3();
  await s3.send(new PutObjectCommand({Bucket: site.bucket, Key: 'a.css', Body: 'by hand'}));
  expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 2, unchanged: 1});
  expect((await bodyOf(world, site.bucket, 'a.css')).toString()).toBe('1');
});

it('pitfall 4: where an asset fails, no page, no delete and no invalidation comes after it', async () => {
  await open({...first, 'old.html': 'leaves'});
  await deployOnce(world, site);
  await world.write(second);
  await world.remove('old.html');
  world.calls.length = 0;
  const aws = withStore(store => ({
    put: object =>
      object.key === 'a.css'
        ? Promise.reject(new Failure('access', 'ACCESS_DENIED', 'no'))
        : store.put(object),
  }));
  expect((await attempt({aws})).code).toBe('ACCESS_DENIED');
  expect(world.calls.filter(call => /DeleteObjects|CreateInvalidation/.test(call))).toEqual([]);
  expect((await bodyOf(world, site.bucket, 'index.html')).toString()).toBe(first['index.html']);
  expect(await objectsOf(world, site.bucket)).toEqual(
    expect.arrayContaining([...Object.keys(first), 'old.html']),
  );
});

it('pitfall 5: nothing is deleted before the pages that named it are gone from the edge', async () => {
  await open({...first, 'logo.svg': '1'});
  await deployOnce(world, site);
  await world.write(second);
  await world.remove('logo.svg');
  world.calls.length = 0;
  await deployOnce(world, site);
  const at = (call: string) => world.calls.lastIndexOf(call);
  const uploaded = world.calls.indexOf('cloudfront CreateInvalidation');
  expect(
    world.calls.slice(0, uploaded).filter(call => call === 's3 PutObject').length,
  ).toBeGreaterThanOrEqual(3);
  expect(world.calls.indexOf('s3 DeleteObjects')).toBeGreaterThan(
    world.calls.indexOf('cloudfront GetInvalidation'),
  );
  expect(at('s3 DeleteObjects')).toBeGreaterThan(uploaded);
});

it('pitfall 6: two deploys at once do not interleave, and the newest is live', async () => {
  await open(first);
  const other = await mkdtemp(join(tmpdir(), 'frontctl-other-'));
  await cp(world.dir, other, {recursive: true});
  await world.write(second);
  await world.remove('assets/app-4f2a9c1b.js');
  const run = (release: string, dir: string) =>
    finish(deploy(deployInput(world, site, {release, isNamed: true, site: {dir, site: {}}}))).then(
      () => 'live',
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    );
  const [newer, older] = await Promise.all([run('build-2', world.dir), run('build-1', other)]);
  expect(newer).toBe('live');
  expect(['live', 'NEWER_RELEASE_LIVE']).toContain(older);
  expect(await objectsOf(world, site.bucket)).toEqual(Object.keys(second).sort());
  for (const [key, text] of Object.entries(second)) {
    expect((await bodyOf(world, site.bucket, key)).toString()).toBe(text);
  }
  expect(await (await world.aws.objects(site.bucket)).head(lockKey)).toBeUndefined();
  await rm(other, {recursive: true});
});

/** The account whose invalidations are refused. */
const refusing = (operation: string): Aws => ({
  ...world.aws,
  cloudfront: async () => {
    const client = await world.aws.cloudfront();
    const denied = Object.assign(new Error('not allowed'), {
      name: 'AccessDenied',
      $metadata: {httpStatusCode: 403},
    });
    return new Proxy(client, {
      get: (target, name, receiver) =>
        name === 'send'
          ? (command: {readonly constructor: {readonly name: string}}) =>
              command.constructor.name === operation ? Promise.reject(denied) : target.send(command as never)
          : (Reflect.get(target, name, receiver) as unknown),
    });
  },
});

it('pitfall 7: an invalidation that failed is sent by the next run, although no file changed since', async () => {
  await open(first);
  await deployOnce(world, site);
  await browse(world, site, '/');
  await world.write(second);
  await attempt({aws: refusing('CreateInvalidationCommand')});
  expect((await browse(world, site, '/')).text).toBe(first['index.html']);
  const rerun = await deployOnce(world, site);
  expect(rerun).toMatchObject({counts: {uploaded: 0}, invalidation: {paths: ['/a.css', '/index.html']}});
  expect((await browse(world, site, '/')).text).toBe(second['index.html']);
});

it('pitfall 8: a failed invalidation is no failed deploy: exit 5, and the new files stay', async () => {
  await open(first);
  await deployOnce(world, site);
  await world.write(second);
  const failure = await attempt({aws: refusing('CreateInvalidationCommand')});
  expect(failure).toMatchObject({exitCode: 5, code: 'INVALIDATION_UNFINISHED'});
  expect(failure.message).toContain('The site is live');
  expect((await bodyOf(world, site.bucket, 'index.html')).toString()).toBe(second['index.html']);
});

it('pitfall 9: a rerun repeats its CallerReference; two deploys of one second have two', async () => {
  await open(first, {invalidationDelayMs: 60_000});
  await deployOnce(world, site);
  await world.write(second);
  expect((await attempt({timeoutMs: 0})).code).toBe('WAIT_TIMEOUT');
  await deployOnce(world, site, {wait: false});
  await world.write({'a.css': '3'});
  await deployOnce(world, site, {wait: false});
  await world.write({'a.css': '4'});
  await deployOnce(world, site, {wait: false});
  const client = await world.aws.cloudfront();
  const {InvalidationList} = await client.send(
    new ListInvalidationsCommand({DistributionId: site.distributionId}),
  );
  const references = await Promise.all(
    (InvalidationList?.Items ?? []).map(async ({Id}) => {
      const answer = await client.send(new GetInvalidationCommand({DistributionId: site.distributionId, Id}));
      return answer.Invalidation?.InvalidationBatch?.CallerReference;
    }),
  );
  // What is replaced (sent twice under one reference), and two changes of one file.
  expect(references).toHaveLength(3);
  expect(new Set(references).size).toBe(3);
});

it('pitfall 10: odd keys are purged where viewers see them: `*`, `~`, spaces, and `/` for the root object', async () => {
  const odd = ['a*b.txt', 'til~de.txt', 'sp ace.txt', 'ü.txt', '100%.txt', 'a+b&c=d.txt', 'docs/*.html'];
  await open({'index.html': '1', ...Object.fromEntries(odd.map(key => [key, '1']))});
  await deployOnce(world, site);
  const paths = [
    '/',
    '/index.html',
    ...odd.map(key => `/${key.split('/').map(encodeURIComponent).join('/')}`),
  ];
  const texts = () => Promise.all(paths.map(async path => (await browse(world, site, path)).text));
  expect(await texts()).toEqual(paths.map(() => '1'));
  await world.write({'index.html': '2', ...Object.fromEntries(odd.map(key => [key, '2']))});
  await deployOnce(world, site);
  expect(await texts()).toEqual(paths.map(() => '2'));
});

it('pitfall 11: AccessDenied while waiting ends the wait at once', async () => {
  await open(first, {invalidationDelayMs: 60_000});
  await deployOnce(world, site);
  await world.write(second);
  let polls = 0;
  const denied = refusing('GetInvalidationCommand');
  const aws: Aws = {
    ...denied,
    cloudfront: async () => {
      polls++;
      return denied.cloudfront();
    },
  };
  const failure = await attempt({aws, timeoutMs: 600_000});
  expect(failure).toMatchObject({exitCode: 5, code: 'INVALIDATION_UNFINISHED'});
  expect(failure.message).toMatch(/denied GetInvalidation/);
  expect(polls).toBeLessThan(10);
});

it('pitfall 12: an empty build, a foreign prefix, a second page of a listing, a refused delete: nothing is wiped', async () => {
  const many = Object.fromEntries(Array.from({length: 1100}, (_, n) => [`p/${n}.txt`, `${n}`]));
  await open({'index.html': '1', ...many});
  const objects = await world.aws.objects(site.bucket);
  const s3 = await world.aws.s3();
  await s3.send(new PutObjectCommand({Bucket: site.bucket, Key: 'other-site/index.html', Body: 'theirs'}));
  await deployOnce(world, site);
  expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, unchanged: 1101, kept: 1});

  const empty = await mkdtemp(join(tmpdir(), 'frontctl-empty-'));
  expect((await attempt({site: {dir: empty, site: {}}})).code).toBe('EMPTY_BUILD');
  await rm(empty, {recursive: true});
  await rm(join(world.dir, 'p'), {recursive: true});
  expect(['TINY_BUILD', 'MAX_DELETE']).toContain((await attempt()).code);
  expect(await objects.head('p/1099.txt')).toBeDefined();

  const aws = withStore(store => ({
    deleteMany: async keys => {
      const [refused = '', ...rest] = keys;
      await store.deleteMany(rest);
      return [{key: refused, code: 'AccessDenied', message: 'no'}];
    },
  }));
  const failure = await attempt({aws, maxDelete: {kind: 'share', percent: 100}});
  expect(failure).toMatchObject({code: 'DELETE_UNFINISHED', exitCode: 5});
  expect(failure.message).toContain('p/0.txt');
  expect((await deployOnce(world, site)).counts).toMatchObject({deleted: 1});
  expect(await objectsOf(world, site.bucket)).toEqual(['index.html', 'other-site/index.html']);
}, 60_000);

it('pitfall 13: a change of headers keeps the others, and nobody gets gzip who did not ask', async () => {
  await open({'index.html': '1', 'data.json': '{}', 'data.json.gz': 'gz'});
  await deployOnce(world, site);
  const s3 = await world.aws.s3();
  const there = {Bucket: site.bucket, Key: 'data.json'};
  await s3.send(
    new PutObjectCommand({
      ...there,
      Body: '{}',
      ContentType: 'application/json',
      ContentLanguage: 'de',
      Metadata: {by: 'hand'},
    }),
  );
  const rules = [{match: 'data.json', cacheControl: 'max-age=7'}];
  const more = {site: {dir: world.dir, site: {rules}}};
  expect((await deployOnce(world, site, more)).counts).toMatchObject({uploaded: 0, updated: 1});
  expect(await s3.send(new GetObjectCommand(there))).toMatchObject({
    CacheControl: 'max-age=7',
    ContentType: 'application/json; charset=utf-8',
    ContentLanguage: 'de',
    Metadata: {by: 'hand'},
  });
  const answer = await browse(world, site, '/data.json');
  expect([answer.text, answer.headers.get('content-encoding')]).toEqual(['{}', null]);
});

it('pitfall 14: what is signed is what is sent, once encoded, and is verified before it is given away', async () => {
  await open({'a b+c&d=é.html': '1'});
  // The embedded S3 checks every signature with the SDK's own signer.
  await deployOnce(world, site);
  const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
  const signer = createSigner({privateKey, keyPairId: 'K2JCJMDEHXQW5F'});
  const now = new Date();
  const expires = new Date(now.getTime() + 60_000).toISOString();
  const url = 'https://d1.example/a%20b%2Bc%26d%3D%C3%A9.html';
  const signed = signUrl(checkUrlRequest({url, expires}, now), signer);
  expect(signed.url.startsWith(`${url}?Expires=`)).toBe(true);
  expect(
    verifySigned({url: signed.url}, {publicKeys: new Map([[signer.keyPairId, signer.publicKey]]), now}).valid,
  ).toBe(true);
});

it('pitfall 15: old files count from when they left, and a missing manifest is not mistaken for a forbidden one', async () => {
  const release = (id: string, createdAt: string) => ({id, isNamed: true, createdAt, files: 1, bytes: 1});
  // Live for a year, replaced yesterday: what left yesterday stays for the seven days.
  const releases = [release('2', '2026-11-28T00:00:00Z'), release('1', '2025-11-28T00:00:00Z')];
  const kept = keptReleases(releases, {releases: 1, days: 7}, Date.parse('2026-11-29T00:00:00Z'));
  expect([...kept]).toEqual(['2', '1']);

  await open(first, {faults: [parseFault('GetObject:AccessDenied:1')]});
  // S3 answers 403 for what is missing to those who may not list: going on would forget what an earlier deploy did.
  expect(await attempt()).toMatchObject({exitCode: 3});
  expect(await objectsOf(world, site.bucket)).toEqual([]);
});
