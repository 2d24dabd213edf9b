import type {DistributionConfig, Origin} from '@aws-sdk/client-cloudfront';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {account, cachingOptimized, faultOf, smallConfig} from './account.js';

let cloud: Awaited<ReturnType<typeof account>>;
let control = '';
let lambdaControl = '';
let identity = '';
beforeAll(async () => {
  cloud = await account();
  const make = async (type: 's3' | 'lambda') => {
    const made = await cloud.call.CreateOriginAccessControl({
      OriginAccessControlConfig: {
        Name: type,
        SigningProtocol: 'sigv4',
        SigningBehavior: 'always',
        OriginAccessControlOriginType: type,
      },
    });
    return made.OriginAccessControl?.Id ?? '';
  };
  control = await make('s3');
  lambdaControl = await make('lambda');
  const made = await cloud.call.CreateCloudFrontOriginAccessIdentity({
    CloudFrontOriginAccessIdentityConfig: {CallerReference: 'oai', Comment: ''},
  });
  identity = `origin-access-identity/cloudfront/${made.CloudFrontOriginAccessIdentity?.Id ?? ''}`;
});
afterAll(() => cloud.end());

const site = (changes: Partial<Origin> = {}): Origin => ({
  Id: 'site',
  DomainName: 'site.s3.eu-west-1.amazonaws.com',
  S3OriginConfig: {OriginAccessIdentity: ''},
  ...changes,
});
const custom = (changes: Partial<NonNullable<Origin['CustomOriginConfig']>> = {}): Origin => ({
  Id: 'site',
  DomainName: 'www.example.com',
  CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only', ...changes},
});
const origins = (...list: Origin[]): Partial<DistributionConfig> => ({
  Origins: {Quantity: list.length, Items: list},
});
const behavior = (changes: object): Partial<DistributionConfig> => ({
  DefaultCacheBehavior: {...smallConfig().DefaultCacheBehavior!, ...changes},
});
const errorPage = (changes: object): Partial<DistributionConfig> => ({
  CustomErrorResponses: {Quantity: 1, Items: [{ErrorCode: 404, ...changes}]},
});
const many = <T>(count: number, item: (index: number) => T) => ({
  Quantity: count,
  Items: Array.from({length: count}, (_, index) => item(index)),
});
const ordered = (pattern: string) => ({...smallConfig().DefaultCacheBehavior!, PathPattern: pattern});

