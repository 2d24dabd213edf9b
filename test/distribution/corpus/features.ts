/** What CloudFront can do beside. */
// Deprecated members are still answered by CloudFront.

import {
  acm,
  allViewer,
  answer,
  at,
  behavior,
  custom,
  disabled,
  everyMethod,
  group,
  headers,
  legacy,
  list,
  none,
  s3,
  type Shape,
} from './pieces.js';

const edge = (name: string, version: number) =>
  `arn:aws:lambda:us-east-1:123456789012:function:${name}:${version}`;

export const features: readonly Shape[] = [
  {
    name: 'an S3 website endpoint (dash), public',
    config: () =>
      answer(
        [
          custom('S3-Website-www.example.com', 'www.example.com.s3-website-us-east-1.amazonaws.com', {
            OriginProtocolPolicy: 'http-only',
            OriginSslProtocols: {Quantity: 2, Items: ['SSLv3', 'TLSv1']},
          }),
        ],
        legacy('S3-Website-www.example.com', {}, {MinTTL: 180}),
      ),
  },
  {
    name: 'an S3 website endpoint (dot) with a secret Referer',
    config: () =>
      answer(
        [
          custom(
            'site',
            'www.example.org.s3-website.eu-central-1.amazonaws.com',
            {OriginProtocolPolicy: 'http-only'},
            headers({Referer: 'p4ss${word}'}),
          ),
        ],
        behavior('site'),
      ),
  },
  {
    name: 'origin failover over two buckets',
    config: ids =>
      answer(
        [
          s3('primary', 'media-a.s3.us-east-1.amazonaws.com', {OriginAccessControlId: ids.accessControl}),
          s3('secondary', 'media-b.s3.eu-west-1.amazonaws.com', {OriginAccessControlId: ids.accessControl}),
        ],
        behavior('failover'),
        {OriginGroups: list(group('failover', ['primary', 'secondary'], [500, 502, 503, 504, 404]))},
      ),
  },
  {
    name: 'media-quality-aware failover between packagers',
    config: ids => {
      const packager = (id: string, region: string) =>
        custom(
          id,
          `abc123.egress.x1y2z3.mediapackagev2.${region}.amazonaws.com`,
          {},
          {OriginAccessControlId: ids.lambdaControl},
        );
      return answer(
        [packager('p1', 'us-east-1'), packager('p2', 'us-west-2')],
        behavior('live', {CachePolicyId: '08627262-05a9-4f76-9ded-b50ca2e3a84f'}),
        {
          OriginGroups: list({
            ...group('live', ['p1', 'p2'], [404, 500, 502, 503, 504]),
            SelectionCriteria: 'media-quality-based' as const,
          }),
        },
      );
    },
  },
  {
    name: 'MediaPackage v1 with a CDN authorization header and Smooth Streaming',
    config: () =>
      answer(
        [
          custom(
            'emp',
            '3ae97e9482b0d011.mediapackage.us-west-2.amazonaws.com',
            {},
            headers({'X-MediaPackage-CDNIdentifier': '9ceebbe7-9607-4552-8764-876e47032660'}),
          ),
        ],
        legacy('emp', {
          query: true,
          keys: ['aws.manifestfilter', 'start', 'end', 'm'],
          ttl: [0, 6, 31_536_000],
        }),
        {
          CacheBehaviors: list(
            at('*.ism/*', legacy('emp', {}, {SmoothStreaming: true})),
            at('*.m3u8', legacy('emp', {query: true, keys: ['m'], ttl: [0, 2, 5]})),
          ),
        },
      ),
  },
  {
    name: 'MediaStore with CORS headers in the key',
    config: () =>
      answer(
        [custom('mediastore', 'fliuvhosuwwtzu.data.mediastore.eu-central-1.amazonaws.com')],
        legacy('mediastore', {
          headers: ['Access-Control-Request-Headers', 'Access-Control-Request-Method', 'Origin'],
          ttl: [1, 5, 60],
        }),
      ),
  },
  {
    name: 'a VPC origin, of another account',
    config: () => {
      const {CustomOriginConfig: _config, ...bare} = custom(
        'vpc',
        'internal-lb-123.us-east-1.elb.amazonaws.com',
      );
      return answer(
        [
          {
            ...bare,
            VpcOriginConfig: {
              VpcOriginId: 'vo_AbCdEfGhIjKlMnOp',
              OwnerAccountId: '210987654321',
              OriginReadTimeout: 45,
              OriginKeepaliveTimeout: 5,
            },
          },
        ],
        behavior('vpc', {CachePolicyId: disabled, OriginRequestPolicyId: allViewer}, everyMethod),
      );
    },
  },
  {
    name: 'Origin Shield and a limit for the whole answer',
    config: () =>
      answer(
        [
          custom(
            'shielded',
            'api.example.net',
            {
              HTTPPort: 8080,
              HTTPSPort: 8443,
              OriginSslProtocols: {Quantity: 2, Items: ['TLSv1.1', 'TLSv1.2']},
            },
            {
              OriginShield: {Enabled: true, OriginShieldRegion: 'eu-west-2'},
              ResponseCompletionTimeout: 120,
              ConnectionAttempts: 1,
            },
          ),
        ],
        behavior('shielded'),
      ),
  },
  {
    name: 'an IPv6 origin with a client certificate',
    config: () =>
      answer(
        [
          custom('mtls', 'secure.example.net', {
            IpAddressType: 'dualstack',
            OriginMtlsConfig: {
              ClientCertificateArn:
                'arn:aws:acm:us-east-1:123456789012:certificate/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
            },
          }),
        ],
        behavior('mtls'),
      ),
  },
  {
    name: 'a blacklist of countries',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Restrictions: {
          GeoRestriction: {RestrictionType: 'blacklist', Quantity: 3, Items: ['KP', 'IR', 'SY']},
        },
      }),
  },
  {
    name: 'Lambda@Edge on all events',
    config: () =>
      answer(
        [custom('o', 'origin.example.net')],
        behavior('o', {
          LambdaFunctionAssociations: list(
            {LambdaFunctionARN: edge('auth', 12), EventType: 'viewer-request' as const, IncludeBody: false},
            {LambdaFunctionARN: edge('rewrite', 3), EventType: 'origin-request' as const, IncludeBody: true},
            {
              LambdaFunctionARN: edge('headers', 7),
              EventType: 'origin-response' as const,
              IncludeBody: false,
            },
            {LambdaFunctionARN: edge('log', 1), EventType: 'viewer-response' as const, IncludeBody: false},
          ),
        }),
      ),
  },
  {
    name: 'signed by a key group, and a path by account keys',
    config: ids =>
      answer(
        [
          s3('private', 'private-video.s3.us-east-1.amazonaws.com', {
            OriginAccessControlId: ids.accessControl,
          }),
        ],
        behavior('private', {TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [ids.keyGroup]}}),
        {
          CacheBehaviors: list(
            at(
              '/old/*',
              behavior('private', {
                TrustedSigners: {Enabled: true, Quantity: 2, Items: ['self', '210987654321']},
              }),
            ),
            at('/public/*', behavior('private')),
          ),
        },
      ),
  },
  {
    name: 'field-level encryption and real-time logs',
    notLocal: 'field-level encryption, real-time logs',
    config: () =>
      answer(
        [custom('o', 'origin.example.net')],
        behavior(
          'o',
          {
            FieldLevelEncryptionId: 'C3KM2WVD605UAY',
            RealtimeLogConfigArn: 'arn:aws:cloudfront::123456789012:realtime-log-config/all',
            ViewerProtocolPolicy: 'https-only',
          },
          everyMethod,
        ),
      ),
  },
  {
    name: 'gRPC',
    config: () =>
      answer(
        [custom('grpc', 'grpc.example.net')],
        behavior(
          'grpc',
          {
            CachePolicyId: disabled,
            OriginRequestPolicyId: allViewer,
            GrpcConfig: {Enabled: true},
            Compress: false,
          },
          everyMethod,
        ),
        {HttpVersion: 'http2'},
      ),
  },
  {
    name: 'a certificate in IAM on dedicated addresses',
    notLocal: 'certificates in IAM',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Aliases: list('shop.example.com'),
        ViewerCertificate: {
          CloudFrontDefaultCertificate: false,
          IAMCertificateId: 'ASCACKCEVSQ6CEXAMPLE',
          SSLSupportMethod: 'vip',
          MinimumProtocolVersion: 'TLSv1',
          Certificate: 'ASCACKCEVSQ6CEXAMPLE',
          CertificateSource: 'iam',
        },
      }),
  },
  {
    name: 'static-ip with the newest TLS policy',
    config: ids =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Aliases: list('static.example.com'),
        ViewerCertificate: acm(ids.certificate, {
          SSLSupportMethod: 'static-ip',
          MinimumProtocolVersion: 'TLSv1.3_2025',
        }),
      }),
  },
  {
    name: 'HTTP/1.1, no IPv6, cheapest locations, disabled',
    config: () =>
      answer(
        [custom('o', 'origin.example.net')],
        behavior('o', {ViewerProtocolPolicy: 'allow-all', Compress: false}),
        {
          HttpVersion: 'http1.1',
          IsIPV6Enabled: false,
          PriceClass: 'PriceClass_100',
          Enabled: false,
        },
      ),
  },
  {
    name: 'wildcard aliases, and WAF Classic',
    config: ids =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Aliases: list('*.shop.example.com', 'example.com'),
        ViewerCertificate: acm(ids.certificate),
        WebACLId: '473e64fd-f30b-4765-81a0-62ad96dd167a',
      }),
  },
  {
    name: 'custom headers: one secret for two origins, two for one name',
    config: () =>
      answer(
        [
          custom('blue', 'blue.example.net', {}, headers({'X-Origin-Verify': 'same', 'X-Env': 'blue'})),
          custom('green', 'green.example.net', {}, headers({'X-Origin-Verify': 'same', 'X-Env': 'green'})),
        ],
        behavior('blue'),
        {CacheBehaviors: list(at('/green/*', behavior('green')))},
      ),
  },
  {
    name: 'a staging distribution',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {Staging: true, Comment: 'staging of E1'}),
  },
  {
    name: 'a primary with a continuous deployment policy',
    notLocal: 'continuous deployment policies',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        ContinuousDeploymentPolicyId: '11111111-2222-3333-4444-555555555555',
      }),
  },
  {
    name: 'cache tags',
    config: ids =>
      answer(
        [s3('s', 'tagged.s3.us-east-1.amazonaws.com', {OriginAccessControlId: ids.accessControl})],
        behavior('s'),
        {
          CacheTagConfig: {HeaderName: 'x-amz-meta-cache-tag'},
        },
      ),
  },
  {
    name: 'a comment in many scripts, with what YAML and configs take for their own',
    config: () =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Comment: '# Größe: 日本語 🚀 "quoted" \'single\' ${env.HOME} - [x] {y} & *z @w `t` %u !v | >',
      }),
  },
  {
    name: 'twenty behaviors',
    config: ids =>
      answer(
        [
          s3('site', 'big-site.s3.us-east-1.amazonaws.com', {OriginAccessControlId: ids.accessControl}),
          custom('api', 'api.example.net'),
        ],
        behavior('site'),
        {
          CacheBehaviors: list(
            ...Array.from({length: 20}, (_, i) =>
              at(
                `/area-${i}/*`,
                i % 3 === 0
                  ? behavior(
                      'api',
                      {CachePolicyId: disabled, OriginRequestPolicyId: allViewer, Compress: i % 2 === 0},
                      everyMethod,
                    )
                  : i % 3 === 1
                    ? behavior('site', {
                        CachePolicyId: ids.cachePolicy,
                        ResponseHeadersPolicyId: ids.responseHeadersPolicy,
                      })
                    : legacy('site', {query: i % 2 === 0, ttl: [0, i * 60, 86_400]}),
              ),
            ),
          ),
        },
      ),
  },
  {
    name: 'own policies of all three kinds',
    config: ids =>
      answer(
        [custom('o', 'origin.example.net')],
        behavior(
          'o',
          {
            CachePolicyId: ids.cachePolicy,
            OriginRequestPolicyId: ids.originRequestPolicy,
            ResponseHeadersPolicyId: ids.responseHeadersPolicy,
          },
          ['HEAD', 'GET', 'OPTIONS'],
          ['HEAD', 'GET', 'OPTIONS'],
        ),
      ),
  },
  {
    name: 'only for tenants',
    config: () => {
      const {
        Aliases: _a,
        IsIPV6Enabled: _i,
        ContinuousDeploymentPolicyId: _c,
        Staging: _s,
        ...rest
      } = answer([custom('o', 'origin.example.net', {}, {OriginPath: '/{{tenant}}'})], behavior('o'), {
        ConnectionMode: 'tenant-only',
        HttpVersion: 'http2and3',
        TenantConfig: {
          ParameterDefinitions: [
            {Name: 'tenant', Definition: {StringSchema: {Required: true, Comment: 'Folder of the tenant'}}},
          ],
        },
      });
      return rest;
    },
  },
  {
    name: 'mutual TLS with viewers, a connection function and a static IP list',
    config: ids =>
      answer([custom('o', 'origin.example.net')], behavior('o'), {
        Aliases: list('secure.example.com'),
        ViewerCertificate: acm(ids.certificate),
        ViewerMtlsConfig: {
          Mode: 'required',
          TrustStoreConfig: {
            TrustStoreId: 'ts_AbCdEf',
            AdvertiseTrustStoreCaNames: true,
            IgnoreCertificateExpiry: false,
          },
        },
        ConnectionFunctionAssociation: {Id: 'cf_30c2CV2elHwCoInb3LtcaUJkZeD'},
        AnycastIpListId: 'aip_CCkW6gKrDiBD4n78123456',
        HttpVersion: 'http3',
      }),
  },
  {
    name: 'an old answer without what was added since',
    config: () => ({
      CallerReference: '1500000000000',
      Comment: 'old',
      Enabled: true,
      Origins: {
        Quantity: 1,
        Items: [
          {
            Id: 'S3-old',
            DomainName: 'old.s3.amazonaws.com',
            OriginPath: '',
            CustomHeaders: none,
            S3OriginConfig: {OriginAccessIdentity: ''},
          },
        ],
      },
      DefaultCacheBehavior: {
        TargetOriginId: 'S3-old',
        ViewerProtocolPolicy: 'allow-all',
        ForwardedValues: {QueryString: false, Cookies: {Forward: 'none'}},
        TrustedSigners: {Enabled: false, Quantity: 0},
        MinTTL: 0,
      },
      ViewerCertificate: {
        CloudFrontDefaultCertificate: true,
        MinimumProtocolVersion: 'SSLv3',
        CertificateSource: 'cloudfront',
      },
      PriceClass: 'PriceClass_All',
    }),
  },
];
