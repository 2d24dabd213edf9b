import {describe, expect, it} from 'vitest';
import type {DeployResult, PlanDescription} from '../../src/deploy/index.js';
import {deployText, planText} from '../../src/terminal/deploy/text.js';

const counts = {uploaded: 0, updated: 0, unchanged: 3, deleted: 0, kept: 0, retained: 0};

const result = (invalidation: DeployResult['invalidation']): DeployResult => ({
  release: 'r1',
  url: 'https://example.com/',
  bucket: 'b',
  distributionId: 'E1',
  counts,
  bytesUploaded: 0,
  invalidation,
  durationMs: 1000,
});

const batches = [
  {id: 'I1', status: 'Completed', paths: 10, distributionId: 'E1'},
  {id: 'I2', status: 'Completed', paths: 2, distributionId: 'E1'},
];

describe('what a deploy cost', () => {
  it.each([
    [{usedThisMonth: 140, scope: 'account'} as const, '12 paths, 140 of 1,000 free used this month: $0.00'],
    [{usedThisMonth: 992, scope: 'account'} as const, '12 paths, 992 of 1,000 free used this month: $0.02'],
    [null, '12 paths, free paths used this month unknown: at most $0.06'],
  ])('%o', (quota, text) => {
    const shown = deployText(result({paths: ['/a', '/b*'], batches, costUSD: 0, quota}));
    expect(shown).toContain(text);
    expect(shown).toContain('/a /b*');
  });
});

type Invalidation = NonNullable<PlanDescription['plan']['invalidation']>;

const plan = (covers: Invalidation['covers']): string =>
  planText({
    plan: {
      steps: [],
      counts,
      invalidation: {
        paths: ['/a*'],
        costUSD: 0,
        quota: null,
        price: '1 path, 0 of 1,000 free used this month: $0.00',
        covers,
      },
    },
  });

const point = (items: number, needless: number | undefined) => ({items, wildcards: 1, needless});

describe('the choices of a dry run', () => {
  it('marks the one that was taken', () => {
    const cover = {what: 'replaced', ...point(2, 5), refetched: 9, gap: 0} as const;
    const text = plan([{...cover, curve: [point(1, 1200), point(2, 5), point(4, 0)]}]);
    expect(text).toContain('1 path, 0 of 1,000 free used this month: $0.00');
    expect(
      text
        .split('\n')
        .slice(-4)
        .map(line => line.trim()),
    ).toEqual([
      'Choices for what is replaced (invalidation.budget):',
      expect.stringMatching(/^1 path +1,200 unchanged purged too$/),
      expect.stringMatching(/^> +2 paths +5 unchanged purged too$/),
      expect.stringMatching(/^4 paths +0 unchanged purged too$/),
    ]);
  });

  it('says nothing where there is nothing to choose', () => {
    const cover = {what: 'deleted', ...point(1, 0), refetched: 1, gap: 0} as const;
    expect(plan([{...cover, curve: [point(1, 0)]}])).not.toContain('Choices');
  });

  it('shows some points of a long curve, the ends and the one that was taken among them', () => {
    const curve = Array.from({length: 100}, (_, n) => point(n + 1, 99 - n));
    const cover = {what: 'replaced', ...point(50, 50), refetched: 99, gap: 0} as const;
    const lines = plan([{...cover, curve}]).split('\n');
    const shown = lines.slice(lines.findIndex(line => line.startsWith('Choices')) + 1);
    const counted = shown.map(line => Number(/(\d+) paths?/.exec(line)?.[1]));
    expect(counted.length).toBeLessThanOrEqual(7);
    expect(counted).toEqual(expect.arrayContaining([1, 50, 100]));
  });
});
