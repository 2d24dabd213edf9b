import {describe, expect, it} from 'vitest';
import {dryRunText, invalidateText} from '../../../src/terminal/invalidate/text.js';
import type {Described, InvalidateResult} from '../../../src/terminal/invalidate/types.js';

const quota = {usedThisMonth: 140, scope: 'account'} as const;
const told = {distributionId: 'E2QWRUHAPOMQZL', costUSD: 0, costIsMost: false, quota};
const result = {
  ...told,
  paths: ['/a', '/b'],
  batches: [{id: 'I1', status: 'Completed', paths: 2}],
  status: 'Completed',
  resumed: null,
  waitCommand: null,
  check: null,
  durationMs: 4200,
} satisfies InvalidateResult;

const seen = {answered: false, askedAt: 0, error: 'ECONNREFUSED'} as const;

describe('invalidateText', () => {
  it('completed', () => {
    expect(invalidateText(result)).toBe(
      'Completed on E2QWRUHAPOMQZL: /a /b\n  2 paths, 140 of 1,000 free used this month: $0.00, 4.2 s\n  I1',
    );
  });

  it('names three paths at most, each on its own line where a line has no room for them', () => {
    const paths = ['/about/index.html', '/img/*', '/c'];
    expect(invalidateText({...result, paths}, 80).split('\n')[0]).toBe(
      'Completed on E2QWRUHAPOMQZL: /about/index.html /img/* /c',
    );
    expect(
      invalidateText({...result, paths}, 40)
        .split('\n')
        .slice(0, 5),
    ).toEqual([
      'Completed on E2QWRUHAPOMQZL:',
      '  /about/index.html',
      '  /img/*',
      '  /c',
      '  3 paths, 140 of 1,000 free used this month: $0.00, 4.2 s',
    ]);
    expect(invalidateText({...result, paths: [...paths, '/d']}, 40)).toBe(
      'Completed on E2QWRUHAPOMQZL: 4 paths, 140 of 1,000 free used this month: $0.00, 4.2 s\n  I1',
    );
    const long = `/${'x'.repeat(4000)}`;
    expect(invalidateText({...result, paths: [long]}, 80).length).toBeLessThan(400);
  });

  it('what was not sent has no price but a reason', () => {
    const error = {code: 'ACCESS_DENIED', message: 'AWS denied it', hint: null, exit: 3};
    expect(invalidateText({...result, status: 'Failed', batches: [], error})).toBe(
      'Failed on E2QWRUHAPOMQZL: AWS denied it',
    );
    const text = invalidateText({...result, paths: ['/a', '/b', '/c'], status: 'Failed', error});
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Failed on E2QWRUHAPOMQZL: 2 of 3 paths were accepted',
      '  3 paths, 140 of 1,000 free used this month: $0.00, 4.2 s',
    ]);
  });

  it('in progress: what goes on waiting, unless an error says it already', () => {
    const batches = Array.from({length: 7}, (_, i) => ({id: `I${i}`, status: 'InProgress', paths: 1}));
    const open = {...result, batches, status: 'InProgress', waitCommand: 'frontctl x'} as const;
    expect(invalidateText(open).split('\n').slice(2)).toEqual([
      '  I0 I1 I2 I3 I4 + 2 more',
      'Wait for it with: frontctl x',
    ]);
    const error = {code: 'WAIT_TIMEOUT', message: '', hint: null, exit: 5};
    expect(invalidateText({...open, error})).not.toContain('frontctl x');
  });

  it('nothing that changed is live', () => {
    expect(invalidateText({...result, paths: [], batches: []})).toBe(
      'Nothing to invalidate on E2QWRUHAPOMQZL: nothing that changed is live.',
    );
  });

  it.each([
    [200, 200, 'a', 'b', 'New at the edge'],
    [200, 200, 'a', 'a', 'Fetched afresh, but unchanged,'],
    [404, 404, 'a', 'a', 'New at the edge'],
    [200, 301, 'a', 'a', 'New at the edge'],
  ])('status %i then %i, body %s then %s: %s', (status, laterStatus, sha256, later, words) => {
    const answer = {...seen, answered: true, answeredAt: 0, pop: undefined, xCache: undefined} as const;
    const headers = {etag: undefined, lastModified: undefined, age: undefined, date: undefined};
    const check = {
      url: 'https://www.example.com/',
      fresh: true,
      afterMs: 3100,
      reason: 'fetched',
      before: {...answer, ...headers, status, sha256},
      after: {...answer, ...headers, status: laterStatus, sha256: later},
    };
    const text = invalidateText({...result, check});
    expect(text).toContain(`\n${words} after 3.1 s: https://www.example.com/, fetched`);
    expect(text.includes('The origin sends the same bytes as before.')).toBe(words.includes('unchanged'));
  });

  it('several distributions, the price at most, a check', () => {
    const {durationMs, ...part} = result;
    const check = {
      url: 'https://www.example.com/',
      fresh: true,
      afterMs: 3100,
      reason: 'fetched from the origin (X-Cache: Miss from cloudfront)',
      before: seen,
      after: seen,
    };
    const second = {...part, tenantId: 'dt_1', costUSD: 0.01, costIsMost: true, quota: null};
    const text = invalidateText({
      distributions: [part, second],
      costUSD: 0.01,
      costIsMost: true,
      status: 'Completed',
      check,
      durationMs,
    });
    expect(text.split('\n')).toEqual([
      'Completed on E2QWRUHAPOMQZL: /a /b',
      '  2 paths, 140 of 1,000 free used this month: $0.00',
      '  I1',
      'Completed on dt_1: /a /b',
      '  2 paths, free paths used this month unknown: at most $0.01',
      '  I1',
      '2 distributions, at most $0.01 in all, 4.2 s',
      'New at the edge after 3.1 s: https://www.example.com/, fetched from the origin (X-Cache: Miss from cloudfront)',
    ]);
  });
});

