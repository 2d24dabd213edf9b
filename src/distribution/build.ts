import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {
  BehaviorSettings,
  DefaultBehaviorSettings,
  DistributionSettings,
  OriginSettings,
} from '../config/types.js';
import {toApi, type FormValue} from './form/index.js';
import {reference, type ReferenceKind} from './references.js';
import {originDomain} from './s3-origin.js';

/** S3's metadata `cache-tag`, as the edge sees it. */
export const cacheTagHeader = 'x-amz-meta-cache-tag';

/** AWS's own cache policy for objects that compress: TTLs 1 s / 1 day / 1 year, nothing of the request in the key but the path. */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

/** The same for the same site, so that a create whose answer was lost is not made twice (DistributionAlreadyExists). */
const callerReference = (name: string): string => `frontctl-${name}`;

export interface SiteBucket {
  readonly name: string;
  readonly region: string;
  /** Without slashes at the ends; becomes the origin path. */
  readonly prefix: string;
}

export interface BuildContext {
  /** Site name: goes into the CallerReference and the comment. */
  readonly name: string;
  /** The bucket that `bucket: true` and the default origin mean. */
  readonly bucket: SiteBucket | undefined;
  /** Region of the other buckets that the config names, by bucket. */
  readonly regions: ReadonlyMap<string, string>;
  /** Name at AWS of what the config itself defines under `key`; undefined where it defines no such thing. */
  readonly defined: (kind: ReferenceKind, key: string) => string | undefined;
  /** Name of the origin access control of bucket origins that name none. */
  readonly accessControl: string;
  /** The site's rules set cache tags, which arrive as S3 metadata. */
  readonly hasCacheTags: boolean;
  /** ARN of the certificate, or a reference; undefined where there are no aliases. */
  readonly certificate: string | undefined;
}

/**
 * The whole DistributionConfig of a distribution that frontctl makes. Without origins it is a site in a private bucket:
 * HTTPS only (plain HTTP is redirected), compressed, HTTP/2 and HTTP/3, IPv6.
 */
export function wholeConfig(settings: DistributionSettings, context: BuildContext): DistributionConfig {
  const origins = settings.origins ?? defaultOrigins(context);
  const tagConfig =
    settings.cacheTagConfig ?? (context.hasCacheTags ? {headerName: cacheTagHeader} : undefined);
  const given = namedFields(
    {
      ...settings,
      origins,
      enabled: settings.enabled ?? true,
      isIPV6Enabled: settings.isIPV6Enabled ?? true,
      httpVersion: settings.httpVersion ?? 'http2and3',
      priceClass: settings.priceClass ?? 'PriceClass_All',
      comment: settings.comment ?? `${context.name}, made by frontctl`,
      defaultRootObject:
        settings.defaultRootObject ?? (origins.some(({bucket}) => bucket === true) ? 'index.html' : ''),
      defaultCacheBehavior: settings.defaultCacheBehavior ?? {},
      ...(tagConfig === undefined ? {} : {cacheTagConfig: tagConfig}),
    },
    context,
  );
  return {
    CallerReference: callerReference(context.name),
    Comment: undefined,
    Origins: undefined,
    DefaultCacheBehavior: undefined,
    Enabled: true,
    ViewerCertificate: {CloudFrontDefaultCertificate: true},
    Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    ...certificateFor(settings, context),
    ...given,
  };
}

/** The top-level fields that the config names, for a distribution that keeps all others. */
export function namedFields(
  settings: DistributionSettings,
  context: BuildContext,
): Partial<DistributionConfig> {
  const {origins, defaultCacheBehavior, cacheBehaviors, raw, ...rest} = settings;
  const firstOrigin = origins?.[0] === undefined ? undefined : originId(origins[0], context);
  const form: Record<string, unknown> = {...rest};
  delete form['id'];
  if (origins !== undefined) form['origins'] = origins.map(origin => originForm(origin, context));
  if (defaultCacheBehavior !== undefined)
    form['defaultCacheBehavior'] = behaviorForm(defaultCacheBehavior, firstOrigin, context);
  if (cacheBehaviors !== undefined)
    form['cacheBehaviors'] = cacheBehaviors.map(each => behaviorForm(each, firstOrigin, context));
  const certificate = settings.aliases === undefined ? {} : certificateFor(settings, context);
  const config = {...certificate, ...defined(toApi('DistributionConfig', form))};
  return {...withRaw(config, settings), ...absentAsUndefined(raw)};
}

/** A field that `raw` says to be null is managed, and absent. */
const absentAsUndefined = (raw: Partial<DistributionConfig> | undefined): Partial<DistributionConfig> =>
  Object.fromEntries(
    Object.entries(raw ?? {}).map(([field, value]: [string, unknown]) => [field, value ?? undefined]),
  );

/** Members that are there. */
const defined = (config: DistributionConfig): Partial<DistributionConfig> =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));

function certificateFor(
  settings: DistributionSettings,
  {certificate}: BuildContext,
): Pick<DistributionConfig, 'ViewerCertificate'> | undefined {
  if (settings.viewerCertificate !== undefined || certificate === undefined) return undefined;
  return {
    ViewerCertificate: {
      ACMCertificateArn: certificate,
      SSLSupportMethod: 'sni-only',
      MinimumProtocolVersion: 'TLSv1.2_2021',
    },
  };
}

