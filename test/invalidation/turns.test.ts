import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createTurns, type Clock} from '../../src/invalidation/turns.js';
import type {Rate} from '../../src/invalidation/types.js';

const rate: Rate = {paths: 150, wildcards: 1};
const never = new AbortController().signal;

interface TestClock extends Clock {
  time: number;
}

function testClock(): TestClock {
  const clock: TestClock = {
    time: 0,
    now: () => clock.time,
    sleep: ms => {
      clock.time += ms;
      return Promise.resolve();
    },
  };
  return clock;
}

/** The service's side: a bucket of one second's quota, full at first. Times must not go back. */
function service(): (at: number, load: Rate) => boolean {
  let left = rate;
  let last = 0;
  return (at, load) => {
    const seconds = (at - last) / 1000;
    last = at;
    const paths = Math.min(rate.paths, left.paths + seconds * rate.paths);
    const wildcards = Math.min(rate.wildcards, left.wildcards + seconds * rate.wildcards);
    // Milliseconds are whole, thirds of an item are not.
    const fits = load.paths <= paths + 1e-6 && load.wildcards <= wildcards + 1e-6;
    left = fits ? {paths: paths - load.paths, wildcards: wildcards - load.wildcards} : {paths, wildcards};
    return fits;
  };
}

const load = fc.record({paths: fc.integer({min: 0, max: 150}), wildcards: fc.integer({min: 0, max: 1})});
const trip = fc.record({load, thereMs: fc.nat(400), backMs: fc.nat(400), idleMs: fc.nat(1500)});

it('never sends what the quota refuses, however long requests are on their way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(trip, {maxLength: 30}), async trips => {
      const clock = testClock();
      const accept = service();
      const turns = createTurns(rate, true);
      for (const {load: need, thereMs, backMs, idleMs} of trips) {
        const accepted = await turns.take(need, clock, never, () => {
          clock.time += thereMs;
          const fits = accept(clock.time, need);
          clock.time += backMs;
          return Promise.resolve(fits);
        });
        expect(accepted).toBe(true);
        clock.time += idleMs;
      }
    }),
  );
});

it('40 wildcards take 39 seconds, and the first none', async () => {
  const clock = testClock();
  const turns = createTurns(rate, true);
  const times: number[] = [];
  for (let index = 0; index < 40; index++) {
    await turns.take({paths: 125, wildcards: 1}, clock, never, () => Promise.resolve(times.push(clock.time)));
  }
  expect(times).toEqual(Array.from({length: 40}, (_, index) => index * 1000));
});

it('does not pause before it was refused, and then waits for a whole new quota', async () => {
  const clock = testClock();
  const turns = createTurns(rate, false);
  const send = () => turns.take({paths: 150, wildcards: 1}, clock, never, () => Promise.resolve(clock.time));
  expect([await send(), await send()]).toEqual([0, 0]);
  turns.refused(clock);
  expect([await send(), await send()]).toEqual([1000, 2000]);
});

it('one after the other, also when several distributions send at once', async () => {
  const clock = testClock();
  const turns = createTurns(rate, true);
  let inFlight = 0;
  let most = 0;
  const send = (paths: number) =>
    turns.take({paths, wildcards: 0}, clock, never, async () => {
      most = Math.max(most, ++inFlight);
      await Promise.resolve();
      inFlight -= 1;
      if (paths === 1) throw new Error('lost');
      return clock.time;
    });
  const [first, lost, last] = await Promise.allSettled([send(150), send(1), send(150)]);
  expect(most).toBe(1);
  expect(first).toEqual({status: 'fulfilled', value: 0});
  expect(lost.status).toBe('rejected');
  expect(last).toMatchObject({status: 'fulfilled', value: 1007});
});

it('a clock that stands still while it sleeps is believed to have slept', async () => {
  const clock: Clock = {now: () => 0, sleep: () => Promise.resolve()};
  const turns = createTurns(rate, true);
  for (let index = 0; index < 3; index++) {
    await expect(turns.take(rate, clock, never, () => Promise.resolve('sent'))).resolves.toBe('sent');
  }
});

it('an interrupted turn is not sent, and the next one gets through', async () => {
  const stop = new AbortController();
  const clock = testClock();
  const turns = createTurns(rate, true);
  await turns.take(rate, clock, never, () => Promise.resolve());
  const interrupted: Clock = {
    now: clock.now,
    sleep: (_ms, signal) => {
      stop.abort();
      return Promise.reject(signal.reason as Error);
    },
  };
  let sent = 0;
  const send = (): Promise<number> => Promise.resolve(++sent);
  await expect(turns.take(rate, interrupted, stop.signal, send)).rejects.toThrow(/abort/i);
  await expect(turns.take(rate, clock, stop.signal, send)).rejects.toThrow(/abort/i);
  expect(sent).toBe(0);
  await expect(turns.take(rate, clock, never, send)).resolves.toBe(1);
});
