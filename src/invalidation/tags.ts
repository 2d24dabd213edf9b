import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {Failure} from '../failure.js';

/** Failure NO_CACHE_TAGS (exit 2) when an item is a `#tag` and the distribution reads tags from no header. */
export function checkTags(items: readonly string[], config: DistributionConfig | undefined): void {
  const tags = items.filter(item => item.startsWith('#'));
  const header = config?.CacheTagConfig?.HeaderName;
  if (tags[0] === undefined || (header !== undefined && header !== '')) return;
  const more = tags.length > 1 ? ` and ${tags.length - 1} more` : '';
  throw new Failure(
    'usage',
    'NO_CACHE_TAGS',
    `Nothing is cached under the tag ${tags[0]}${more}: the distribution names no header that cache tags are read from.`,
    {
      hint: 'Set `distribution.cacheTagConfig: {headerName: ...}` to the header that the origin sends (of S3 metadata: x-amz-meta-cache-tag); what is cached from then on has tags. Until then name paths.',
    },
  );
}
