import type {
  CachePolicyConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
  ResponseHeadersPolicyCorsConfig,
  ResponseHeadersPolicySecurityHeadersConfig,
} from '@aws-sdk/client-cloudfront';
import type {Resource} from './resources.js';
import {listOf} from './shape.js';

/** The ETag of every managed policy; nobody can send it in an If-Match that succeeds. */
const etag = 'E23ZP02F085DFQ';

function library<C>(policies: Readonly<Record<string, C>>): ReadonlyMap<string, Resource<C, null>> {
  return new Map(
    Object.entries(policies).map(([id, config]) => [
      id,
      {id, etag, config, state: null, createdWith: '', createdAt: 0, modifiedAt: 0},
    ]),
  );
}

interface CacheKey {
  readonly headers?: readonly string[];
  readonly cookies?: 'all';
  readonly queryStrings?: 'all' | readonly string[];
  /** Which encodings join the cache key. */
  readonly compression?: 'gzip' | 'both';
}

function cachePolicy(
  Name: string,
  Comment: string,
  ttl: readonly [minimum: number, standard: number, maximum: number],
  key: CacheKey,
): CachePolicyConfig {
  const {headers = [], queryStrings = []} = key;
  return {
    Name,
    Comment,
    MinTTL: ttl[0],
    DefaultTTL: ttl[1],
    MaxTTL: ttl[2],
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: key.compression !== undefined,
      EnableAcceptEncodingBrotli: key.compression === 'both',
      HeadersConfig:
        headers.length === 0
          ? {HeaderBehavior: 'none'}
          : {HeaderBehavior: 'whitelist', Headers: listOf(headers)},
      CookiesConfig: {CookieBehavior: key.cookies ?? 'none'},
      QueryStringsConfig:
        queryStrings === 'all'
          ? {QueryStringBehavior: 'all'}
          : queryStrings.length === 0
            ? {QueryStringBehavior: 'none'}
            : {QueryStringBehavior: 'whitelist', QueryStrings: listOf(queryStrings)},
    },
  };
}

const day = 86_400;
const year = 31_536_000;
const originHeaders = ['Host', 'Origin', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];

/** Developer guide, "Use managed cache policies". */
export const managedCachePolicies = library<CachePolicyConfig>({
  '658327ea-f89d-4fab-a63d-7e88639e58f6': cachePolicy(
    'Managed-CachingOptimized',
    'Policy with caching enabled. Supports Gzip and Brotli compression.',
    [1, day, year],
    {compression: 'both'},
  ),
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': cachePolicy(
    'Managed-CachingOptimizedForUncompressedObjects',
    'Default policy when compression is disabled',
    [1, day, year],
    {},
  ),
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': cachePolicy(
    'Managed-CachingDisabled',
    'Policy with caching disabled',
    [0, 0, 0],
    {},
  ),
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': cachePolicy(
    'UseOriginCacheControlHeaders',
    'Policy for origins that return Cache-Control headers. Query strings are not included in the cache key.',
    [0, 0, year],
    {headers: originHeaders, cookies: 'all', compression: 'both'},
  ),
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': cachePolicy(
    'UseOriginCacheControlHeaders-QueryStrings',
    'Policy for origins that return Cache-Control headers and serve different content based on values present in the query string.',
    [0, 0, year],
    {headers: originHeaders, cookies: 'all', queryStrings: 'all', compression: 'both'},
  ),
  '2e54312d-136d-493c-8eb9-b001f22f67d2': cachePolicy(
    'Managed-Amplify',
    'Policy for Amplify Origin',
    [2, 2, 600],
    {
      headers: ['Authorization', 'CloudFront-Viewer-Country', 'Host'],
      cookies: 'all',
      queryStrings: 'all',
      compression: 'both',
    },
  ),
  '08627262-05a9-4f76-9ded-b50ca2e3a84f': cachePolicy(
    'Managed-Elemental-MediaPackage',
    'Policy for Elemental MediaPackage Origin',
    [0, day, year],
    {
      headers: ['Origin'],
      queryStrings: ['aws.manifestfilter', 'start', 'end', 'm'],
      compression: 'gzip',
    },
  ),
});

function originRequestPolicy(
  Name: string,
  Comment: string,
  HeadersConfig: NonNullable<OriginRequestPolicyConfig['HeadersConfig']>,
  cookies: 'all' | 'none',
  queryStrings: 'all' | 'none',
): OriginRequestPolicyConfig {
  return {
    Name,
    Comment,
    HeadersConfig,
    CookiesConfig: {CookieBehavior: cookies},
    QueryStringsConfig: {QueryStringBehavior: queryStrings},
  };
}

const onlyHeaders = (...names: string[]) => ({
  HeaderBehavior: 'whitelist' as const,
  Headers: listOf(names),
});

const headersOf2022 = (
  'Forwarded-Proto Is-Android-Viewer Is-Desktop-Viewer Is-IOS-Viewer Is-Mobile-Viewer Is-SmartTV-Viewer ' +
  'Is-Tablet-Viewer Viewer-Address Viewer-ASN Viewer-City Viewer-Country Viewer-Country-Name Viewer-Country-Region ' +
  'Viewer-Country-Region-Name Viewer-Http-Version Viewer-Latitude Viewer-Longitude Viewer-Metro-Code ' +
  'Viewer-Postal-Code Viewer-Time-Zone Viewer-TLS'
)
  .split(' ')
  .map(name => `CloudFront-${name}`);

