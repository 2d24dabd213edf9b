import {randomBytes} from 'node:crypto';
import {rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {ListMultipartUploadsCommand, PutBucketPolicyCommand} from '@aws-sdk/client-s3';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {
  deploy,
  describeFirstDeploy,
  describePlan,
  prepareDeploy,
  readManifest,
} from '../../src/deploy/index.js';
import {readStatement} from '../../src/bucket/index.js';
import {readDistribution} from '../../src/distribution/index.js';
import {readSite} from '../../src/site/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {digest} from './site.js';
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
let site: SiteResources;

const build = {
  'index.html': '<link rel="stylesheet" href="/assets/app-4f2a9c1b.css"><h1>One</h1>',
  'about.html': '<h1>About</h1>',
  'assets/app-4f2a9c1b.css': 'h1 {color: red}',
  'robots.txt': 'User-agent: *',
};

beforeEach(async () => {
  world = await openWorld();
  site = await world.site();
  await world.write(build);
});

afterEach(() => world.close());

const store = () => world.aws.objects(site.bucket);
const manifest = async () => (await readManifest(await store(), ''))?.manifest;
const writes = () => world.calls.filter(call => /Put|Copy|Delete|Create|Upload/.test(call));

describe('deploy', () => {
  it('uploads all, then nothing, then the one page that changed', async () => {
    const first = await deployOnce(world, site);
    expect(first).toMatchObject({
      counts: {uploaded: 4, updated: 0, unchanged: 0, deleted: 0, kept: 0},
      invalidation: null,
      bucket: site.bucket,
      distributionId: site.distributionId,
    });
    expect(first.bytesUploaded).toBe(Object.values(build).join('').length);
    expect((await browse(world, site, '/')).text).toBe(build['index.html']);

    world.calls.length = 0;
    const second = await deployOnce(world, site);
    expect(second).toMatchObject({
      counts: {uploaded: 0, unchanged: 4},
      invalidation: null,
      release: first.release,
    });
    expect(writes()).toEqual([]);

    await browse(world, site, '/about.html');
    const old = await browse(world, site, '/about.html');
    expect([old.headers.get('x-cache'), old.text]).toEqual(['Hit from cloudfront', '<h1>About</h1>']);
    await world.write({'about.html': '<h1>Above</h1>'});
    const third = await deployOnce(world, site);
    expect(third.counts).toMatchObject({uploaded: 1, unchanged: 3});
    expect(third.invalidation).toMatchObject({
      paths: ['/about.html'],
      batches: [{status: 'Completed'}],
      costUSD: 0,
    });
    expect((await browse(world, site, '/about.html')).text).toBe('<h1>Above</h1>');
  });

  it('purges `/` with the path of the default root object', async () => {
    await deployOnce(world, site);
    await browse(world, site, '/');
    expect((await browse(world, site, '/')).headers.get('x-cache')).toBe('Hit from cloudfront');
    await world.write({'index.html': '<h1>Two</h1>'});
    expect((await deployOnce(world, site)).invalidation?.paths).toEqual(['/index.html']);
    expect((await browse(world, site, '/')).text).toBe('<h1>Two</h1>');
  });

  it('deletes what left the build, and only what it put there', async () => {
    await (await store()).put({key: 'theirs.txt', body: Buffer.from('x'), sha256: sha256('x'), headers: {}});
    await deployOnce(world, site);
    await world.remove('robots.txt');
    await world.remove('assets/app-4f2a9c1b.css');
    expect((await deployOnce(world, site, {prune: false})).counts).toMatchObject({deleted: 0, kept: 3});
    const result = await deployOnce(world, site);
    expect(result.counts).toMatchObject({deleted: 2, kept: 1, unchanged: 2});
    // The stylesheet was immutable: a cached copy of it never becomes wrong.
    expect(result.invalidation?.paths).toEqual(['/robots.txt']);
    expect(await objectsOf(world, site.bucket)).toEqual(['about.html', 'index.html', 'theirs.txt']);
    expect([...((await manifest())?.files.keys() ?? [])].sort()).toEqual(['about.html', 'index.html']);
  });

  it('changes headers in place and keeps what others set', async () => {
    await deployOnce(world, site);
    const objects = await store();
    await objects.put({
      key: 'robots.txt',
      body: Buffer.from(build['robots.txt']),
      sha256: sha256(build['robots.txt']),
      headers: {'content-type': 'text/plain', 'content-disposition': 'inline', 'x-amz-meta-owner': 'seo'},
    });
    const rules = {rules: [{match: 'robots.txt', cacheControl: 'max-age=7'}]};
    await deployOnce(world, site, {site: {dir: world.dir, site: rules}});
    // Same bytes, so same ETag: what the manifest says of its headers still counts until `rules` change them.
    const head = await objects.head('robots.txt');
    expect(head?.headers).toMatchObject({
      'cache-control': 'max-age=7',
      'content-disposition': 'inline',
      'x-amz-meta-owner': 'seo',
    });
    expect(await deployOnce(world, site, {site: {dir: world.dir, site: rules}})).toMatchObject({
      counts: {uploaded: 0, updated: 0, unchanged: 4},
    });
  });

  it('adopts a bucket that another tool filled: compares bytes, reads headers, uploads only what differs', async () => {
    const objects = await store();
    for (const [key, content] of Object.entries({...build, 'about.html': 'other'})) {
      await objects.put({
        key,
        body: Buffer.from(content),
        sha256: sha256(content),
        headers: {'content-type': 'x/y'},
      });
    }
    const {result} = await finish(deploy(deployInput(world, site)));
    expect(result.counts).toEqual({uploaded: 1, updated: 3, unchanged: 0, deleted: 0, kept: 0, retained: 0});
    expect((await deployOnce(world, site)).counts).toMatchObject({unchanged: 4});
  });

  it('sees what was changed or removed by hand', async () => {
    await deployOnce(world, site);
    const objects = await store();
    await objects.put({key: 'about.html', body: Buffer.from('hand'), sha256: sha256('hand'), headers: {}});
    await objects.delete('robots.txt');
    const {plan} = describePlan((await finish(prepareDeploy(deployInput(world, site)))).result);
    expect(plan.steps.map(({action, key, reason}) => [action, key, reason])).toEqual([
      ['upload', 'robots.txt', 'new'],
      ['upload', 'about.html', 'content changed'],
    ]);
    await deployOnce(world, site);
    expect((await bodyOf(world, site.bucket, 'about.html')).toString()).toBe(build['about.html']);
  });

  it('plans without changing anything', async () => {
    world.calls.length = 0;
    const {result} = await finish(prepareDeploy(deployInput(world, site)));
    expect(describePlan(result).plan).toMatchObject({
      steps: [
        {action: 'upload', key: 'assets/app-4f2a9c1b.css', reason: 'new', bytes: 15},
        {action: 'upload', key: 'robots.txt'},
        {action: 'upload', key: 'about.html'},
        {action: 'upload', key: 'index.html', headers: {contentType: 'text/html; charset=utf-8'}},
      ],
      invalidation: null,
    });
    expect(writes()).toEqual([]);
  });

  it('takes a build that is read already, and plans it where there is no bucket yet', async () => {
    const read = await readSite({dir: world.dir, site: {}});
    const {plan} = describeFirstDeploy(read);
    expect(plan).toMatchObject({invalidation: null, counts: {uploaded: 4, kept: 0}});
    const {result} = await finish(prepareDeploy(deployInput(world, site, {site: read})));
    expect(describePlan(result).plan).toEqual(plan);
  });

  it('keeps its own folder from viewers, whatever else the bucket policy allows', async () => {
    await deployOnce(world, site);
    expect(await manifest()).toBeDefined();
    expect((await browse(world, site, '/.frontctl/manifest.json')).status).toBe(403);
    expect((await fetch(`${world.cloud.endpoint}/${site.bucket}/index.html`)).status).toBe(403);
  });

  it('hides its own folder when a distribution comes only later, and looks at the policy no more after that', async () => {
    const distribution = await readDistribution(world.aws, site.distributionId);
    const s3 = await world.aws.s3();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [readStatement({bucket: site.bucket, prefix: ''}, distribution.arn)],
    });
    await s3.send(new PutBucketPolicyCommand({Bucket: site.bucket, Policy}));
    await deployOnce(world, site, {distributionIds: []});
    await deployOnce(world, site);
    expect((await browse(world, site, '/about.html')).status).toBe(200);
    expect((await browse(world, site, '/.frontctl/manifest.json')).status).toBe(403);
    world.calls.length = 0;
    await deployOnce(world, site);
    expect(world.calls.filter(call => call.includes('Policy'))).toEqual([]);
    expect(writes()).toEqual([]);
  });

  it('serves and purges every file name that a build may hold', async () => {
    const names = [
      'a b.html',
      '100%.html',
      'a#b.html',
      'c++.html',
      'x~1.html',
      'é.html',
      '😀/ü?.html',
      "it's (1),;=&@!$.html",
    ];
    await world.write(Object.fromEntries(names.map(name => [name, 'one'])));
    await deployOnce(world, site);
    // As a browser asks for it; S3 takes a bare `+` for a space.
    const url = (name: string) =>
      `/${encodeURI(name).replace('?', '%3F').replace('#', '%23').replaceAll('+', '%2B')}`;
    for (const name of names) expect((await browse(world, site, url(name))).text, name).toBe('one');
    await world.write(Object.fromEntries(names.map(name => [name, 'two'])));
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: names.length});
    for (const name of names) expect((await browse(world, site, url(name))).text, name).toBe('two');
  });

  it('works under a prefix, beside another site', async () => {
    await deployOnce(world, site);
    const docs = await deployOnce(world, site, {prefix: 'docs/v1'});
    expect(docs.counts).toMatchObject({uploaded: 4, kept: 0});
    await world.write({'about.html': 'new'});
    expect((await deployOnce(world, site, {prefix: 'docs/v1'})).invalidation?.paths).toEqual([
      '/docs/v1/about.html',
    ]);
    expect((await browse(world, site, '/docs/v1/about.html')).text).toBe('new');
    expect((await browse(world, site, '/docs/v1/.frontctl/manifest.json')).status).toBe(403);
    expect((await browse(world, site, '/about.html')).text).toBe(build['about.html']);
  });

  it('names a link that the site will miss', async () => {
    await symlink('nowhere', join(world.dir, 'broken.html'));
    await symlink('gone', join(world.dir, 'other.html'));
    const {result, events} = await finish(prepareDeploy(deployInput(world, site)));
    expect(result.places[0].plan.steps.map(step => step.key)).not.toContain('broken.html');
    expect(events).toContainEqual({
      type: 'warning',
      message: 'Not deployed: broken.html (broken symbolic link) and 1 more.',
    });
  });

  it('warns when the build lacks the default root object', async () => {
    await rm(join(world.dir, 'index.html'));
    const {events} = await finish(prepareDeploy(deployInput(world, site)));
    expect(events).toContainEqual({
      type: 'warning',
      message: expect.stringContaining('The build has no index.html, the default root object') as string,
    });
  });

  it('uploads only, with a warning, without a distribution', async () => {
    await deployOnce(world, site);
    await world.write({'about.html': 'new'});
    const {result, events} = await finish(deploy(deployInput(world, site, {distributionIds: []})));
    expect(result).toMatchObject({
      url: null,
      distributionId: null,
      invalidation: null,
      counts: {uploaded: 1},
    });
    expect(events).toContainEqual(expect.objectContaining({type: 'warning'}));
  });

  it('sends large files in parts and knows them afterwards', async () => {
    const video = randomBytes(21 * 1024 ** 2);
    await world.write({'video.mp4': video});
    world.calls.length = 0;
    await deployOnce(world, site);
    expect(world.calls.filter(call => call === 's3 UploadPart')).toHaveLength(3);
    expect((await bodyOf(world, site.bucket, 'video.mp4')).equals(video)).toBe(true);
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, unchanged: 5});
    expect((await manifest())?.files.get('video.mp4')?.etag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const rules = {rules: [{match: '*.mp4', cacheControl: 'max-age=7'}]};
    const again = {site: {dir: world.dir, site: rules}};
    expect((await deployOnce(world, site, again)).counts).toMatchObject({uploaded: 0, updated: 1});
    expect((await deployOnce(world, site, again)).counts).toMatchObject({updated: 0, unchanged: 5});
  });
});

