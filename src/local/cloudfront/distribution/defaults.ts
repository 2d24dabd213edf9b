// Deprecated members are still accepted and answered by CloudFront.
/* eslint-disable @typescript-eslint/no-deprecated */
import type {
  CacheBehavior,
  CustomErrorResponse,
  DefaultCacheBehavior,
  DistributionConfig,
  LoggingConfig,
  Origin,
  ViewerCertificate,
} from '@aws-sdk/client-cloudfront';
import {items, listOf} from '../shape.js';

const none = {Quantity: 0} as const;

/**
 * The config as CloudFront stores and answers it: every optional member that was left out has its default. Takes a
 * compact config (no undefined members). Defaults: API reference, DistributionConfig, Origin, CacheBehavior;
 * developer guide, "All distribution settings reference".
 */
export function withDefaults(config: DistributionConfig): DistributionConfig {
  return {
    ...config,
    Aliases: config.Aliases ?? none,
    DefaultRootObject: config.DefaultRootObject ?? '',
    Origins: {
      Quantity: items(config.Origins).length,
      Items: items(config.Origins).map(origin),
    },
    OriginGroups: config.OriginGroups ?? none,
    DefaultCacheBehavior: config.DefaultCacheBehavior && behavior(config.DefaultCacheBehavior),
    CacheBehaviors: listOf(items(config.CacheBehaviors).map(item => behavior<CacheBehavior>(item))),
    CustomErrorResponses: listOf(items(config.CustomErrorResponses).map(errorResponse)),
    Logging: logging(config.Logging),
    PriceClass: config.PriceClass ?? 'PriceClass_All',
    ViewerCertificate: certificate(config.ViewerCertificate),
    Restrictions: config.Restrictions ?? {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    WebACLId: config.WebACLId ?? '',
    HttpVersion: config.HttpVersion ?? 'http2',
    IsIPV6Enabled: config.IsIPV6Enabled ?? false,
    ContinuousDeploymentPolicyId: config.ContinuousDeploymentPolicyId ?? '',
    Staging: config.Staging ?? false,
  };
}

function origin(given: Origin): Origin {
  return {
    ...given,
    OriginPath: given.OriginPath ?? '',
    CustomHeaders: given.CustomHeaders ?? none,
    ...(given.S3OriginConfig && {S3OriginConfig: {OriginReadTimeout: 30, ...given.S3OriginConfig}}),
    ...(given.CustomOriginConfig && {
      CustomOriginConfig: {
        OriginSslProtocols: {Quantity: 1, Items: ['TLSv1.2']},
        OriginReadTimeout: 30,
        OriginKeepaliveTimeout: 5,
        ...given.CustomOriginConfig,
      },
    }),
    ConnectionAttempts: given.ConnectionAttempts ?? 3,
    ConnectionTimeout: given.ConnectionTimeout ?? 10,
    OriginShield: given.OriginShield ?? {Enabled: false},
    OriginAccessControlId: given.OriginAccessControlId ?? '',
  };
}

function behavior<B extends DefaultCacheBehavior>(given: B): B {
  const cached = {Quantity: 2, Items: ['HEAD', 'GET']} satisfies DefaultCacheBehavior['AllowedMethods'];
  const allowed = given.AllowedMethods ?? cached;
  return {
    ...given,
    TrustedSigners: given.TrustedSigners ?? {Enabled: false, Quantity: 0},
    TrustedKeyGroups: given.TrustedKeyGroups ?? {Enabled: false, Quantity: 0},
    AllowedMethods: {CachedMethods: cached, ...allowed},
    SmoothStreaming: given.SmoothStreaming ?? false,
    Compress: given.Compress ?? false,
    LambdaFunctionAssociations: given.LambdaFunctionAssociations ?? none,
    FunctionAssociations: given.FunctionAssociations ?? none,
    FieldLevelEncryptionId: given.FieldLevelEncryptionId ?? '',
    GrpcConfig: given.GrpcConfig ?? {Enabled: false},
    ...(given.ForwardedValues && legacy(given)),
  };
}

/** Cache settings of behaviors without a cache policy. */
function legacy(given: DefaultCacheBehavior): Partial<DefaultCacheBehavior> {
  const minimum = given.MinTTL ?? 0;
  const standard = given.DefaultTTL ?? Math.max(86_400, minimum);
  return {
    ForwardedValues: given.ForwardedValues && {
      Headers: none,
      QueryStringCacheKeys: none,
      ...given.ForwardedValues,
    },
    MinTTL: minimum,
    DefaultTTL: standard,
    MaxTTL: given.MaxTTL ?? Math.max(31_536_000, standard),
  };
}

function errorResponse(given: CustomErrorResponse): CustomErrorResponse {
  return {ResponsePagePath: '', ResponseCode: '', ErrorCachingMinTTL: 10, ...given};
}

function logging(given: LoggingConfig | undefined): LoggingConfig {
  return {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: '', ...given};
}

function certificate(given: ViewerCertificate | undefined): ViewerCertificate {
  if (given?.ACMCertificateArn !== undefined) {
    return {
      CloudFrontDefaultCertificate: false,
      MinimumProtocolVersion: 'TLSv1',
      ...given,
      Certificate: given.ACMCertificateArn,
      CertificateSource: 'acm',
    };
  }
  if (given?.IAMCertificateId !== undefined) {
    return {
      CloudFrontDefaultCertificate: false,
      MinimumProtocolVersion: 'TLSv1',
      ...given,
      Certificate: given.IAMCertificateId,
      CertificateSource: 'iam',
    };
  }
  // With its own certificate CloudFront sets the protocol to TLSv1 whatever was asked for.
  return {
    ...given,
    CloudFrontDefaultCertificate: true,
    SSLSupportMethod: 'vip',
    MinimumProtocolVersion: 'TLSv1',
    CertificateSource: 'cloudfront',
  };
}
