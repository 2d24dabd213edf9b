import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {DistributionSettings} from '../../src/config/types.js';
import {
  asReference,
  canonical,
  complete,
  configDiff,
  namedFields,
  reference,
  referencesIn,
  resolved,
  toApi,
  toForm,
  wholeConfig,
  type BuildContext,
} from '../../src/distribution/index.js';

const context: BuildContext = {
  name: 'shop',
  bucket: {name: 'shop-site', region: 'eu-central-1', prefix: 'web/v2'},
  regions: new Map([['shop-replica', 'us-west-2']]),
  defined: (kind, key) => (kind === 'cache policy' && key === 'assets' ? 'shop-assets' : undefined),
  accessControl: 'frontctl-shop',
  hasCacheTags: false,
  certificate: undefined,
};
const whole = (settings: DistributionSettings = {}, more: Partial<BuildContext> = {}): DistributionConfig =>
  wholeConfig(settings, {...context, ...more});

describe('wholeConfig', () => {
  it('reads the prefix of the private bucket through origin access control, over HTTPS, compressed', () => {
    const config = whole();
    expect(config.Origins?.Items).toMatchObject([
      {
        Id: 's3-shop-site',
        DomainName: 'shop-site.s3.eu-central-1.amazonaws.com',
        OriginPath: '/web/v2',
        OriginAccessControlId: reference('origin access control', 'frontctl-shop'),
        S3OriginConfig: {OriginAccessIdentity: ''},
      },
    ]);
    expect(config).toMatchObject({
      CallerReference: 'frontctl-shop',
      DefaultRootObject: 'index.html',
      HttpVersion: 'http2and3',
      IsIPV6Enabled: true,
      Enabled: true,
      ViewerCertificate: {CloudFrontDefaultCertificate: true},
      DefaultCacheBehavior: {
        TargetOriginId: 's3-shop-site',
        ViewerProtocolPolicy: 'redirect-to-https',
        Compress: true,
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      },
    });
  });

  it('reads cache tags where the site sets some, from the header that the settings name', () => {
    expect(whole().CacheTagConfig).toBeUndefined();
    expect(whole({}, {hasCacheTags: true}).CacheTagConfig).toEqual({HeaderName: 'x-amz-meta-cache-tag'});
    const settings = {cacheTagConfig: {headerName: 'Edge-Cache-Tag'}};
    expect(whole(settings, {hasCacheTags: true}).CacheTagConfig).toEqual({HeaderName: 'Edge-Cache-Tag'});
  });

  it('takes the settings, and `raw` over everything', () => {
    const config = whole({
      aliases: ['www.example.com'],
      defaultRootObject: 'home.html',
      priceClass: 'PriceClass_100',
      customErrorResponses: [
        {errorCode: 403, responseCode: '404', responsePagePath: '/404.html', errorCachingMinTTL: 5},
      ],
      origins: [{id: 'site', bucket: true, raw: {ResponseCompletionTimeout: 30}}],
      defaultCacheBehavior: {raw: {RealtimeLogConfigArn: 'arn:aws:kinesis'}},
      raw: {PriceClass: 'PriceClass_200', WebACLId: 'arn:waf'},
    });
    expect(config).toMatchObject({
      Aliases: {Quantity: 1, Items: ['www.example.com']},
      DefaultRootObject: 'home.html',
      CustomErrorResponses: {
        Quantity: 1,
        Items: [{ErrorCode: 403, ResponseCode: '404', ResponsePagePath: '/404.html', ErrorCachingMinTTL: 5}],
      },
      PriceClass: 'PriceClass_200',
      WebACLId: 'arn:waf',
      Origins: {Items: [{ResponseCompletionTimeout: 30}]},
      DefaultCacheBehavior: {RealtimeLogConfigArn: 'arn:aws:kinesis'},
    });
  });

  it('names what is still to be made, and leaves ids and ARNs as they are', () => {
    const config = whole({
      origins: [{id: 'a', bucket: true}, {id: 'b', bucket: 'shop-replica'}, {domainName: 'api.example.com'}],
      defaultCacheBehavior: {cachePolicyId: 'assets', originRequestPolicyId: 'AllViewer'},
      cacheBehaviors: [
        {
          pathPattern: '/x/*',
          cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          trustedKeyGroups: ['media'],
          functionAssociations: [
            {eventType: 'viewer-request', functionARN: 'arn:aws:cloudfront::1:function/f'},
          ],
        },
      ],
    });
    expect(referencesIn(config)).toEqual(
      expect.arrayContaining([
        {kind: 'origin access control', name: 'frontctl-shop'},
        {kind: 'cache policy', name: 'shop-assets'},
        {kind: 'origin request policy', name: 'AllViewer'},
        {kind: 'key group', name: 'media'},
      ]),
    );
    expect(config.Origins?.Items?.[1]?.DomainName).toBe('shop-replica.s3.us-west-2.amazonaws.com');
    expect(config.Origins?.Items?.[2]).toMatchObject({
      Id: 'api.example.com',
      CustomOriginConfig: {OriginProtocolPolicy: 'https-only'},
    });
    const ids = new Map([[reference('cache policy', 'shop-assets'), 'P1']]);
    expect(resolved(config, ids).DefaultCacheBehavior?.CachePolicyId).toBe('P1');
    expect(asReference('658327ea-f89d-4fab-a63d-7e88639e58f6')).toBeUndefined();
  });

  it('an alias brings the certificate, unless the settings have one', () => {
    const certificate = reference('certificate', 'new');
    expect(whole({aliases: ['a.example']}, {certificate}).ViewerCertificate).toMatchObject({
      ACMCertificateArn: certificate,
      SSLSupportMethod: 'sni-only',
    });
    const viewerCertificate = {iamCertificateId: 'IAM1', sslSupportMethod: 'sni-only' as const};
    expect(whole({aliases: ['a.example'], viewerCertificate}, {certificate}).ViewerCertificate).toEqual({
      IAMCertificateId: 'IAM1',
      SSLSupportMethod: 'sni-only',
    });
  });
});

