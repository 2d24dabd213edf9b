// Deprecated members are still answered by CloudFront.
/* eslint-disable @typescript-eslint/no-deprecated */
import type {
  CacheBehavior,
  CookiePreference,
  CustomErrorResponse,
  CustomOriginConfig,
  DefaultCacheBehavior,
  DistributionConfig,
  Method,
  Origin,
  OriginGroup,
  ViewerCertificate,
} from '@aws-sdk/client-cloudfront';

/** Ids of what distributions refer to: AWS-like ones for answers, real ones in the embedded cloud. */
export interface Ids {
  readonly accessControl: string;
  readonly lambdaControl: string;
  readonly accessIdentity: string;
  /** Covers example.com, *.example.com and *.shop.example.com. */
  readonly certificate: string;
  readonly cachePolicy: string;
  readonly originRequestPolicy: string;
  readonly responseHeadersPolicy: string;
  readonly keyGroup: string;
  readonly function: string;
}

export const awsIds: Ids = {
  accessControl: 'E327GJI25M56DG',
  lambdaControl: 'E2XK7ABCDE1234',
  accessIdentity: 'E74FTE3AEXAMPLE',
  certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
  cachePolicy: '5f6b4d1c-1f3e-4a5b-9c8d-0a1b2c3d4e5f',
  originRequestPolicy: '6a7b8c9d-1f3e-4a5b-9c8d-0a1b2c3d4e5f',
  responseHeadersPolicy: '7b8c9d0e-1f3e-4a5b-9c8d-0a1b2c3d4e5f',
  keyGroup: '8c9d0e1f-1f3e-4a5b-9c8d-0a1b2c3d4e5f',
  function: 'arn:aws:cloudfront::123456789012:function/rewrite',
};

export const optimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
export const disabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
export const allViewerExceptHost = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
export const allViewer = '216adef6-5c7f-47e4-b989-5492eafa07d3';
export const corsS3 = '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf';
export const securityHeaders = '67f7725c-6f97-4210-82d7-5512b31e9d03';
export const everyMethod: Method[] = ['HEAD', 'DELETE', 'POST', 'GET', 'OPTIONS', 'PUT', 'PATCH'];

export const none = {Quantity: 0} as const;
export const list = <T>(...items: T[]): {Quantity: number; Items?: T[]} =>
  items.length === 0 ? {Quantity: 0} : {Quantity: items.length, Items: items};

/** An S3 origin as it is answered. */
export const s3 = (id: string, domain: string, more: Partial<Origin> = {}): Origin => ({
  Id: id,
  DomainName: domain,
  OriginPath: '',
  CustomHeaders: none,
  S3OriginConfig: {OriginAccessIdentity: '', OriginReadTimeout: 30},
  ConnectionAttempts: 3,
  ConnectionTimeout: 10,
  OriginShield: {Enabled: false},
  OriginAccessControlId: '',
  ...more,
});

/** Any other origin as it is answered. */
export const custom = (
  id: string,
  domain: string,
  config: Partial<CustomOriginConfig> = {},
  more: Partial<Origin> = {},
): Origin => ({
  Id: id,
  DomainName: domain,
  OriginPath: '',
  CustomHeaders: none,
  CustomOriginConfig: {
    HTTPPort: 80,
    HTTPSPort: 443,
    OriginProtocolPolicy: 'https-only',
    OriginSslProtocols: {Quantity: 1, Items: ['TLSv1.2']},
    OriginReadTimeout: 30,
    OriginKeepaliveTimeout: 5,
    ...config,
  },
  ConnectionAttempts: 3,
  ConnectionTimeout: 10,
  OriginShield: {Enabled: false},
  OriginAccessControlId: '',
  ...more,
});

export const headers = (values: Readonly<Record<string, string>>): Pick<Origin, 'CustomHeaders'> => ({
  CustomHeaders: list(
    ...Object.entries(values).map(([HeaderName, HeaderValue]) => ({HeaderName, HeaderValue})),
  ),
});

const methods = (allowed: Method[], cached: Method[] = ['HEAD', 'GET']) => ({
  Quantity: allowed.length,
  Items: allowed,
  CachedMethods: {Quantity: cached.length, Items: cached},
});

