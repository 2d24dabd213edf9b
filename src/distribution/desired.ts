import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {DistributionSettings} from '../config/types.js';
import {toApi} from './form/index.js';

/** AWS's own cache policy for objects that compress: TTLs 1 s / 1 day / 1 year, nothing of the request in the key but the path. */
export const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

/** S3's metadata `cache-tag`, as the edge sees it. */
export const cacheTagHeader = 'x-amz-meta-cache-tag';

export interface DesiredDistribution {
  /** Site name: goes into the CallerReference and the comment. */
  readonly name: string;
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Without slashes at the ends; becomes the origin path. */
  readonly prefix: string;
  readonly originAccessControlId: string;
  /** The site's rules set cache tags, which arrive as S3 metadata. */
  readonly hasCacheTags?: boolean | undefined;
  readonly settings: DistributionSettings;
}

/**
 * The whole DistributionConfig for a site in a private bucket: HTTPS only (plain HTTP is redirected), compressed, HTTP/2
 * and HTTP/3, IPv6. No response headers policy: what the site's own headers say is left alone unless `raw` says otherwise.
 */
export function desiredConfig(desired: DesiredDistribution): DistributionConfig {
  const {name, bucket, settings} = desired;
  const originId = `s3-${bucket}`;
  const tagConfig =
    settings.cacheTagConfig ?? (desired.hasCacheTags === true ? {headerName: cacheTagHeader} : undefined);
  const {CustomErrorResponses: errors, CacheTagConfig: tags} = toApi('DistributionConfig', {
    customErrorResponses: settings.customErrorResponses ?? [],
    cacheTagConfig: tagConfig,
  });
  return {
    CallerReference: callerReference(name),
    Comment: (settings.comment ?? `${name}, made by frontctl`).slice(0, 128),
    Enabled: true,
    IsIPV6Enabled: true,
    HttpVersion: settings.httpVersion ?? 'http2and3',
    PriceClass: settings.priceClass ?? 'PriceClass_All',
    DefaultRootObject: settings.defaultRootObject ?? 'index.html',
    Aliases: listOf(settings.aliases),
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: originId,
          DomainName: originDomain(bucket, desired.region),
          OriginPath: desired.prefix === '' ? '' : `/${desired.prefix}`,
          CustomHeaders: {Quantity: 0},
          // Required and empty: access goes by the origin access control.
          S3OriginConfig: {OriginAccessIdentity: ''},
          OriginAccessControlId: desired.originAccessControlId,
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: originId,
      ViewerProtocolPolicy: 'redirect-to-https',
      AllowedMethods: {
        Quantity: 2,
        Items: ['GET', 'HEAD'],
        CachedMethods: {Quantity: 2, Items: ['GET', 'HEAD']},
      },
      Compress: true,
      CachePolicyId: cachingOptimized,
    },
    ViewerCertificate: {CloudFrontDefaultCertificate: true},
    Restrictions: {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    CustomErrorResponses: errors,
    ...(tags && {CacheTagConfig: tags}),
    ...settings.raw,
  };
}

/**
 * The fields of a DistributionConfig, by their top-level names, in which `live` is not as `desired` says. What `desired`
 * leaves out is CloudFront's to fill in and differs from nothing; nor does the CallerReference, which never changes.
 */
export function differingFields(desired: DistributionConfig, live: DistributionConfig): readonly string[] {
  const found: Readonly<Record<string, unknown>> = {...live};
  return Object.entries(desired)
    .filter(([field, value]) => field !== 'CallerReference' && !agrees(found[field], value))
    .map(([field]) => field);
}

function agrees(live: unknown, desired: unknown): boolean {
  if (desired === undefined) return true;
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((item, index) =>
        // Lists of names (methods, headers) are sets to CloudFront.
        typeof item === 'string' ? live.includes(item) : agrees(live[index], item),
      )
    );
  }
  if (typeof desired !== 'object' || desired === null) return live === desired;
  if ('Quantity' in desired && desired.Quantity === 0 && live === undefined) return true;
  if (typeof live !== 'object' || live === null) return false;
  const found: Readonly<Record<string, unknown>> = {...live};
  return Object.entries(desired).every(([field, value]) => agrees(found[field], value));
}

/** CloudFront's lists carry their length; an empty one has no Items. */
function listOf<T>(items: readonly T[] = []): {Quantity: number; Items?: T[]} {
  return items.length === 0 ? {Quantity: 0} : {Quantity: items.length, Items: [...items]};
}

/** The same for the same site, so that a create whose answer was lost is not made twice (DistributionAlreadyExists). */
export function callerReference(name: string): string {
  return `frontctl-${name}`;
}

/** The bucket's REST endpoint: origin access control does not work with S3 website endpoints. */
export function originDomain(bucket: string, region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${bucket}.s3.${region}.${suffix}`;
}

/** Whether an origin's domain name is an S3 endpoint of `bucket`, regional, global or dual-stack. */
export function isBucketDomain(domain: string, bucket: string): boolean {
  return domain.startsWith(`${bucket}.s3.`) || domain.startsWith(`${bucket}.s3-`);
}

/**
 * What viewers put before a key of the site under `prefix` of `bucket`, for each origin that shows it: '' or `docs/`.
 * Empty when no origin of the distribution can see the prefix.
 */
export function viewerRoots(config: DistributionConfig, bucket: string, prefix: string): readonly string[] {
  const stored = prefix === '' ? '' : `${prefix}/`;
  const roots = new Set<string>();
  for (const origin of config.Origins?.Items ?? []) {
    if (!isBucketDomain(origin.DomainName ?? '', bucket)) continue;
    const path = (origin.OriginPath ?? '').replace(/^\/|\/$/g, '');
    const shown = path === '' ? '' : `${path}/`;
    if (stored.startsWith(shown)) roots.add(stored.slice(shown.length));
  }
  return [...roots].sort();
}
