import {largestTag, mostTags} from '../choices.js';
import {field, type Fields} from '../message.js';

/**
 * A tag as copies keep it and purges look for it: with the header that it came in, both lowercase (header names have no
 * `:`). A tag thus counts only while the distribution still names that header.
 */
export const qualifiedTag = (header: string, tag: string): string =>
  `${header.toLowerCase()}:${tag.toLowerCase()}`;

/**
 * The cache tags of an origin's answer ("Invalidating content by cache tags", tag format requirements): the first 50
 * different ones; what is no tag is passed over and does not count. None without a header to look for.
 */
export const cacheTags = (headers: Fields, header: string | undefined): readonly string[] => {
  const value = header === undefined ? undefined : field(headers, header.toLowerCase());
  if (header === undefined || value === undefined) return [];
  const tags = new Set<string>();
  for (const part of value.split(',')) {
    if (tags.size === mostTags) break;
    const tag = part.trim();
    if (tag.length <= largestTag && /^[!-~]+$/.test(tag)) tags.add(qualifiedTag(header, tag));
  }
  return [...tags];
};
