/**
 * Runs `task` over `items`, at most `limit` at a time (a function is asked again before every start), and yields the
 * results as they finish. After the first error, or when the consumer stops early, no further item starts and the
 * `signal` that the running tasks were given aborts; they are awaited, then the error is thrown.
 */
export async function* mapConcurrent<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number | (() => number),
  task: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, void> {
  const width = typeof limit === 'number' ? () => limit : limit;
  const stop = new AbortController();
  const running = new Set<Promise<void>>();
  const finished: R[] = [];
  let failure: {readonly error: unknown} | undefined;
  let wake: (() => void) | undefined;
  const onAbort = (): void => {
    failure ??= {error: signal?.reason};
    stop.abort(signal?.reason);
    wake?.();
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, {once: true});

  const iterator: Iterator<T, unknown> | AsyncIterator<T, unknown> =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const start = (item: T): void => {
    const run = task(item, stop.signal).then(
      result => {
        finished.push(result);
      },
      (error: unknown) => {
        failure ??= {error};
        stop.abort(error);
      },
    );
    const tracked = run.then(() => {
      running.delete(tracked);
      wake?.();
    });
    running.add(tracked);
  };

  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && failure === undefined && running.size < Math.max(1, width())) {
        const next = iterator.next();
        const step = next instanceof Promise ? await next : next;
        if (step.done === true) exhausted = true;
        else start(step.value);
      }
      while (finished.length > 0) yield finished.shift() as R;
      if (failure !== undefined) throw failure.error;
      if (exhausted && running.size === 0 && finished.length === 0) return;
      if (running.size > 0 && finished.length === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await Promise.all(running);
    if (!exhausted) await iterator.return?.();
  }
}
