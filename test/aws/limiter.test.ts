import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {afterThrottle, afterWindow, createLimiter, startPace, type Pace} from '../../src/aws/limiter.js';

const bounds = {start: 32, max: 256};
const step = fc.oneof(
  fc.record({kind: fc.constant('window' as const), rate: fc.double({min: 0, max: 1000, noNaN: true})}),
  fc.record({kind: fc.constant('throttle' as const)}),
);

const play = (pace: Pace, next: {kind: 'window'; rate: number} | {kind: 'throttle'}): Pace =>
  next.kind === 'window' ? afterWindow(pace, next.rate, bounds.max) : afterThrottle(pace);

describe('pace', () => {
  it('stays within 1 and the maximum; only throttling lowers it; throttling halves it', () => {
    fc.assert(
      fc.property(fc.array(step, {maxLength: 60}), steps => {
        let pace = startPace(bounds);
        for (const next of steps) {
          const before = pace.limit;
          pace = play(pace, next);
          expect(Number.isInteger(pace.limit)).toBe(true);
          expect(pace.limit).toBeGreaterThanOrEqual(1);
          expect(pace.limit).toBeLessThanOrEqual(bounds.max);
          if (next.kind === 'window') expect(pace.limit).toBeGreaterThanOrEqual(before);
          else expect(pace.limit).toBe(Math.max(1, Math.floor(before / 2)));
        }
      }),
    );
  });

  it('reaches the maximum when throughput follows concurrency, and recovers from any throttling', () => {
    fc.assert(
      fc.property(fc.array(fc.constant('throttle'), {maxLength: 12}), throttles => {
        let pace = startPace(bounds);
        for (let at = 0; at < 5; at += 1) pace = afterWindow(pace, pace.limit, bounds.max);
        expect(pace.limit).toBe(256);
        pace = throttles.reduce(afterThrottle, pace);
        for (let at = 0; at < 100; at += 1) pace = afterWindow(pace, 1, bounds.max);
        expect(pace.limit).toBe(256);
      }),
    );
  });

  it('stops growing where more brings nothing', () => {
    let pace = startPace(bounds);
    for (let at = 0; at < 50; at += 1) pace = afterWindow(pace, Math.min(pace.limit, 64), bounds.max);
    expect(pace).toMatchObject({mode: 'hold', limit: 128});
  });

  it('grows by steps, not by doubling, once it was throttled', () => {
    const pace = afterThrottle({mode: 'climb', limit: 64, best: 10});
    expect(afterWindow(pace, 1000, 256)).toEqual({mode: 'recover', limit: 36, best: 1000});
  });
});

describe('limiter', () => {
  /** A service with `slots` workers of `latency` ms each, in virtual time; answers throughput and the limit at the end. */
  function simulate({latency, slots, requests}: {latency: number; slots: number; requests: number}) {
    let time = 0;
    const limiter = createLimiter(bounds, () => time);
    const busyUntil: number[] = Array.from({length: slots}, () => 0);
    const running: {end: number; startedAt: number}[] = [];
    let started = 0;
    let peak = 0;
    const fill = (): void => {
      while (started < requests && limiter.concurrency.inFlight < limiter.concurrency.limit) {
        const startedAt = limiter.acquire();
        if (typeof startedAt !== 'number') throw new Error('a free slot must be given at once');
        const worker = busyUntil.indexOf(Math.min(...busyUntil));
        const end = Math.max(time, busyUntil[worker]!) + latency;
        busyUntil[worker] = end;
        running.push({end, startedAt});
        started += 1;
      }
      peak = Math.max(peak, limiter.concurrency.inFlight);
    };
    fill();
    while (running.length > 0) {
      running.sort((a, b) => a.end - b.end);
      const next = running.shift()!;
      time = next.end;
      limiter.release(next.startedAt, 'ok');
      fill();
    }
    return {limit: limiter.concurrency.limit, peak, time};
  }

  it('opens up to a service that is only far away', () => {
    const result = simulate({latency: 25, slots: 1000, requests: 4000});
    expect(result.limit).toBe(256);
    expect(result.time).toBeLessThan((4000 / 32) * 25 * 0.3);
  });

  it('does not pile requests onto a service that works on few at a time', () => {
    expect(simulate({latency: 1, slots: 4, requests: 5000}).peak).toBeLessThanOrEqual(128);
  });

  it('halves once for all requests that were under way', () => {
    let time = 0;
    const limiter = createLimiter({start: 8, max: 256}, () => time);
    const slots = Array.from({length: 8}, () => limiter.acquire() as number);
    time = 5;
    for (const startedAt of slots.slice(0, 4)) limiter.release(startedAt, 'throttled');
    expect(limiter.concurrency.limit).toBe(4);
    for (const startedAt of slots.slice(4)) limiter.release(startedAt, 'throttled');
    expect(limiter.concurrency.limit).toBe(4);
    time = 6;
    limiter.release(limiter.acquire() as number, 'throttled');
    expect(limiter.concurrency.limit).toBe(2);
  });

  it('never lets more in than the limit, first come first served, and loses nobody', async () => {
    const limiter = createLimiter({start: 3, max: 3}, () => 0);
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({length: 50}, async (_, index) => {
        const startedAt = await limiter.acquire();
        inside += 1;
        expect(inside).toBeLessThanOrEqual(3);
        order.push(index);
        await Promise.resolve();
        inside -= 1;
        limiter.release(startedAt, 'ok');
      }),
    );
    expect(order).toEqual(Array.from({length: 50}, (_, index) => index));
    expect(limiter.concurrency.inFlight).toBe(0);
  });
});
