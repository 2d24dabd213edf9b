/** What tools and the console make. */
import {
  acm,
  allViewerExceptHost,
  answer,
  at,
  behavior,
  corsS3,
  custom,
  disabled,
  errorPage,
  everyMethod,
  headers,
  legacy,
  list,
  optimized,
  s3,
  securityHeaders,
  type Shape,
} from './pieces.js';

export const tools: readonly Shape[] = [
  {
    name: 'the AWS CLI: create-distribution --origin-domain-name --default-root-object',
    config: () =>
      answer(
        [s3('site.s3.amazonaws.com-1568408000-12345', 'site.s3.amazonaws.com')],
        legacy('site.s3.amazonaws.com-1568408000-12345', {}, {ViewerProtocolPolicy: 'allow-all'}),
        {DefaultRootObject: 'index.html', HttpVersion: 'http2', CallerReference: 'cli-example'},
      ),
  },
  {
    name: 'the console: a bucket with origin access control',
    config: ids =>
      answer(
        [
          s3('photos.s3.eu-central-1.amazonaws.com-m4kbc1d2e3f', 'photos.s3.eu-central-1.amazonaws.com', {
            OriginAccessControlId: ids.accessControl,
          }),
        ],
        behavior('photos.s3.eu-central-1.amazonaws.com-m4kbc1d2e3f'),
        {
          WebACLId:
            'arn:aws:wafv2:us-east-1:123456789012:global/webacl/CreatedByCloudFront-1a2b3c/0e1f2a3b-4c5d-6e7f-8a9b-0c1d2e3f4a5b',
        },
      ),
  },
  {
    name: 'CDK: S3BucketOrigin.withOriginAccessControl',
    config: ids =>
      answer(
        [
          s3(
            'SiteStackDistributionOrigin1F2A3B4C5',
            'sitestack-bucket83908e77-abc.s3.us-west-2.amazonaws.com',
            {
              OriginAccessControlId: ids.accessControl,
            },
          ),
        ],
        behavior('SiteStackDistributionOrigin1F2A3B4C5', {ViewerProtocolPolicy: 'allow-all'}),
      ),
  },
  {
    name: 'CDK: S3Origin with an origin access identity',
    config: ids =>
      answer(
        [
          s3('LegacyStackDistOrigin1D6D5E535', 'legacystack-bucket.s3.us-east-1.amazonaws.com', {
            S3OriginConfig: {
              OriginAccessIdentity: `origin-access-identity/cloudfront/${ids.accessIdentity}`,
              OriginReadTimeout: 30,
            },
          }),
        ],
        behavior('LegacyStackDistOrigin1D6D5E535', {ResponseHeadersPolicyId: securityHeaders}),
        {DefaultRootObject: 'index.html', PriceClass: 'PriceClass_100'},
      ),
  },
  {
    name: 'CDK: HttpOrigin',
    config: () =>
      answer(
        [custom('ApiDistOrigin1', 'www.example.com', {OriginReadTimeout: 60, OriginKeepaliveTimeout: 60})],
        behavior('ApiDistOrigin1', {ViewerProtocolPolicy: 'https-only'}),
        {HttpVersion: 'http3'},
      ),
  },
  {
    name: 'CDK: LoadBalancerV2Origin with ordered behaviors',
    config: () =>
      answer(
        [
          custom(
            'LbOrigin1',
            'my-lb-1234567890.eu-west-1.elb.amazonaws.com',
            {OriginProtocolPolicy: 'http-only'},
            {ConnectionAttempts: 2, ConnectionTimeout: 5, ...headers({'X-Verify': 'kXz0-secret'})},
          ),
        ],
        behavior(
          'LbOrigin1',
          {CachePolicyId: disabled, OriginRequestPolicyId: allViewerExceptHost},
          everyMethod,
        ),
        {CacheBehaviors: list(at('/static/*', behavior('LbOrigin1')))},
      ),
  },
  {
    name: 'CDK: FunctionUrlOrigin with an access control for Lambda',
    config: ids =>
      answer(
        [
          custom(
            'FnOrigin1',
            'abcdefghijklmnop.lambda-url.us-east-1.on.aws',
            {},
            {
              OriginAccessControlId: ids.lambdaControl,
            },
          ),
        ],
        behavior(
          'FnOrigin1',
          {CachePolicyId: disabled, OriginRequestPolicyId: allViewerExceptHost},
          everyMethod,
        ),
      ),
  },
  {
    name: 'CDK: RestApiOrigin beside a bucket',
    config: ids =>
      answer(
        [
          s3('Origin1', 'web-assets.s3.eu-west-1.amazonaws.com', {OriginAccessControlId: ids.accessControl}),
          custom('Origin2', 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com', {}, {OriginPath: '/prod'}),
        ],
        behavior('Origin1'),
        {
          CacheBehaviors: list(
            at(
              '/api/*',
              behavior(
                'Origin2',
                {CachePolicyId: disabled, OriginRequestPolicyId: allViewerExceptHost, Compress: false},
                everyMethod,
              ),
            ),
          ),
          DefaultRootObject: 'index.html',
        },
      ),
  },
  {
    name: 'Terraform: the documented example with forwarded_values and two ordered behaviors',
    config: ids => {
      const target = 'myS3Origin';
      return answer(
        [s3(target, 'mybucket.s3.us-west-2.amazonaws.com', {OriginAccessControlId: ids.accessControl})],
        legacy(target, {ttl: [0, 3600, 86_400]}, {ViewerProtocolPolicy: 'allow-all'}, everyMethod),
        {
          Comment: 'Some comment',
          DefaultRootObject: 'index.html',
          PriceClass: 'PriceClass_200',
          CacheBehaviors: list(
            at('/content/immutable/*', {
              ...legacy(target, {headers: ['Origin'], ttl: [0, 86_400, 31_536_000]}, {Compress: true}),
              AllowedMethods: {
                Quantity: 3,
                Items: ['HEAD', 'GET', 'OPTIONS'],
                CachedMethods: {Quantity: 3, Items: ['HEAD', 'GET', 'OPTIONS']},
              },
            }),
            at('/content/*', legacy(target, {ttl: [0, 3600, 86_400]}, {Compress: true})),
          ),
          Restrictions: {
            GeoRestriction: {RestrictionType: 'whitelist', Quantity: 4, Items: ['US', 'CA', 'GB', 'DE']},
          },
        },
      );
    },
  },
  {
    name: 'Terraform: logging, aliases and custom_error_response',
    config: ids =>
      answer(
        [
          custom('primary', 'origin.example.com', {
            OriginProtocolPolicy: 'match-viewer',
            OriginSslProtocols: {Quantity: 3, Items: ['TLSv1', 'TLSv1.1', 'TLSv1.2']},
          }),
        ],
        legacy('primary', {query: true, cookies: {Forward: 'all'}, ttl: [0, 0, 0]}, {}, everyMethod),
        {
          Aliases: list('docs.example.com', 'www.example.com'),
          ViewerCertificate: acm(ids.certificate, {MinimumProtocolVersion: 'TLSv1.2_2019'}),
          Logging: {
            Enabled: true,
            IncludeCookies: true,
            Bucket: 'mylogs.s3.amazonaws.com',
            Prefix: 'myprefix',
          },
          CustomErrorResponses: list(
            errorPage(404, '/errors/404.html', '404', 300),
            errorPage(503, '/errors/503.html', '200', 0),
            errorPage(500),
          ),
        },
      ),
  },
  {
    name: 'Amplify CLI hosting: bucket with identity, errors to the app',
    config: ids =>
      answer(
        [
          s3('hostingS3Bucket', 'app-20240101-hostingbucket-dev.s3.us-east-2.amazonaws.com', {
            S3OriginConfig: {OriginAccessIdentity: `origin-access-identity/cloudfront/${ids.accessIdentity}`},
          }),
        ],
        legacy('hostingS3Bucket', {}, {Compress: true}, everyMethod),
        {
          DefaultRootObject: 'index.html',
          HttpVersion: 'http2',
          CustomErrorResponses: list(
            errorPage(400, '/index.html', '200', 300),
            errorPage(403, '/index.html', '200', 300),
            errorPage(404, '/index.html', '200', 300),
          ),
        },
      ),
  },
  {
    name: 'SST: a placeholder origin that a function replaces',
    config: ids =>
      answer(
        [
          custom('default', 'placeholder.sst.dev', {
            OriginProtocolPolicy: 'http-only',
            OriginReadTimeout: 20,
          }),
        ],
        behavior(
          'default',
          {
            CachePolicyId: ids.cachePolicy,
            OriginRequestPolicyId: allViewerExceptHost,
            FunctionAssociations: list({FunctionARN: ids.function, EventType: 'viewer-request' as const}),
          },
          everyMethod,
        ),
        {Comment: 'my-app-production', IsIPV6Enabled: false},
      ),
  },
  {
    name: 'serverless-lift: static-website with a function for headers',
    config: ids =>
      answer(
        [
          s3('appdevlandingCDNOrigin1A2B3C4D', 'app-dev-landingbucket-1a2b3c.s3.eu-west-3.amazonaws.com', {
            S3OriginConfig: {OriginAccessIdentity: `origin-access-identity/cloudfront/${ids.accessIdentity}`},
          }),
        ],
        behavior('appdevlandingCDNOrigin1A2B3C4D', {
          FunctionAssociations: list({FunctionARN: ids.function, EventType: 'viewer-response' as const}),
        }),
        {
          Comment: 'app-dev landing website CDN',
          DefaultRootObject: 'index.html',
          CustomErrorResponses: list(
            errorPage(404, '/404.html', '404', 0),
            errorPage(403, '/404.html', '404', 0),
          ),
        },
      ),
  },
  {
    name: 'WordPress behind a load balancer: the whitepaper’s five behaviors',
    config: () => {
      const target = 'wordpress-elb';
      const headersOf = [
        'Host',
        'CloudFront-Forwarded-Proto',
        'CloudFront-Is-Mobile-Viewer',
        'CloudFront-Is-Tablet-Viewer',
        'CloudFront-Is-Desktop-Viewer',
      ];
      const admin = () =>
        legacy(
          target,
          {query: true, cookies: {Forward: 'all'}, headers: ['*'], ttl: [0, 0, 0]},
          {},
          everyMethod,
        );
      const assets = () =>
        legacy(
          target,
          {query: true, ttl: [900, 900, 900]},
          {ViewerProtocolPolicy: 'allow-all', Compress: true},
        );
      return answer(
        [custom(target, 'wp-1234567890.us-east-1.elb.amazonaws.com', {OriginProtocolPolicy: 'match-viewer'})],
        legacy(
          target,
          {
            query: true,
            headers: headersOf,
            cookies: {
              Forward: 'whitelist',
              WhitelistedNames: list('comment_*', 'wordpress_*', 'wp-settings-*'),
            },
            ttl: [0, 300, 31_536_000],
          },
          {ViewerProtocolPolicy: 'allow-all'},
          everyMethod,
        ),
        {
          CacheBehaviors: list(
            at('wp-content/*', assets()),
            at('wp-includes/*', assets()),
            at('wp-admin/*', admin()),
            at('wp-login.php', admin()),
          ),
        },
      );
    },
  },
  {
    name: 'Next.js on Lambda: images, data and assets apart',
    config: ids =>
      answer(
        [
          s3('assets', 'next-assets.s3.us-east-1.amazonaws.com', {
            OriginPath: '/_assets',
            OriginAccessControlId: ids.accessControl,
          }),
          custom('server', 'xyz.lambda-url.us-east-1.on.aws'),
          custom('image', 'img.lambda-url.us-east-1.on.aws', {OriginReadTimeout: 60}),
        ],
        behavior(
          'server',
          {CachePolicyId: ids.cachePolicy, OriginRequestPolicyId: allViewerExceptHost},
          everyMethod,
        ),
        {
          CacheBehaviors: list(
            at('_next/image*', behavior('image', {CachePolicyId: ids.cachePolicy})),
            at(
              '_next/data/*',
              behavior('server', {
                CachePolicyId: ids.cachePolicy,
                OriginRequestPolicyId: ids.originRequestPolicy,
              }),
            ),
            at('_next/*', behavior('assets', {CachePolicyId: optimized, OriginRequestPolicyId: corsS3})),
            at('favicon.ico', behavior('assets')),
          ),
          HttpVersion: 'http2and3',
        },
      ),
  },
];