describe('a build that changes under the deploy', () => {
  it.each([
    ['a small file', 'robots.txt', 'other content'],
    ['a large file', 'video.mp4', randomBytes(17 * 1024 ** 2)],
  ])('%s stops before HTML', async (_name, key, other) => {
    await deployOnce(world, site);
    await world.write({
      [key]: typeof other === 'string' ? 'new' : randomBytes(17 * 1024 ** 2),
      'index.html': 'new',
    });
    const work = deploy(deployInput(world, site));
    await untilPlanned(work);
    await world.write({[key]: other});
    await expect(finish(work)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      exit: 'conflict',
      message: expect.stringContaining(key) as string,
    });
    expect((await browse(world, site, '/')).text).toBe(build['index.html']);
    expect(await objectsOf(world, site.bucket)).not.toContain('video.mp4');
    const parts = await (await world.aws.s3()).send(new ListMultipartUploadsCommand({Bucket: site.bucket}));
    expect(parts.Uploads ?? []).toEqual([]);
    expect((await deployOnce(world, site)).invalidation?.paths).toContain('/index.html');
    expect((await browse(world, site, '/')).text).toBe('new');
  });

  it('names a file that vanished', async () => {
    const work = deploy(deployInput(world, site));
    await untilPlanned(work);
    await world.remove('robots.txt');
    await expect(finish(work)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining('robots.txt vanished') as string,
    });
  });
});

function sha256(content: string): string {
  return digest('sha256', content);
}
