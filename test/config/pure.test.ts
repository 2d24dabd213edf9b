import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseJson} from '../../src/config/document.js';
import {mergeDeep} from '../../src/config/environment.js';
import {hasReference, interpolate} from '../../src/config/interpolate.js';
import {jsonSyntaxError} from '../../src/config/json-syntax.js';
import {editDistance, suggest} from '../../src/config/suggest.js';

describe('interpolate', () => {
  const env = {NAME: 'x', EMPTY: ''};
  it.each([
    ['${env.NAME}', 'x'],
    ['a ${env.NAME} b ${env.NAME}', 'a x b x'],
    ['${env.NONE:-d e}', 'd e'],
    ['${env.NONE:-}', ''],
    ['${env.EMPTY}', ''],
    ['${env.EMPTY:-d}', 'd'],
    ['$${env.NAME}', '${env.NAME}'],
    ['$ {x} $NAME', '$ {x} $NAME'],
  ])('%s -> %s', (text, expected) => {
    expect(interpolate({a: [text]}, env)).toEqual({value: {a: [expected]}, unresolved: []});
  });

  it('reports where a variable is missing', () => {
    expect(interpolate({a: ['', '${env.NONE}']}, env).unresolved).toMatchObject([{path: ['a', 1]}]);
  });

  it('leaves text without ${ alone, and takes $${ back to what was meant', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        fc.pre(!text.includes('${') && !text.endsWith('$'));
        expect(interpolate(text, {}).value).toBe(text);
        expect(interpolate(`${text}$\${${text}`, {}).value).toBe(`${text}\${${text}`);
        expect(hasReference(`${text}$\${`)).toBe(false);
      }),
    );
  });

  it('does not resolve again what a variable holds', () => {
    expect(interpolate('${env.A}', {A: '${env.B}', B: 'no'}).value).toBe('${env.B}');
  });
});

describe('jsonSyntaxError', () => {
  it('agrees with JSON.parse', () => {
    const mutated = fc
      .tuple(
        fc.json({maxDepth: 3}),
        fc.nat(),
        fc.constantFrom(...Array.from('{}[]",:\\ \n\t-+.0e1tn/\u0001é')),
        fc.boolean(),
      )
      .map(([text, at, char, insert]) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + char + text.slice(insert ? i : i + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), mutated), text => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(jsonSyntaxError(text) === undefined).toBe(valid);
      }),
      {numRuns: 2000},
    );
  });

  it.each([
    ['{"a": 1,}', 8],
    ['[1 2]', 3],
    ['{a: 1}', 1],
    ["{'a': 1}", 1],
    ['{"a" 1}', 5],
    ['[1]]', 3],
    ['{"a": 01}', 6],
    ['{"a": tru}', 6],
    ['{"a": "b\n"}', 6],
    ['{"a": [1}', 8],
  ])('%j at %d', (text, offset) => {
    expect(jsonSyntaxError(text)?.offset).toBe(offset);
  });
});

it('parseJson reads what JSON.parse reads, and finds every top key', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom('\t', ' ', undefined),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const document = parseJson(text, 'x.json');
        expect(document.value).toEqual(JSON.parse(text));
        for (const key of Object.keys(value)) {
          const at = document.position([key], 'key');
          const line = text.split('\n')[(at?.line ?? 0) - 1] ?? '';
          expect(line.startsWith(JSON.stringify(key), (at?.column ?? 0) - 1)).toBe(true);
        }
      },
    ),
  );
});

it('mergeDeep: the override wins, the rest stays', () => {
  expect(mergeDeep({a: {b: 1, c: [1, 2]}, d: 1}, {a: {c: [3], e: 2}, d: undefined})).toEqual({
    a: {b: 1, c: [3], e: 2},
    d: 1,
  });
  fc.assert(
    fc.property(fc.object(), value => {
      expect(mergeDeep(value, value)).toEqual(value);
      expect(mergeDeep({}, value)).toEqual(value);
    }),
  );
});

describe('editDistance', () => {
  it.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['bucekt', 'bucket', 1],
    ['Name', 'name', 0],
  ])('%s %s %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  it('suggests the nearest, and nothing far', () => {
    expect(suggest('stagin', ['live', 'staging'])).toBe('staging');
    expect(suggest('production', ['live', 'staging'])).toBeUndefined();
    expect(suggest('x', [])).toBeUndefined();
  });
});