describe('dryRunText', () => {
  const plan = {strategy: 'balanced', budget: 15, curve: [], changed: 12, refetched: null} as const;
  const described = (changes: Partial<Described>): Described => ({...told, paths: ['/a'], plan, ...changes});

  it('shows the first 20 paths', () => {
    const paths = Array.from({length: 23}, (_, i) => `/p${i}`);
    const lines = dryRunText(described({paths})).split('\n');
    expect(lines[0]).toBe('Would send to E2QWRUHAPOMQZL: 23 paths, 140 of 1,000 free used this month: $0.00');
    expect(lines.at(-2)).toBe('  /p19');
    expect(lines.at(-1)).toBe('  … and 3 more paths (all of them with --json)');
  });

  it.each([
    [{objects: 12, bytes: 2048, isComplete: true}, ['/a'], 'Refetched: 12 objects (2.0 KiB)'],
    [
      {objects: 10_000, bytes: 2048, isComplete: false},
      ['/*'],
      'Refetched: more than 10,000 objects (more than 2.0 KiB)',
    ],
    [null, ['/a'], 'Refetched: unknown, the objects behind it cannot be listed'],
    [null, ['/a', '#tag'], 'Refetched: unknown, only the edge knows what carries a tag'],
  ])('says what %j refetches', (refetched, paths, line) => {
    expect(dryRunText(described({paths, plan: {...plan, refetched}})).split('\n')[1]).toBe(line);
  });

  it('draws the curve in aligned columns and marks what is sent; a tag is one more path in each row', () => {
    const curve = [
      {items: 1, wildcards: 1, needless: 9988},
      {items: 2, wildcards: 1, needless: 90},
      {items: 12, wildcards: 0, needless: 0},
    ];
    const paths = ['/a/*', '/b', '#tag'];
    const text = dryRunText(
      described({paths, plan: {...plan, curve}, quota: {...quota, usedThisMonth: 999}}),
    );
    expect(text.split('\n').slice(-5)).toEqual([
      'Other plans (* is this one):',
      '   PATHS   PRICE  URLS REFETCHED',
      '       2  $0.005          10,000',
      '*      3   $0.01             102',
      '      13   $0.06              12',
    ]);
  });

  it('keeps a long curve short, with both ends and what is sent', () => {
    const curve = Array.from({length: 3000}, (_, i) => ({items: i + 1, wildcards: 0, needless: 3000 - i}));
    const paths = Array.from({length: 777}, (_, i) => `/p${i}`);
    const lines = dryRunText(described({paths, plan: {...plan, curve}})).split('\n');
    const rows = lines.slice(lines.findIndex(line => line.includes('PATHS')) + 1);
    expect(rows.length).toBeLessThanOrEqual(9);
    expect(rows[0]).toMatch(/^ +1 /);
    expect(rows.at(-1)).toMatch(/^ +3,000 /);
    expect(rows.filter(row => row.startsWith('*'))).toEqual([expect.stringMatching(/^\* +777 /)]);
  });
});
