import type {DistributionConfig} from '@aws-sdk/client-cloudfront';

export const secretValue = 'Tr0ub4dor-and-3';

export const apiFunction = 'arn:aws:cloudfront::000000000000:function/rewrite';

/** A site in a bucket and an API, as CloudFront answers it. */
export const config: DistributionConfig = {
  CallerReference: 'ref',
  Comment: 'coffee',
  Enabled: true,
  IsIPV6Enabled: true,
  HttpVersion: 'http2and3',
  PriceClass: 'PriceClass_All',
  DefaultRootObject: 'index.html',
  WebACLId: 'arn:aws:wafv2:us-east-1:1:global/webacl/w/1',
  Aliases: {Quantity: 1, Items: ['www.example.com']},
  Origins: {
    Quantity: 2,
    Items: [
      {
        Id: 'site',
        DomainName: 'coffee.s3.us-east-1.amazonaws.com',
        OriginPath: '',
        CustomHeaders: {Quantity: 0},
        S3OriginConfig: {OriginAccessIdentity: ''},
        OriginAccessControlId: 'E1OAC',
      },
      {
        Id: 'api',
        DomainName: 'api.example.com',
        OriginPath: '',
        CustomHeaders: {Quantity: 1, Items: [{HeaderName: 'X-Secret', HeaderValue: secretValue}]},
        CustomOriginConfig: {HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only'},
      },
    ],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'site',
    ViewerProtocolPolicy: 'allow-all',
    Compress: true,
    CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    FunctionAssociations: {
      Quantity: 1,
      Items: [{EventType: 'viewer-request', FunctionARN: apiFunction}],
    },
  },
  CacheBehaviors: {
    Quantity: 1,
    Items: [
      {
        PathPattern: '/api/*',
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'https-only',
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      },
    ],
  },
  ViewerCertificate: {
    ACMCertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1',
    SSLSupportMethod: 'sni-only',
    MinimumProtocolVersion: 'TLSv1.2_2021',
  },
  Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
};
