import type {Cache, Copy} from './cache.js';
import {compileInvalidation} from '../rules/invalidation.js';
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
  doomed: boolean;
  /** Set while the body still grows after the head has arrived. */
  filling: Promise<void> | undefined;
}

export interface Flights {
  /** The outcome of a shared fetch of this key, when one is under way. */
  join(key: string): Promise<Outcome> | undefined;
  /** Starts a fetch that others can join until its body is complete. */
  lead(key: string, place: Place, run: (fetch: Fetch) => Promise<Outcome>): Promise<Outcome>;
  /** Starts one that nobody joins; purges still reach it. */
  unshared(place: Place, run: (fetch: Fetch) => Promise<Outcome>): Promise<Outcome>;
  /** Keeps matching fetches from storing and from being joined. */
  doom(distributionId: string, paths: readonly string[]): void;
}

/** Collapses concurrent fetches of one key and guards the cache against what purges overtook. */
export const createFlights = (cache: Cache): Flights => {
  const under = new Set<Flight>();
  const shared = new Map<string, {readonly flight: Flight; readonly outcome: Promise<Outcome>}>();

  const start = (
    place: Place,
    run: (fetch: Fetch) => Promise<Outcome>,
  ): {flight: Flight; outcome: Promise<Outcome>; over: Promise<void>} => {
    const flight: Flight = {place, doomed: false, filling: undefined};
    under.add(flight);
    const store = (copy: Copy): void => {
      if (!flight.doomed) cache.put(copy);
    };
    const outcome = run({
      store,
      storeWhenFilled: (copy, filled) => {
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
    lead(key, place, run) {
      const {flight, outcome, over} = start(place, run);
      const entry = {flight, outcome};
      shared.set(key, entry);
      void over.then(() => {
        if (shared.get(key) === entry) shared.delete(key);
      });
      return outcome;
    },
    unshared: (place, run) => start(place, run).outcome,
    doom(distributionId, paths) {
      const matches = compileInvalidation(paths);
      for (const flight of under) {
        if (flight.place.distributionId === distributionId && matches(flight.place.target))
          flight.doomed = true;
      }
      for (const [key, {flight}] of shared) if (flight.doomed) shared.delete(key);
    },
  };
};
