import {S3} from '@aws-sdk/client-s3';
import {randomBytes} from 'node:crypto';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';

import {createS3, liveBlobs} from '../../../src/local/s3/index.js';
import {openStore} from '../../../src/local/store/index.js';
import {clientOf, serve} from '../wire/serve.js';
import {stillClock} from './cloud.js';

const files = async (dir: string): Promise<number> =>
  (await readdir(join(dir, 'blobs'), {recursive: true, withFileTypes: true})).filter(entry => entry.isFile())
    .length;

it('keeps what was put and sweeps what no object names when the store opens again', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'frontctl-s3-'));
  const bytes = randomBytes(400_000);
  const Bucket = 'site';
  {
    const store = await openStore({dir, liveBlobs});
    await using served = await serve({s3: createS3({store, clock: stillClock()})});
    const s3 = new S3({...clientOf(served), forcePathStyle: true});
    await s3.createBucket({Bucket});
    await s3.putObject({Bucket, Key: 'big', Body: bytes});
    await s3.putObject({Bucket, Key: 'small', Body: 'small'});
    // What a kill leaves between a body and its object: one committed blob.
    const committed = await store.blobs.create();
    await committed.write(bytes);
    await committed.commit();
    expect(await files(dir)).toBe(2);
    s3.destroy();
    await store.close();
  }
  const store = await openStore({dir, liveBlobs});
  expect(await files(dir)).toBe(1);
  await using served = await serve({s3: createS3({store, clock: stillClock()})});
  const s3 = new S3({...clientOf(served), forcePathStyle: true});
  const big = await s3.getObject({Bucket, Key: 'big'});
  expect(Buffer.from(await big.Body!.transformToByteArray()).equals(bytes)).toBe(true);
  const small = await s3.getObject({Bucket, Key: 'small'});
  expect(await small.Body!.transformToString()).toBe('small');
  s3.destroy();
  await store.close();
  await rm(dir, {recursive: true, force: true});
});
