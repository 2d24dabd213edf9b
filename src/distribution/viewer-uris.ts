import type {Aws} from '../aws/index.js';
import type {Distribution} from './live.js';

export interface ViewerSite {
  readonly bucket: string;
  /** Without slashes at the ends. */
  readonly prefix: string;
  /** `site.cleanUrls` of the config; undefined: as the distribution suggests (website endpoint, Lambda@Edge). */
  readonly cleanUrls?: boolean | undefined;
}

/** Under which URLs a distribution shows the keys of a site, and what the cache key holds there. */
export interface ViewerRules {
  /** What cannot be covered or was not allowed to be read, one sentence each, for people. */
  readonly notes: readonly string[];
}

/** Reads the cache policies that are not AWS's own. One that may not be read becomes a note, never a Failure. */
export function readViewerRules(
  aws: Aws,
  distribution: Distribution,
  site: ViewerSite,
): Promise<ViewerRules> {
  return Promise.reject(new Error(`${aws.commandFlags}${distribution.id}${site.bucket}`));
}

/**
 * Every invalidation item that must go when the object under `key` (relative to the prefix) changes: encoded viewer
 * paths, prefixes with a trailing `*`. `cacheControl`: of the copy that is live, where known: it says how long a custom
 * error page stays cached under the URLs that failed.
 */
export function viewerItems(rules: ViewerRules, key: string, cacheControl?: string): readonly string[] {
  return [`${rules.notes.length}${key}${cacheControl ?? ''}`];
}

/** The encoded viewer paths under which the object may be cached; no wildcards. */
export function livePaths(rules: ViewerRules, key: string): readonly string[] {
  return [`${rules.notes.length}${key}`];
}
