import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {mapConcurrent} from '../../src/aws/index.js';

async function collect<T>(generator: AsyncGenerator<T, void, void>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of generator) all.push(item);
  return all;
}

async function* feed<T>(items: readonly T[]): AsyncGenerator<T, void, void> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

describe('mapConcurrent', () => {
  it('maps every item once, never more at a time than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat()),
        fc.integer({min: 1, max: 8}),
        fc.boolean(),
        async (items, limit, isAsync) => {
          let running = 0;
          const results = await collect(
            mapConcurrent(isAsync ? feed(items) : items, limit, async item => {
              running += 1;
              expect(running).toBeLessThanOrEqual(limit);
              for (let at = 0; at < item % 5; at += 1) await Promise.resolve();
              running -= 1;
              return item;
            }),
          );
          expect(results.sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('yields undefined results too', async () => {
    expect(await collect(mapConcurrent([1, 2, 3], 2, () => Promise.resolve(undefined)))).toHaveLength(3);
  });

  it('asks for the limit again before every start', async () => {
    let limit = 1;
    let peak = 0;
    let running = 0;
    const items = Array.from({length: 40}, (_, index) => index);
    await collect(
      mapConcurrent(
        items,
        () => limit,
        async item => {
          running += 1;
          peak = Math.max(peak, running);
          if (item === 10) limit = 4;
          await Promise.resolve();
          await Promise.resolve();
          running -= 1;
        },
      ),
    );
    expect(peak).toBe(4);
  });

  it('after an error starts nothing more, tells the running tasks, awaits them and throws the first error', async () => {
    const started: number[] = [];
    let wasTold = false;
    const work = collect(
      mapConcurrent([0, 1, 2, 3, 4], 2, async (item, signal) => {
        started.push(item);
        if (item === 1) throw new Error('broken');
        await new Promise<void>(resolve => {
          signal.addEventListener('abort', () => {
            wasTold = true;
            resolve();
          });
        });
      }),
    );
    await expect(work).rejects.toThrow('broken');
    expect(started).toEqual([0, 1]);
    expect(wasTold).toBe(true);
  });

  it('stops when its signal aborts, and when the consumer leaves', async () => {
    const outer = new AbortController();
    const waiting = (_item: number, signal: AbortSignal): Promise<void> =>
      new Promise(resolve => {
        signal.addEventListener('abort', () => resolve());
      });
    const work = collect(mapConcurrent([1, 2, 3], 2, waiting, outer.signal));
    await Promise.resolve();
    outer.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');

    let closed = false;
    function* numbers(): Generator<number, void, void> {
      try {
        for (let at = 0; ; at += 1) yield at;
      } finally {
        closed = true;
      }
    }
    for await (const item of mapConcurrent(numbers(), 3, item => Promise.resolve(item))) if (item >= 2) break;
    expect(closed).toBe(true);
  });
});
