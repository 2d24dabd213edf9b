import {availableParallelism} from 'node:os';
import {signChunk, type Chunk, type ChunkSettings} from './chunk.js';
import {chunksOf} from './lines.js';
import {startThread, type Thread} from './threads.js';
import type {BulkOptions, BulkResult} from './types.js';

/** About 80 ms of RSA or 10 ms of P-256: long against a message, short against a thread's start. */
const chunkLines = {rsa: 256, ecdsa: 512} as const;
const chunkBytes = 256 * 1024;
/** Nobody notices, and any file or busy pipe has filled a chunk long before. */
const defaultWaitMs = 20;
/** So that a thread that has finished a chunk finds the next one there. */
const chunksAThread = 3;

/**
 * Signs lines as they come: URLs, or JSON objects `{url, resource?, expires?, starts?, ip?, keyPairId?}`. Results keep
 * the order of the lines and come as soon as they can, also while the input pauses. Reading waits for whoever takes the
 * results, so memory stays flat: a few chunks a thread. Empty lines are passed over; a line that cannot be signed is in
 * `bad`, and the rest goes on. Who leaves before the end must end the input as well, if it may never end by itself.
 * @throws Failure SIGNING_FAILED, SIGNATURE_NOT_VERIFIED (exit 1); what the input throws; the signal's reason.
 */
export async function* signBulk(
  input: AsyncIterable<Uint8Array | string>,
  options: BulkOptions,
): AsyncGenerator<BulkResult, void, undefined> {
  const {signers, defaults, now, output, verifyEvery = 100, waitMs = defaultWaitMs, signal} = options;
  const workers = Math.max(1, options.workers ?? availableParallelism());
  const settings: ChunkSettings = {signers, defaults, now, output, verifyEvery: Math.max(1, verifyEvery)};
  const slowest = signers.some(signer => signer.keyType === 'rsa') ? 'rsa' : 'ecdsa';
  const chunks = chunksOf(input, {lines: chunkLines[slowest], bytes: chunkBytes, waitMs});
  const read = (): Promise<IteratorResult<Chunk, void>> => {
    const next = chunks.next();
    // It is waited for in its turn; until then a rejection has nobody else.
    next.catch(() => undefined);
    return next;
  };

  const threads: Thread[] = [];
  const under: Promise<BulkResult>[] = [];
  // Not a race with one long-lived promise: that would keep every result until the end.
  const onAbort = (): void => threads.forEach(thread => thread.cancel(signal?.reason as Error));
  signal?.addEventListener('abort', onAbort, {once: true});
  try {
    let reading: ReturnType<typeof read> | undefined = read();
    while (reading !== undefined || under.length > 0) {
      const [oldest] = under;
      const isResult: boolean =
        oldest !== undefined &&
        (reading === undefined ||
          under.length >= workers * chunksAThread ||
          (await isSecondFirst(reading, oldest)));
      if (isResult || reading === undefined) {
        yield await (under.shift() as Promise<BulkResult>);
        continue;
      }
      const next: IteratorResult<Chunk, void> = await reading;
      signal?.throwIfAborted();
      if (next.done === true) {
        reading = undefined;
        continue;
      }
      // A few lines are done here before a thread has started.
      if (threads.length === 0 && !next.value.isFull) yield signChunk(next.value, settings);
      else under.push(hand(next.value, threads, workers, settings));
      reading = read();
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(threads.map(thread => thread.stop()));
    // Not waited for: a read that is under way ends with the input.
    chunks.return().catch(() => undefined);
  }
}

/** Which of two promises settles first, however it does. */
function isSecondFirst(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  return new Promise(resolve => {
    const [settled, secondSettled] = [() => resolve(false), () => resolve(true)];
    first.then(settled, settled);
    second.then(secondSettled, secondSettled);
  });
}

/** To the thread with the least before it; a new one while there are fewer than `workers` and all are busy. */
function hand(
  chunk: Chunk,
  threads: Thread[],
  workers: number,
  settings: ChunkSettings,
): Promise<BulkResult> {
  const [idlest] = threads.toSorted((a, b) => a.waiting - b.waiting);
  let thread = idlest;
  if (thread === undefined || (thread.waiting > 0 && threads.length < workers)) {
    thread = startThread(settings);
    threads.push(thread);
  }
  const result = thread.sign(chunk);
  // It is waited for in its turn; until then a rejection has nobody else.
  result.catch(() => undefined);
  return result;
}
