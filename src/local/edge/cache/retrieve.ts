import type {Clock} from '../../types.js';
import type {Negotiation} from '../rules/accept-encoding.js';
import {cacheKey} from '../rules/cache-key.js';
import type {Cache, Copy} from './cache.js';
import {staleMark} from '../choices.js';
import type {Invalidation} from '../rules/invalidation.js';
import {isConditional} from '../rules/conditions.js';
import type {Exchange} from '../exchange.js';
import {errorOutcome} from './error-outcome.js';
import {createFlights, type Fetch} from './flights.js';
import {field} from '../message.js';
import {originRequestFor, type Conditions} from '../origin/origin-request.js';
import {askOrigins, type OriginAccess} from '../origin/ask.js';
import {OriginFailure, type Arrival} from '../origin/request.js';
import type {Outcome} from './outcome.js';
import {isSingleRange} from '../rules/range.js';
import {copyOf, errorRule, failureArrival, renewed, settle, type Place} from './settle.js';

export interface RetrieveOptions {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly origins: OriginAccess;
  readonly spillDir: string;
}

/** Cache and origins behind one question: what is the answer to this exchange? */
export interface Retrieve {
  (exchange: Exchange): Outcome | Promise<Outcome>;
  /** Removes copies and keeps fetches already under way from storing what they bring. */
  readonly purge: (distributionId: string, invalidation: Invalidation) => number;
}

const ignore = (): void => undefined;

const withRange = (place: Place, range: string): Place => ({...place, id: `${place.id}\nr:${range}`});

/**
 * Fetches under the same name are shared. Those of error pages have names of their own: two viewers' fetches, each
 * waiting for the page that the other one asks for, would wait for ever.
 */
const flightName = (exchange: Exchange, id: string): string => (exchange.errorPage ? `page ${id}` : id);

const isFresh = (copy: Copy, now: number): boolean => now < copy.freshUntil;

