import {Readable} from 'node:stream';
import type {Coding, Negotiation} from '../rules/accept-encoding.js';
import {Body} from './body.js';
import type {Copy} from './cache.js';
import {customErrorMakesCacheable, edgeServer, notModifiedKeeps} from '../choices.js';
import {cacheTags} from '../rules/cache-tags.js';
import {chooseCoding, compress, compressedHeaders} from '../rules/compression.js';
import type {Exchange} from '../exchange.js';
import {errorTtl, freshness, originAge, type Freshness} from '../rules/freshness.js';
import {headersToViewer, replaysCookies} from '../rules/headers-to-viewer.js';
import {field, type Fields, type MutableFields} from '../message.js';
import type {Arrival} from '../origin/request.js';
import type {OriginFailure} from '../origin/request.js';
import {errorPage} from '../viewer/pages.js';

/** What a response becomes: headers for the viewer, a stream, and how long it may be kept. */
export interface Settled {
  readonly status: number;
  readonly headers: Fields;
  readonly stream: Readable;
  readonly freshness: Freshness;
  /** Not to be stored: Set-Cookie under `no-cache="Set-Cookie"`. */
  readonly only: Fields | undefined;
  readonly declaredLength: number | undefined;
  readonly validators: Readonly<Record<string, string>>;
  readonly initialAge: number;
  readonly tags: readonly string[];
}

export const errorRule = (
  {distribution}: Exchange,
  status: number,
): {readonly minimum: number; readonly ruled: boolean} => {
  const rule = distribution.errors.get(status);
  return {minimum: rule?.minTtl ?? 10, ruled: customErrorMakesCacheable && rule !== undefined};
};

/** Turns an origin's answer into what the viewer gets and the cache may keep; compresses on the way (facts §4, 6, 9, 10). */
export const settle = (
  exchange: Exchange,
  arrival: Arrival,
  negotiation: Negotiation | undefined,
  now: number,
): Settled => {
  const {behavior} = exchange;
  const cleaned = cleanHeaders(exchange, arrival);
  const coding = chosenCoding(exchange, arrival.status, cleaned, negotiation);
  const {'set-cookie': cookies, ...plain} = cleaned;
  const replayed = cookies === undefined || replaysCookies(arrival.headers);
  const storedHeaders = replayed ? cleaned : plain;
  return {
    status: arrival.status,
    headers: coding === undefined ? storedHeaders : compressedHeaders(storedHeaders, coding),
    stream: coding === undefined ? arrival.body : compress(arrival.body, coding),
    freshness: lifetime(exchange, arrival, now),
    only: replayed ? undefined : {'set-cookie': cookies},
    declaredLength: coding === undefined ? lengthOf(arrival.headers) : undefined,
    validators: behavior.cookies.kind === 'none' && arrival.status < 400 ? validatorsOf(arrival.headers) : {},
    initialAge: originAge(arrival.headers),
    tags: cacheTags(arrival.headers, exchange.distribution.tagHeader),
  };
};

const cleanHeaders = ({behavior}: Exchange, arrival: Arrival): MutableFields =>
  headersToViewer(arrival.headers, {
    s3: arrival.s3,
    cookiesForwarded: behavior.cookies.kind !== 'none',
    forwarded: behavior.headers.kind === 'all' ? undefined : behavior.headers.listed,
    minTtl: behavior.ttl.min,
  });

const chosenCoding = (
  {behavior}: Exchange,
  status: number,
  headers: Fields,
  negotiation: Negotiation | undefined,
): Coding | undefined =>
  behavior.compress && negotiation !== undefined
    ? chooseCoding(status, headers, negotiation.accepts)
    : undefined;

const lifetime = (exchange: Exchange, arrival: Arrival, now: number): Freshness => {
  const {ttl} = exchange.behavior;
  if (arrival.status < 400) return freshness(arrival.headers, ttl, now);
  const seconds = errorTtl(
    arrival.status,
    arrival.headers,
    ttl,
    {...errorRule(exchange, arrival.status), s3: arrival.s3},
    now,
  );
  return seconds === undefined
    ? {kind: 'not stored'}
    : {kind: 'stored', ttl: seconds, staleWhileRevalidate: 0, staleIfError: 0};
};

const lengthOf = (headers: Fields): number | undefined => {
  const text = field(headers, 'content-length');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
};

const validatorsOf = (headers: Fields): Readonly<Record<string, string>> => {
  const etag = field(headers, 'etag');
  const modified = field(headers, 'last-modified');
  return {
    ...(etag === undefined ? {} : {'if-none-match': etag}),
    ...(modified === undefined ? {} : {'if-modified-since': modified}),
  };
};

export interface Place {
  readonly distributionId: string;
  readonly id: string;
  readonly target: string;
}

/** The times of a copy that arrived at `now` (ms). */
const times = (
  kept: Exclude<Freshness, {kind: 'not stored'}>,
  now: number,
): Pick<Copy, 'receivedAt' | 'freshUntil' | 'whileRevalidateUntil' | 'ifErrorUntil'> => {
  const freshUntil = now + kept.ttl * 1000;
  return {
    receivedAt: now,
    freshUntil,
    whileRevalidateUntil: freshUntil + kept.staleWhileRevalidate * 1000,
    ifErrorUntil: freshUntil + kept.staleIfError * 1000,
  };
};

/** A copy with an empty body that `settled.stream` is to fill. Undefined when it must not be kept. */
export const copyOf = (settled: Settled, place: Place, spillDir: string, now: number): Copy | undefined =>
  settled.freshness.kind === 'not stored'
    ? undefined
    : {
        ...place,
        ...times(settled.freshness, now),
        status: settled.status,
        headers: settled.headers,
        body: new Body(spillDir, settled.declaredLength),
        initialAge: settled.initialAge,
        validators: settled.validators,
        tags: settled.tags,
        error: settled.status >= 400,
      };

/**
 * The copy that a 304 renews: new times and headers around the same body. Its tags stay unless the 304 carries the header
 * of tags (S3's never does).
 */
export const renewed = (exchange: Exchange, stale: Copy, arrival: Arrival, now: number): Copy => {
  const cleaned = cleanHeaders(exchange, arrival);
  const updates = Object.fromEntries(Object.entries(cleaned).filter(([name]) => !notModifiedKeeps.has(name)));
  const headers = {...stale.headers, ...updates};
  const kept = freshness(
    {...headers, ...(arrival.headers['age'] === undefined ? {} : {age: arrival.headers['age']})},
    exchange.behavior.ttl,
    now,
  );
  const span =
    kept.kind === 'stored'
      ? kept
      : {kind: 'stored' as const, ttl: 0, staleWhileRevalidate: 0, staleIfError: 0};
  const {tagHeader} = exchange.distribution;
  const retagged = tagHeader !== undefined && arrival.headers[tagHeader] !== undefined;
  return {
    ...stale,
    ...times(span, now),
    headers,
    initialAge: originAge(arrival.headers),
    tags: retagged ? cacheTags(arrival.headers, tagHeader) : stale.tags,
  };
};

/** An origin that could not be asked, as the answer the edge makes for it (facts §6). */
export const failureArrival = (failure: OriginFailure, requestId: string, now: number): Arrival => {
  const page = Buffer.from(errorPage({status: failure.status, reason: failure.message}, requestId), 'latin1');
  return {
    status: failure.status,
    headers: {
      server: edgeServer,
      date: new Date(now).toUTCString(),
      'content-type': 'text/html',
      'content-length': String(page.length),
    },
    body: Readable.from([page]),
    s3: false,
  };
};
