import {
  CreateCloudFrontOriginAccessIdentityCommand,
  CreateDistributionCommand,
  GetDistributionCommand,
  ListCloudFrontOriginAccessIdentitiesCommand,
  ListOriginAccessControlsCommand,
  type Origin,
} from '@aws-sdk/client-cloudfront';
import {CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand} from '@aws-sdk/client-s3';
import {readPolicy} from '../../src/bucket/index.js';
import {createClock} from '../../src/local/clock.js';
import {
  migrateToControl,
  type MigrateInput,
  type MigrateResult,
} from '../../src/stack/origin-access/index.js';
import {finish, openWorld, type World} from '../deploy/world.js';

/** Cloud time until a change of a distribution is at the edge. */
export const deployMs = 60_000;

export const identityArn = (id: string): string =>
  `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${id}`;

export interface Identity {
  readonly id: string;
  readonly canonicalUserId: string;
}

export interface IdentitySite {
  readonly world: World;
  /** Passes cloud time. */
  advance(ms: number): Promise<void>;
  identity(comment?: string): Promise<Identity>;
  bucket(name: string, keys: readonly string[]): Promise<void>;
  /** Puts a policy of these statements. */
  allow(bucket: string, ...statements: readonly object[]): Promise<void>;
  statements(bucket: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A distribution of these origins; the first one answers for all paths, the others below `/<id>/*`. */
  distribution(origins: readonly Partial<Origin>[]): Promise<{readonly id: string; readonly arn: string}>;
  origins(id: string): Promise<readonly Origin[]>;
  /** Status at the edge, past its cache. */
  load(id: string, path: string): Promise<number>;
  migrate(id: string, more?: Partial<MigrateInput>): Promise<MigrateResult>;
  identities(): Promise<readonly string[]>;
  controls(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** AWS's CachingDisabled: every load asks the bucket. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

let references = 0;

export async function openIdentitySite(): Promise<IdentitySite> {
  const start = Date.now();
  const clock = createClock({now: () => start});
  const world = await openWorld({clock, deployDelayMs: deployMs, invalidationDelayMs: 0});
  const {aws, cloud} = world;
  const [s3, cloudfront] = await Promise.all([aws.s3(), aws.cloudfront()]);
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await cloud.status();
  };
  return {
    world,
    advance,
    async identity(comment = 'legacy') {
      const {CloudFrontOriginAccessIdentity: made} = await cloudfront.send(
        new CreateCloudFrontOriginAccessIdentityCommand({
          CloudFrontOriginAccessIdentityConfig: {CallerReference: `r${++references}`, Comment: comment},
        }),
      );
      return {id: made?.Id ?? '', canonicalUserId: made?.S3CanonicalUserId ?? ''};
    },
    async bucket(name, keys) {
      await s3.send(new CreateBucketCommand({Bucket: name}));
      for (const Key of keys) await s3.send(new PutObjectCommand({Bucket: name, Key, Body: Key}));
    },
    async allow(bucket, ...statements) {
      const Policy = JSON.stringify({Version: '2012-10-17', Id: 'theirs', Statement: statements});
      await s3.send(new PutBucketPolicyCommand({Bucket: bucket, Policy}));
    },
    async statements(bucket) {
      const policy = await readPolicy(aws, bucket);
      if (policy === undefined) return [];
      return (JSON.parse(policy) as {Statement: readonly Readonly<Record<string, unknown>>[]}).Statement;
    },
    async distribution(origins) {
      const items = origins.map((origin, index) => ({
        Id: `o${index}`,
        DomainName: 'site.s3.us-east-1.amazonaws.com',
        S3OriginConfig: {OriginAccessIdentity: ''},
        ...origin,
      }));
      const behavior = (id: string) => ({
        TargetOriginId: id,
        ViewerProtocolPolicy: 'allow-all' as const,
        CachePolicyId: cachingDisabled,
      });
      const others = items.slice(1).map(({Id}) => ({...behavior(Id), PathPattern: `/${Id}/*`}));
      const {Distribution: made} = await cloudfront.send(
        new CreateDistributionCommand({
          DistributionConfig: {
            CallerReference: `r${++references}`,
            Comment: '',
            Enabled: true,
            Origins: {Quantity: items.length, Items: items},
            DefaultCacheBehavior: behavior('o0'),
            CacheBehaviors: others.length === 0 ? {Quantity: 0} : {Quantity: others.length, Items: others},
          },
        }),
      );
      await advance(deployMs);
      return {id: made?.Id ?? '', arn: made?.ARN ?? ''};
    },
    async origins(id) {
      const {Distribution: found} = await cloudfront.send(new GetDistributionCommand({Id: id}));
      return found?.DistributionConfig?.Origins?.Items ?? [];
    },
    async load(id, path) {
      const response = await fetch(`http://127.0.0.1:${cloud.edge.portOf(id) ?? 0}${path}`);
      await response.arrayBuffer();
      return response.status;
    },
    async migrate(id, more = {}) {
      const work = migrateToControl({
        aws,
        distributionId: id,
        control: 'frontctl-site',
        deleteIdentities: false,
        dryRun: false,
        timeoutMs: 3_600_000,
        settleMs: 5000,
        now: () => clock.now(),
        sleep: ms => advance(ms),
        pace: {firstMs: 5000, factor: 1.5, maxMs: 20_000},
        ...more,
      });
      return (await finish(work)).result;
    },
    async identities() {
      const {CloudFrontOriginAccessIdentityList: list} = await cloudfront.send(
        new ListCloudFrontOriginAccessIdentitiesCommand({}),
      );
      return (list?.Items ?? []).map(({Id}) => Id ?? '');
    },
    async controls() {
      const {OriginAccessControlList: list} = await cloudfront.send(new ListOriginAccessControlsCommand({}));
      return (list?.Items ?? []).map(({Name}) => Name ?? '');
    },
    close: () => world.close(),
  };
}

export const withIdentity = (id: string) => ({
  S3OriginConfig: {OriginAccessIdentity: `origin-access-identity/cloudfront/${id}`},
});

/** What the console writes for an identity. */
export const reads = (id: string, bucket: string, below = '*') => ({
  Effect: 'Allow',
  Principal: {AWS: identityArn(id)},
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/${below}`,
});
