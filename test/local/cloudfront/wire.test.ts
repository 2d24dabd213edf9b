import {
  CloudFront,
  DistributionNotDisabled,
  NoSuchDistribution,
  PreconditionFailed,
  waitUntilDistributionDeployed,
  type DistributionConfig,
} from '@aws-sdk/client-cloudfront';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {clientOf, serve, type Served} from '../wire/serve.js';
import {account, cachingOptimized, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
let served: Served;
let client: CloudFront;
beforeAll(async () => {
  cloud = await account();
  served = await serve({cloudfront: cloud.handlers});
  client = new CloudFront(clientOf(served));
});
afterAll(async () => {
  client.destroy();
  await served[Symbol.asyncDispose]();
  await cloud.end();
});

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const list = <T>(...Items: T[]) => ({Quantity: Items.length, Items});
const none = {Quantity: 0};

/** Every member that the embedded cloud keeps, none of them at its default. */
function largeConfig(control: string): DistributionConfig {
  const behavior = {
    TargetOriginId: 'both',
    TrustedSigners: {Enabled: false, Quantity: 0},
    TrustedKeyGroups: {Enabled: false, Quantity: 0},
    ViewerProtocolPolicy: 'https-only' as const,
    AllowedMethods: {
      ...list(
        'GET' as const,
        'HEAD' as const,
        'OPTIONS' as const,
        'PUT' as const,
        'POST' as const,
        'PATCH' as const,
        'DELETE' as const,
      ),
      CachedMethods: list('GET' as const, 'HEAD' as const, 'OPTIONS' as const),
    },
    SmoothStreaming: false,
    Compress: true,
    LambdaFunctionAssociations: list({
      LambdaFunctionARN: 'arn:aws:lambda:us-east-1:000000000000:function:edge:7',
      EventType: 'origin-request' as const,
      IncludeBody: true,
    }),
    FunctionAssociations: none,
    FieldLevelEncryptionId: '',
    GrpcConfig: {Enabled: false},
  };
  return {
    CallerReference: 'large & <strange> "reference" é',
    Aliases: none,
    DefaultRootObject: 'index.html',
    Origins: list(
      {
        Id: 'site',
        DomainName: 'site.s3.eu-west-1.amazonaws.com',
        OriginPath: '/live',
        CustomHeaders: list({HeaderName: 'x-from', HeaderValue: 'a, b & c'}),
        S3OriginConfig: {OriginAccessIdentity: '', OriginReadTimeout: 30},
        ConnectionAttempts: 2,
        ConnectionTimeout: 5,
        OriginShield: {Enabled: true, OriginShieldRegion: 'eu-west-1'},
        OriginAccessControlId: control,
      },
      {
        Id: 'api',
        DomainName: 'api.example.com',
        OriginPath: '',
        CustomHeaders: none,
        CustomOriginConfig: {
          HTTPPort: 8080,
          HTTPSPort: 8443,
          OriginProtocolPolicy: 'match-viewer',
          OriginSslProtocols: list('TLSv1.1' as const, 'TLSv1.2' as const),
          OriginReadTimeout: 60,
          OriginKeepaliveTimeout: 30,
        },
        ConnectionAttempts: 3,
        ConnectionTimeout: 10,
        OriginShield: {Enabled: false},
        OriginAccessControlId: '',
      },
    ),
    OriginGroups: list({
      Id: 'both',
      FailoverCriteria: {StatusCodes: list(500, 502)},
      Members: list({OriginId: 'site'}, {OriginId: 'api'}),
    }),
    DefaultCacheBehavior: {
      ...behavior,
      CachePolicyId: cachingOptimized,
      OriginRequestPolicyId: '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf',
      ResponseHeadersPolicyId: '67f7725c-6f97-4210-82d7-5512b31e9d03',
    },
    CacheBehaviors: list(
      {...behavior, PathPattern: '/img/*.jp?', TargetOriginId: 'site', CachePolicyId: cachingOptimized},
      {
        ...behavior,
        PathPattern: '/api/*',
        TargetOriginId: 'api',
        ForwardedValues: {
          QueryString: true,
          Cookies: {Forward: 'whitelist' as const, WhitelistedNames: list('session')},
          Headers: list('Authorization'),
          QueryStringCacheKeys: list('q'),
        },
        MinTTL: 1,
        DefaultTTL: 2,
        MaxTTL: 3,
      },
    ),
    CustomErrorResponses: list(
      {ErrorCode: 404, ResponsePagePath: '/404.html', ResponseCode: '404', ErrorCachingMinTTL: 30},
      {ErrorCode: 500, ResponsePagePath: '', ResponseCode: '', ErrorCachingMinTTL: 0},
    ),
    Comment: 'ünï <b> & "quoted"',
    Logging: {Enabled: true, IncludeCookies: true, Bucket: 'logs.s3.amazonaws.com', Prefix: 'cf/'},
    PriceClass: 'PriceClass_200',
    Enabled: true,
    ViewerCertificate: {
      CloudFrontDefaultCertificate: true,
      SSLSupportMethod: 'vip',
      MinimumProtocolVersion: 'TLSv1',
      CertificateSource: 'cloudfront',
    },
    Restrictions: {GeoRestriction: {RestrictionType: 'blacklist', ...list('DE', 'FR')}},
    WebACLId: 'arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/b',
    HttpVersion: 'http2and3',
    IsIPV6Enabled: true,
    ContinuousDeploymentPolicyId: '',
    Staging: false,
    CacheTagConfig: {HeaderName: 'cache-tag'},
  };
}

it('a large DistributionConfig comes back without a difference', async () => {
  const control = await client.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: 'wire',
      Description: '',
      SigningProtocol: 'sigv4',
      SigningBehavior: 'always',
      OriginAccessControlOriginType: 's3',
    },
  });
  const config = largeConfig(control.OriginAccessControl?.Id ?? '');
  const made = await client.createDistributionWithTags({
    DistributionConfigWithTags: {DistributionConfig: config, Tags: {Items: [{Key: 'a b', Value: 'c=d'}]}},
  });
  const found = await client.getDistributionConfig({Id: made.Distribution?.Id});
  expect(found.DistributionConfig).toEqual(config);
  expect(found.ETag).toBe(made.ETag);
  const updated = await client.updateDistribution({
    Id: made.Distribution?.Id,
    IfMatch: found.ETag,
    DistributionConfig: found.DistributionConfig,
  });
  expect(updated.Distribution?.DistributionConfig).toEqual(config);
  expect((await client.listTagsForResource({Resource: made.Distribution?.ARN})).Tags?.Items).toEqual([
    {Key: 'a b', Value: 'c=d'},
  ]);
});

