import {ownFolder} from '../manifest/manifest.js';
import type {Holder} from './types.js';

/** Under the site's prefix; the bucket policy keeps the folder from CloudFront. */
export const lockKey = `${ownFolder}lock.json`;

/** The document at `lockKey`. */
export interface Lease {
  /** Of one acquisition: an ETag follows from the content, so no two writers may ever write the same. */
  readonly id: string;
  /** Counts the writes of one acquisition, for the same reason. */
  readonly renewal: number;
  readonly ttlMs: number;
  /** Undefined where the document does not tell. */
  readonly holder: Holder | undefined;
  /** Given back by one that may not delete. */
  readonly released?: boolean | undefined;
}

/** The lease as one answer of the service showed it. */
export interface Sight {
  readonly etag: string;
  /** Undefined: the document cannot be read. */
  readonly lease: Lease | undefined;
  /** Last-Modified and Date of the answer, both by the service's clock, milliseconds since the epoch; NaN where it has none. */
  readonly modifiedAt: number;
  readonly answeredAt: number;
}

export const defaultTtlMs = 60_000;
const [shortestTtlMs, longestTtlMs] = [10_000, 600_000];

/**
 * Between the holder's last moment (its time counts from before its request was sent, and ends a second early) and the
 * first of the next one: both of the service's dates are cut to seconds, and its machines' clocks differ a little.
 */
export const marginMs = 1000;
const graceMs = 2000;

/** What both sides make of a time to live, whoever wrote it. */
export function boundTtl(ttlMs: unknown): number {
  if (typeof ttlMs !== 'number' || Number.isNaN(ttlMs)) return defaultTtlMs;
  return Math.min(longestTtlMs, Math.max(shortestTtlMs, ttlMs));
}

/** How long a lease must have stood unchanged to be nobody's. */
export const lapseMs = (lease: Lease | undefined): number => boundTtl(lease?.ttlMs) + graceMs;

/**
 * Nobody has renewed it for its time to live. Judged by the service's two dates, so that no machine's clock matters; or
 * by having seen the same ETag for `watchedMs` of our own monotonic time, which needs no dates.
 */
export function hasLapsed(sight: Sight, watchedMs: number): boolean {
  const limit = lapseMs(sight.lease);
  return sight.answeredAt - sight.modifiedAt >= limit || watchedMs >= limit;
}

export function serializeLease({id, renewal, ttlMs, holder, released}: Lease): Buffer {
  return Buffer.from(`${JSON.stringify({version: 1, id, renewal, ttlMs, holder, released}, null, 2)}\n`);
}

/** Takes what it understands, of later versions too; undefined for anything else. Texts are made safe to show. */
export function parseLease(body: Uint8Array): Lease | undefined {
  const value = record(parseJson(Buffer.from(body).toString('utf8')));
  const {id, renewal, ttlMs, released} = value ?? {};
  if (typeof id !== 'string') return undefined;
  return {
    id,
    renewal: typeof renewal === 'number' ? renewal : 0,
    ttlMs: boundTtl(ttlMs),
    holder: parseHolder(record(value?.['holder'])),
    released: released === true,
  };
}

/** `ci-runner-7 (deploy of release 41 by alice since 2026-11-29T13:45:07Z, https://github.com/...)`. */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another deploy (its lock does not say whose)';
  const {host, command, release, user, since, runUrl} = holder;
  const link = runUrl === undefined ? '' : `, ${runUrl}`;
  return `${host} (${command} of release ${release} by ${user} since ${since}${link})`;
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const record = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;

/** Anybody who may write to the bucket may have written it: no control characters for the terminal, no novels. */
const shown = (value: unknown, limit = 200): string | undefined =>
  typeof value === 'string' && value !== ''
    ? value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, limit)
    : undefined;

function parseHolder(value: Fields | undefined): Holder | undefined {
  if (value === undefined) return undefined;
  const host = shown(value['host']);
  if (host === undefined) return undefined;
  return {
    host,
    user: shown(value['user']) ?? 'unknown',
    pid: typeof value['pid'] === 'number' ? value['pid'] : 0,
    runUrl: shown(value['runUrl'], 500),
    release: shown(value['release']) ?? 'unknown',
    command: shown(value['command']) ?? 'deploy',
    since: shown(value['since']) ?? 'unknown',
    machine: shown(value['machine']),
    started: shown(value['started']),
  };
}
