import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  ageText,
  cut,
  listText,
  pathsText,
  showText,
  waitText,
} from '../../src/terminal/invalidations-text.js';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (ms: number): string => new Date(now - ms).toISOString();

describe('ageText', () => {
  it.each([
    [0, '0s'],
    [40_999, '40s'],
    [60_000, '1m'],
    [3_599_999, '59m'],
    [7_200_000, '2h'],
    [5 * 86_400_000, '5d'],
    [400 * 86_400_000, '400d'],
    [-5000, '0s'],
  ])('%d ms -> %s', (ms, text) => {
    expect(ageText(ago(ms), now)).toBe(text);
  });

  it('an unknown time is no age', () => {
    expect(ageText('', now)).toBe('?');
  });
});

describe('pathsText', () => {
  const paths = ['/a.html', '/b.html', '/c.html', '/d.html'];
  it.each([
    [40, '/a.html /b.html /c.html /d.html'],
    [30, '/a.html /b.html + 2 more'],
    [20, '/a.html + 3 more'],
    [14, '/a.h… + 3 more'],
  ])('in %d columns: %s', (width, text) => {
    expect(pathsText(paths, width)).toBe(text);
  });

  it('cuts nothing in a pipe', () => {
    const long = `/${'x'.repeat(300)}`;
    expect(pathsText([long, '/b'], undefined)).toBe(`${long} + 1 more`);
  });

  it('never takes more than its room', () => {
    const path = fc.stringMatching(/^\/[a-z]{0,60}$/);
    fc.assert(
      fc.property(
        fc.array(path, {minLength: 1, maxLength: 3000}),
        fc.integer({min: 16, max: 200}),
        (all, width) => {
          expect(pathsText(all, width).length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('cut', () => {
    expect([cut('abc', 3), cut('abcd', 3), cut('abcd', 1)]).toEqual(['abc', 'ab…', '…']);
  });
});

const item = (id: string, paths: readonly string[], ms = 180_000, status = 'Completed') => ({
  id,
  status,
  createdAt: ago(ms),
  paths,
  reference: 'r',
});

describe('listText', () => {
  const list = {
    distributionId: 'E2QWRUHAPOMQZL',
    invalidations: [
      item('I2J0I21PCUYOIK', ['/index.html', '/img/*'], 12_000, 'InProgress'),
      item('IABCDEFGHIJKLM', [
        '/products/summer/index.html',
        ...Array<string>(11).fill('/products/summer/x'),
      ]),
    ],
  };

  it('is a table on a wide screen', () => {
    expect(listText(list, {now, width: 80})).toBe(
      [
        'ID              STATUS      AGE  PATHS',
        'I2J0I21PCUYOIK  InProgress  12s  /index.html /img/*',
        'IABCDEFGHIJKLM  Completed   3m   /products/summer/index.html + 11 more',
      ].join('\n'),
    );
  });

  it('puts the paths below on a narrow one', () => {
    expect(listText(list, {now, width: 40})).toBe(
      [
        'ID              STATUS      AGE',
        'I2J0I21PCUYOIK  InProgress  12s',
        '  /index.html /img/*',
        'IABCDEFGHIJKLM  Completed   3m',
        '  /products/summer/index.html + 11 more',
      ].join('\n'),
    );
  });

  it('keeps every line within any screen of 32 columns or more', () => {
    fc.assert(
      fc.property(fc.integer({min: 32, max: 200}), width => {
        for (const line of listText(list, {now, width}).split('\n'))
          expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('names the distributions where there are several, and those without any', () => {
    const empty = {distributionId: 'E1', invalidations: []};
    const text = listText({distributions: [list, {...empty, tenantId: 'dt_1'}]}, {now, width: undefined});
    expect(text.split('\n')[0]).toBe('E2QWRUHAPOMQZL');
    expect(text.endsWith('\n\ndt_1 has no invalidations.')).toBe(true);
  });
});

it('showText tells all paths', () => {
  const shown = {distributionId: 'E1', ...item('I1', ['/a', '/b'])};
  expect(showText(shown, now)).toBe(
    [
      'I1',
      '  Status        Completed',
      `  Created       ${shown.createdAt} (3m ago)`,
      '  Reference     r',
      '  Distribution  E1',
      '  Paths         2',
      '    /a',
      '    /b',
    ].join('\n'),
  );
});

it('waitText says what was waited for', () => {
  const batches = [{id: 'I1', status: 'Completed', paths: 1}];
  expect(
    waitText({
      distributions: [
        {distributionId: 'E1', batches, status: 'Completed'},
        {distributionId: 'E2', batches: [], status: 'Completed'},
      ],
      status: 'Completed',
    }),
  ).toBe('Completed on E1: 1 invalidation\nNothing is in progress on E2.');
});
