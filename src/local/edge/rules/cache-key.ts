import type {Negotiation} from './accept-encoding.js';
import {cloudFrontHeader} from './cloudfront-headers.js';
import {field, type ViewerRequest} from '../message.js';
import {selectCookies, selectQuery, type Selection} from './selection.js';

/** What a behavior puts into the cache key besides the path. */
export interface Keyed {
  readonly query: Selection;
  /** Lowercase names, sorted. */
  readonly headers: readonly string[];
  readonly cookies: Selection;
}

export interface CacheKey {
  /** Unique within one distribution. */
  readonly id: string;
  /** Path and keyed query: what an invalidation path is compared with (facts §17). */
  readonly target: string;
}

/**
 * The cache key within a distribution (facts §3). `path` is raw, after default root object or rewrite. GET and HEAD
 * share; OPTIONS stands apart. Header and cookie values cannot hold line feeds, so lines separate the parts.
 */
export const cacheKey = (
  viewer: ViewerRequest,
  path: string,
  keyed: Keyed,
  negotiation: Negotiation | undefined,
): CacheKey => {
  const query = selectQuery(viewer.query, keyed.query);
  const target = query === '' ? path : `${path}?${query}`;
  let id = viewer.method === 'OPTIONS' ? `O${target}` : `G${target}`;
  if (negotiation?.key !== undefined) id += `\ne:${negotiation.key}`;
  for (const name of keyed.headers) {
    const value = keyedValue(viewer, name);
    if (value !== undefined) id += `\nh:${name}:${value}`;
  }
  const cookies = selectCookies(viewer, keyed.cookies);
  if (cookies !== '') id += `\nc:${cookies}`;
  return {id, target};
};

const keyedValue = (viewer: ViewerRequest, name: string): string | undefined => {
  if (name.startsWith('cloudfront-')) return cloudFrontHeader(name, viewer);
  // HTTP/2 names the host in :authority.
  return name === 'host' ? viewer.host : field(viewer.headers, name);
};
