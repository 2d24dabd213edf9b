import type {ProgressEvent, Work} from '../events.js';

export type Emit = (event: ProgressEvent) => void;

/** Turns callbacks into the events of a generator: yields what `run` emits while it runs, then answers its result. */
export async function* relay<T>(run: (emit: Emit) => Promise<T>): Work<T> {
  const queue: ProgressEvent[] = [];
  let settled = false;
  let wake: (() => void) | undefined;
  const settle = (): void => {
    settled = true;
    wake?.();
  };
  const work = run(event => {
    queue.push(event);
    wake?.();
  });
  // Its rejection is thrown below; until then it must not count as unhandled.
  work.then(settle, settle);
  for (;;) {
    yield* queue.splice(0);
    // More may have come while those were looked at, and the end with it.
    if (queue.length > 0) continue;
    if (isTrue(() => settled)) return await work;
    await new Promise<void>(resolve => {
      wake = resolve;
    });
    wake = undefined;
  }
}

/** `settled` changes behind the compiler's back, while this generator is suspended. */
function isTrue(read: () => boolean): boolean {
  return read();
}

/** Emits at most every 100 ms of `now`. */
export function throttled(emit: Emit, now: () => number): Emit {
  let last = Number.NEGATIVE_INFINITY;
  return event => {
    const time = now();
    if (time - last < 100) return;
    last = time;
    emit(event);
  };
}
