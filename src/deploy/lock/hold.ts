import {setMaxListeners} from 'node:events';
import {Failure} from '../../failure.js';
import {describeHolder, marginMs, type Lease} from './lease.js';
import type {LeaseObject} from './object.js';
import type {Lock, Sleep} from './types.js';

/** A lease that was just written. */
export interface Grip {
  readonly object: LeaseObject;
  /** `s3://bucket/prefix`, for messages. */
  readonly address: string;
  readonly lease: Lease;
  /** What the next write says, never the same twice. */
  readonly nextLease: () => Lease;
  readonly etag: string;
  /** When its write was sent, by `now`. */
  readonly sentAt: number;
  readonly now: () => number;
  /** Must not keep the process alive. */
  readonly sleep: Sleep;
}

/** Longest that giving back may take, for each of its two steps. */
const releaseLimitMs = 5000;
const late: unique symbol = Symbol('late');

/** Renews the lease in the background until it is released or lost. */
export function holdLease(grip: Grip): Omit<Lock, 'waited'> {
  const {object, now, sleep} = grip;
  const {id, ttlMs} = grip.lease;
  const loss = new AbortController();
  setMaxListeners(0, loss.signal);
  const ended = new AbortController();
  let {etag, sentAt} = grip;
  let lost: Failure | undefined;
  let isTaken = false;
  let isReleased = false;

  const leftMs = (): number => sentAt + ttlMs - marginMs - now();
  const lose = (why: string, cause?: unknown): Failure => {
    lost ??= lockLost(grip.address, why, cause);
    ended.abort();
    loss.abort(lost);
    return lost;
  };
  const ranOut = (cause?: unknown): Failure => {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    return lose(`it was not renewed for ${Math.round((now() - sentAt) / 1000)} s${reason}`, cause);
  };

  /** The result, or `late`; then the work goes on unwatched. */
  const within = async <T>(ms: number, work: Promise<T>): Promise<T | typeof late> => {
    const done = new AbortController();
    const toLate = (): typeof late => late;
    const limit = sleep(ms, done.signal).then(toLate, toLate);
    try {
      return await Promise.race([work, limit]);
    } finally {
      done.abort();
      work.catch(() => undefined);
    }
  };

  /**
   * One write. What is left of its time bounds it: a request that hangs must not use up that of the next. Refused: an
   * earlier write whose answer was lost has moved the ETag, or the lease is another's.
   */
  const renew = async (): Promise<boolean> => {
    const at = now();
    const limit = Math.max(0, Math.min(ttlMs / 4, leftMs()));
    const written = await within(limit, object.write(grip.nextLease(), {ifMatch: etag}));
    if (written === late) return false;
    if (written !== undefined) {
      etag = written;
      sentAt = at;
      return true;
    }
    const sight = await within(limit, object.read());
    if (sight === late) return false;
    if (sight?.lease?.id === id) {
      ({etag} = sight);
    } else {
      isTaken = true;
      lose(
        sight === undefined
          ? 'somebody deleted it'
          : `it is now held by ${describeHolder(sight.lease?.holder)}`,
      );
    }
    return false;
  };

  const keep = async (): Promise<void> => {
    let pause = ttlMs / 3;
    let problem: unknown;
    for (;;) {
      await sleep(Math.max(0, Math.min(pause, leftMs())), ended.signal);
      if (ended.signal.aborted) return;
      try {
        const isRenewed = await renew();
        problem = undefined;
        pause = isRenewed ? ttlMs / 3 : ttlMs / 30;
      } catch (error) {
        problem = error;
        pause = ttlMs / 30;
      }
      if (!isReleased && leftMs() <= 0) ranOut(problem);
    }
  };
  const keeping = keep().catch(() => undefined);

  const giveBack = async (): Promise<void> => {
    let isSure = leftMs() > 0;
    for (let tries = 0; tries < 2; tries++) {
      if (!isSure) {
        // Some S3 alikes take no notice of If-Match on DELETE, and this may be another's by now.
        const sight = await object.read();
        if (sight?.lease?.id !== id) return;
        ({etag} = sight);
      }
      try {
        await object.remove(etag);
        return;
      } catch {
        isSure = false;
      }
    }
    // Deploys without pruning may do without s3:DeleteObject.
    await object.write({...grip.nextLease(), released: true}, {ifMatch: etag});
  };

  return {
    signal: loss.signal,
    check() {
      if (isReleased) return;
      if (lost !== undefined) throw lost;
      if (leftMs() <= 0) throw ranOut();
    },
    async release() {
      if (isReleased) return;
      isReleased = true;
      ended.abort();
      await within(releaseLimitMs, keeping);
      if (!isTaken) await within(releaseLimitMs, giveBack()).catch(() => undefined);
    },
  };
}

const lockLost = (address: string, why: string, cause: unknown): Failure =>
  new Failure('conflict', 'LOCK_LOST', `The lock of ${address} was lost: ${why.replace(/\.$/, '')}.`, {
    hint: 'Another deploy may have begun. Run this one again: it is planned anew from what is live.',
    cause,
  });
