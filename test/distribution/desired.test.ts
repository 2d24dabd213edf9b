import {describe, expect, it} from 'vitest';
import {
  desiredConfig,
  differingFields,
  isBucketDomain,
  originDomain,
  viewerRoots,
} from '../../src/distribution/index.js';

const base = {
  name: 'shop',
  bucket: 'shop-site',
  region: 'eu-central-1',
  prefix: 'web/v2',
  originAccessControlId: 'OAC1',
  settings: {},
};

describe('desiredConfig', () => {
  it('reads the prefix of the private bucket through origin access control, over HTTPS, compressed', () => {
    const config = desiredConfig(base);
    expect(config.Origins?.Items).toMatchObject([
      {
        DomainName: 'shop-site.s3.eu-central-1.amazonaws.com',
        OriginPath: '/web/v2',
        OriginAccessControlId: 'OAC1',
        S3OriginConfig: {OriginAccessIdentity: ''},
      },
    ]);
    expect(config).toMatchObject({
      CallerReference: 'frontctl-shop',
      DefaultRootObject: 'index.html',
      HttpVersion: 'http2and3',
      IsIPV6Enabled: true,
      DefaultCacheBehavior: {
        TargetOriginId: config.Origins?.Items?.[0]?.Id,
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      },
    });
  });

  it('reads cache tags where the site sets some, from the header that the settings name', () => {
    expect(desiredConfig(base).CacheTagConfig).toBeUndefined();
    const tagged = {...base, hasCacheTags: true};
    expect(desiredConfig(tagged).CacheTagConfig).toEqual({HeaderName: 'x-amz-meta-cache-tag'});
    const settings = {cacheTagConfig: {headerName: 'Edge-Cache-Tag'}};
    expect(desiredConfig({...base, settings}).CacheTagConfig).toEqual({HeaderName: 'Edge-Cache-Tag'});
    expect(desiredConfig({...tagged, settings}).CacheTagConfig).toEqual({HeaderName: 'Edge-Cache-Tag'});
    expect(differingFields(desiredConfig(tagged), desiredConfig(base))).toEqual(['CacheTagConfig']);
  });

  it('takes the settings, and `raw` over everything', () => {
    const settings = {
      aliases: ['www.example.com'],
      defaultRootObject: 'home.html',
      priceClass: 'PriceClass_100' as const,
      customErrorResponses: [
        {errorCode: 403, responseCode: '404', responsePagePath: '/404.html', errorCachingMinTTL: 5},
      ],
      raw: {PriceClass: 'PriceClass_200' as const, WebACLId: 'arn:waf'},
    };
    expect(desiredConfig({...base, settings})).toMatchObject({
      Aliases: {Quantity: 1, Items: ['www.example.com']},
      DefaultRootObject: 'home.html',
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 403, ResponseCode: '404', ResponsePagePath: '/404.html', ErrorCachingMinTTL: 5}],
      },
      PriceClass: 'PriceClass_200',
      WebACLId: 'arn:waf',
    });
  });

  it('keeps the comment within 128 characters', () => {
    expect(desiredConfig({...base, settings: {comment: 'x'.repeat(200)}}).Comment).toHaveLength(128);
  });
});

it.each([
  ['site.s3.eu-west-1.amazonaws.com', true],
  ['site.s3.amazonaws.com', true],
  ['site.s3.dualstack.us-east-1.amazonaws.com', true],
  ['site.s3-website-us-east-1.amazonaws.com', true],
  ['site2.s3.amazonaws.com', false],
  ['my.site.s3.amazonaws.com', false],
])('%s', (domain, expected) => {
  expect(isBucketDomain(domain, 'site')).toBe(expected);
});

it('names the endpoint of a Chinese region', () => {
  expect(originDomain('b', 'cn-north-1')).toBe('b.s3.cn-north-1.amazonaws.com.cn');
});

describe('viewerRoots', () => {
  const origins = (...paths: [bucket: string, path: string][]) => ({
    ...desiredConfig(base),
    Origins: {
      Quantity: paths.length,
      Items: paths.map(([bucket, OriginPath], index) => ({
        Id: String(index),
        DomainName: originDomain(bucket, 'us-east-1'),
        OriginPath,
      })),
    },
  });

  it.each<[string, [string, string][], string, string[]]>([
    ['the origin path is the prefix', [['b', '/web']], 'web', ['']],
    ['no origin path', [['b', '']], 'web/v2', ['web/v2/']],
    ['part of the prefix', [['b', '/web']], 'web/v2', ['v2/']],
    ['whole bucket', [['b', '']], '', ['']],
    [
      'two origins see it',
      [
        ['b', ''],
        ['b', '/web'],
      ],
      'web',
      ['', 'web/'],
    ],
    ['another folder', [['b', '/other']], 'web', []],
    ['a folder whose name begins alike', [['b', '/we']], 'web', []],
    ['another bucket', [['c', '']], '', []],
  ])('%s', (_name, list, prefix, roots) => {
    expect(viewerRoots(origins(...list), 'b', prefix)).toEqual(roots);
  });
});

describe('differingFields', () => {
  const desired = desiredConfig(base);

  it('minds what is said, not what CloudFront fills in', () => {
    const live = {...desired, CallerReference: 'other', WebACLId: '', Staging: false};
    expect(differingFields(desired, live)).toEqual([]);
    expect(
      differingFields(
        {...desired, CustomErrorResponses: {Quantity: 0}},
        {...live, CustomErrorResponses: undefined},
      ),
    ).toEqual([]);
  });

  it('takes lists of names for sets', () => {
    const methods = (Items: ('GET' | 'HEAD')[]) => ({
      ...desired,
      DefaultCacheBehavior: {
        TargetOriginId: 'a',
        ViewerProtocolPolicy: 'https-only' as const,
        AllowedMethods: {Quantity: Items.length, Items},
      },
    });
    expect(differingFields(methods(['GET', 'HEAD']), methods(['HEAD', 'GET']))).toEqual([]);
    expect(differingFields(methods(['GET', 'HEAD']), methods(['GET']))).toEqual(['DefaultCacheBehavior']);
  });

  it.each([
    [
      'CustomErrorResponses',
      {customErrorResponses: [{errorCode: 404, responsePagePath: '/404.html', responseCode: '404'}]},
    ],
    ['Comment', {raw: {Comment: 'other'}}],
    ['DefaultRootObject', {defaultRootObject: 'home.html'}],
  ])('names %s', (field, settings) => {
    expect(differingFields(desiredConfig({...base, settings}), desired)).toEqual([field]);
  });
});
