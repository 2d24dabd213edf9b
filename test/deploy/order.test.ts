import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {newerIsLive, olderThan, type Origin} from '../../src/deploy/lock/order.js';

const [early, late] = ['2026-11-29T13:45:07Z', '2026-11-29T13:50:00Z'];
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const origin = (more: Partial<Origin> = {}): Origin => ({
  release: '20261129T134507Z-4f2a9c',
  startedAt: early,
  isNamed: false,
  ...more,
});
const named = (release: string, more: Partial<Origin> = {}): Origin =>
  origin({release, isNamed: true, ...more});

type Row = readonly [
  what: string,
  candidate: Partial<Origin>,
  live: Partial<Origin>,
  isAncestor: boolean | undefined,
  older: boolean,
];

describe('release numbers', () => {
  it.each([
    ['build-41', 'build-42', true],
    ['build-42', 'build-41', false],
    ['41', '42', true],
    ['9', '10', true],
    ['v1.9', 'v1.10', true],
    ['99999999999999999999998', '99999999999999999999999', true],
    ['build-042', 'build-42', false],
    ['build-42', 'build-042', false],
  ])('%s after %s is live: older %s', (candidate, live, older) => {
    // Everything else says the contrary.
    const [mine, theirs] = [
      named(candidate, {startedAt: late, commit: b, committedAt: late}),
      named(live, {startedAt: early, commit: a, committedAt: early}),
    ];
    expect(olderThan(mine, theirs, false) !== undefined).toBe(older);
    expect(olderThan({...mine, startedAt: early}, {...theirs, startedAt: late}) !== undefined).toBe(older);
  });

  it.each([
    ['other prefixes', named('web-41'), named('shop-42')],
    ['one without a number', named('41'), named('spring-sale')],
    ['one that was generated', origin({release: 'r-41'}), named('r-42')],
    ['a shortened commit id', named('1234567', {commit: '1234567'.padEnd(40, 'e')}), named('7654321')],
  ])('say nothing with %s', (_what, candidate, live) => {
    for (const [mine, theirs] of [
      [candidate, live],
      [live, candidate],
    ] as const) {
      expect(olderThan({...mine, startedAt: late}, {...theirs, startedAt: early})).toBeUndefined();
      expect(olderThan({...mine, startedAt: early}, {...theirs, startedAt: late})?.reason).toBe(
        `it started at ${early}, before the live one (${late})`,
      );
    }
  });
});

describe('commits and starts', () => {
  it.each<Row>([
    [
      'the same commit again',
      {commit: a, committedAt: early},
      {commit: a, committedAt: late, startedAt: late},
      undefined,
      false,
    ],
    [
      'the same commit, once shortened',
      {commit: a.slice(0, 7)},
      {commit: a, startedAt: late},
      undefined,
      false,
    ],
    [
      'an ancestor, whatever the dates',
      {commit: a, committedAt: late, startedAt: late},
      {commit: b, committedAt: early},
      true,
      true,
    ],
    [
      'a rerun of an older pipeline in a shallow clone',
      {commit: a, committedAt: early, startedAt: late},
      {commit: b, committedAt: late},
      undefined,
      true,
    ],
    [
      'a newer commit that started earlier and waited',
      {commit: b, committedAt: late},
      {commit: a, committedAt: early, startedAt: late},
      undefined,
      false,
    ],
    [
      'a newer commit that started earlier, with its history',
      {commit: b, committedAt: late},
      {commit: a, committedAt: early, startedAt: late},
      false,
      false,
    ],
    [
      'another branch, on purpose',
      {commit: a, committedAt: early, startedAt: late},
      {commit: b, committedAt: late},
      false,
      false,
    ],
    [
      'the slow run of a commit that was pushed over',
      {commit: a, committedAt: early},
      {commit: b, committedAt: late, startedAt: late},
      false,
      true,
    ],
    ['no ancestor, no dates of commits', {commit: a}, {commit: b, startedAt: late}, false, false],
    [
      'commits of one second, started earlier',
      {commit: a, committedAt: late},
      {commit: b, committedAt: late, startedAt: late},
      undefined,
      true,
    ],
    [
      'commits of one second, started later',
      {commit: a, committedAt: late, startedAt: late},
      {commit: b, committedAt: late},
      undefined,
      false,
    ],
    [
      'dates in other zones',
      {commit: a, committedAt: '2026-11-29T15:00:00+02:00', startedAt: late},
      {commit: b, committedAt: '2026-11-29T13:30:00Z'},
      undefined,
      true,
    ],
    [
      'one date of a commit missing',
      {commit: a, committedAt: early},
      {commit: b, startedAt: late},
      undefined,
      true,
    ],
    ['a commit on one side only', {commit: a, committedAt: early}, {startedAt: late}, undefined, true],
    ['a start before that of the live one', {}, {startedAt: late}, undefined, true],
    ['a start after that of the live one', {startedAt: late}, {}, undefined, false],
    ['the same second', {}, {}, undefined, false],
    ['a start that cannot be read', {startedAt: 'yesterday'}, {startedAt: late}, undefined, false],
  ])('%s', (_what, candidate, live, isAncestor, older) => {
    expect(olderThan(origin(candidate), origin(live), isAncestor) !== undefined).toBe(older);
  });
});

