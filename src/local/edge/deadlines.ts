import type {Clock} from '../types.js';

export interface Deadline {
  /** Starts anew with another length. */
  readonly restart: (ms: number) => void;
  readonly cancel: () => void;
}

/** Starts a deadline of `ms` of cloud time; `expire` is called once unless it is cancelled before. */
export type StartDeadline = (ms: number, expire: () => void) => Deadline;

interface Pending {
  due: number;
  readonly expire: () => void;
}

/**
 * Deadlines on a clock whose timers cannot be cancelled: one timer at a time, for the earliest deadline known when it was
 * set, however many requests come and go.
 */
export const createDeadlines = (clock: Clock): StartDeadline => {
  const pending = new Set<Pending>();
  let armedFor = Infinity;
  const arm = (): void => {
    let earliest = Infinity;
    for (const one of pending) earliest = Math.min(earliest, one.due);
    if (earliest >= armedFor) return;
    armedFor = earliest;
    clock.after(Math.max(0, earliest - clock.now()), () => {
      if (armedFor !== earliest) return;
      armedFor = Infinity;
      const now = clock.now();
      for (const one of [...pending]) {
        if (one.due > now) continue;
        pending.delete(one);
        one.expire();
      }
      if (pending.size > 0) arm();
    });
  };
  return (ms, expire) => {
    const one: Pending = {due: clock.now() + ms, expire};
    pending.add(one);
    if (one.due < armedFor) arm();
    return {
      restart: next => {
        one.due = clock.now() + next;
        pending.add(one);
        if (one.due < armedFor) arm();
      },
      cancel: () => {
        pending.delete(one);
      },
    };
  };
};
