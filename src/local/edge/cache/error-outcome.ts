import {pageWithOwnBehaviorKeepsItsTtl, errorPageMark, mostTags} from '../choices.js';
import type {Copy} from './cache.js';
import type {Exchange} from '../exchange.js';
import type {Fetch} from './flights.js';
import {Readable} from 'node:stream';
import type {Reply} from '../message.js';
import type {Arrival} from '../origin/request.js';
import type {Outcome} from './outcome.js';
import {normalizePath} from '../rules/pattern.js';
import {errorRule, type Place} from './settle.js';
import {cacheTags} from '../rules/cache-tags.js';
import {errorTtl} from '../rules/freshness.js';

export interface ErrorInput {
  readonly exchange: Exchange;
  readonly arrival: Arrival;
  readonly now: number;
  readonly retrieve: (exchange: Exchange) => Outcome | Promise<Outcome>;
  /** Where the answer is kept; undefined: nowhere. */
  readonly place: Place | undefined;
  readonly fetch: Fetch | undefined;
}

const pageless = new Set([412, 415]);

const plainFields = [
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'content-length',
  'content-type',
  'transfer-encoding',
];

/** The request for a custom error page: a GET of its path, by the behavior of that path, from the same viewer. */
const pageExchange = (exchange: Exchange, path: string): Exchange => {
  const {viewer, distribution} = exchange;
  const headers = Object.fromEntries(
    Object.entries(viewer.headers).filter(([name]) => !plainFields.includes(name)),
  );
  return {
    ...exchange,
    viewer: {...viewer, method: 'GET', path, query: '', headers, body: undefined},
    // An error of the page itself is shown as it is.
    distribution: {...distribution, errors: new Map()},
    behavior: distribution.behaviorFor(normalizePath(path)),
    path,
    errorPage: true,
  };
};

/**
 * The custom error page for an origin's (or the edge's own) error, undefined when none is configured (facts §6). It is
 * kept under the failed URL's key for the error's time; a page that is itself missing passes with the status its origin
 * gave.
 */
export const errorOutcome = async (input: ErrorInput): Promise<Outcome | undefined> => {
  const {exchange, arrival, now, place, fetch} = input;
  const rule = exchange.distribution.errors.get(arrival.status);
  if (rule?.page === undefined || pageless.has(arrival.status)) return undefined;
  const path = rule.page.startsWith('/') ? rule.page : `/${rule.page}`;
  // The page itself was asked for and is not to be had: there is nothing else to show.
  if (path === exchange.path) return undefined;
  arrival.body.destroy();
  const asked = pageExchange(exchange, path);
  const page = await input.retrieve(asked);
  const pageStatus = page.kind === 'copy' ? page.copy.status : page.status;
  const status = pageStatus < 400 ? (rule.responseCode ?? arrival.status) : pageStatus;
  if (page.kind === 'pass') return {...page, status, mark: errorPageMark};
  const seconds = errorTtl(
    arrival.status,
    arrival.headers,
    exchange.behavior.ttl,
    {...errorRule(exchange, arrival.status), s3: arrival.s3},
    now,
  );
  const own = pageWithOwnBehaviorKeepsItsTtl && asked.behavior !== exchange.behavior;
  const freshUntil = own ? page.copy.freshUntil : now + (seconds ?? 0) * 1000;
  const failed = cacheTags(arrival.headers, exchange.distribution.tagHeader);
  const copy: Copy = {
    ...page.copy,
    ...(place ?? {}),
    status,
    receivedAt: now,
    initialAge: 0,
    freshUntil,
    whileRevalidateUntil: freshUntil,
    ifErrorUntil: freshUntil,
    validators: {},
    tags: [...new Set([...failed, ...page.copy.tags])].slice(0, mostTags),
    error: true,
  };
  if (place !== undefined && seconds !== undefined && fetch !== undefined) {
    const release = copy.body.retain();
    const filled = copy.body.done.then(() => {
      if (copy.body.state !== 'complete') throw new Error('The custom error page broke off.');
    });
    fetch.storeWhenFilled(copy, filled);
    void copy.body.done.then(() => setImmediate(release));
  }
  return {
    kind: 'copy',
    copy,
    mark: errorPageMark,
    fromCache: false,
    shared: now < freshUntil && seconds !== undefined,
  };
};

/** The custom page for a refusal that may have one (geo blocks): a 403 that no origin made, stored nowhere. */
export type RefusedOutcome = (exchange: Exchange, reply: Reply) => Promise<Outcome | undefined>;

export const createRefusedOutcome =
  (retrieve: ErrorInput['retrieve'], now: () => number): RefusedOutcome =>
  (exchange, reply) => {
    const arrival: Arrival = {
      status: reply.status,
      headers: reply.headers,
      body: Readable.from([]),
      s3: false,
    };
    return errorOutcome({exchange, arrival, now: now(), retrieve, place: undefined, fetch: undefined});
  };
