/** An embedded cloud with one open bucket and one distribution on it, made and looked at with the AWS SDK. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {CloudFront, type DistributionConfig} from '@aws-sdk/client-cloudfront';
import {S3} from '@aws-sdk/client-s3';
import {Pool} from 'undici';
import type {Run, RunOptions} from '../cli.js';
import {workspace, type LocalStatus, type Workspace} from '../workspace.js';

const bucket = 'proof';
const connections = 32;

export interface Stored {
  /** Percent-encoded, with a slash before it: what S3 and viewers get. */
  readonly path: string;
  readonly body: string;
  /** Value of the cache-tag metadata. */
  readonly tags?: string;
}

export interface Seen {
  readonly target: string;
  readonly cache: 'Hit' | 'Miss' | 'other';
  readonly body: string;
}

export interface ProofCloud {
  readonly project: Workspace;
  readonly cloudfront: CloudFront;
  readonly endpoint: string;
  readonly distributionId: string;
  /** Puts them straight into the bucket: the edge is not told. */
  put(objects: readonly Stored[]): Promise<void>;
  /** Gets each target (path and query) at the edge, in their order. */
  view(targets: readonly string[]): Promise<readonly Seen[]>;
  /** Twice: the second time from the edge's cache. Throws when anything is not. */
  warm(targets: readonly string[]): Promise<readonly Seen[]>;
  /** `frontctl ARGS --local`. */
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Ids of all invalidations, newest first. */
  invalidationIds(): Promise<readonly string[]>;
  /** Cloud time goes on by so much at once. */
  advance(ms: number): Promise<void>;
  /** How often an operation was called, of the request log. The log is written within moments. */
  calls(operation: string): Promise<number>;
  dispose(): Promise<void>;
}

export async function proofCloud(
  startFlags: readonly string[],
  change: Partial<DistributionConfig> = {},
): Promise<ProofCloud> {
  const project = workspace();
  const {endpoint} = await project.json<LocalStatus>([
    ...['local', 'start', '--detach', '--deploy-delay', '0s'],
    ...startFlags,
  ]);
  const client = {
    endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId: 'local', secretAccessKey: 'local'},
  };
  const s3 = new S3({...client, forcePathStyle: true});
  const cloudfront = new CloudFront(client);
  await openBucket(s3);
  const distributionId = await makeDistribution(cloudfront, change);
  // Answers once the distribution listens.
  const {distributions} = await project.json<LocalStatus>(['local', 'status']);
  const url = distributions.find(({id}) => id === distributionId)?.url ?? '';
  const origin = new Pool(endpoint, {connections});
  const edge = new Pool(new URL(url).origin, {connections});

  const view = (targets: readonly string[]): Promise<readonly Seen[]> =>
    inParallel(targets, async target => {
      const {headers, body} = await edge.request({path: target, method: 'GET'});
      const [word] = String(headers['x-cache']).split(' ');
      const cache = word === 'Hit' || word === 'Miss' ? word : 'other';
      return {target, cache, body: await body.text()};
    });

  return {
    project,
    cloudfront,
    endpoint,
    distributionId,
    async put(objects) {
      await inParallel(objects, async ({path, body, tags}) => {
        const headers = {
          'cache-control': 'max-age=86400',
          ...(tags !== undefined && {'x-amz-meta-cache-tag': tags}),
        };
        const answer = await origin.request({path: `/${bucket}${path}`, method: 'PUT', headers, body});
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw new Error(`PUT ${path}: ${answer.statusCode} ${text}`);
      });
    },
    view,
    async warm(targets) {
      await view(targets);
      const seen = await view(targets);
      const cold = seen.filter(({cache}) => cache !== 'Hit');
      if (cold.length > 0)
        throw new Error(`${cold.length} are not cached: ${JSON.stringify(cold.slice(0, 5))}`);
      return seen;
    },
    run: (args, options) => project.run([...args, '--local'], options),
    async invalidationIds() {
      const ids: string[] = [];
      let Marker: string | undefined;
      do {
        const {InvalidationList: page} = await cloudfront.listInvalidations({
          DistributionId: distributionId,
          Marker,
        });
        ids.push(...(page?.Items ?? []).map(({Id = ''}) => Id));
        Marker = page?.IsTruncated === true ? page.NextMarker : undefined;
      } while (Marker !== undefined);
      return ids;
    },
    async advance(ms) {
      const answer = await origin.request({path: `/_frontctl/advance?ms=${ms}`, method: 'POST'});
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`advance: ${answer.statusCode} ${text}`);
    },
    async calls(operation) {
      // A call of its own marks the end: what stands before it is written.
      const mark = `/proof-mark-${Date.now()}`;
      await origin.request({path: `/${bucket}${mark}`, method: 'HEAD'}).then(({body}) => body.text());
      for (;;) {
        const log = readFileSync(join(project.dir, '.frontctl', 'local', 'cloud.log'), 'utf8');
        if (log.includes(mark))
          return log.split('\n').filter(line => line.split(' ')[2] === operation).length;
        await delay(20);
      }
    },
    async dispose() {
      await Promise.all([origin.destroy(), edge.destroy()]);
      s3.destroy();
      cloudfront.destroy();
      await project.dispose();
    },
  };
}

async function openBucket(s3: S3): Promise<void> {
  await s3.createBucket({Bucket: bucket});
  await s3.deletePublicAccessBlock({Bucket: bucket});
  const Statement = [
    {
      Effect: 'Allow',
      Principal: '*',
      // Written without signatures: thousands of objects in seconds.
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: `arn:aws:s3:::${bucket}/*`,
    },
  ];
  await s3.putBucketPolicy({Bucket: bucket, Policy: JSON.stringify({Version: '2012-10-17', Statement})});
}

/** Keyed by the query parameter `v`; the headers of the origin decide the time to live. */
async function makeDistribution(
  cloudfront: CloudFront,
  change: Partial<DistributionConfig>,
): Promise<string> {
  const {CachePolicy} = await cloudfront.createCachePolicy({
    CachePolicyConfig: {
      Name: 'by-v',
      MinTTL: 0,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingGzip: false,
        HeadersConfig: {HeaderBehavior: 'none'},
        CookiesConfig: {CookieBehavior: 'none'},
        QueryStringsConfig: {QueryStringBehavior: 'whitelist', QueryStrings: {Quantity: 1, Items: ['v']}},
      },
    },
  });
  const {Distribution} = await cloudfront.createDistribution({
    DistributionConfig: {
      CallerReference: 'proof',
      Comment: '',
      Enabled: true,
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
        CachePolicyId: CachePolicy?.Id,
      },
      ...change,
    },
  });
  return Distribution?.Id ?? '';
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  const left = items.entries();
  await Promise.all(
    Array.from({length: connections}, async () => {
      for (const [index, item] of left) results[index] = await work(item);
    }),
  );
  return results;
}