/** A behavior with a cache policy as it is answered. */
export const behavior = (
  target: string,
  more: Partial<DefaultCacheBehavior> = {},
  allowed: Method[] = ['HEAD', 'GET'],
  cached?: Method[],
): DefaultCacheBehavior => ({
  TargetOriginId: target,
  TrustedSigners: {Enabled: false, Quantity: 0},
  TrustedKeyGroups: {Enabled: false, Quantity: 0},
  ViewerProtocolPolicy: 'redirect-to-https',
  AllowedMethods: methods(allowed, cached),
  SmoothStreaming: false,
  Compress: true,
  LambdaFunctionAssociations: none,
  FunctionAssociations: none,
  FieldLevelEncryptionId: '',
  GrpcConfig: {Enabled: false},
  CachePolicyId: optimized,
  ...more,
});

export interface Forwarded {
  readonly query?: boolean;
  readonly cookies?: CookiePreference;
  readonly headers?: string[];
  readonly keys?: string[];
  /** MinTTL, DefaultTTL, MaxTTL. */
  readonly ttl?: readonly [number, number, number];
}

/** A behavior with legacy cache settings as it is answered. */
export const legacy = (
  target: string,
  {query = false, cookies = {Forward: 'none'}, headers: names = [], keys = [], ttl}: Forwarded = {},
  more: Partial<DefaultCacheBehavior> = {},
  allowed?: Method[],
): DefaultCacheBehavior => {
  const {CachePolicyId: _policy, ...rest} = behavior(target, {}, allowed);
  const [MinTTL, DefaultTTL, MaxTTL] = ttl ?? [0, 86_400, 31_536_000];
  return {
    ...rest,
    Compress: false,
    ForwardedValues: {
      QueryString: query,
      Cookies: cookies,
      Headers: list(...names),
      QueryStringCacheKeys: list(...keys),
    },
    MinTTL,
    DefaultTTL,
    MaxTTL,
    ...more,
  };
};

export const at = (PathPattern: string, given: DefaultCacheBehavior): CacheBehavior => ({
  PathPattern,
  ...given,
});

export const errorPage = (code: number, path = '', answer = '', ttl = 10): CustomErrorResponse => ({
  ErrorCode: code,
  ResponsePagePath: path,
  ResponseCode: answer,
  ErrorCachingMinTTL: ttl,
});

export const group = (id: string, members: [string, string], codes: number[]): OriginGroup => ({
  Id: id,
  FailoverCriteria: {StatusCodes: {Quantity: codes.length, Items: codes}},
  Members: {Quantity: 2, Items: members.map(OriginId => ({OriginId}))},
  SelectionCriteria: 'default',
});

export const ownCertificate: ViewerCertificate = {
  CloudFrontDefaultCertificate: true,
  SSLSupportMethod: 'vip',
  MinimumProtocolVersion: 'TLSv1',
  CertificateSource: 'cloudfront',
};

export const acm = (arn: string, more: Partial<ViewerCertificate> = {}): ViewerCertificate => ({
  CloudFrontDefaultCertificate: false,
  ACMCertificateArn: arn,
  SSLSupportMethod: 'sni-only',
  MinimumProtocolVersion: 'TLSv1.2_2021',
  Certificate: arn,
  CertificateSource: 'acm',
  ...more,
});

/** A whole config as GetDistributionConfig answers it: every member there, be it empty. */
export const answer = (
  origins: Origin[],
  first: DefaultCacheBehavior,
  more: Partial<DistributionConfig> = {},
): DistributionConfig => ({
  CallerReference: '5f5a3c2e-9a6e-4c1a-8f2e-1234567890ab',
  Aliases: none,
  DefaultRootObject: '',
  Origins: {Quantity: origins.length, Items: origins},
  OriginGroups: none,
  DefaultCacheBehavior: first,
  CacheBehaviors: none,
  CustomErrorResponses: none,
  Comment: '',
  Logging: {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: ''},
  PriceClass: 'PriceClass_All',
  Enabled: true,
  ViewerCertificate: ownCertificate,
  Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
  WebACLId: '',
  HttpVersion: 'http2',
  IsIPV6Enabled: true,
  ContinuousDeploymentPolicyId: '',
  Staging: false,
  ...more,
});

export interface Shape {
  /** Who makes such distributions. */
  readonly name: string;
  readonly config: (ids: Ids) => DistributionConfig;
  /** Why the embedded cloud makes no such distribution: what it lacks or refuses. */
  readonly notLocal?: string;
}
