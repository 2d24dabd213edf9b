import {setTimeout as delay} from 'node:timers/promises';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {errorFacts, errorKind, type ErrorFacts} from './retry.js';
import type {Poll, WaitOptions} from './types.js';

const sleepFor = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, {signal});

/** A Failure made by `call` hides the error that it was made of. */
const rootOf = (error: unknown): unknown => (error instanceof Failure ? error.cause : error);

/** Nothing listens there, or nobody knows where it is. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const refusalsOfFirstContact = 3;

const isUnreached = ({code, status}: ErrorFacts): boolean =>
  status === undefined && code !== undefined && unreached.has(code);

/** A host that has answered is missing from DNS only while the network is away. */
const mayPass = (facts: ErrorFacts, isFirstContact: boolean): boolean =>
  errorKind(facts) !== 'lasting' || (!isFirstContact && isUnreached(facts));

/** Whether the same call may well succeed later: throttling, 5xx, lost connections. */
export const isPassing = (error: unknown): boolean => mayPass(errorFacts(rootOf(error)), false);

/** What a look that failed has to show. */
function failedStatus(facts: ErrorFacts): string {
  if (facts.status === undefined) return `no answer (${facts.code ?? facts.name})`;
  return errorKind(facts) === 'throttled' ? 'throttled' : `HTTP ${facts.status}`;
}

const hintOf = (hint: string | (() => string) | undefined): string | undefined =>
  typeof hint === 'function' ? hint() : hint;

const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `0.3`, `2`, `600`. */
const seconds = (ms: number): string =>
  String(ms < 10_000 ? Number((ms / 1000).toPrecision(2)) : Math.round(ms / 1000));

function timedOut(
  id: string,
  subject: string | undefined,
  status: string,
  limitMs: number,
  hint: string | undefined,
  cause: unknown,
): Failure {
  // What was seen before may be long over.
  const lost = cause instanceof Error ? `; the last look failed: ${cause.message}` : '';
  return new Failure(
    'unfinished',
    'WAIT_TIMEOUT',
    `${asSentence(subject ?? id)}: still ${status} after ${seconds(limitMs)} s${lost}`,
    {hint: hint ?? 'It goes on without frontctl; wait longer with --timeout.', cause},
  );
}

/**
 * Polls at once, then after growing pauses, until done; yields a `wait` event after every look that was not the last.
 * Throttling, 5xx and lost connections while polling are tolerated until the timeout (on first contact only for a few
 * looks, see `isFirstContact`); any other error ends the wait at once (the SDK's own waiters sleep through AccessDenied).
 * The last look happens at the deadline itself.
 * Failures: WAIT_TIMEOUT (exit 5), INTERRUPTED, and what `poll` throws.
 */
export async function* waitFor<T>(options: WaitOptions<T>): Work<T> {
  const {id, timeoutMs, sleep = sleepFor, now = () => performance.now()} = options;
  const signal = options.signal ?? new AbortController().signal;
  const isAborted = (): boolean => signal.aborted;
  const interrupted = (): Failure =>
    new Failure(
      'interrupted',
      'INTERRUPTED',
      `Stopped waiting for ${(options.subject ?? id).replace(/^The /, 'the ')}`,
      {
        hint:
          hintOf(options.resumeHint) ??
          'It goes on without frontctl; run the same command again to wait for it.',
      },
    );
  const start = now();
  let pause = options.delay.firstMs;
  let isFirstContact = options.isFirstContact === true;
  let refusals = 0;
  let status: string | undefined;
  for (;;) {
    if (isAborted()) throw interrupted();
    let looked: Poll<T> | undefined;
    let problem: unknown;
    let shown = 'unknown';
    try {
      looked = await options.poll(signal);
    } catch (error) {
      if (isAborted()) throw interrupted();
      const facts = errorFacts(rootOf(error));
      if (!mayPass(facts, isFirstContact)) throw error;
      if (facts.status !== undefined) isFirstContact = false;
      refusals = isUnreached(facts) ? refusals + 1 : 0;
      if (isFirstContact && refusals >= refusalsOfFirstContact) throw error;
      problem = error;
      shown = failedStatus(facts);
    }
    if (looked?.done === true) return looked.value;
    if (looked !== undefined) {
      isFirstContact = false;
      status = shown = looked.status;
    }
    const elapsedMs = now() - start;
    if (elapsedMs >= timeoutMs) {
      throw timedOut(id, options.subject, status ?? shown, timeoutMs, hintOf(options.resumeHint), problem);
    }
    yield {type: 'wait', id, status: shown, elapsedMs, limitMs: timeoutMs};
    try {
      await sleep(Math.min(pause, timeoutMs - elapsedMs), signal);
    } catch (error) {
      if (isAborted()) throw interrupted();
      throw error;
    }
    pause = Math.min(pause * options.delay.factor, options.delay.maxMs);
  }
}
