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
  let running = 0;
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
  const settle = (): void => {
    running -= 1;
    wake?.();
  };
  const start = (item: T): void => {
    const work = task(item, stop.signal);
    running += 1;
    work.then(
      result => {
        finished.push(result);
        settle();
      },
      (error: unknown) => {
        failure ??= {error};
        stop.abort(error);
        settle();
      },
    );
  };
  const woken = async (): Promise<void> => {
    await new Promise<void>(resolve => {
      wake = resolve;
    });
    wake = undefined;
  };

  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && failure === undefined && running < Math.max(1, width())) {
        const next = iterator.next();
        const step = next instanceof Promise ? await next : next;
        if (step.done === true) exhausted = true;
        else start(step.value);
      }
      while (finished.length > 0) yield finished.shift() as R;
      if (failure !== undefined) throw failure.error;
      if (exhausted && running === 0 && finished.length === 0) return;
      if (running > 0 && finished.length === 0) await woken();
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    while (running > 0) await woken();
    if (!exhausted) await iterator.return?.();
  }
}
