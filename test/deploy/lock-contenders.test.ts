import {afterAll, beforeAll, expect, it} from 'vitest';
import type {ObjectStore} from '../../src/aws/index.js';
import {Failure} from '../../src/failure.js';
import {acquireLock, lockKey} from '../../src/deploy/lock/lock.js';
import type {Sleep} from '../../src/deploy/lock/types.js';
import {finish} from './finish.js';
import {leaseIn, manualTime, openLockWorld, options, type LockWorld} from './lock-world.js';

let world: LockWorld;
beforeAll(async () => {
  world = await openLockWorld();
});
afterAll(() => world.close());

/** A holder's time in the lock, from when it had it to the last moment at which it was told that it still has it. */
interface Section {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly end: 'released' | 'died' | 'lost';
}

/** The Lehmer generator of Park and Miller. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const count = 20;
/** In which they come; they need about three times as long. */
const arrivalMs = 120_000;

/**
 * All in one process on one clock, which goes on to the next sleeper once nothing is under way, so that the load of the
 * machine changes nothing. Requests take up to 3 s there and back.
 */
async function contend(seed: number): Promise<readonly Section[]> {
  const time = manualTime(world.cloud.clock);
  const random = randomOf(seed);
  const sections: Section[] = [];
  let underWay = 0;

  const contender = async (index: number): Promise<void> => {
    const name = `c${index}`;
    const dead = new AbortController();
    let stoppedUntil = 0;
    // Neither a timer nor an answer reaches a process that stands still.
    const sleep: Sleep = async (ms, signal) => {
      const either = AbortSignal.any([signal, dead.signal]);
      await time.sleep(ms, either);
      while (time.now() < stoppedUntil) await time.sleep(stoppedUntil - time.now(), either);
    };
    const slowly =
      <A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await sleep(random() * 1500, dead.signal);
        underWay++;
        const answer = await run(...args).finally(() => underWay--);
        await sleep(random() * 1500, dead.signal);
        return answer;
      };
    const {put, get, delete: remove} = world.store;
    const store: ObjectStore = {
      ...world.store,
      concurrency: world.store.concurrency,
      put: slowly(put),
      get: slowly(get),
      delete: slowly(remove),
    };
    await sleep((index * arrivalMs) / count, dead.signal);
    for (let isFirst = true; ; isFirst = false) {
      const {result: lock} = await finish(
        acquireLock(
          options(name, {store, now: time.now, sleep, random, ttlMs: 20_000, timeoutMs: 3_600_000}),
        ),
      );
      const from = time.now();
      let to = from;
      try {
        for (let step = 0; step < 4; step++) {
          if (index % 5 === 2 && isFirst && step === 2)
            stoppedUntil = time.now() + 20_000 + random() * 25_000;
          await sleep(random() * 5000, dead.signal);
          lock.check();
          to = time.now();
        }
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'LOCK_LOST') throw error;
        sections.push({name, from, to, end: 'lost'});
        await lock.release();
        continue;
      }
      const dies = index % 5 === 3;
      sections.push({name, from, to, end: dies ? 'died' : 'released'});
      if (dies) dead.abort();
      else await lock.release();
      return;
    }
  };

  let isDone = false;
  const all = Promise.all(Array.from({length: count}, (_, index) => contender(index))).finally(() => {
    isDone = true;
  });
  const drive = async (): Promise<void> => {
    while (!isDone) {
      await new Promise(resolve => setImmediate(resolve));
      if (underWay === 0) time.passToNext();
    }
  };
  await Promise.all([all, drive()]);
  return sections.sort((a, b) => a.from - b.from);
}

it('20 contenders, of which some die and some stand still: never two at a time', async () => {
  const sections = await contend(7);
  for (const [index, section] of sections.entries()) {
    const before = sections[index - 1];
    if (before === undefined) continue;
    expect(section.from, `${section.name} begins after ${before.name} has ended`).toBeGreaterThan(before.to);
  }
  // Nobody is left out, and what was to happen did.
  expect(new Set(sections.filter(({end}) => end !== 'lost').map(({name}) => name)).size).toBe(count);
  expect(new Set(sections.map(({end}) => end))).toEqual(new Set(['released', 'died', 'lost']));
  const left = (await leaseIn(world.store))?.text;
  expect(left !== undefined).toBe(sections.at(-1)?.end === 'died');
  await world.store.delete(lockKey);
});
