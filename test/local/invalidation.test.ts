import {CloudFront, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createClock} from '../../src/local/clock.js';
import {startCloud, type Cloud, type CloudOptions} from '../../src/local/cloud.js';
import {request} from './edge/fixture.js';

const credentials = {accessKeyId: 'local', secretAccessKey: 'local'};
const bucket = 'tagged';

interface World {
  readonly cloud: Cloud;
  readonly s3: S3;
  readonly cloudfront: CloudFront;
  /** X-Cache's first word for each path at this distribution's edge. */
  readonly marks: (id: string, paths: readonly string[]) => Promise<readonly string[]>;
  /** Creates it and waits until it is Completed. */
  readonly invalidate: (id: string, items: readonly string[]) => Promise<void>;
  readonly distribution: (change?: Partial<DistributionConfig>) => Promise<string>;
}

async function world(options: Partial<CloudOptions> = {}): Promise<World> {
  const cloud = await startCloud({port: 0, deployDelayMs: 0, invalidationDelayMs: 0, ...options});
  onTestFinished(() => cloud.close());
  const client = {endpoint: cloud.endpoint, region: 'us-east-1', credentials, maxAttempts: 1};
  const s3 = new S3({...client, forcePathStyle: true});
  const cloudfront = new CloudFront(client);
  await s3.createBucket({Bucket: bucket});
  await s3.deletePublicAccessBlock({Bucket: bucket});
  await s3.putBucketPolicy({
    Bucket: bucket,
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*`},
      ],
    }),
  });
  let made = 0;
  return {
    cloud,
    s3,
    cloudfront,
    marks: (id, paths) =>
      Promise.all(
        paths.map(async path => {
          const {headers} = await request(cloud.edge.portOf(id)!, path);
          return String(headers['x-cache']).replace(' from cloudfront', '');
        }),
      ),
    async invalidate(id, items) {
      const {Invalidation: sent} = await cloudfront.createInvalidation({
        DistributionId: id,
        InvalidationBatch: {
          CallerReference: String(made++),
          Paths: {Quantity: items.length, Items: [...items]},
        },
      });
      const status = async () =>
        (await cloudfront.getInvalidation({DistributionId: id, Id: sent?.Id})).Invalidation?.Status;
      await expect.poll(status).toBe('Completed');
    },
    async distribution(change = {}) {
      const {Distribution: found} = await cloudfront.createDistribution({
        DistributionConfig: {
          CallerReference: String(made++),
          Comment: '',
          Enabled: true,
          CacheTagConfig: {HeaderName: 'x-amz-meta-cache-tag'},
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 's3',
                DomainName: `${bucket}.s3.us-east-1.amazonaws.com`,
                S3OriginConfig: {OriginAccessIdentity: ''},
              },
            ],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 's3',
            ViewerProtocolPolicy: 'allow-all',
            CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
          },
          ...change,
        },
      });
      const id = found!.Id!;
      await expect
        .poll(async () => (await cloudfront.getDistribution({Id: id})).Distribution?.Status)
        .toBe('Deployed');
      await cloud.status();
      return id;
    },
  };
}

const put = (s3: S3, Key: string, tags?: string) =>
  s3.putObject({
    Bucket: bucket,
    Key,
    Body: 'x',
    CacheControl: 'max-age=3600',
    ...(tags !== undefined && {Metadata: {'cache-tag': tags}}),
  });

describe('an invalidation, from the SDK to the viewer', () => {
  it('by tags of S3 metadata, a path and a wildcard in one batch takes exactly those', async () => {
    const {s3, distribution, marks, invalidate} = await world();
    const objects: Record<string, string | undefined> = {
      'a.html': 'Product-42, home',
      'b.html': 'PRODUCT-42',
      'c.html': 'product-43',
      'd.html': undefined,
      'img/1.png': undefined,
      'img/2.png': 'product-42',
      'img2.png': undefined,
    };
    for (const [key, tags] of Object.entries(objects)) await put(s3, key, tags);
    const paths = Object.keys(objects).map(key => `/${key}`);
    const [one, two] = [await distribution(), await distribution()];
    await marks(one, paths);
    await marks(two, paths);

    await invalidate(one, ['#product-42']);
    expect(await marks(one, paths)).toEqual(['Miss', 'Miss', 'Hit', 'Hit', 'Hit', 'Miss', 'Hit']);
    expect(new Set(await marks(two, paths))).toEqual(new Set(['Hit']));

    await invalidate(two, ['#Home', '/d.html', '/img/*', '#product-4*']);
    expect(await marks(two, paths)).toEqual(['Miss', 'Hit', 'Hit', 'Miss', 'Miss', 'Miss', 'Hit']);
    expect(new Set(await marks(one, paths))).toEqual(new Set(['Hit']));
  });

  it('looks tags up under the header of the config that is live', async () => {
    const {s3, cloudfront, distribution, marks, invalidate} = await world();
    await put(s3, 'a.html', 'news');
    const id = await distribution();
    await marks(id, ['/a.html']);
    const {DistributionConfig: config, ETag: etag} = await cloudfront.getDistributionConfig({Id: id});
    await cloudfront.updateDistribution({
      Id: id,
      IfMatch: etag,
      DistributionConfig: {...config!, CacheTagConfig: {HeaderName: 'x-amz-meta-other'}},
    });
    await expect
      .poll(async () => (await cloudfront.getDistribution({Id: id})).Distribution?.Status)
      .toBe('Deployed');
    await invalidate(id, ['#news']);
    expect(await marks(id, ['/a.html'])).toEqual(['Hit']);
    await invalidate(id, ['/a.html']);
    expect(await marks(id, ['/a.html'])).toEqual(['Miss']);
  });

  it('is refused by a tag where the distribution names no header', async () => {
    const {distribution, invalidate} = await world();
    const id = await distribution({CacheTagConfig: undefined});
    await expect(invalidate(id, ['#news'])).rejects.toMatchObject({name: 'InvalidArgument'});
  });

  it('is refused as a whole by the rate quota, and by the other one only after that has let it pass', async () => {
    const clock = createClock({now: () => Date.UTC(2026, 10, 21)});
    const {s3, cloudfront, distribution, marks} = await world({
      clock,
      invalidationDelayMs: 3_600_000,
      invalidationQuotas: ['in-progress', 'rate'],
    });
    await put(s3, 'a.html', 'news');
    const id = await distribution();
    await marks(id, ['/a.html']);
    const send = (items: readonly string[], CallerReference = items.join()) =>
      cloudfront.createInvalidation({
        DistributionId: id,
        InvalidationBatch: {CallerReference, Paths: {Quantity: items.length, Items: [...items]}},
      });
    const refused = {name: 'TooManyInvalidationsInProgress', $metadata: {httpStatusCode: 400}};
    const first = await send(['/x0*']);
    await expect(send(['/a.html', '/x1*'])).rejects.toMatchObject(refused);
    expect((await send(['/x0*'])).Invalidation?.Id).toBe(first.Invalidation?.Id);
    for (let n = 1; n < 15; n++) {
      clock.advance(1000);
      await send([`/x${n}*`]);
    }
    clock.advance(1000);
    await expect(send(['/y*'])).rejects.toMatchObject(refused);
    await send(['#news', '/b.html']);
    const {InvalidationList: list} = await cloudfront.listInvalidations({DistributionId: id});
    expect(list?.Quantity).toBe(16);
    expect(await marks(id, ['/a.html'])).toEqual(['Hit']);
    clock.advance(3_600_000);
    await expect
      .poll(
        async () => (await cloudfront.getDistribution({Id: id})).Distribution?.InProgressInvalidationBatches,
      )
      .toBe(0);
    expect(await marks(id, ['/a.html'])).toEqual(['Miss']);
  });
});
