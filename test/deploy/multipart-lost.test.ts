/** A large file whose last answer is lost: the object may be there although S3 says that there is no such upload. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {openProxy, type Verdict} from '../../bench/reliability/proxy.js';
import {createAws} from '../../src/aws/index.js';
import type {SiteResources} from '../../src/stack/index.js';
import {bodyOf, deployOnce, openWorld, type World} from './world.js';

let world: World;
let site: SiteResources;
const film = (byte: number): Buffer => Buffer.alloc((16 << 20) + 5, byte);

beforeAll(async () => {
  world = await openWorld();
  site = await world.site();
  await world.write({'index.html': '<h1>films</h1>', 'film.mp4': film(1)});
  await deployOnce(world, site);
});
afterAll(() => world.close());

/** `onComplete`: for each CompleteMultipartUpload, before and after it took effect. */
async function deployThrough(
  onComplete: (when: 'before' | 'after', uploadId: string) => Verdict | Promise<Verdict>,
) {
  const judge = (when: 'before' | 'after', method: string, target: string): Verdict | Promise<Verdict> => {
    const uploadId = method === 'POST' ? /[?&]uploadId=([^&]+)/.exec(target)?.[1] : undefined;
    return uploadId === undefined ? 'pass' : onComplete(when, decodeURIComponent(uploadId));
  };
  const proxy = await openProxy({
    to: world.cloud.endpoint,
    onCall: ({method, target}) => judge('before', method, target),
    onDone: ({method, target}) => judge('after', method, target),
  });
  const aws = createAws({local: {endpoint: proxy.endpoint}});
  try {
    return await deployOnce(world, site, {aws});
  } finally {
    await aws.close();
    proxy.close();
  }
}

it('completed once and asked for again, it is done', async () => {
  await world.write({'film.mp4': film(2)});
  let asked = 0;
  const result = await deployThrough(when => (when === 'after' && asked++ === 0 ? 'cut' : 'pass'));
  expect(asked).toBe(2);
  expect(result.counts).toMatchObject({uploaded: 1});
  expect((await bodyOf(world, site.bucket, 'film.mp4')).equals(film(2))).toBe(true);
  expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, unchanged: 2});
});

it('aborted by somebody, it is an error, although an older file of that size is there', async () => {
  await world.write({'film.mp4': film(3)});
  const {AbortMultipartUploadCommand} = await import('@aws-sdk/client-s3');
  const client = await world.aws.s3();
  const aborted = deployThrough(async (when, UploadId): Promise<Verdict> => {
    if (when === 'before')
      await client.send(new AbortMultipartUploadCommand({Bucket: site.bucket, Key: 'film.mp4', UploadId}));
    return 'pass';
  });
  await expect(aborted).rejects.toMatchObject({code: 'UPLOAD_ABORTED', exit: 'conflict'});
  expect((await bodyOf(world, site.bucket, 'film.mp4')).equals(film(2))).toBe(true);
});