export const createRetrieve = ({cache, clock, origins, spillDir}: RetrieveOptions): Retrieve => {
  const flights = createFlights(cache);
  /** Stale copies whose origin failed: not asked again before this time. */
  const retryAt = new WeakMap<Copy, number>();

  const ask = async (
    exchange: Exchange,
    conditions: Conditions,
    negotiation: Negotiation | undefined,
  ): Promise<Arrival> => {
    const {behavior, viewer} = exchange;
    const failover =
      viewer.method === 'OPTIONS' && !behavior.cached.has('OPTIONS')
        ? notRead
        : readsOf(viewer.method, behavior.failover);
    try {
      const arrival = await askOrigins(
        behavior.origins,
        failover,
        origin => originRequestFor(exchange, origin, conditions, negotiation),
        origins,
      );
      // Whoever reads the body hears of its errors; while nobody does, they must not end the process.
      arrival.body.on('error', ignore);
      return arrival;
    } catch (error) {
      const failure =
        error instanceof OriginFailure
          ? error
          : new OriginFailure(502, 502, error instanceof Error ? error.message : String(error), 'never');
      return failureArrival(failure, viewer.id, clock.now());
    }
  };

  /** One fetch, with everything that may become of it. `place` undefined: nothing is stored. */
  const fetchOnce = async (
    exchange: Exchange,
    conditions: Conditions,
    negotiation: Negotiation | undefined,
    place: Place | undefined,
    fetch: Fetch | undefined,
    stale?: Copy,
  ): Promise<Outcome> => {
    const arrival = await ask(exchange, conditions, negotiation);
    const now = clock.now();
    if (stale !== undefined && arrival.status === 304) {
      arrival.body.resume();
      const copy = renewed(exchange, stale, arrival, now);
      fetch?.store(copy);
      return {kind: 'copy', copy, mark: 'RefreshHit', fromCache: true, shared: now < copy.freshUntil};
    }
    if (stale !== undefined && arrival.status >= 500 && !stale.error && now < stale.ifErrorUntil) {
      arrival.body.destroy();
      retryAt.set(stale, now + errorRule(exchange, arrival.status).minimum * 1000);
      return {kind: 'copy', copy: stale, mark: staleMark, fromCache: true, shared: true};
    }
    if (arrival.status >= 400) {
      const replaced = await errorOutcome({exchange, arrival, now, retrieve, place, fetch});
      if (replaced !== undefined) return replaced;
    }
    const settled = settle(exchange, arrival, negotiation, now);
    const mark = arrival.status >= 400 ? 'Error' : 'Miss';
    const storable =
      place !== undefined &&
      arrival.status !== 304 &&
      arrival.status !== 412 &&
      (arrival.status !== 206 || conditions.kind === 'range');
    const where =
      place !== undefined && conditions.kind === 'range' && arrival.status === 206
        ? withRange(place, conditions.range)
        : place;
    const copy = storable && where !== undefined ? copyOf(settled, where, spillDir, now) : undefined;
    if (copy === undefined) {
      return {
        kind: 'pass',
        status: settled.status,
        headers: {...settled.headers, ...settled.only},
        body: settled.stream,
        mark,
      };
    }
    copy.body.onAbandoned = () => settled.stream.destroy(new Error('No viewer is left.'));
    const filled = copy.body.fill(settled.stream);
    if (fetch === undefined) filled.catch(() => undefined);
    else fetch.storeWhenFilled(copy, filled);
    return {
      kind: 'copy',
      copy,
      mark,
      fromCache: false,
      shared: now < copy.freshUntil,
      ...(settled.only === undefined ? {} : {only: settled.only}),
    };
  };

  const alone = (exchange: Exchange, negotiation: Negotiation | undefined): Promise<Outcome> =>
    fetchOnce(exchange, {kind: 'viewer'}, negotiation, undefined, undefined);

  /** A fetch that stores but is not shared: the viewer's own conditions go to the origin. */
  const forwardConditions = (
    exchange: Exchange,
    negotiation: Negotiation | undefined,
    place: Place,
  ): Promise<Outcome> =>
    flights.unshared(place, undefined, fetch =>
      fetchOnce(exchange, {kind: 'viewer'}, negotiation, place, fetch),
    );

  /** A fetch that others of the same key wait for; those it cannot serve go alone. */
  const shared = async (
    exchange: Exchange,
    negotiation: Negotiation | undefined,
    place: Place,
    conditions: Conditions,
    stale: Copy | undefined,
    keep: boolean,
  ): Promise<Outcome> => {
    const id = conditions.kind === 'range' ? withRange(place, conditions.range).id : place.id;
    const key = flightName(exchange, id);
    // Nothing is shared of a copy that is revalidated every time (facts §8).
    const collapses = stale === undefined || stale.freshUntil > stale.receivedAt;
    const running = collapses ? flights.join(key) : undefined;
    if (running !== undefined) {
      const outcome = await running;
      if (outcome.kind === 'copy' && outcome.shared && outcome.copy.body.state !== 'failed') {
        return {
          kind: 'copy',
          copy: outcome.copy,
          mark: outcome.copy.error ? 'Error' : 'Hit',
          fromCache: true,
          shared: true,
        };
      }
      // A purge while this request waited took the stale copy away: a 304 must not bring it back.
      if (stale !== undefined && cache.get(stale.id) !== stale)
        return flights.unshared(place, undefined, fetch =>
          fetchOnce(exchange, {kind: 'whole'}, negotiation, place, fetch),
        );
      return flights.unshared(place, stale, fetch =>
        fetchOnce(exchange, conditions, negotiation, place, fetch, stale),
      );
    }
    const outcome = await flights.lead(key, place, stale, fetch =>
      fetchOnce(exchange, conditions, negotiation, place, fetch, stale),
    );
    if (keep && outcome.kind === 'copy') void outcome.copy.body.done.then(outcome.copy.body.retain());
    return outcome;
  };

  const refreshBehind = (
    exchange: Exchange,
    negotiation: Negotiation | undefined,
    place: Place,
    stale: Copy,
  ): void => {
    if (flights.join(flightName(exchange, place.id)) !== undefined) return;
    shared(
      exchange,
      negotiation,
      place,
      {kind: 'revalidate', validators: stale.validators},
      stale,
      true,
    ).then(
      outcome => {
        if (outcome.kind === 'pass') outcome.body.destroy();
      },
      () => undefined,
    );
  };

  const hit = (copy: Copy): Outcome => ({
    kind: 'copy',
    copy,
    mark: copy.error ? 'Error' : 'Hit',
    fromCache: true,
    shared: true,
  });

  const retrieve = (exchange: Exchange): Outcome | Promise<Outcome> => {
    const {viewer, behavior, distribution} = exchange;
    const encoding = viewer.httpVersion === '1.0' ? undefined : field(viewer.headers, 'accept-encoding');
    const negotiation = behavior.negotiate?.(encoding);
    const cacheable = behavior.cached.has(viewer.method) || viewer.method === 'HEAD';
    if (!behavior.caching || !cacheable) return alone(exchange, negotiation);
    const key = cacheKey(viewer, exchange.path, behavior.keyed, negotiation);
    const place: Place = {
      distributionId: distribution.id,
      id: `${distribution.id}${key.id}`,
      target: key.target,
    };
    const now = clock.now();
    const copy = cache.get(place.id);
    if (copy !== undefined) {
      if (isFresh(copy, now) || now < (retryAt.get(copy) ?? 0)) return hit(copy);
      if (now < copy.whileRevalidateUntil) {
        refreshBehind(exchange, negotiation, place, copy);
        return hit(copy);
      }
      const keep = viewer.method === 'HEAD' || viewer.headers.range !== undefined;
      return shared(
        exchange,
        negotiation,
        place,
        {kind: 'revalidate', validators: copy.validators},
        copy,
        keep,
      );
    }
    return miss(exchange, negotiation, place, now);
  };

  const miss = (
    exchange: Exchange,
    negotiation: Negotiation | undefined,
    place: Place,
    now: number,
  ): Outcome | Promise<Outcome> => {
    const {viewer} = exchange;
    const whole: Conditions = {kind: 'whole'};
    if (flights.join(flightName(exchange, place.id)) !== undefined)
      return shared(exchange, negotiation, place, whole, undefined, viewer.headers.range !== undefined);
    if (viewer.method === 'HEAD') return alone(exchange, negotiation);
    if (isConditional(viewer)) return forwardConditions(exchange, negotiation, place);
    const range = viewer.method === 'GET' ? field(viewer.headers, 'range') : undefined;
    if (range === undefined) return shared(exchange, negotiation, place, whole, undefined, false);
    if (!isSingleRange(range)) return shared(exchange, negotiation, place, whole, undefined, true);
    if (viewer.headers['if-range'] !== undefined) return forwardConditions(exchange, negotiation, place);
    const partial = cache.get(withRange(place, range).id);
    if (partial !== undefined && isFresh(partial, now)) return hit(partial);
    return shared(exchange, negotiation, place, {kind: 'range', range}, undefined, false);
  };

  return Object.assign(retrieve, {
    purge: (distributionId: string, invalidation: Invalidation) => {
      flights.doom(distributionId, invalidation);
      return cache.purge(distributionId, invalidation);
    },
  });
};

const notRead: ReadonlySet<number> = new Set();
const readsOf = (method: string, failover: ReadonlySet<number>): ReadonlySet<number> =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? failover : notRead;
