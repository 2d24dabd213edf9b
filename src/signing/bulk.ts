import {availableParallelism} from 'node:os';
import {signChunk, type Chunk, type ChunkSettings} from './chunk.js';
import {chunksOf} from './lines.js';
import {startThread, type Thread} from './threads.js';
import type {BulkOptions, BulkResult} from './types.js';

/** About 80 ms of RSA or 10 ms of P-256: long against a message, short against a thread's start. */
const chunkLines = {rsa: 256, ecdsa: 512} as const;
const chunkBytes = 256 * 1024;
/** So that a thread that has finished a chunk finds the next one there. */
const chunksAThread = 3;

/**
 * Signs lines as they come: URLs, or JSON objects `{url, resource?, expires?, starts?, ip?, keyPairId?}`. Results keep
 * the order of the lines. Reading waits for whoever takes the results, so memory stays flat: a few chunks a thread.
 * Empty lines are passed over; a line that cannot be signed is in `bad`, and the rest goes on.
 * @throws Failure SIGNING_FAILED, SIGNATURE_NOT_VERIFIED (exit 1); what the input throws; the signal's reason.
 */
export async function* signBulk(
  input: AsyncIterable<Uint8Array | string>,
  options: BulkOptions,
): AsyncGenerator<BulkResult, void, undefined> {
  const {signers, defaults, now, output, verifyEvery = 100, signal} = options;
  const workers = Math.max(1, options.workers ?? availableParallelism());
  const settings: ChunkSettings = {signers, defaults, now, output, verifyEvery: Math.max(1, verifyEvery)};
  const slowest = signers.some(signer => signer.keyType === 'rsa') ? 'rsa' : 'ecdsa';
  const chunks = chunksOf(input, {lines: chunkLines[slowest], bytes: chunkBytes});

  const threads: Thread[] = [];
  const under: Promise<BulkResult>[] = [];
  // Not a race with one long-lived promise: that would keep every result until the end.
  const onAbort = (): void => threads.forEach(thread => thread.cancel(signal?.reason as Error));
  signal?.addEventListener('abort', onAbort, {once: true});
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const second = await chunks.next();
    signal?.throwIfAborted();
    if (second.done === true) {
      // Done here before a thread has started.
      yield signChunk(first.value, settings);
      return;
    }
    under.push(hand(first.value, threads, workers, settings));
    for (let next: IteratorResult<Chunk, void> = second; next.done !== true; next = await chunks.next()) {
      signal?.throwIfAborted();
      under.push(hand(next.value, threads, workers, settings));
      if (under.length >= workers * chunksAThread) yield await (under.shift() as Promise<BulkResult>);
    }
    while (under.length > 0) yield await (under.shift() as Promise<BulkResult>);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(threads.map(thread => thread.stop()));
    await chunks.return();
  }
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
