import type {Rate} from './types.js';

/** Milliseconds that only grow, and a sleep on the same clock. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Whose turn it is to send, one batch at a time. Once paced, a batch waits until a second's quota, refilled evenly, holds
 * what it needs; what refills while a batch is on its way does not count, so that no delay on the way can bring two
 * batches closer together than the quota allows.
 */
export interface Turns {
  take<T>(load: Rate, clock: Clock, signal: AbortSignal, send: () => Promise<T>): Promise<T>;
  /** The service refused: it is paced from now on, and all of the quota counts as used. */
  refused(clock: Clock): void;
}

export function createTurns(rate: Rate, isPacedFromStart: boolean): Turns {
  let isPaced = isPacedFromStart;
  let left = rate;
  let at: number | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const refill = (time: number): void => {
    const seconds = Math.max(0, time - (at ?? time)) / 1000;
    left = {
      paths: Math.min(rate.paths, left.paths + seconds * rate.paths),
      wildcards: Math.min(rate.wildcards, left.wildcards + seconds * rate.wildcards),
    };
    at = Math.max(time, at ?? time);
  };
  const missingMs = (load: Rate): number => {
    const seconds = Math.max(
      (Math.min(load.paths, rate.paths) - left.paths) / rate.paths,
      (Math.min(load.wildcards, rate.wildcards) - left.wildcards) / rate.wildcards,
    );
    return Math.max(0, Math.ceil(seconds * 1000));
  };
  const turn = async <T>(
    load: Rate,
    clock: Clock,
    signal: AbortSignal,
    send: () => Promise<T>,
  ): Promise<T> => {
    signal.throwIfAborted();
    if (!isPaced) return send();
    refill(clock.now());
    const ms = missingMs(load);
    if (ms > 0) {
      await clock.sleep(ms, signal);
      refill(clock.now());
      // Timers and clocks differ by a millisecond or so: what was slept has passed.
      left = {
        paths: Math.max(left.paths, Math.min(load.paths, rate.paths)),
        wildcards: Math.max(left.wildcards, Math.min(load.wildcards, rate.wildcards)),
      };
    }
    left = {paths: left.paths - load.paths, wildcards: left.wildcards - load.wildcards};
    try {
      return await send();
    } finally {
      at = Math.max(at ?? 0, clock.now());
    }
  };

  return {
    take(load, clock, signal, send) {
      const result = last.then(() => turn(load, clock, signal, send));
      last = result.catch(() => undefined);
      return result;
    },
    refused(clock) {
      isPaced = true;
      left = {paths: 0, wildcards: 0};
      at = Math.max(at ?? 0, clock.now());
    },
  };
}
