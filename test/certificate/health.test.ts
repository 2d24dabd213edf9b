import {describe, expect, it} from 'vitest';
import {health, isInPlace, recordsOf, type Certificate} from '../../src/certificate/index.js';
import {certificate} from './fixtures.js';

const now = Date.parse('2026-06-01T00:00:00Z');
const inDays = (days: number): string => new Date(now + days * 86_400_000).toISOString();
const standing = (of: Certificate) => new Map(recordsOf(of).map(({name, value}) => [name, value]));

describe('health', () => {
  it('is silent about a certificate in use whose records stand', () => {
    const fine = certificate({notAfter: inDays(100.5)});
    expect(health(fine, now, standing(fine))).toEqual({daysLeft: 100, renews: true, warnings: []});
  });

  it('does not know where DNS gave no answer', () => {
    expect(health(certificate({notAfter: inDays(100)}), now, new Map())).toEqual({
      daysLeft: 100,
      renews: null,
      warnings: [],
    });
  });

  it('warns when a renewal record has gone or changed, however far the end is', () => {
    const both = certificate({names: ['example.com', '*.example.com'], notAfter: inDays(150)});
    expect(recordsOf(both)).toHaveLength(1);
    expect(health(both, now, new Map([['_a.example.com', undefined]]))).toEqual({
      daysLeft: 150,
      renews: false,
      warnings: [
        'the validation record of example.com and *.example.com has gone from DNS, so ACM cannot renew it: put back _a.example.com CNAME _b.example.com.acm-validations.aws',
      ],
    });
    expect(health(both, now, new Map([['_a.example.com', 'parked.example.net']])).warnings[0]).toContain(
      'has another value in DNS (parked.example.net)',
    );
  });

  it.each([
    [30, []],
    [29, ['it ends in 29 days, on 2026-06-30']],
    [1, ['it ends in 1 day, on 2026-06-02']],
    [0, ['it ends within a day, on 2026-06-01']],
    [-1, ['it ended on 2026-05-31']],
  ])('warns below 30 days: %s', (days, warnings) => {
    const near = certificate({notAfter: inDays(days)});
    expect(health(near, now, standing(near)).warnings).toEqual(warnings);
  });

  it.each([
    [
      {type: 'IMPORTED', validation: [], notAfter: inDays(44)},
      false,
      ['it was imported: import its successor, ACM does not renew it'],
    ],
    [{type: 'IMPORTED', validation: [], notAfter: inDays(45)}, false, []],
    [{inUse: false, inUseBy: [], notAfter: inDays(44)}, false, ['nothing uses it, so ACM does not renew it']],
    [{inUse: false, inUseBy: [], notAfter: inDays(100)}, false, []],
    [
      {renewal: {status: 'FAILED', reason: 'CAA_ERROR', validation: []}, notAfter: inDays(40)},
      false,
      ['ACM could not renew it (CAA_ERROR)'],
    ],
    [
      {renewal: {status: 'PENDING_VALIDATION', reason: null, validation: []}, notAfter: inDays(40)},
      true,
      ['ACM is renewing it and waits for the validation of its names'],
    ],
    [
      {
        validation: [{domain: 'www.example.com', status: 'SUCCESS', method: 'EMAIL', record: null}],
        notAfter: inDays(40),
      },
      false,
      ['its renewal needs an answer to the mail that ACM sends to www.example.com'],
    ],
    [{status: 'EXPIRED', notAfter: inDays(-3)}, false, ['it is EXPIRED, and E1EXAMPLE still presents it']],
    [{status: 'FAILED', notAfter: null, inUse: false, inUseBy: []}, false, []],
  ] as const)('%j', (more, renews, warnings) => {
    const given = certificate(more);
    expect(health(given, now, standing(given))).toMatchObject({renews, warnings});
  });
});

it('compares whole records', () => {
  const record = {name: 'a', type: 'CNAME', value: 'b'} as const;
  expect(isInPlace(record, new Map([['a', 'b']]))).toBe(true);
  expect(isInPlace(record, new Map([['a', 'c']]))).toBe(false);
  expect(isInPlace(record, new Map([['a', undefined]]))).toBe(false);
  expect(isInPlace(record, new Map())).toBeNull();
});
