import type {ProgressEvent, Work} from '../../src/events.js';

/** Runs the work to its end. */
export async function finish<T>(
  work: Work<T>,
): Promise<{readonly result: T; readonly events: readonly ProgressEvent[]}> {
  const events: ProgressEvent[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done === true) return {result: next.value, events};
    events.push(next.value);
  }
}
