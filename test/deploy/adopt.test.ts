/** Buckets that other tools filled or changed. */
import {
  CopyObjectCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {CreateKeyCommand} from '@aws-sdk/client-kms';
import {Upload} from '@aws-sdk/lib-storage';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {partSizes} from '../../src/deploy/plan/adopt.js';
import type {SiteResources} from '../../src/stack/index.js';
import {deployOnce, openWorld, type World} from './world.js';

const mebibyte = 1024 ** 2;

describe('partSizes', () => {
  it.each<[number, number, number[]]>([
    [20 * mebibyte, 3, [8]],
    [20 * mebibyte, 4, [5, 6]],
    [20 * mebibyte, 2, [10, 12, 15, 16]],
    [20 * mebibyte, 20, []],
  ])('%i bytes in %i parts', (size, parts, expected) => {
    expect(partSizes(size, parts).map(bytes => bytes / mebibyte)).toEqual(expected);
  });
});

describe('an object that no manifest describes', () => {
  let world: World;
  let site: SiteResources;
  const big = Buffer.alloc(9 * mebibyte, 'frontctl');

  beforeEach(async () => {
    world = await openWorld();
    site = await world.site();
  });
  afterEach(() => world.close());

  const multipart = async (partMebibytes: number, body = big): Promise<void> => {
    const client = await world.aws.s3();
    await new Upload({
      client,
      partSize: partMebibytes * mebibyte,
      params: {Bucket: site.bucket, Key: 'film.mp4', Body: body, ContentType: 'video/mp4'},
    }).done();
  };

  it('in parts of a usual size is known by its ETag alone', async () => {
    await world.write({'film.mp4': big});
    await multipart(8);
    world.calls.length = 0;
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, updated: 1});
    // The manifest that is not there, not the film.
    expect(world.calls.filter(call => call === 's3 GetObject')).toHaveLength(1);
  });

  it('in parts of another size is read, and not sent again', async () => {
    await world.write({'film.mp4': big});
    await multipart(7);
    world.calls.length = 0;
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, updated: 1});
    expect(world.calls.filter(call => call === 's3 GetObject')).toHaveLength(2);
  });

  it('of the same size and other bytes is sent', async () => {
    await world.write({'film.mp4': big});
    const other = Buffer.from(big);
    other[4711] = 0;
    await multipart(8, other);
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 1, updated: 0});
  });

  it('encrypted with KMS, whose ETag is no MD5, is read; what differs is sent', async () => {
    const {KeyMetadata} = await (await world.aws.kms()).send(new CreateKeyCommand({}));
    const s3 = await world.aws.s3();
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket: site.bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: KeyMetadata?.Arn,
              },
            },
          ],
        },
      }),
    );
    for (const [Key, Body] of [
      ['same.txt', 'same'],
      ['other.txt', 'old!'],
    ] as const) {
      const {ETag} = await s3.send(new PutObjectCommand({Bucket: site.bucket, Key, Body}));
      expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
    }
    await world.write({'same.txt': 'same', 'other.txt': 'new!'});
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 1, updated: 1});
    // And known from then on.
    expect((await deployOnce(world, site)).counts).toMatchObject({uploaded: 0, updated: 0, unchanged: 2});
  });

  it('whose headers were changed in place is seen with --verify', async () => {
    await world.write({'a.txt': 'a'});
    await deployOnce(world, site);
    const s3 = await world.aws.s3();
    const there = {Bucket: site.bucket, Key: 'a.txt'};
    await s3.send(
      new CopyObjectCommand({
        ...there,
        CopySource: `${site.bucket}/a.txt`,
        MetadataDirective: 'REPLACE',
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'no-store',
      }),
    );
    expect((await deployOnce(world, site)).counts).toMatchObject({updated: 0, unchanged: 1});
    expect((await deployOnce(world, site, {verify: true})).counts).toMatchObject({updated: 1});
    const {CacheControl} = await s3.send(new GetObjectCommand(there));
    expect(CacheControl).not.toBe('no-store');
    expect((await deployOnce(world, site, {verify: true})).counts).toMatchObject({updated: 0, unchanged: 1});
  });
});
