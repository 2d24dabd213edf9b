import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {findInRuns} from '../../src/site/token-runs.js';
import {alphanumeric, noise} from './secret-fixtures.js';

describe('runs', () => {
  const runsOf = (bytes: Buffer): string[] => {
    const found: string[] = [];
    findInRuns(bytes, (start, end) => {
      found.push(bytes.toString('latin1', start, end));
      return undefined;
    });
    return found;
  };

  it('are those that an expression finds, wherever they stand', () => {
    const part = fc.oneof(
      fc.integer({min: 1, max: 60}).map(length => noise(length, `${alphanumeric}+/_-`, length)),
      fc.string({unit: fc.constantFrom(' ', '.', '=', '"', '\n', 'é', '\0'), minLength: 1, maxLength: 30}),
    );
    fc.assert(
      fc.property(fc.array(part, {maxLength: 40}), parts => {
        const bytes = Buffer.from(parts.join(''));
        expect(runsOf(bytes)).toEqual(bytes.toString('latin1').match(/[A-Za-z0-9+/_-]{20,}/g) ?? []);
      }),
    );
  });

  it('end the search with the first answer', () => {
    const bytes = Buffer.from(`${'a'.repeat(20)} ${'b'.repeat(20)} ${'c'.repeat(20)}`);
    const seen: number[] = [];
    const answer = findInRuns(bytes, start => {
      seen.push(start);
      return start === 21 ? 'b' : undefined;
    });
    expect([answer, seen]).toEqual(['b', [0, 21]]);
  });
});
