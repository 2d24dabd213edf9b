/**
 * The everyday flow against an emulator written by others (or AWS itself):
 *   AWS_ENDPOINT_URL=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test npm run smoke
 *   FRONTCTL_SMOKE_AWS=1 AWS_PROFILE=sandbox npm run smoke
 */
import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {
  CloudFrontClient,
  CreateDistributionCommand,
  GetInvalidationCommand,
} from '@aws-sdk/client-cloudfront';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {frontctl} from '../e2e/cli.js';

const endpoint = process.env['AWS_ENDPOINT_URL'];
const enabled = endpoint !== undefined || process.env['FRONTCTL_SMOKE_AWS'] === '1';
if (!enabled) {
  console.log(
    'SKIPPED: smoke tests (set AWS_ENDPOINT_URL to an emulator, or FRONTCTL_SMOKE_AWS=1 for AWS itself)',
  );
}

interface Deployed {
  readonly counts: Readonly<Record<'uploaded' | 'updated' | 'unchanged' | 'deleted' | 'kept', number>>;
  readonly invalidation: {
    readonly paths: readonly string[];
    readonly batches: readonly {readonly id: string}[];
  } | null;
}

interface Sent {
  readonly batches: readonly {readonly id: string}[];
}

const files: Readonly<Record<string, Buffer>> = {
  'index.html': Buffer.from('<!doctype html><title>Smoke</title>'),
  'about/index.html': Buffer.from('<!doctype html><title>About</title>'),
  'assets/index-BaCd12_x.js': randomBytes(5000),
  'assets/logo.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  'files/a b+c #1 (ü).txt': Buffer.from('odd name'),
  'files/large.bin': randomBytes(17 * 1024 * 1024),
};

describe.skipIf(!enabled)(`everyday flow against ${endpoint ?? 'AWS'}`, () => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(AWS_|HOME$)/.test(name)));
  const bucket = `frontctl-smoke-${randomBytes(5).toString('hex')}`;
  const dir = mkdtempSync(join(tmpdir(), 'frontctl-smoke-'));
  const region = process.env['AWS_REGION'] ?? 'us-east-1';
  const s3 = new S3Client({region, forcePathStyle: endpoint !== undefined});
  const cloudfront = new CloudFrontClient({region: 'us-east-1'});

  const write = (key: string, body: Buffer): void => {
    const path = join(dir, key);
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, body);
  };

  const deploy = async (...flags: string[]): Promise<Deployed> => {
    const run = await frontctl(['deploy', dir, '--bucket', bucket, '--json', ...flags], {env});
    if (run.code !== 0) throw new Error(`deploy ended with ${run.code}: ${run.stdout}${run.stderr}`);
    return JSON.parse(run.stdout) as Deployed;
  };

  beforeAll(async () => {
    for (const [key, body] of Object.entries(files)) write(key, body);
    await s3.send(new CreateBucketCommand({Bucket: bucket}));
  });

  afterAll(async () => {
    const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket: bucket}));
    await s3.send(
      new DeleteObjectsCommand({Bucket: bucket, Delete: {Objects: Contents.map(({Key}) => ({Key}))}}),
    );
    await s3.send(new DeleteBucketCommand({Bucket: bucket}));
    rmSync(dir, {recursive: true, force: true});
  });

  it('deploys: every file identical, with its headers', async () => {
    const {counts} = await deploy();
    expect(counts).toMatchObject({uploaded: Object.keys(files).length, unchanged: 0});
    for (const [key, body] of Object.entries(files)) {
      const object = await s3.send(new GetObjectCommand({Bucket: bucket, Key: key}));
      const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      expect(bytes.equals(body), key).toBe(true);
      expect(object.CacheControl, key).toContain('max-age');
    }
    const page = await s3.send(new GetObjectCommand({Bucket: bucket, Key: 'index.html'}));
    expect(page.ContentType).toBe('text/html; charset=utf-8');
    page.Body?.transformToString().catch(() => undefined);
  });

  it('deploys again: nothing to do', async () => {
    expect((await deploy()).counts).toMatchObject({
      uploaded: 0,
      updated: 0,
      deleted: 0,
      unchanged: Object.keys(files).length,
    });
  });

  it('deploys one change: one upload; one file less: one delete', async () => {
    write('index.html', Buffer.from('<!doctype html><title>Changed</title>'));
    rmSync(join(dir, 'about'), {recursive: true});
    expect((await deploy()).counts).toMatchObject({uploaded: 1, deleted: 1});
    const page = await s3.send(new GetObjectCommand({Bucket: bucket, Key: 'index.html'}));
    expect(await page.Body?.transformToString()).toContain('Changed');
  });

  it('invalidates, where the emulator has CloudFront', async context => {
    const made = await cloudfront
      .send(
        new CreateDistributionCommand({
          DistributionConfig: {
            CallerReference: bucket,
            Comment: bucket,
            Enabled: true,
            Origins: {
              Quantity: 1,
              Items: [
                {
                  Id: 's3',
                  DomainName: `${bucket}.s3.${region}.amazonaws.com`,
                  S3OriginConfig: {OriginAccessIdentity: ''},
                },
              ],
            },
            DefaultCacheBehavior: {
              TargetOriginId: 's3',
              ViewerProtocolPolicy: 'redirect-to-https',
              CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
            },
          },
        }),
      )
      .catch((error: unknown) => error as Error);
    if (made instanceof Error || made.Distribution?.Id === undefined) {
      console.log(
        `SKIPPED: invalidation (this emulator makes no distribution: ${made instanceof Error ? made.name : 'no id'})`,
      );
      context.skip();
      return;
    }
    const id = made.Distribution.Id;
    write('index.html', Buffer.from('<!doctype html><title>Changed again</title>'));
    const {invalidation} = await deploy('--distribution', id);
    expect(invalidation?.paths).toEqual(['/index.html']);
    const [batch] = invalidation?.batches ?? [];
    const read = await cloudfront.send(new GetInvalidationCommand({DistributionId: id, Id: batch?.id}));
    expect(read.Invalidation?.InvalidationBatch?.Paths?.Items).toEqual(['/index.html']);

    const own = async (...args: string[]): Promise<unknown> => {
      const run = await frontctl([...args, '-d', id, '--json'], {env});
      if (run.code !== 0)
        throw new Error(`${args.join(' ')} ended with ${run.code}: ${run.stdout}${run.stderr}`);
      return JSON.parse(run.stdout) as unknown;
    };
    const paths = ['/a b/\u00fc.html', '/img/*'];
    const encoded = ['/a%20b/%C3%BC.html', '/img/*'];
    const sent = (await own('invalidate', ...paths)) as Sent;
    expect(sent).toMatchObject({paths: encoded, status: 'Completed', costUSD: 0});
    const [one] = sent.batches;
    const about = {id: one?.id, status: 'Completed', paths: encoded};
    expect(await own('invalidation', 'show', one?.id ?? '')).toMatchObject(about);
    const list = (await own('invalidation', 'list')) as {
      readonly invalidations: readonly {readonly id: string}[];
    };
    expect(list.invalidations.map(each => each.id).sort()).toEqual([one?.id, batch?.id].sort());
    expect(await own('invalidation', 'wait', one?.id ?? '')).toMatchObject({status: 'Completed'});
  });
});
