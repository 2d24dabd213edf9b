import type {DistributionConfig} from '@aws-sdk/client-cloudfront';

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
