import type {DistributionConfig, Origin} from '@aws-sdk/client-cloudfront';
import * as format from '../../config/formats.js';
import {siteTag} from '../live.js';
import {prefixOf} from '../origin-access.js';

/** Where the files lie that the default behavior serves. */
export interface AdoptedBucket {
  readonly name: string;
  /** Undefined where the domain name does not tell (`BUCKET.s3.amazonaws.com`). */
  readonly region: string | undefined;
  readonly prefix: string;
}

/** REST endpoints (regional, global, dual-stack) and website endpoints, which have a dash or a dot before the region. */
const endpoint =
  /^(.+?)\.s3(?:-website)?(?:[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/;

/** The bucket behind the default behavior; of an origin group its first member. Undefined where that is no bucket. */
export function siteBucket(config: DistributionConfig): AdoptedBucket | undefined {
  const target = config.DefaultCacheBehavior?.TargetOriginId;
  const group = config.OriginGroups?.Items?.find(({Id}) => Id === target);
  const id = group === undefined ? target : group.Members?.Items?.[0]?.OriginId;
  const origin: Origin | undefined = config.Origins?.Items?.find(({Id}) => Id === id);
  const [, name, region] = endpoint.exec(origin?.DomainName ?? '') ?? [];
  if (origin === undefined || name === undefined || !format.bucketName.test(name)) return undefined;
  const prefix = prefixOf(origin);
  return prefix === '' || format.keyPrefix.test(prefix) ? {name, region, prefix} : undefined;
}

const asName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');

/** The site's name: of the tag, else made of the first alias, the comment or the id. */
export function siteNameOf(
  id: string,
  config: DistributionConfig,
  tags: Readonly<Record<string, string>>,
): string {
  const tagged = tags[siteTag];
  if (tagged !== undefined && format.siteName.test(tagged)) return tagged;
  const alias = config.Aliases?.Items?.[0]?.replace(/^\*\./, '') ?? '';
  const names = [alias, config.Comment ?? ''].map(asName);
  return names.find(name => format.siteName.test(name)) ?? id.toLowerCase();
}
