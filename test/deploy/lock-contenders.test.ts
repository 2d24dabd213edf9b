import {setTimeout as delay} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {acquireLock} from '../../src/deploy/lock/lock.js';
import type {Sleep} from '../../src/deploy/lock/types.js';
import {createClock} from '../../src/local/clock.js';
import {leaseIn, openLockWorld, options} from './lock-world.js';
import {Failure} from '../../src/failure.js';
import {finish} from './finish.js';

/** A second of the contenders' and of the cloud's clock is 10 ms. */
const speed = 100;
const dying = new Set(['c3', 'c12']);

interface Section {
  readonly name: string;
  readonly from: number;
  /** The last moment at which its holder was told that it holds the lock. */
  readonly to: number;
}

it('20 contenders, two of which die while they hold it: never two at a time, and nobody is left out', async () => {
  const start = performance.now();
  const now = (): number => (performance.now() - start) * speed;
  const clock = createClock({now: () => Date.UTC(2026, 10, 29, 13, 45) + now()});
  const world = await openLockWorld(clock);
  try {
    const fast: Sleep = (ms, signal) => delay(ms / speed, undefined, {signal});
    const sections: Section[] = [];
    const contend = async (index: number): Promise<void> => {
      const name = `c${index}`;
      const died = new AbortController();
      // The renewals of a dead process never come.
      const sleep: Sleep = (ms, signal) => fast(ms, AbortSignal.any([signal, died.signal]));
      const contender = options(name, {
        store: world.store,
        now,
        sleep,
        random: Math.random,
        ttlMs: 30_000,
        timeoutMs: 3_600_000,
      });
      for (let isDone = false; !isDone;) {
        const {result: lock} = await finish(acquireLock(contender));
        const from = now();
        let to = from;
        try {
          for (let step = 0; step < 4; step++) {
            await fast(300, died.signal);
            const time = now();
            lock.check();
            to = time;
          }
          isDone = true;
        } catch (error) {
          // This test's process was kept waiting for longer than a lock lives: what a deploy would do.
          if (!(error instanceof Failure) || error.code !== 'LOCK_LOST') throw error;
        }
        sections.push({name, from, to});
        if (isDone && dying.has(name)) died.abort();
        else await lock.release();
      }
    };
    await Promise.all(Array.from({length: 20}, (_, index) => contend(index)));
    expect(new Set(sections.map(({name}) => name)).size).toBe(20);
    const inOrder = sections.sort((a, b) => a.from - b.from);
    for (const [index, section] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before === undefined) continue;
      expect(section.from, `${section.name} begins after ${before.name} has ended`).toBeGreaterThan(
        before.to,
      );
    }
    // The last may be one of those that died.
    const left = (await leaseIn(world.store))?.text;
    expect(left === undefined || /"(c3|c12)"/.test(left)).toBe(true);
  } finally {
    await world.close();
  }
});