describe('CreateDistribution refuses', () => {
  const cases: readonly (readonly [
    string,
    Partial<DistributionConfig> | (() => Partial<DistributionConfig>),
    string,
  ])[] = [
    ['a config without Origins', {Origins: undefined}, 'InvalidArgument 400'],
    ['no origin', origins(), 'InvalidArgument 400'],
    ['101 origins', {Origins: many(101, n => site({Id: `o${n}`}))}, 'TooManyOrigins 400'],
    [
      'a Quantity that is not the number of items',
      {Origins: {Quantity: 2, Items: [site()]}},
      'InconsistentQuantities 400',
    ],
    [
      'a wrong Quantity deep inside',
      behavior({AllowedMethods: {Quantity: 3, Items: ['GET', 'HEAD']}}),
      'InconsistentQuantities 400',
    ],
    ['two origins of one Id', origins(site(), site()), 'InvalidArgument 400'],
    ['an origin with a URL for a domain', origins(site({DomainName: 'https://x'})), 'InvalidArgument 400'],
    [
      'S3OriginConfig with another host',
      origins(site({DomainName: 'www.example.com'})),
      'InvalidArgument 400',
    ],
    [
      'S3OriginConfig with a website endpoint',
      origins(site({DomainName: 'b.s3-website-eu-west-1.amazonaws.com'})),
      'InvalidArgument 400',
    ],
    ['an origin of no kind', origins(site({S3OriginConfig: undefined})), 'InvalidArgument 400'],
    ['an OriginPath with a slash at the end', origins(site({OriginPath: '/a/'})), 'InvalidArgument 400'],
    ['4 connection attempts', origins(site({ConnectionAttempts: 4})), 'InvalidArgument 400'],
    [
      '31 custom headers',
      origins(site({CustomHeaders: many(31, n => ({HeaderName: `x-${n}`, HeaderValue: ''}))})),
      'TooManyOriginCustomHeaders 400',
    ],
    ['a read timeout of 121 s', origins(custom({OriginReadTimeout: 121})), 'InvalidOriginReadTimeout 400'],
    [
      'a keep-alive timeout of 0 s',
      origins(custom({OriginKeepaliveTimeout: 0})),
      'InvalidOriginKeepaliveTimeout 400',
    ],
    ['port 81', origins(custom({HTTPPort: 81})), 'InvalidArgument 400'],
    [
      'an unknown OAC',
      origins(site({OriginAccessControlId: 'E1234567890123'})),
      'InvalidOriginAccessControl 400',
    ],
    [
      'an OAC of another type',
      () => origins(site({OriginAccessControlId: lambdaControl})),
      'InvalidDomainNameForOriginAccessControl 400',
    ],
    [
      'OAC and OAI together',
      () => origins(site({OriginAccessControlId: control, S3OriginConfig: {OriginAccessIdentity: identity}})),
      'IllegalOriginAccessConfiguration 400',
    ],
    [
      'an unknown OAI',
      origins(site({S3OriginConfig: {OriginAccessIdentity: 'origin-access-identity/cloudfront/E1'}})),
      'InvalidOriginAccessIdentity 400',
    ],
    ['a behavior without its origin', behavior({TargetOriginId: 'other'}), 'NoSuchOrigin 404'],
    [
      'an origin group without its origin',
      {
        OriginGroups: many(1, () => ({
          Id: 'g',
          FailoverCriteria: {StatusCodes: {Quantity: 1, Items: [500]}},
          Members: {Quantity: 2, Items: [{OriginId: 'site'}, {OriginId: 'x'}]},
        })),
      },
      'NoSuchOrigin 404',
    ],
    ['76 behaviors', {CacheBehaviors: many(76, n => ordered(`/${n}/*`))}, 'TooManyCacheBehaviors 400'],
    [
      'one pattern twice',
      {CacheBehaviors: many(2, n => ordered(n === 0 ? '/a/*' : 'a/*'))},
      'InvalidArgument 400',
    ],
    ['an unknown cache policy', behavior({CachePolicyId: 'nope'}), 'NoSuchCachePolicy 404'],
    [
      'an unknown origin request policy',
      behavior({OriginRequestPolicyId: 'nope'}),
      'NoSuchOriginRequestPolicy 404',
    ],
    [
      'an unknown response headers policy',
      behavior({ResponseHeadersPolicyId: 'nope'}),
      'NoSuchResponseHeadersPolicy 404',
    ],
    ['a TTL beside a cache policy', behavior({MinTTL: 1}), 'InvalidArgument 400'],
    ['neither cache policy nor ForwardedValues', behavior({CachePolicyId: undefined}), 'InvalidArgument 400'],
    [
      'legacy TTLs out of order',
      behavior({
        CachePolicyId: undefined,
        ForwardedValues: {QueryString: false, Cookies: {Forward: 'none'}},
        MinTTL: 5,
        DefaultTTL: 1,
      }),
      'InvalidTTLOrder 400',
    ],
    [
      'a set of methods that AWS does not offer',
      behavior({AllowedMethods: {Quantity: 2, Items: ['GET', 'POST']}}),
      'InvalidArgument 400',
    ],
    [
      'an unknown key group',
      behavior({TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: ['nope']}}),
      'TrustedKeyGroupDoesNotExist 400',
    ],
    [
      'an unknown function',
      behavior({
        FunctionAssociations: {
          Quantity: 1,
          Items: [{EventType: 'viewer-request', FunctionARN: 'arn:aws:cloudfront::000000000000:function/f'}],
        },
      }),
      'InvalidFunctionAssociation 400',
    ],
    ['a comment of 129 characters', {Comment: 'x'.repeat(129)}, 'InvalidArgument 400'],
    [
      'a default root object with a slash',
      {DefaultRootObject: '/index.html'},
      'InvalidDefaultRootObject 400',
    ],
    ['a custom error for 418', errorPage({ErrorCode: 418}), 'InvalidErrorCode 400'],
    ['an error page without its code', errorPage({ResponsePagePath: '/404.html'}), 'InvalidArgument 400'],
    [
      'an error page with an unknown code',
      errorPage({ResponsePagePath: '/404.html', ResponseCode: '201'}),
      'InvalidResponseCode 400',
    ],
    [
      'geo restriction without places',
      {Restrictions: {GeoRestriction: {RestrictionType: 'whitelist', Quantity: 0}}},
      'InvalidGeoRestrictionParameter 400',
    ],
    [
      'a lowercase country',
      {Restrictions: {GeoRestriction: {RestrictionType: 'blacklist', Quantity: 1, Items: ['de']}}},
      'InvalidLocationCode 400',
    ],
    [
      'an alias without a certificate',
      {Aliases: {Quantity: 1, Items: ['www.example.com']}},
      'InvalidViewerCertificate 400',
    ],
    [
      'a certificate that does not exist',
      {
        ViewerCertificate: {
          ACMCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/x',
          SSLSupportMethod: 'sni-only',
        },
      },
      'InvalidViewerCertificate 400',
    ],
    ['101 aliases', {Aliases: many(101, n => `a${n}.example.com`)}, 'TooManyDistributionCNAMEs 400'],
    ['an unknown HTTP version', {HttpVersion: 'http4' as never}, 'InvalidArgument 400'],
    ['a web ACL that is none', {WebACLId: 'acl'}, 'InvalidWebACLId 400'],
  ];
  it.each(cases)('%s', async (_what, changes, expected) => {
    const config = smallConfig(typeof changes === 'function' ? changes() : changes);
    expect(await faultOf(cloud.call.CreateDistribution({DistributionConfig: config}))).toBe(expected);
  });
});

