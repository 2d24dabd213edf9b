import type {Concurrency} from './types.js';

/**
 * How many requests may be in flight. `climb`: doubling while throughput rises; `hold`: more brought nothing;
 * `recover`: the service asked for less, so growth is additive from there on.
 */
export interface Pace {
  readonly mode: 'climb' | 'hold' | 'recover';
  readonly limit: number;
  /** Best throughput seen so far, completions a millisecond. */
  readonly best: number;
}

export interface PaceBounds {
  readonly start: number;
  readonly max: number;
}

export const startPace = ({start, max}: PaceBounds): Pace => ({
  mode: 'climb',
  limit: Math.min(start, max),
  best: 0,
});

/** Growth in throughput that makes doubling go on. */
const worthwhile = 1.1;

/** After a window without throttling in which all slots were in use: `rate` completions a millisecond. */
export function afterWindow(pace: Pace, rate: number, max: number): Pace {
  const best = Math.max(pace.best, rate);
  switch (pace.mode) {
    case 'climb':
      return rate > pace.best * worthwhile
        ? {mode: 'climb', limit: Math.min(max, pace.limit * 2), best}
        : {mode: 'hold', limit: pace.limit, best};
    case 'hold':
      return rate > pace.best * worthwhile * worthwhile
        ? {mode: 'climb', limit: Math.min(max, pace.limit * 2), best}
        : pace;
    case 'recover':
      return {mode: 'recover', limit: Math.min(max, pace.limit + Math.max(1, pace.limit >> 3)), best};
  }
}

/** After SlowDown, 429 or a lost connection: half, never below one. */
export const afterThrottle = (pace: Pace): Pace => ({
  mode: 'recover',
  limit: Math.max(1, pace.limit >> 1),
  best: pace.best,
});

/** How one request ended, as far as pacing is concerned. */
export type Outcome = 'ok' | 'throttled';

export interface Limiter {
  readonly concurrency: Concurrency;
  /** Waits for a slot, first come first served, and answers when it was taken (on the limiter's clock). */
  acquire(): Promise<number> | number;
  /** Gives the slot back. `startedAt`: what `acquire` answered. */
  release(startedAt: number, outcome: Outcome): void;
}

/** Windows shorter than this measure noise. */
const minWindowMs = 10;

/** A gate whose width follows the service's capacity (AIMD). `now`: monotonic milliseconds. */
export function createLimiter(bounds: PaceBounds, now: () => number = () => performance.now()): Limiter {
  let pace = startPace(bounds);
  let inFlight = 0;
  let completed = 0;
  let windowStart: number | undefined;
  let wasFull = false;
  let throttledAt = Number.NEGATIVE_INFINITY;
  const queue: ((startedAt: number) => void)[] = [];
  let head = 0;

  const newWindow = (time: number): void => {
    windowStart = time;
    completed = 0;
    wasFull = inFlight >= pace.limit;
  };
  const enter = (): number => {
    inFlight += 1;
    const time = now();
    if (windowStart === undefined) newWindow(time);
    if (inFlight >= pace.limit) wasFull = true;
    return time;
  };
  const admit = (): void => {
    while (head < queue.length && inFlight < pace.limit) {
      const next = queue[head];
      head += 1;
      next?.(enter());
    }
    if (head > 1024 || head === queue.length) {
      queue.splice(0, head);
      head = 0;
    }
  };

  return {
    concurrency: {
      get limit() {
        return pace.limit;
      },
      get inFlight() {
        return inFlight;
      },
    },
    acquire() {
      if (inFlight < pace.limit && queue.length === 0) return enter();
      return new Promise<number>(resolve => queue.push(resolve));
    },
    release(startedAt, outcome) {
      inFlight -= 1;
      const time = now();
      if (outcome === 'throttled') {
        // Requests that were under way when the limit was halved belong to the old limit: one halving is enough for them.
        if (startedAt >= throttledAt) {
          pace = afterThrottle(pace);
          throttledAt = time;
        }
        newWindow(time);
      } else {
        completed += 1;
        const elapsed = time - (windowStart ?? time);
        if (completed >= pace.limit && elapsed >= minWindowMs) {
          if (wasFull) pace = afterWindow(pace, completed / elapsed, bounds.max);
          newWindow(time);
        }
      }
      admit();
    },
  };
}