/** Developer guide, "Use managed origin request policies". */
export const managedOriginRequestPolicies = library<OriginRequestPolicyConfig>({
  '216adef6-5c7f-47e4-b989-5492eafa07d3': originRequestPolicy(
    'Managed-AllViewer',
    'Policy to forward all parameters in viewer requests',
    {HeaderBehavior: 'allViewer'},
    'all',
    'all',
  ),
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': originRequestPolicy(
    'Managed-AllViewerExceptHostHeader',
    'Policy to forward all parameters in viewer requests except for the Host header',
    {HeaderBehavior: 'allExcept', Headers: listOf(['Host'])},
    'all',
    'all',
  ),
  '33f36d7e-f396-46d9-90e0-52428a34d9dc': originRequestPolicy(
    'Managed-AllViewerAndCloudFrontHeaders-2022-06',
    'Policy to forward all parameters in viewer requests and all CloudFront headers that were released through June 2022',
    {HeaderBehavior: 'allViewerAndWhitelistCloudFront', Headers: listOf(headersOf2022)},
    'all',
    'all',
  ),
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': originRequestPolicy(
    'Managed-CORS-S3Origin',
    'Policy for S3 origin with CORS',
    onlyHeaders('Origin', 'Access-Control-Request-Headers', 'Access-Control-Request-Method'),
    'none',
    'none',
  ),
  '59781a5b-3903-41f3-afcb-af62929ccde1': originRequestPolicy(
    'Managed-CORS-CustomOrigin',
    'Policy for custom origin with CORS',
    onlyHeaders('Origin'),
    'none',
    'none',
  ),
  'bf0718e1-ba1e-49d1-88b1-f726733018ae': originRequestPolicy(
    'Managed-HostHeaderOnly',
    'Policy to forward only the Host header',
    onlyHeaders('Host'),
    'none',
    'none',
  ),
  'acba4595-bd28-49b8-b9fe-13317c0390fa': originRequestPolicy(
    'Managed-UserAgentRefererHeaders',
    'Policy to forward user-agent and referer headers to origin',
    onlyHeaders('User-Agent', 'Referer'),
    'none',
    'none',
  ),
  '775133bc-15f2-49f9-abea-afb2e0bf67d2': originRequestPolicy(
    'Managed-Elemental-MediaTailor-PersonalizedManifests',
    'Policy for Elemental MediaTailor Origin',
    onlyHeaders(
      'Origin',
      'Access-Control-Request-Headers',
      'Access-Control-Request-Method',
      'User-Agent',
      'X-Forwarded-For',
    ),
    'none',
    'all',
  ),
});

const simpleCors: ResponseHeadersPolicyCorsConfig = {
  AccessControlAllowOrigins: listOf(['*']) as {Quantity: number; Items: string[]},
  AccessControlAllowHeaders: {Quantity: 1, Items: ['*']},
  AccessControlAllowMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
  AccessControlAllowCredentials: false,
  OriginOverride: false,
};

const preflightCors: ResponseHeadersPolicyCorsConfig = {
  ...simpleCors,
  AccessControlAllowMethods: {
    Quantity: 7,
    Items: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
  },
  AccessControlExposeHeaders: listOf(['*']),
};

const security: ResponseHeadersPolicySecurityHeadersConfig = {
  ReferrerPolicy: {Override: false, ReferrerPolicy: 'strict-origin-when-cross-origin'},
  StrictTransportSecurity: {
    Override: false,
    AccessControlMaxAgeSec: year,
    IncludeSubdomains: false,
    Preload: false,
  },
  ContentTypeOptions: {Override: true},
  FrameOptions: {Override: false, FrameOption: 'SAMEORIGIN'},
  XSSProtection: {Override: false, Protection: true, ModeBlock: true},
};

/** Developer guide, "Use managed response headers policies". */
export const managedResponseHeadersPolicies = library<ResponseHeadersPolicyConfig>({
  '60669652-455b-4ae9-85a4-c4c02393f86c': {
    Name: 'Managed-SimpleCORS',
    Comment: 'Allows all origins for simple CORS requests',
    CorsConfig: simpleCors,
  },
  '5cc3b908-e619-4b99-88e5-2cf7f45965bd': {
    Name: 'Managed-CORS-With-Preflight',
    Comment: 'Allows all origins for CORS requests, including preflight requests',
    CorsConfig: preflightCors,
  },
  '67f7725c-6f97-4210-82d7-5512b31e9d03': {
    Name: 'Managed-SecurityHeadersPolicy',
    Comment: 'Adds a set of security headers to every response',
    SecurityHeadersConfig: security,
  },
  'e61eb60c-9c35-4d20-a928-2b84e02af89c': {
    Name: 'Managed-CORS-and-SecurityHeadersPolicy',
    Comment: 'Allows all origins for simple CORS requests and adds security headers',
    CorsConfig: simpleCors,
    SecurityHeadersConfig: security,
  },
  'eaab4381-ed33-4a86-88ca-d9558dc6cd63': {
    Name: 'Managed-CORS-with-preflight-and-SecurityHeadersPolicy',
    Comment: 'Allows all origins for CORS requests, including preflight requests, and adds security headers',
    CorsConfig: preflightCors,
    SecurityHeadersConfig: security,
  },
});
