import type {Cache, Copy} from './cache.js';
import {coversTag, coversTarget, type Invalidation} from '../rules/invalidation.js';
import type {Outcome} from './outcome.js';
import type {Place} from './settle.js';

/** A fetch under way, as far as the cache is concerned. */
export interface Fetch {
  /** Stores a copy whose body is complete, unless it was purged meanwhile. */
  store(copy: Copy): void;
  /** The same once `filled` resolves; until then requests of the same key share the copy as it grows. */
  storeWhenFilled(copy: Copy, filled: Promise<void>): void;
}

interface Flight {
  readonly place: Place;
  /** The copy that is being revalidated: a purge of it reaches what comes back. */
  readonly stale: Copy | undefined;
  doomed: boolean;
  /** What the fetch brings, once its head has arrived. */
  copy: Copy | undefined;
  /** Tags purged before that: whether they are its own shows later. */
  readonly purgedTags: Set<string>;
  /** Set while the body still grows after the head has arrived. */
  filling: Promise<void> | undefined;
}

export interface Flights {
  /** The outcome of a shared fetch of this key, when one is under way. */
  join(key: string): Promise<Outcome> | undefined;
  /** Starts a fetch that others can join until its body is complete. */
  lead(
    key: string,
    place: Place,
    stale: Copy | undefined,
    run: (fetch: Fetch) => Promise<Outcome>,
  ): Promise<Outcome>;
  /** Starts one that nobody joins; purges still reach it. */
  unshared(place: Place, stale: Copy | undefined, run: (fetch: Fetch) => Promise<Outcome>): Promise<Outcome>;
  /**
   * Keeps fetches that the invalidation covers from storing and from being joined. One whose tags are not known yet is
   * joined no more, and stores only if it turns out to carry none of the purged tags.
   */
  doom(distributionId: string, invalidation: Invalidation): void;
}

/** Collapses concurrent fetches of one key and guards the cache against what purges overtook. */
export const createFlights = (cache: Cache): Flights => {
  const under = new Set<Flight>();
  const shared = new Map<string, {readonly flight: Flight; readonly outcome: Promise<Outcome>}>();

  const start = (
    place: Place,
    stale: Copy | undefined,
    run: (fetch: Fetch) => Promise<Outcome>,
  ): {flight: Flight; outcome: Promise<Outcome>; over: Promise<void>} => {
    const flight: Flight = {
      place,
      stale,
      doomed: false,
      copy: undefined,
      purgedTags: new Set(),
      filling: undefined,
    };
    under.add(flight);
    const arrived = (copy: Copy): void => {
      flight.copy = copy;
      if (copy.tags.some(tag => flight.purgedTags.has(tag))) flight.doomed = true;
    };
    const store = (copy: Copy): void => {
      if (!flight.doomed) cache.put(copy);
    };
    const outcome = run({
      store(copy) {
        arrived(copy);
        store(copy);
      },
      storeWhenFilled: (copy, filled) => {
        arrived(copy);
        flight.filling = filled.then(
          () => {
            store(copy);
          },
          () => undefined,
        );
      },
    });
    const over = outcome
      .then(
        () => flight.filling,
        () => undefined,
      )
      .then(() => {
        under.delete(flight);
      });
    return {flight, outcome, over};
  };

  return {
    join: key => shared.get(key)?.outcome,
    lead(key, place, stale, run) {
      const {flight, outcome, over} = start(place, stale, run);
      const entry = {flight, outcome};
      shared.set(key, entry);
      void over.then(() => {
        if (shared.get(key) === entry) shared.delete(key);
      });
      return outcome;
    },
    unshared: (place, stale, run) => start(place, stale, run).outcome,
    doom(distributionId, invalidation) {
      for (const flight of under) {
        if (flight.place.distributionId !== distributionId) continue;
        const known = [...(flight.stale?.tags ?? []), ...(flight.copy?.tags ?? [])];
        if (coversTarget(invalidation, flight.place.target) || coversTag(invalidation, known))
          flight.doomed = true;
        else if (flight.copy === undefined) for (const tag of invalidation.tags) flight.purgedTags.add(tag);
      }
      for (const [key, {flight}] of shared)
        if (flight.doomed || (flight.copy === undefined && flight.purgedTags.size > 0)) shared.delete(key);
    },
  };
};
