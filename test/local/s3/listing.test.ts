import fc from 'fast-check';
import {describe, expect, it} from 'vitest';

import {afterPrefix, compareUtf8, listPage, type KeyRange} from '../../../src/local/s3/listings/listing.js';

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const rangeOver = (keys: readonly string[]): KeyRange<string> => {
  const sorted = [...new Set(keys)].sort(byBytes);
  return ({prefix, after, from}) =>
    sorted
      .filter(key => key.startsWith(prefix))
      .filter(key => after === undefined || byBytes(key, after) > 0)
      .filter(key => from === undefined || byBytes(key, from) >= 0)
      .map(key => [key, key] as const);
};

/** The listing by definition: roll every key up, sort, drop what the marker has passed. */
const entriesByDefinition = (
  keys: readonly string[],
  prefix: string,
  delimiter: string | undefined,
  after: string | undefined,
): readonly string[] => {
  const rolled = keys
    .filter(key => key.startsWith(prefix))
    .map(key => {
      const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 || delimiter === undefined ? `k ${key}` : `p ${key.slice(0, at + delimiter.length)}`;
    });
  return [...new Set(rolled)]
    .sort((a, b) => byBytes(a.slice(2), b.slice(2)))
    .filter(entry => after === undefined || byBytes(entry.slice(2), after) > 0);
};

const text = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '/',
      '//',
      ' ',
      '0',
      '.',
      'é',
      '\u{d7ff}',
      '\u{e000}',
      '\u{ffff}',
      '😀',
      '\u{10ffff}',
    ),
    {
      maxLength: 5,
    },
  )
  .map(parts => parts.join(''));
const keys = fc.array(
  text.filter(key => key !== ''),
  {maxLength: 30},
);

describe('listPage', () => {
  it('pages through exactly the entries of the definition, in order, at most maxKeys a page', () => {
    fc.assert(
      fc.property(
        keys,
        fc.option(text, {nil: ''}),
        fc.option(fc.constantFrom('/', '//', 'a', '😀', '\u{10ffff}'), {nil: undefined}),
        fc.option(
          text.filter(marker => marker !== ''),
          {nil: undefined},
        ),
        fc.integer({min: 1, max: 7}),
        (all, prefix, delimiter, startAfter, maxKeys) => {
          const range = rangeOver(all);
          const seen: string[] = [];
          let after = startAfter;
          for (;;) {
            const page = listPage(range, {prefix, delimiter, after, maxKeys});
            expect(page.entries.length).toBeLessThanOrEqual(maxKeys);
            seen.push(
              ...page.entries.map(entry => (entry.kind === 'key' ? `k ${entry.key}` : `p ${entry.prefix}`)),
            );
            if (!page.truncated) break;
            expect(page.entries).toHaveLength(maxKeys);
            after = page.last;
          }
          expect(seen).toEqual(entriesByDefinition(all, prefix, delimiter, startAfter));
        },
      ),
      {numRuns: 1000},
    );
  });

  it('answers nothing, and says that is all, for max-keys 0', () => {
    const page = listPage(rangeOver(['a']), {prefix: '', delimiter: undefined, after: undefined, maxKeys: 0});
    expect(page).toEqual({entries: [], truncated: false, last: undefined});
  });

  it('reads one row of each common prefix', () => {
    let rows = 0;
    const range = rangeOver(Array.from({length: 1000}, (_, at) => `${String(at % 3)}/${String(at)}`));
    const counting: KeyRange<string> = function* (options) {
      for (const row of range(options)) {
        rows++;
        yield row;
      }
    };
    const page = listPage(counting, {prefix: '', delimiter: '/', after: undefined, maxKeys: 1000});
    expect(page.entries).toHaveLength(3);
    expect(rows).toBe(3);
  });
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u{10ffff}', '\u{d7ff}'),
    fc.string({unit: 'binary', minLength: 1, maxLength: 1}),
  ),
});

it('compareUtf8 is the order of the bytes', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(byBytes(a, b)));
    }),
  );
});

it('afterPrefix stands after every string with the prefix and before every later one', () => {
  fc.assert(
    fc.property(anyText, anyText, (prefix, other) => {
      const next = afterPrefix(prefix);
      if (next === undefined) return;
      expect(byBytes(prefix + other, next)).toBeLessThan(0);
      if (byBytes(other, prefix) > 0 && !other.startsWith(prefix))
        expect(byBytes(other, next)).toBeGreaterThanOrEqual(0);
    }),
  );
});
