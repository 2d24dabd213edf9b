import type {
  CacheBehavior,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
} from '@aws-sdk/client-cloudfront';

const none = {Quantity: 0} as const;

/**
 * The config with every member that UpdateDistribution wants to see, be it empty (API reference, UpdateDistribution: "you
 * must specify all of the fields"). What is there already stays the very same value.
 */
export function complete(config: DistributionConfig): DistributionConfig {
  return {
    Aliases: none,
    DefaultRootObject: '',
    OriginGroups: none,
    CacheBehaviors: none,
    CustomErrorResponses: none,
    Logging: {Enabled: false, IncludeCookies: false, Bucket: '', Prefix: ''},
    PriceClass: 'PriceClass_All',
    ViewerCertificate: {CloudFrontDefaultCertificate: true},
    Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    WebACLId: '',
    HttpVersion: 'http2',
    IsIPV6Enabled: false,
    ...present(config),
    Comment: config.Comment ?? '',
    Enabled: config.Enabled,
    CallerReference: config.CallerReference,
    Origins: config.Origins && {...config.Origins, Items: config.Origins.Items?.map(origin)},
    DefaultCacheBehavior: config.DefaultCacheBehavior && behavior(config.DefaultCacheBehavior),
    ...(config.CacheBehaviors?.Items === undefined
      ? {}
      : {
          CacheBehaviors: {
            ...config.CacheBehaviors,
            Items: config.CacheBehaviors.Items.map(behavior<CacheBehavior>),
          },
        }),
  };
}

const present = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Partial<T>;

function origin(given: Origin): Origin {
  return {
    OriginPath: '',
    CustomHeaders: none,
    ConnectionAttempts: 3,
    ConnectionTimeout: 10,
    OriginShield: {Enabled: false},
    OriginAccessControlId: '',
    ...present(given),
    Id: given.Id,
    DomainName: given.DomainName,
  };
}

function behavior<B extends DefaultCacheBehavior>(given: B): B {
  return {
    TrustedSigners: {Enabled: false, Quantity: 0},
    TrustedKeyGroups: {Enabled: false, Quantity: 0},
    SmoothStreaming: false,
    Compress: false,
    LambdaFunctionAssociations: none,
    FunctionAssociations: none,
    FieldLevelEncryptionId: '',
    ...given,
    AllowedMethods: {
      Quantity: 2,
      Items: ['HEAD', 'GET'],
      ...given.AllowedMethods,
      CachedMethods: given.AllowedMethods?.CachedMethods ?? {Quantity: 2, Items: ['HEAD', 'GET']},
    },
  };
}
