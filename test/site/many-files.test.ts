import {expect, it} from 'vitest';
import {collectGarbage} from '../../src/site/many-files.js';

it('gives back what a large site left behind, and leaves small ones alone', () => {
  const waste = (): number => {
    let last: unknown;
    for (let i = 0; i < 300_000; i++) last = {last, text: `${i}`};
    return last === undefined ? 0 : process.memoryUsage().heapUsed;
  };
  const before = waste();
  collectGarbage(49_999);
  expect(process.memoryUsage().heapUsed).toBeGreaterThan(before * 0.9);
  collectGarbage(50_000);
  expect(process.memoryUsage().heapUsed).toBeLessThan(before - 5_000_000);
});
