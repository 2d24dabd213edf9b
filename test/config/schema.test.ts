import {describe, expect, it} from 'vitest';
import {examine} from '../../src/config/problems.js';

const sentences = (file: unknown, env: NodeJS.ProcessEnv = {}): readonly string[] =>
  examine(file, undefined, env).problems.map(({sentence}) => sentence);

const behavior = (settings: object) => ({distribution: {defaultCacheBehavior: settings}});
const origin = (settings: object) => ({distribution: {origins: [{domainName: 'a.example', ...settings}]}});

describe('what is allowed', () => {
  it.each<[string, object]>([
    ['methods as a list', behavior({allowedMethods: ['HEAD', 'GET']})],
    [
      'methods with those that are cached',
      behavior({allowedMethods: {items: ['GET', 'HEAD', 'OPTIONS'], cachedMethods: ['HEAD', 'GET']}}),
    ],
    ['key groups as a list', behavior({trustedKeyGroups: ['vod']})],
    ['key groups as CloudFront has them', behavior({trustedKeyGroups: {enabled: false, items: []}})],
    [
      'what CloudFront answers for nothing',
      behavior({
        fieldLevelEncryptionId: '',
        trustedSigners: {enabled: false},
        lambdaFunctionAssociations: [],
        smoothStreaming: false,
      }),
    ],
    [
      'the default certificate as CloudFront answers it',
      {
        distribution: {
          viewerCertificate: {
            cloudFrontDefaultCertificate: true,
            minimumProtocolVersion: 'TLSv1',
            certificateSource: 'cloudfront',
            sslSupportMethod: 'vip',
          },
        },
      },
    ],
    [
      'an error without a page as CloudFront answers it',
      {
        distribution: {
          customErrorResponses: [
            {errorCode: 404, responsePagePath: '', responseCode: '', errorCachingMinTTL: 10},
          ],
        },
      },
    ],
    [
      'an origin as CloudFront answers it',
      origin({
        originPath: '',
        customHeaders: [],
        connectionAttempts: 3,
        connectionTimeout: 10,
        originShield: {enabled: false},
        originAccessControlId: '',
        s3OriginConfig: {
          originAccessIdentity: 'origin-access-identity/cloudfront/E127EXAMPLE51Z',
          originReadTimeout: 30,
        },
      }),
    ],
    [
      'a custom origin',
      origin({
        customOriginConfig: {
          httpPort: 8080,
          httpsPort: 443,
          originProtocolPolicy: 'https-only',
          originSslProtocols: ['TLSv1.2'],
          originReadTimeout: 120,
          originKeepaliveTimeout: 300,
          ipAddressType: 'dualstack',
          originMtlsConfig: {clientCertificateArn: 'arn:x'},
        },
        responseCompletionTimeout: 60,
      }),
    ],
    ['a VPC origin', origin({vpcOriginConfig: {vpcOriginId: 'vo_x', ownerAccountId: '123456789012'}})],
    [
      'raw members',
      {
        distribution: {
          origins: [{id: 'a', raw: {DomainName: 'x.example'}}],
          defaultCacheBehavior: {raw: {MinTTL: 1}},
          cacheBehaviors: [{pathPattern: '*', raw: {PathPattern: '/x'}}],
        },
      },
    ],
    [
      'legacy cache settings',
      behavior({
        forwardedValues: {
          queryString: true,
          cookies: {forward: 'whitelist', whitelistedNames: ['a']},
          headers: ['*'],
          queryStringCacheKeys: [],
        },
        minTTL: 0,
        defaultTTL: 86_400,
        maxTTL: 31_536_000,
      }),
    ],
    [
      'countries',
      {distribution: {restrictions: {geoRestriction: {restrictionType: 'whitelist', items: ['DE', 'AT']}}}},
    ],
    [
      'tenants',
      {
        distribution: {
          connectionMode: 'tenant-only',
          tenantConfig: {parameterDefinitions: [{name: 'p', definition: {stringSchema: {required: true}}}]},
        },
      },
    ],
    [
      'a bucket',
      {
        bucket: {
          versioning: true,
          encryption: {algorithm: 'aws:kms', kmsKeyId: 'alias/site', bucketKeyEnabled: true},
          lifecycle: [
            {filter: {prefix: 'logs/'}, expiration: {days: 30}},
            {transitions: [{date: '2027-01-31', storageClass: 'GLACIER'}], status: 'Disabled'},
          ],
          cors: [],
          replicas: [{name: 'shop-eu', region: 'eu-west-1'}],
        },
      },
    ],
    ['a date of a script', {bucket: {lifecycle: [{expiration: {date: new Date(0)}}]}}],
    [
      'certificate and DNS',
      {
        certificate: {names: ['*.example.com'], keyAlgorithm: 'EC_prime256v1'},
        dns: {provider: 'none', zone: 'example.com', types: ['A']},
      },
    ],
    [
      'policies',
      {
        cachePolicies: {
          a: {
            minTTL: 0,
            parametersInCacheKeyAndForwardedToOrigin: {
              cookiesConfig: {cookieBehavior: 'allExcept', cookies: ['x']},
            },
          },
        },
        originRequestPolicies: {b: {headersConfig: {headerBehavior: 'allViewer'}}},
        responseHeadersPolicies: {
          c: {
            securityHeadersConfig: {xssProtection: {protection: true, override: true}},
            customHeadersConfig: [{header: 'x-a', value: '1', override: true}],
          },
        },
      },
    ],
    [
      'functions',
      {
        functions: {
          f: {code: 'function handler(event) { return event.request; }'},
          g: {file: './g.js', runtime: 'cloudfront-js-1.0'},
        },
      },
    ],
    ['a preset by name', {preset: 'spa'}],
    [
      'presets',
      {
        preset: [
          'static-site',
          {use: 'api', origin: 'api.example', paths: ['/v1/*'], secretHeader: {name: 'x-origin', value: 's'}},
        ],
      },
    ],
  ])('%s', (_name, config) => {
    expect(sentences(config)).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each<[object, string]>([
    [
      {distribution: {customErrorResponses: [{ErrorCode: 404, errorCode: 404}]}},
      'distribution.customErrorResponses[0].ErrorCode is not a known key (did you mean errorCode?)',
    ],
    [
      {distribution: {cacheTagConfig: {headerName: 'x', HeaderName: 'x'}}},
      'distribution.cacheTagConfig.HeaderName is not a known key (did you mean headerName?)',
    ],
    [
      behavior({allowedMethods: ['GET']}),
      'distribution.defaultCacheBehavior.allowedMethods is a list but must be GET and HEAD; these and OPTIONS; or all of',
    ],
    [
      behavior({allowedMethods: ['get', 'HEAD']}),
      'distribution.defaultCacheBehavior.allowedMethods[0] is "get" but must be one of GET, HEAD',
    ],
    [
      behavior({allowedMethods: {cachedMethod: []}}),
      'distribution.defaultCacheBehavior.allowedMethods.cachedMethod is not a known key (did you mean cachedMethods?)',
    ],
    [
      behavior({trustedKeyGroups: ['a', 'b', 'c', 'd', 'e']}),
      'has 5 key groups, but at most 4 are allowed (CloudFront quota: 4 key groups a cache behavior)',
    ],
    [
      behavior({trustedKeyGroups: 'a'}),
      'distribution.defaultCacheBehavior.trustedKeyGroups is "a" but must be an object',
    ],
    [
      behavior({cachePolicyId: 'a b'}),
      'distribution.defaultCacheBehavior.cachePolicyId is "a b" but must be the id of a policy, or a name',
    ],
    [
      behavior({
        lambdaFunctionAssociations: [
          {
            lambdaFunctionARN: 'arn:aws:lambda:eu-west-1:123456789012:function:f:1',
            eventType: 'viewer-request',
          },
        ],
      }),
      'must be the ARN of a numbered version of a Lambda function in us-east-1',
    ],
    [
      behavior({raw: {PathPattern: '*'}}),
      'distribution.defaultCacheBehavior.raw.PathPattern is not a known key',
    ],
    [{distribution: {cacheBehaviors: [{}]}}, 'distribution.cacheBehaviors[0].pathPattern is missing'],
    [
      {distribution: {cacheBehaviors: [{pathPattern: '/ä'}]}},
      'distribution.cacheBehaviors[0].pathPattern is "/ä" but must be a path pattern of 1 to 255',
    ],
    [{distribution: {origins: [{id: 'a'}]}}, 'distribution.origins[0] has neither bucket nor domainName'],
    [
      {distribution: {origins: [{bucket: true, domainName: 'a.example'}]}},
      'distribution.origins[0] has both bucket and domainName',
    ],
    [
      {distribution: {origins: [{bucket: false}]}},
      'distribution.origins[0].bucket is false but must be true',
    ],
    [
      {distribution: {origins: [{bucket: true, customOriginConfig: {}}]}},
      'distribution.origins[0] has both bucket and customOriginConfig, of which CloudFront takes one',
    ],
    [
      origin({s3OriginConfig: {}, customOriginConfig: {}}),
      'distribution.origins[0] has s3OriginConfig and customOriginConfig, of which CloudFront takes one',
    ],
    [
      origin({domainName: 'https://a.example/'}),
      'distribution.origins[0].domainName is "https://a.example/" but must be a host name without scheme',
    ],
    [
      origin({originPath: '/a/'}),
      'distribution.origins[0].originPath is "/a/" but must be a path that begins with /',
    ],
    [
      origin({connectionTimeout: 11}),
      'distribution.origins[0].connectionTimeout is 11 but must be from 1 to 10 seconds',
    ],
    [
      origin({customOriginConfig: {httpPort: 81}}),
      'customOriginConfig.httpPort is 81 but must be 80, 443 or from 1024 to 65535',
    ],
    [
      origin({originShield: {enabled: true}}),
      'distribution.origins[0].originShield is enabled without originShieldRegion',
    ],
    [
      origin({originShield: {enabled: true, originShieldRegion: 'eu-west-3'}}),
      'originShieldRegion is "eu-west-3" but must be one of us-east-1',
    ],
    [
      origin({customHeaders: [{headerName: 'Via', headerValue: 'x'}]}),
      'customHeaders[0].headerName is Via, which CloudFront does not add to requests',
    ],
    [
      {distribution: {webACLId: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/x/y'}},
      'distribution.webACLId is "arn:aws:wafv2:eu-west-1',
    ],
    [
      {distribution: {restrictions: {geoRestriction: {restrictionType: 'whitelist', items: ['de']}}}},
      'geoRestriction.items[0] is "de" but must be a country code of two capitals',
    ],
    [
      {distribution: {restrictions: {geoRestriction: {restrictionType: 'blacklist', items: []}}}},
      'geoRestriction has restrictionType blacklist without items',
    ],
    [
      {bucket: {encryption: {algorithm: 'aws:kms'}}},
      'bucket.encryption has the algorithm aws:kms without kmsKeyId',
    ],
    [
      {bucket: {encryption: {kmsKeyId: 'alias/x'}}},
      'bucket.encryption has a kmsKeyId, which needs the algorithm aws:kms',
    ],
    [{bucket: {lifecycle: [{}]}}, 'bucket.lifecycle[0] does nothing'],
    [
      {bucket: {lifecycle: [{expiration: {days: 1, date: '2027-01-01'}}]}},
      'bucket.lifecycle[0].expiration must have exactly one of days',
    ],
    [
      {bucket: {name: 'shop', replicas: [{name: 'shop', region: 'eu-west-1'}]}},
      'bucket has the replica shop with its own name',
    ],
    [
      {bucket: {versioning: false, replicas: [{name: 'shop-eu', region: 'eu-west-1'}]}},
      'bucket has replicas without versioning',
    ],
    [{certificate: {arn: 'x'}}, 'certificate.arn is "x" but must be the ARN of a certificate in ACM'],
    [{certificate: {names: []}}, 'certificate.names is an empty list but must be at least one name'],
    [{dns: {provider: 'cloudflare'}}, 'dns.provider is "cloudflare" but must be one of route53, none'],
    [{cachePolicies: {'a b': {}}}, 'the name "a b" in cachePolicies must be at most 64 letters'],
    [{cachePolicies: {a: {minTTL: 9, defaultTTL: 8}}}, 'cachePolicies.a has TTLs out of order'],
    [
      {originRequestPolicies: {a: {headersConfig: {headerBehavior: 'whitelist'}}}},
      'originRequestPolicies.a.headersConfig has headerBehavior whitelist without headers',
    ],
    [
      {originRequestPolicies: {a: {cookiesConfig: {cookieBehavior: 'all', cookies: ['x']}}}},
      'originRequestPolicies.a.cookiesConfig has cookieBehavior all and cookies, which it does not take',
    ],
    [
      {
        responseHeadersPolicies: {
          a: {corsConfig: {accessControlAllowCredentials: true, accessControlAllowOrigins: ['*']}},
        },
      },
      'responseHeadersPolicies.a.corsConfig has accessControlAllowCredentials with everything allowed in accessControlAllowOrigins',
    ],
    [{functions: {f: {file: 'a.js', code: 'x'}}}, 'functions.f has both file and code'],
    [
      {functions: {f: {code: 'x'.repeat(10_241)}}},
      'functions.f.code has 10241 bytes, but at most 10240 are allowed (CloudFront quota: 10 KB a function)',
    ],
    [{preset: 'spaa'}, 'preset is "spaa" but must be one of static-site, spa, video'],
    [{preset: 7}, 'preset is 7 but must be the name of a preset, or an object'],
    [
      {preset: {use: 'blog'}},
      'preset.use is "blog" but must be one of static-site, spa, api, video, failover',
    ],
    [{preset: {}}, 'preset.use is missing'],
    [{preset: ['spa', {use: 'api'}]}, 'preset[1].origin is missing'],
    [{preset: {use: 'spa', cleanUrls: true}}, 'preset.cleanUrls is not a known key'],
    [{preset: {use: 'spa', fallback: "/'+evil()+'"}}, 'preset.fallback is'],
  ])('%j', (config, sentence) => {
    const found = sentences(config);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
  });

  it.each([
    ['a header value', origin({customHeaders: [{headerName: 'x-secret', headerValue: 'hush\n'}]})],
    [
      'a secret header',
      {preset: {use: 'api', origin: 'a.example', secretHeader: {name: 'x', value: 'hush hush'}}},
    ],
  ])('never shows %s', (_name, config) => {
    const found = sentences(config);
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain('hush');
  });
});
