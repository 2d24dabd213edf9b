import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {diff, getAt, parsePath, setAt} from '../../src/diff/index.js';

describe('diff', () => {
  it.each<[string, unknown, unknown, readonly unknown[]]>([
    ['equal scalars', {a: 1}, {a: 1}, []],
    ['a scalar', {a: 1}, {a: 2}, [{path: 'a', before: 1, after: 2}]],
    ['blanks of every kind', {a: '', b: [], c: false, d: {e: []}}, {}, []],
    ['zero is no blank', {a: 0}, {}, [{path: 'a', before: 0, after: undefined}]],
    ['true to missing', {a: true}, {}, [{path: 'a', before: true, after: undefined}]],
    ['a set in another order', {a: ['x', 'y']}, {a: ['y', 'x']}, []],
    ['a set', {a: ['x']}, {a: ['x', 'y']}, [{path: 'a', before: ['x'], after: ['x', 'y']}]],
    [
      'a field of a named item',
      {
        origins: [
          {id: 'a', port: 1},
          {id: 'b', port: 2},
        ],
      },
      {
        origins: [
          {id: 'b', port: 3},
          {id: 'a', port: 1},
        ],
      },
      [{path: 'origins[b].port', before: 2, after: 3}],
    ],
    [
      'a new item in an absent list',
      {},
      {cacheBehaviors: [{pathPattern: '/api/*', compress: true}]},
      [{path: 'cacheBehaviors[/api/*]', before: undefined, after: {pathPattern: '/api/*', compress: true}}],
    ],
    [
      'an item that goes',
      {customErrorResponses: [{errorCode: 404}]},
      {customErrorResponses: []},
      [{path: 'customErrorResponses[404]', before: {errorCode: 404}, after: undefined}],
    ],
    [
      'behaviors that only move',
      {cacheBehaviors: [{pathPattern: 'a'}, {pathPattern: 'b'}]},
      {cacheBehaviors: [{pathPattern: 'b'}, {pathPattern: 'a'}]},
      [{path: 'cacheBehaviors', before: ['a', 'b'], after: ['b', 'a']}],
    ],
    [
      'a structure that appears whole',
      {origin: {}},
      {origin: {s3: {access: 'x', read: 30}}},
      [{path: 'origin.s3', before: undefined, after: {access: 'x', read: 30}}],
    ],
  ])('tells %s', (_name, before, after, expected) => {
    expect(diff(before, after)).toEqual(expected);
  });

  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const structure = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/),
    fc.oneof(scalar, fc.array(fc.string()), fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), scalar)),
  );
  it('finds nothing between a value and itself, and as much one way as the other', () => {
    fc.assert(
      fc.property(structure, structure, (a, b) => {
        expect(diff(a, structuredClone(a))).toEqual([]);
        const there = diff(a, b);
        const back = diff(b, a);
        expect(back.map(({path}) => path).sort()).toEqual(there.map(({path}) => path).sort());
      }),
    );
  });
});

describe('paths', () => {
  const config = {
    priceClass: 'PriceClass_All',
    cacheBehaviors: [{pathPattern: '/api/*', compress: true}, {pathPattern: '*.m3u8'}],
  };
  it('read and write what a diff names', () => {
    const steps = parsePath('cacheBehaviors[/api/*].compress');
    expect(getAt(config, steps)).toBe(true);
    const changed = setAt(config, steps, false, 'x');
    expect(diff(config, changed)).toEqual([
      {path: 'cacheBehaviors[/api/*].compress', before: true, after: undefined},
    ]);
    expect(setAt(config, parsePath('cacheBehaviors[*.m3u8]'), undefined, 'x')).toEqual({
      ...config,
      cacheBehaviors: [config.cacheBehaviors[0]],
    });
    expect(getAt(setAt(config, parsePath('logging.enabled'), true, 'x'), parsePath('logging'))).toEqual({
      enabled: true,
    });
  });
  it.each(['', '[x]', 'a..b', 'a[', 'a b', '.a'])('refuses "%s"', path => {
    expect(() => parsePath(path)).toThrow('is not the path of a field');
  });
  it('names the items that there are', () => {
    expect(() =>
      setAt(config, parsePath('cacheBehaviors[/x].compress'), true, 'cacheBehaviors[/x].compress'),
    ).toThrow('There is no [/x] to set in cacheBehaviors[/x].compress.');
  });
});
