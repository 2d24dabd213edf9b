import {noCacheStores, originAgeCounts} from '../choices.js';
import {field, type Fields} from '../message.js';

/** Seconds. */
export interface TtlBounds {
  readonly min: number;
  readonly default: number;
  readonly max: number;
}

/** How long a copy may be used, in seconds from now. */
export type Freshness =
  | {readonly kind: 'not stored'}
  | {
      readonly kind: 'stored';
      /** 0: kept, but revalidated on every request. */
      readonly ttl: number;
      /** Seconds after `ttl` during which a stale copy is served while it is refreshed in the background. */
      readonly staleWhileRevalidate: number;
      /** Seconds after `ttl` during which the copy replaces an origin failure; Infinity when the origin says nothing. */
      readonly staleIfError: number;
    };

/** Directives by lowercase name; a directive without value is ''. Quotes removed. Numbers stay text. */
export const parseCacheControl = (value: string | undefined): ReadonlyMap<string, string> => {
  const directives = new Map<string, string>();
  if (value === undefined) return directives;
  for (const [, name = '', quoted, token] of value.matchAll(
    /([^\s,;=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g,
  )) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? token ?? '');
  }
  return directives;
};

/** Whole seconds of a directive; undefined when it is absent or no number (then it counts as absent). */
const seconds = (directives: ReadonlyMap<string, string>, name: string): number | undefined => {
  const value = directives.get(name);
  return value !== undefined && /^\d+$/.test(value) ? Math.min(Number(value), 0x7fffffff) : undefined;
};

/** `no-cache="Set-Cookie"` and `private="..."` limit a field, not the whole response (RFC 9111 §5.2.2.4). */
const forbids = (directives: ReadonlyMap<string, string>, name: string): boolean =>
  directives.get(name) === '';

/** Seconds from the origin's Date (else from `now`) to its Expires; an unreadable date is long past. */
const expiresIn = (headers: Fields, now: number): number | undefined => {
  const expires = field(headers, 'expires');
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  if (Number.isNaN(at)) return 0;
  const date = Date.parse(field(headers, 'date') ?? '');
  return Math.max(0, Math.floor((at - (Number.isNaN(date) ? now : date)) / 1000));
};

/** Seconds the response has already spent in caches before this one. */
export const originAge = (headers: Fields): number => {
  const age = field(headers, 'age');
  return originAgeCounts && age !== undefined && /^\d+$/.test(age) ? Math.min(Number(age), 0x7fffffff) : 0;
};

/** What the origin itself says, before any clamp: s-maxage beats max-age beats Expires. */
const originLifetime = (
  directives: ReadonlyMap<string, string>,
  headers: Fields,
  now: number,
): number | undefined => {
  const told = seconds(directives, 's-maxage') ?? seconds(directives, 'max-age') ?? expiresIn(headers, now);
  return told === undefined ? undefined : Math.max(0, told - originAge(headers));
};

const clamp = (value: number, {min, max}: TtlBounds): number => Math.max(min, Math.min(value, max));

/** All three TTLs 0: no caching, no collapsing, no cached errors. */
export const cachingDisabled = ({min, default: standard, max}: TtlBounds): boolean =>
  min === 0 && standard === 0 && max === 0;

/**
 * How long a response below 400 is fresh: the clamp table of facts §4
 * (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html). `now` in milliseconds.
 */
export const freshness = (headers: Fields, bounds: TtlBounds, now: number): Freshness => {
  if (cachingDisabled(bounds)) return {kind: 'not stored'};
  if (
    field(headers, 'vary')
      ?.split(',')
      .some(name => name.trim() === '*') === true &&
    bounds.min === 0
  ) {
    return {kind: 'not stored'};
  }
  const directives = parseCacheControl(field(headers, 'cache-control'));
  const stale = {
    staleWhileRevalidate: Math.min(seconds(directives, 'stale-while-revalidate') ?? 0, bounds.max),
    staleIfError: staleIfError(directives, bounds),
  };
  const unstorable = forbids(directives, 'no-store') || forbids(directives, 'private');
  const uncheckable = forbids(directives, 'no-cache');
  if (unstorable || uncheckable) {
    if (bounds.min > 0) return {kind: 'stored', ttl: bounds.min, ...stale};
    if (unstorable || !noCacheStores) return {kind: 'not stored'};
    return {kind: 'stored', ttl: 0, ...stale};
  }
  const told = originLifetime(directives, headers, now);
  const ttl = told === undefined ? Math.max(bounds.min, bounds.default) : clamp(told, bounds);
  return {kind: 'stored', ttl, ...stale};
};

const staleIfError = (directives: ReadonlyMap<string, string>, bounds: TtlBounds): number => {
  const told = seconds(directives, 'stale-if-error');
  return told === undefined ? Infinity : Math.min(told, bounds.max);
};

const alwaysCached = new Set([404, 410, 414, 500, 501, 502, 503, 504]);
const honoursNoStore = new Set([404, 410, 414, 501]);

export interface ErrorCaching {
  /** ErrorCachingMinTTL in seconds: the rule's, else 10. */
  readonly minimum: number;
  /** Whether a CustomErrorResponse names this status. */
  readonly ruled: boolean;
  readonly s3: boolean;
}

/**
 * Seconds an error is cached, undefined when it is not (facts §6): the greater of ErrorCachingMinTTL and the error's own
 * max-age, s-maxage (capped by MaxTTL) or Expires.
 */
export const errorTtl = (
  status: number,
  headers: Fields,
  bounds: TtlBounds,
  {minimum, ruled, s3}: ErrorCaching,
  now: number,
): number | undefined => {
  if (cachingDisabled(bounds) || status === 416) return undefined;
  const directives = parseCacheControl(field(headers, 'cache-control'));
  const aged = seconds(directives, 's-maxage') ?? seconds(directives, 'max-age');
  const forbidden = ['no-store', 'no-cache', 'private'].some(name => forbids(directives, name));
  if (!alwaysCached.has(status) && aged === undefined && !ruled) return undefined;
  if (forbidden && honoursNoStore.has(status)) return undefined;
  const least = s3 ? Math.max(1, minimum) : minimum;
  if (forbidden) return least;
  const own = aged === undefined ? expiresIn(headers, now) : Math.min(aged, bounds.max);
  return Math.max(least, own ?? 0);
};
