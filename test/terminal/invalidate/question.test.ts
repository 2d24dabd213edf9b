import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {askFirst, refetchText} from '../../../src/terminal/invalidate/question.js';
import type {Planned} from '../../../src/terminal/invalidate/plan.js';

it.each([
  [undefined, 'refetches all that it shows (how much is unknown)'],
  [{objects: 1234, bytes: 2048, isComplete: true}, 'refetches all 1,234 objects (2.0 KiB)'],
  [{objects: 1, bytes: 5, isComplete: true}, 'refetches 1 object (5 B)'],
  [
    {objects: 10_000, bytes: 2048, isComplete: false},
    'refetches more than 10,000 objects (more than 2.0 KiB)',
  ],
])('%j: %s', (refetched, text) => {
  expect(refetchText(refetched)).toBe(text);
});

const planned = (distributionId: string, paths: readonly string[]): Planned => ({
  target: {
    distributionId,
    distribution: () => Promise.reject(new Error('not read')),
    hosts: () => Promise.resolve([]),
    isConfigured: false,
  },
  paths,
  strategy: 'exact',
  budget: undefined,
  curve: [],
  changed: undefined,
  refetched: undefined,
});

function answerer(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), {isTTY});
  const output = Object.assign(new PassThrough(), {isTTY});
  const answer = {yes: false, unattended: false, signal: new AbortController().signal};
  return {...answer, terminal: {input, output}};
}

const free = {usd: 0, isMost: false};

it('asks about nothing else that is cheap', async () => {
  await askFirst([planned('E1', ['/a*', '/a/*', '/b'])], [free], undefined, answerer(false));
});

it('names every distribution that would lose everything, with its price', async () => {
  const plans = [planned('E1', ['/*']), planned('E2', ['/a']), planned('E3', ['/*', '#t'])];
  const prices = [free, free, {usd: 0.01, isMost: true}];
  await expect(askFirst(plans, prices, undefined, answerer(false))).rejects.toMatchObject({
    code: 'CONFIRMATION_NEEDED',
    message: "Dropping everything ('/*' on E1, E3) asks first, and nobody is here to answer.",
  });
  const there = answerer(true);
  there.terminal.input.write('y\n');
  await askFirst(plans, prices, undefined, there);
  const shown = (there.terminal.output.read() as Buffer).toString();
  expect(shown).toContain('/* on E3 refetches all that it shows (how much is unknown)\n2 paths, ');
  expect(shown).toContain('at most $0.01');
  expect(shown).not.toContain('E2');
});

describe('more than a dollar', () => {
  const plans = [planned('E1', ['/a', '/b']), planned('E2', ['/c']), planned('E3', [])];
  const prices = (usd: number) => [{usd, isMost: true}, {usd: 0.5, isMost: false}, free];

  it('is asked about where somebody is there to answer, with paths and prices', async () => {
    const there = answerer(true);
    there.terminal.input.write('n\n');
    await expect(askFirst(plans, prices(0.505), undefined, there)).rejects.toMatchObject({exitCode: 130});
    const shown = (there.terminal.output.read() as Buffer).toString();
    expect(shown.split('\n').slice(0, 2)).toEqual([
      'On E1: 2 paths, free paths used this month unknown: at most $0.505',
      'On E2: 1 path, free paths used this month unknown: $0.50',
    ]);
    expect(shown).not.toContain('E3');
  });

  it.each([
    ['a dollar', 0.5, answerer(true)],
    ['no terminal', 9, answerer(false)],
    ['--json', 9, {...answerer(true), unattended: true}],
    ['--yes', 9, {...answerer(true), yes: true}],
  ])('is sent unasked: %s', async (_, usd, given) => {
    await askFirst(plans, prices(usd), undefined, given);
    expect(given.terminal.output.read()).toBeNull();
  });
});