/** `raw` of origins and behaviors, in CloudFront's spelling, over what the form says. */
function withRaw(
  config: Partial<DistributionConfig>,
  settings: DistributionSettings,
): Partial<DistributionConfig> {
  const {Origins: origins, DefaultCacheBehavior: behavior, CacheBehaviors: behaviors} = config;
  const hasRaw = [
    settings.defaultCacheBehavior,
    ...(settings.origins ?? []),
    ...(settings.cacheBehaviors ?? []),
  ].some(each => each?.raw !== undefined);
  if (!hasRaw) return config;
  return {
    ...config,
    ...(origins?.Items === undefined
      ? {}
      : {
          Origins: {
            ...origins,
            Items: origins.Items.map((each, i) => ({...each, ...settings.origins?.[i]?.raw})),
          },
        }),
    ...(behavior === undefined
      ? {}
      : {DefaultCacheBehavior: {...behavior, ...settings.defaultCacheBehavior?.raw}}),
    ...(behaviors?.Items === undefined
      ? {}
      : {
          CacheBehaviors: {
            ...behaviors,
            Items: behaviors.Items.map((each, i) => ({...each, ...settings.cacheBehaviors?.[i]?.raw})),
          },
        }),
  };
}

function defaultOrigins({bucket}: BuildContext): readonly OriginSettings[] {
  return bucket === undefined ? [] : [{bucket: true}];
}

const bucketOf = ({bucket}: OriginSettings, context: BuildContext): SiteBucket | undefined => {
  if (bucket === undefined) return undefined;
  if (bucket === true || bucket === context.bucket?.name) return context.bucket;
  return {
    name: bucket,
    region: context.regions.get(bucket) ?? 'us-east-1',
    prefix: context.bucket?.prefix ?? '',
  };
};

const originId = (origin: OriginSettings, context: BuildContext): string => {
  const bucket = bucketOf(origin, context);
  return origin.id ?? (bucket === undefined ? (origin.domainName ?? '') : `s3-${bucket.name}`);
};

function originForm(origin: OriginSettings, context: BuildContext): FormValue {
  const {bucket: _bucket, raw: _raw, ...form} = origin;
  const bucket = bucketOf(origin, context);
  const control = form.originAccessControlId;
  const id = originId(origin, context);
  if (bucket === undefined) {
    const isBare = [form.s3OriginConfig, form.customOriginConfig, form.vpcOriginConfig].every(
      config => config === undefined,
    );
    return {
      ...form,
      id,
      ...(isBare ? {customOriginConfig: httpsOrigin} : {}),
      ...(control === undefined
        ? {}
        : {originAccessControlId: named('origin access control', control, context)}),
    };
  }
  return {
    originPath: bucket.prefix === '' ? '' : `/${bucket.prefix}`,
    // Required and empty: access goes by the origin access control.
    s3OriginConfig: {originAccessIdentity: ''},
    ...form,
    id,
    domainName: originDomain(bucket.name, bucket.region),
    originAccessControlId: named('origin access control', control ?? context.accessControl, context),
  };
}

/** A server that the config only names: by HTTPS, at least TLS 1.2. */
const httpsOrigin = {
  httpPort: 80,
  httpsPort: 443,
  originProtocolPolicy: 'https-only',
  originSslProtocols: ['TLSv1.2'],
} as const;

function behaviorForm(
  behavior: DefaultBehaviorSettings | BehaviorSettings,
  firstOrigin: string | undefined,
  context: BuildContext,
): FormValue {
  const {raw: _raw, ...given} = behavior;
  const form: FormValue = given;
  const policy = (kind: ReferenceKind, key: string): FormValue => {
    const value = form[key];
    return typeof value === 'string' && value !== '' ? {[key]: named(kind, value, context)} : {};
  };
  const groups = behavior.trustedKeyGroups;
  const isLegacy = behavior.forwardedValues !== undefined;
  return {
    targetOriginId: firstOrigin,
    viewerProtocolPolicy: 'redirect-to-https',
    compress: true,
    ...(isLegacy ? {} : {cachePolicyId: cachingOptimized}),
    ...form,
    ...policy('cache policy', 'cachePolicyId'),
    ...policy('origin request policy', 'originRequestPolicyId'),
    ...policy('response headers policy', 'responseHeadersPolicyId'),
    ...(behavior.functionAssociations === undefined
      ? {}
      : {
          functionAssociations: behavior.functionAssociations.map(each => ({
            ...each,
            functionARN: named('function', each.functionARN ?? '', context),
          })),
        }),
    ...(groups === undefined ? {} : {trustedKeyGroups: keyGroups(groups, context)}),
  };
}

function keyGroups(
  groups: NonNullable<DefaultBehaviorSettings['trustedKeyGroups']>,
  context: BuildContext,
): unknown {
  const ids = (names: readonly string[]): readonly string[] =>
    names.map(name => named('key group', name, context));
  if ('items' in groups) return {...groups, items: ids(groups.items ?? [])};
  return Array.isArray(groups) ? ids(groups as readonly string[]) : groups;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id or ARN as it is, else a reference: to what the config defines, or to what AWS has under that name. */
function named(kind: ReferenceKind, given: string, context: BuildContext): string {
  const isId =
    given === '' ||
    given.startsWith('arn:') ||
    given.startsWith('{') ||
    (kind === 'origin access control' ? /^E[A-Z0-9]{9,}$/.test(given) : uuid.test(given));
  return isId ? given : reference(kind, context.defined(kind, given) ?? given);
}