it('fills in the defaults that CloudFront answers', async () => {
  const {Distribution: made} = await cloud.call.CreateDistribution({
    DistributionConfig: smallConfig({CallerReference: 'defaults'}),
  });
  expect(made?.DistributionConfig).toEqual({
    CallerReference: 'defaults',
    Aliases: {Quantity: 0},
    DefaultRootObject: '',
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'site',
          DomainName: 'site.s3.eu-west-1.amazonaws.com',
          OriginPath: '',
          CustomHeaders: {Quantity: 0},
          S3OriginConfig: {OriginAccessIdentity: '', OriginReadTimeout: 30},
          ConnectionAttempts: 3,
          ConnectionTimeout: 10,
          OriginShield: {Enabled: false},
          OriginAccessControlId: '',
        },
      ],
    },
    OriginGroups: {Quantity: 0},
    DefaultCacheBehavior: {
      TargetOriginId: 'site',
      TrustedSigners: {Enabled: false, Quantity: 0},
      TrustedKeyGroups: {Enabled: false, Quantity: 0},
      ViewerProtocolPolicy: 'redirect-to-https',
      AllowedMethods: {
        Quantity: 2,
        Items: ['HEAD', 'GET'],
        CachedMethods: {Quantity: 2, Items: ['HEAD', 'GET']},
      },
      SmoothStreaming: false,
      Compress: false,
      LambdaFunctionAssociations: {Quantity: 0},
      FunctionAssociations: {Quantity: 0},
      FieldLevelEncryptionId: '',
      CachePolicyId: cachingOptimized,
      GrpcConfig: {Enabled: false},
    },
    CacheBehaviors: {Quantity: 0},
    CustomErrorResponses: {Quantity: 0},
    Comment: '',
    Logging: {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: ''},
    PriceClass: 'PriceClass_All',
    Enabled: true,
    ViewerCertificate: {
      CloudFrontDefaultCertificate: true,
      SSLSupportMethod: 'vip',
      MinimumProtocolVersion: 'TLSv1',
      CertificateSource: 'cloudfront',
    },
    Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    WebACLId: '',
    HttpVersion: 'http2',
    IsIPV6Enabled: false,
    ContinuousDeploymentPolicyId: '',
    Staging: false,
  });
});

it('refuses another CallerReference in an update', async () => {
  const made = await cloud.call.CreateDistribution({
    DistributionConfig: smallConfig({CallerReference: 'update'}),
  });
  const update = cloud.call.UpdateDistribution({
    Id: made.Distribution?.Id,
    IfMatch: made.ETag,
    DistributionConfig: smallConfig({CallerReference: 'other'}),
  });
  expect(await faultOf(update)).toBe('IllegalUpdate 400');
});