it('a distribution lives through the SDK, errors as their classes', async () => {
  const made = await client.createDistribution({DistributionConfig: smallConfig({CallerReference: 'life'})});
  const Id = made.Distribution?.Id;
  expect(made.Location).toContain(`/distribution/${Id ?? ''}`);
  expect(made.Distribution?.LastModifiedTime).toEqual(new Date(cloud.clock.now()));
  cloud.clock.advance(60_000);
  const waited = await waitUntilDistributionDeployed(
    {client, maxWaitTime: 5, minDelay: 1, maxDelay: 1},
    {Id},
  );
  expect(waited.state).toBe('SUCCESS');
  expect(await rejection(client.deleteDistribution({Id, IfMatch: made.ETag}))).toBeInstanceOf(
    DistributionNotDisabled,
  );
  const off = smallConfig({CallerReference: 'life', Enabled: false});
  const updated = await client.updateDistribution({Id, IfMatch: made.ETag, DistributionConfig: off});
  const stale = client.updateDistribution({Id, IfMatch: made.ETag, DistributionConfig: off});
  expect(await rejection(stale)).toBeInstanceOf(PreconditionFailed);
  cloud.clock.advance(60_000);
  await client.deleteDistribution({Id, IfMatch: updated.ETag});
  expect(await rejection(client.getDistribution({Id}))).toBeInstanceOf(NoSuchDistribution);
});

it('an invalidation lives through the SDK, its unmodelled error by name', async () => {
  const made = await client.createDistribution({DistributionConfig: smallConfig({CallerReference: 'purge'})});
  const DistributionId = made.Distribution?.Id;
  const batch = (...paths: string[]) => ({CallerReference: 'once', Paths: list(...paths)});
  const first = await client.createInvalidation({DistributionId, InvalidationBatch: batch('/a%20b', '/c/*')});
  expect(first.Invalidation?.InvalidationBatch).toEqual(batch('/a%20b', '/c/*'));
  const other = await rejection(client.createInvalidation({DistributionId, InvalidationBatch: batch('/d')}));
  expect(other).toMatchObject({name: 'InvalidationBatchAlreadyExists', $metadata: {httpStatusCode: 409}});
  cloud.clock.advance(10_000);
  const found = await client.getInvalidation({DistributionId, Id: first.Invalidation?.Id});
  expect(found.Invalidation?.Status).toBe('Completed');
  const listed = await client.listInvalidations({DistributionId, MaxItems: 1});
  expect(listed.InvalidationList?.Items).toHaveLength(1);
});

it('lists come in pages through the SDK', async () => {
  const managed = await client.listCachePolicies({Type: 'managed', MaxItems: 4});
  const next = managed.CachePolicyList?.NextMarker;
  const rest = await client.listCachePolicies({Type: 'managed', Marker: next});
  expect(managed.CachePolicyList?.Quantity).toBe(4);
  expect(rest.CachePolicyList?.Quantity).toBe(3);
  expect((await client.listDistributions({})).DistributionList?.IsTruncated).toBe(false);
});
