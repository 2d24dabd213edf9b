import type {Clock} from './types.js';

export interface ClockOptions {
  /** Real time, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** Calls `task` after `delayMs` of real time; the answer cancels it. The timer must not keep the process alive. */
  readonly timer?: (delayMs: number, task: () => void) => () => void;
}

interface Due {
  readonly at: number;
  readonly task: () => void;
  cancel: () => void;
}

// setTimeout takes no more than 2^31-1 ms (25 days); longer delays are waited for in steps.
const longestTimer = 2 ** 31 - 1;

/** Real time plus an offset that only `advance` moves, forward. */
export function createClock(options: ClockOptions = {}): Clock {
  const real = options.now ?? Date.now;
  const timer = options.timer ?? systemTimer;
  const waiting = new Set<Due>();
  let offset = 0;
  const now = (): number => real() + offset;

  const arm = (due: Due): void => {
    due.cancel = timer(Math.min(Math.max(due.at - now(), 0), longestTimer), () => {
      if (due.at > now()) {
        arm(due);
        return;
      }
      waiting.delete(due);
      due.task();
    });
  };

  return {
    now,
    after(delayMs, task) {
      const due: Due = {at: now() + delayMs, task, cancel: () => undefined};
      waiting.add(due);
      arm(due);
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`The clock only moves forward; got ${ms} ms.`);
      offset += ms;
      // In the order in which they fall due; asynchronously, as every task runs. Those not yet due wait a shorter while.
      for (const due of [...waiting].sort((a, b) => a.at - b.at)) {
        due.cancel();
        arm(due);
      }
    },
  };
}

function systemTimer(delayMs: number, task: () => void): () => void {
  const timeout = setTimeout(task, delayMs);
  timeout.unref();
  return () => {
    clearTimeout(timeout);
  };
}
