import {randomUUID} from 'node:crypto';
import {uptime} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import {isPassing} from '../../aws/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {siteAddress} from '../manifest/manifest.js';
import {holdLease} from './hold.js';
import {boundTtl, describeHolder, hasLapsed, lapseMs, type Lease, type Sight} from './lease.js';
import {leaseObject, type Condition, type LeaseObject} from './object.js';
import {isAlive, thisProcess} from './process.js';
import type {Lock, LockOptions, Sleep} from './types.js';

export {lockKey} from './lease.js';
export {thisProcess} from './process.js';
export type * from './types.js';

const stepId = 'lock';
const [firstPauseMs, longestPauseMs, pauseGrowth] = [1000, 5000, 1.5];

/** A lease that may be written over. */
interface Vacancy {
  readonly condition: Condition;
  /** Whose time ran out or whose process died, for a warning; undefined where nobody held it. */
  readonly former?: string | undefined;
}

/** What is known of the lease: `seen` undefined: there is none. `sameSince`: by `now`, when its ETag was first seen. */
interface Known {
  readonly seen: Sight | undefined;
  readonly sameSince: number;
}

/**
 * Takes the deploy lock of a site: a lease in the bucket, written only where none is (If-None-Match), renewed while it is
 * held, and taken over (If-Match, so that one of several takers wins) once it was not renewed for its time to live by the
 * service's clock, or at once where its process is known to be dead. Uncontended it costs one request.
 *
 * It keeps deploys apart that run as they should. A process that stood still beyond its time may still have a request
 * under way when the next one begins: the manifest's If-Match is what tells those two apart.
 *
 * Failures: LOCKED (exit 4), INTERRUPTED, LOCK_UNSUPPORTED, the store's.
 */
export async function* acquireLock(options: LockOptions): Work<Lock> {
  const {store, prefix, timeoutMs, signal = new AbortController().signal, random = Math.random} = options;
  const {now = steadyNow, sleep = sleepFor} = options;
  const address = siteAddress(store.bucket, prefix);
  const object = leaseObject(store, prefix);
  const isAborted = (): boolean => signal.aborted;
  const take = attempts(options, object, now);
  const start = now();
  let pause = firstPauseMs;
  let seen: Sight | undefined;
  let waits = 0;
  for (;;) {
    if (isAborted()) throw interrupted(address);
    let problem: unknown;
    try {
      const taken = await take(waits > 0);
      if (taken.grip !== undefined) {
        const {former, grip} = taken;
        const lock = holdLease({...grip, address, sleep: options.sleep ?? idleSleep});
        if (isAborted()) {
          await lock.release();
          throw interrupted(address);
        }
        if (former !== undefined)
          yield {type: 'warning', message: `Took over the lock of ${address}: ${former}.`};
        if (waits > 0) yield {type: 'done', id: stepId, detail: `free after ${seconds(now() - start)} s`};
        return {...lock, waited: waits > 0};
      }
      ({seen} = taken);
    } catch (error) {
      if (isAborted()) throw interrupted(address);
      // At first contact the store has retried enough; later an outage is waited out like the other deploy.
      if (waits === 0 || !isPassing(error)) throw error;
      problem = error;
    }
    const elapsedMs = now() - start;
    if (elapsedMs >= timeoutMs) throw locked(address, seen, waits > 0 ? elapsedMs : undefined, problem);
    if (waits === 0) yield {type: 'step', id: stepId, title: 'Wait for the deploy that is running'};
    waits++;
    const status = problem === undefined ? `held by ${describeHolder(seen?.lease?.holder)}` : 'no answer';
    yield {type: 'wait', id: stepId, status, elapsedMs, limitMs: timeoutMs};
    // Between half a pause and a whole one, so that those who wait do not all ask at once. The last look is at the deadline.
    const jittered = pause * (0.5 + random() / 2);
    await sleep(Math.min(jittered, timeoutMs - elapsedMs), signal).catch((error: unknown) => {
      throw isAborted() ? interrupted(address) : error;
    });
    pause = Math.min(pause * pauseGrowth, longestPauseMs);
  }
}

/**
 * One attempt after the other: looks where `isAgain`, writes where the lease is free. What is free at first sight may be
 * somebody's at the second, so it writes at most twice and then tells whose it is.
 */
