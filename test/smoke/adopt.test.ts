/** A bucket that another tool filled, in an S3 that others wrote: `npm run smoke` as in everyday.test.ts. */
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {Upload} from '@aws-sdk/lib-storage';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {frontctl, type Run} from '../e2e/cli.js';
import {hasTool} from '../e2e/tools.js';
import type {Deployed, ErrorJson} from '../e2e/workspace.js';

const endpoint = process.env['AWS_ENDPOINT_URL'];
const enabled = endpoint !== undefined || process.env['FRONTCTL_SMOKE_AWS'] === '1';
const hasCli = enabled && hasTool('aws', ['--version'], 'a bucket filled by the AWS CLI: the SDK fills it');

const files: Readonly<Record<string, Buffer>> = {
  'index.html': Buffer.from('<!doctype html><title>Adopted</title>'),
  'assets/app-4f2a9c1b.js': randomBytes(3000),
  'film.mp4': randomBytes(11 * 1024 * 1024),
  'sp ace/ü.txt': Buffer.from('odd'),
};

describe.skipIf(!enabled)(`a bucket of another tool at ${endpoint ?? 'AWS'}`, () => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS_|HOME$)/.test(name)));
  const bucket = `frontctl-adopt-${randomBytes(5).toString('hex')}`;
  const dir = mkdtempSync(join(tmpdir(), 'frontctl-adopt-'));
  const s3 = new S3Client({
    region: process.env['AWS_REGION'] ?? 'us-east-1',
    forcePathStyle: endpoint !== undefined,
  });

  const run = (...flags: string[]): Promise<Run> =>
    frontctl(['deploy', dir, '--bucket', bucket, '--json', ...flags], {env});
  const deploy = async (...flags: string[]): Promise<Deployed> => {
    const {code, stdout, stderr} = await run(...flags);
    if (code !== 0) throw new Error(`deploy ended with ${code}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as Deployed;
  };
  const keys = async (): Promise<readonly string[]> => {
    const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket: bucket}));
    return Contents.map(({Key = ''}) => Key);
  };

  beforeAll(async () => {
    for (const [key, body] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, key)), {recursive: true});
      writeFileSync(join(dir, key), body);
    }
    await s3.send(new CreateBucketCommand({Bucket: bucket}));
    if (hasCli) {
      const {status, stderr} = spawnSync('aws', ['s3', 'sync', dir, `s3://${bucket}`], {encoding: 'utf8'});
      if (status !== 0) throw new Error(stderr);
    } else {
      for (const [Key, Body] of Object.entries(files))
        await new Upload({client: s3, partSize: 8 * 1024 ** 2, params: {Bucket: bucket, Key, Body}}).done();
    }
    await s3.send(new PutObjectCommand({Bucket: bucket, Key: 'uploads/photo.jpg', Body: 'theirs'}));
  });

  afterAll(async () => {
    const Objects = (await keys()).map(Key => ({Key}));
    await s3.send(new DeleteObjectsCommand({Bucket: bucket, Delete: {Objects}}));
    await s3.send(new DeleteBucketCommand({Bucket: bucket}));
    rmSync(dir, {recursive: true, force: true});
  });

  it('is adopted: nothing is sent, only the headers are put right, and what is theirs stays', async () => {
    const {counts} = await deploy();
    expect(counts).toMatchObject({uploaded: 0, updated: 4, deleted: 0, kept: 1});
    const {CacheControl} = await s3.send(
      new GetObjectCommand({Bucket: bucket, Key: 'assets/app-4f2a9c1b.js'}),
    );
    expect(CacheControl).toContain('immutable');
    expect((await deploy()).counts).toMatchObject({uploaded: 0, updated: 0, unchanged: 4, kept: 1});
    expect((await deploy('--verify')).counts).toMatchObject({updated: 0, unchanged: 4});
  });

  it('sees what the other tool changes later', async () => {
    await s3.send(new PutObjectCommand({Bucket: bucket, Key: 'index.html', Body: 'by another tool'}));
    expect((await deploy()).counts).toMatchObject({uploaded: 1, unchanged: 3});
  });

  it('is locked for one deploy at a time', async () => {
    writeFileSync(join(dir, 'index.html'), '<!doctype html><title>Changed</title>');
    const lock = {Bucket: bucket, Key: '.frontctl/lock.json'};
    await s3.send(new PutObjectCommand({...lock, Body: '{}', IfNoneMatch: '*'}));
    const refused = await run('--lock-timeout', '0s');
    expect(refused.code).toBe(4);
    expect((JSON.parse(refused.stdout) as ErrorJson).error.code).toBe('LOCKED');
    await s3.send(new DeleteObjectsCommand({Bucket: bucket, Delete: {Objects: [{Key: lock.Key}]}}));
    expect((await deploy()).counts).toMatchObject({uploaded: 1});
    expect(await keys()).not.toContain(lock.Key);
  });

  it('keeps an old fingerprinted file for open tabs', async () => {
    rmSync(join(dir, 'assets/app-4f2a9c1b.js'));
    writeFileSync(join(dir, 'assets/app-77e01d3a.js'), 'new');
    expect((await deploy()).counts).toMatchObject({uploaded: 1, deleted: 0, retained: 1});
    expect(await keys()).toContain('assets/app-4f2a9c1b.js');
  });
});
