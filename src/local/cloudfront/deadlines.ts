import type {Clock} from '../types.js';

/** Things that take effect at a moment of cloud time, each exactly once. */
export interface Deadlines {
  /** `effect(key)` runs at `at` (at once when that is past); an earlier deadline of the same key is dropped. */
  set(key: string, at: number): void;
  /** Runs every effect that is due and whose timer has not fired yet. */
  readonly settle: () => void;
  clear(key: string): void;
  /** No effect runs after this. */
  readonly close: () => void;
}

export function createDeadlines(clock: Clock, effect: (key: string) => void): Deadlines {
  const due = new Map<string, number>();
  /** No deadline is before this: thousands that are far off cost `settle` nothing. */
  let earliest = Infinity;
  const fire = (key: string): void => {
    const at = due.get(key);
    if (at === undefined || at > clock.now()) return;
    due.delete(key);
    effect(key);
  };
  return {
    set(key, at) {
      due.set(key, at);
      earliest = Math.min(earliest, at);
      const wait = at - clock.now();
      if (wait <= 0) fire(key);
      else clock.after(wait, () => fire(key));
    },
    settle() {
      if (clock.now() < earliest) return;
      for (const key of [...due.keys()]) fire(key);
      earliest = Infinity;
      for (const at of due.values()) earliest = Math.min(earliest, at);
    },
    clear: key => void due.delete(key),
    close: () => due.clear(),
  };
}
