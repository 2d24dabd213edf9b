import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {coveredBy} from '../../src/invalidation/index.js';

describe('coveredBy', () => {
  it('is an exact path or a prefix before a last *, whatever the order', () => {
    const path = fc.stringMatching(/^\/[ab/]{0,4}$/);
    const item = fc.tuple(path, fc.boolean()).map(([text, isWildcard]) => text + (isWildcard ? '*' : ''));
    fc.assert(
      fc.property(fc.array(item), path, (items, wanted) => {
        const expected = items.some(each =>
          each.endsWith('*') ? wanted.startsWith(each.slice(0, -1)) : wanted === each,
        );
        expect(coveredBy(items)(wanted)).toBe(expected);
      }),
    );
  });
});