it('the refusal names both, and the way around it', () => {
  const [candidate, live] = [
    named('spring', {commit: a, committedAt: early}),
    named('summer', {commit: b, committedAt: late}),
  ];
  const older = olderThan(candidate, live) ?? {reason: ''};
  expect(newerIsLive(candidate, live, older, 's3://shop')).toMatchObject({
    exitCode: 4,
    code: 'NEWER_RELEASE_LIVE',
    message:
      'Release summer is live at s3://shop, and release spring is older: its commit aaaaaaaaa of 2026-11-29T13:45:07Z is older than bbbbbbbbb of 2026-11-29T13:50:00Z, which is live.',
    hint: expect.stringContaining('--force') as string,
  });
});

describe('order', () => {
  const second = fc.integer({min: 0, max: 5}).map(n => `2026-11-29T13:45:0${n}Z`);
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: undefined});
  const release = fc
    .tuple(fc.constantFrom('', 'build-', 'v1.'), fc.integer({min: 0, max: 5}))
    .map(([before, number]) => `${before}${number}`);
  const any: fc.Arbitrary<Origin> = fc.record({
    release,
    commit: maybe(fc.constantFrom(a, b, 'c'.repeat(40))),
    committedAt: maybe(second),
    startedAt: second,
    isNamed: fc.boolean(),
  });
  const older = (x: Origin, y: Origin, ancestor?: boolean): boolean =>
    olderThan(x, y, ancestor) !== undefined;

  it('nothing is older than itself', () => {
    fc.assert(fc.property(any, fc.constantFrom(undefined, true, false), (x, known) => !older(x, x, known)));
  });

  it('of two, never both are older, unless the dates of commits contradict their history', () => {
    const ancestry = fc.constantFrom([undefined, undefined], [true, false], [false, false]);
    const facts = fc.tuple(any, any, ancestry).filter(([x, y, [there]]) => {
      return there !== true || !((y.committedAt ?? '') < (x.committedAt ?? ''));
    });
    fc.assert(fc.property(facts, ([x, y, [there, back]]) => !(older(x, y, there) && older(y, x, back))));
  });

  const committed = fc.record({
    release,
    commit: fc.constant(a),
    committedAt: second,
    startedAt: second,
    isNamed: fc.constant(false),
  });
  it.each<[string, fc.Arbitrary<Origin>, boolean | undefined]>([
    ['numbers', any.map(x => ({...x, release: `b${x.release.at(-1) ?? ''}`, isNamed: true})), undefined],
    ['dates of commits', committed, undefined],
    ['parted histories', committed, false],
    ['starts', any.map(x => ({...x, commit: undefined, isNamed: false})), undefined],
  ])('is transitive by %s', (_name, of, ancestor) => {
    let chains = 0;
    fc.assert(
      fc.property(of, of, of, (...three) => {
        const [x, y, z] = three.map((one, at) => ({
          ...one,
          commit: one.commit && 'abc'.charAt(at).repeat(40),
        })) as [Origin, Origin, Origin];
        if (!older(x, y, ancestor) || !older(y, z, ancestor)) return true;
        chains++;
        return older(x, z, ancestor);
      }),
      {numRuns: 4000},
    );
    expect(chains).toBeGreaterThan(10);
  });
});
