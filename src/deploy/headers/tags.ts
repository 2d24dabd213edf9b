import {releaseMark} from '../../config/index.js';
import {cacheTagHeader, type Distribution} from '../../distribution/index.js';
import type {Site} from '../../site/index.js';

/** S3's header of the metadata `cache-tag`, towards S3 and from it. */
export const tagHeader = cacheTagHeader;

/** The tags as the release writes them: `{release}` becomes its id. */
export function expandTags(cacheTags: string, release: string): string {
  return cacheTags.replaceAll(releaseMark, release);
}

/**
 * The tags of an object that no manifest describes, as a rule would write them: `wanted` where it is what some release made
 * of it. Of a file for which no rule has tags, those that others set are nobody's business.
 */
export function adoptedTags(found: string | undefined, wanted: string | undefined): string | undefined {
  if (wanted === undefined || found === undefined || found === '') return undefined;
  const pieces = wanted.split(releaseMark).map(piece => piece.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^${pieces.join('[\\w.-]{1,64}')}$`).test(found) ? wanted : found;
}

/** Said once when the files of the build carry tags that the distribution does not read. */
export function unreadTags(site: Site, {id, config}: Distribution): string | undefined {
  if (!site.files.some(({headers}) => headers.cacheTags !== undefined)) return undefined;
  const header = config.CacheTagConfig?.HeaderName;
  if (header?.toLowerCase() === tagHeader) return undefined;
  const what =
    header === undefined ? 'has no CacheTagConfig and reads none' : `reads them from ${header} alone`;
  return `The site's files carry cache tags, but distribution ${id} ${what}: they cannot be invalidated by tag until its CacheTagConfig.HeaderName is ${tagHeader}.`;
}