it('namedFields: only what the config names', () => {
  const settings = {id: 'E1', priceClass: 'PriceClass_100' as const};
  expect(namedFields(settings, context)).toEqual({PriceClass: 'PriceClass_100'});
});

describe('what CloudFront answers and what was sent to it', () => {
  const config = complete(whole({cacheBehaviors: [{pathPattern: '/a/*'}, {pathPattern: '/b/*'}]}));

  it('agree whatever was left out, in whatever order names stand', () => {
    const methods = (items: ('GET' | 'HEAD' | 'OPTIONS')[]): DistributionConfig => ({
      ...config,
      DefaultCacheBehavior: {
        ...config.DefaultCacheBehavior,
        TargetOriginId: 's3-shop-site',
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: {
          Quantity: items.length,
          Items: items,
          CachedMethods: {Quantity: 2, Items: ['HEAD', 'GET']},
        },
      },
    });
    expect(
      configDiff(whole({cacheBehaviors: [{pathPattern: '/a/*'}, {pathPattern: '/b/*'}]}), config),
    ).toEqual([]);
    expect(configDiff(methods(['GET', 'HEAD']), methods(['HEAD', 'GET']))).toEqual([]);
    expect(configDiff(methods(['GET', 'HEAD']), methods(['GET', 'HEAD', 'OPTIONS']))).toMatchObject([
      {path: 'defaultCacheBehavior.allowedMethods.items'},
    ]);
  });

  it('differ in the order of behaviors, which CloudFront tries one after the other', () => {
    const [a, b] = config.CacheBehaviors?.Items ?? [];
    const turned = {...config, CacheBehaviors: {Quantity: 2, Items: [b!, a!]}};
    expect(configDiff(config, turned)).toEqual([
      {path: 'cacheBehaviors', before: ['/a/*', '/b/*'], after: ['/b/*', '/a/*']},
    ]);
  });

  it('legacy settings beside a cache policy count for nothing', () => {
    const beside = {
      ...config,
      DefaultCacheBehavior: {...config.DefaultCacheBehavior!, MinTTL: 0, DefaultTTL: 3600},
    };
    expect(configDiff(config, beside)).toEqual([]);
  });
});

describe('the notation of a config', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), {minLength: 1, maxLength: 4});
  const configs = fc.record({
    Aliases: names.map(Items => ({Quantity: Items.length, Items})),
    Comment: fc.string(),
    Enabled: fc.boolean(),
    Origins: names.map(ids => ({
      Quantity: ids.length,
      Items: ids.map(Id => ({
        Id,
        DomainName: `${Id}.example`,
        CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'x', HeaderValue: Id}]},
        CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' as const},
      })),
    })),
    Restrictions: fc.constantFrom(['DE'], ['DE', 'FR']).map(Items => ({
      GeoRestriction: {RestrictionType: 'whitelist' as const, Quantity: Items.length, Items: [...Items]},
    })),
  });

  it('says all that the API says, and comes back as it was', () => {
    fc.assert(
      fc.property(configs, config => {
        const form = toForm('DistributionConfig', config);
        expect(toApi('DistributionConfig', form)).toEqual(config);
        expect(JSON.stringify(form)).not.toMatch(/"(?:[A-Z]\w*|quantity)":/);
        expect(configDiff(config, toApi('DistributionConfig', form))).toEqual([]);
      }),
    );
  });

  it('a plain list is enabled, an empty one is not', () => {
    expect(toApi('DefaultCacheBehavior', {trustedKeyGroups: ['g']})).toMatchObject({
      TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: ['g']},
    });
    expect(toApi('DefaultCacheBehavior', {trustedKeyGroups: []})).toEqual({
      TrustedKeyGroups: {Enabled: false, Quantity: 0},
    });
  });

  it('canonical: twice is once', () => {
    fc.assert(
      fc.property(configs, config => {
        const once = canonical(config);
        expect(canonical(toApi('DistributionConfig', once))).toEqual(once);
      }),
    );
  });
});