function attempts(options: LockOptions, object: LeaseObject, now: () => number) {
  const {store} = options;
  const holder = {...(options.holder.pid === process.pid && thisProcess()), ...options.holder};
  const id = randomUUID();
  const ttlMs = boundTtl(options.ttlMs);
  let renewal = 0;
  let takenAt = now();
  let known: Known = {seen: undefined, sameSince: takenAt};

  /** The clock is the service's only once it has answered: the first renewal puts right what the first write says. */
  const nextLease = (): Lease => ({
    id,
    renewal: renewal++,
    ttlMs,
    holder: {...holder, since: isoSeconds(store.serverNow() - (now() - takenAt))},
  });
  const look = async (): Promise<void> => {
    const seen = await object.read();
    const isSame = seen !== undefined && seen.etag === known.seen?.etag;
    known = {seen, sameSince: isSame ? known.sameSince : now()};
  };

  return async (isAgain: boolean) => {
    if (isAgain) await look();
    for (let tries = 0; tries < 2; tries++) {
      const {seen, sameSince} = known;
      const vacancy = vacancyOf(seen, now() - sameSince, id, options);
      if (vacancy === undefined) break;
      takenAt = now();
      const lease = nextLease();
      const etag = await object.write(lease, vacancy.condition);
      if (etag !== undefined) {
        return {grip: {object, lease, nextLease, etag, sentAt: takenAt, now}, former: vacancy.former};
      }
      await look();
    }
    return {seen: known.seen, grip: undefined};
  };
}

function vacancyOf(
  seen: Sight | undefined,
  watchedMs: number,
  id: string,
  options: LockOptions,
): Vacancy | undefined {
  if (seen === undefined) return {condition: {ifNoneMatch: '*'}};
  const {etag, lease} = seen;
  const condition = {ifMatch: etag};
  // Ours: a write that was thought to have failed.
  if (lease?.released === true || lease?.id === id) return {condition};
  const holder = lease?.holder;
  if (hasLapsed(seen, watchedMs)) {
    return {
      condition,
      former: `${describeHolder(holder)} has not renewed it for ${seconds(lapseMs(lease))} s`,
    };
  }
  // Copies of one virtual machine share boot id and pids; they rarely share a name.
  const isHere = holder !== undefined && holder.host === options.holder.host;
  if (isHere && (options.isAlive ?? isAlive)(holder) === false) {
    return {condition, former: `the process of ${describeHolder(holder)} is gone`};
  }
  return undefined;
}

/** `uptime` opens a file: thousands of checks a second must not wait for it. Milliseconds. */
const uptimeEveryMs = 50;
let uptimeMs = 0;
let askedAt = Number.NEGATIVE_INFINITY;

/** Goes on while the machine sleeps, unlike `performance.now()`; in steps of 10 ms to 1 s. */
function steadyNow(): number {
  const at = performance.now();
  if (at - askedAt >= uptimeEveryMs) {
    uptimeMs = uptime() * 1000;
    askedAt = at;
  }
  return uptimeMs;
}
const sleepFor: Sleep = (ms, signal) => delay(ms, undefined, {signal});
/** Does not keep the process alive. */
const idleSleep: Sleep = (ms, signal) => delay(ms, undefined, {signal, ref: false});

const seconds = (ms: number): number => Math.round(ms / 1000);
const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const interrupted = (address: string): Failure =>
  new Failure('interrupted', 'INTERRUPTED', `Stopped waiting for the lock of ${address}.`, {
    hint: 'Nothing was changed; run the same deploy again.',
  });

function locked(
  address: string,
  seen: Sight | undefined,
  waitedMs: number | undefined,
  cause: unknown,
): Failure {
  const holder = describeHolder(seen?.lease?.holder);
  const waited = waitedMs === undefined ? '' : ` after ${seconds(waitedMs)} s of waiting`;
  const end = (seen?.modifiedAt ?? NaN) + lapseMs(seen?.lease);
  const expiry = Number.isNaN(end) ? `within ${seconds(lapseMs(seen?.lease))} s` : `at ${isoSeconds(end)}`;
  return new Failure('conflict', 'LOCKED', `${address} is locked${waited}: held by ${holder}.`, {
    hint: `Wait for that deploy, or longer with --lock-timeout. If it is gone, its lock expires by itself ${expiry}.`,
    cause,
  });
}
