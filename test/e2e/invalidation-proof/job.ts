/** One large job: its site is cached and then changed behind the edge, the command runs, is killed, and runs again. */
import type {ChildProcess} from 'node:child_process';
import {setTimeout as delay} from 'node:timers/promises';
import {expect} from 'vitest';
import type {Run} from '../cli.js';
import type {ProofCloud, Seen} from './cloud.js';
import type {ReadInvalidation} from './reader.js';
import type {ProofSite} from './site.js';

export interface Result {
  readonly paths: readonly string[];
  readonly batches: readonly {readonly id: string; readonly status: string}[];
  readonly costUSD: number;
  readonly costIsMost: boolean;
  readonly status: string;
  readonly quota: {readonly usedThisMonth: number; readonly scope: string} | null;
  readonly resumed: string | null;
  readonly waitCommand: string | null;
}

export const quotas = ['--invalidation-quota', 'in-progress', '--invalidation-quota', 'rate'];
export const sorted = (items: Iterable<string>): readonly string[] => [...items].sort();

/** Half a cent a path beyond 1,000 a month. */
export const priceOnce = (used: number, paths: number): number =>
  ((Math.max(0, used + paths - 1000) - Math.max(0, used - 1000)) * 5) / 1000;

export interface Prepared {
  /** Object by object at the edge: all that was named is new, all else is the cached copy that it was. Throws otherwise. */
  check(): Promise<{readonly purged: number; readonly kept: number}>;
}

/** Everything cached, then changed in the bucket. */
export async function prepare(cloud: ProofCloud, site: ProofSite, round: string): Promise<Prepared> {
  await cloud.put(site.objects(`${round} old`));
  await cloud.warm(site.purged);
  const before = await cloud.warm(site.kept);
  await cloud.put(site.objects(`${round} new`));
  cloud.project.write({'stale.txt': site.lines.join('\n')});
  return {
    async check() {
      const isNew = ({cache, body}: Seen): boolean => cache === 'Miss' && body.startsWith(`${round} new`);
      const isSame = ({cache, body}: Seen, index: number): boolean =>
        cache === 'Hit' && body === before[index]?.body;
      const purged = await cloud.view(site.purged);
      const kept = await cloud.view(site.kept);
      expect(purged.filter(seen => !isNew(seen)).slice(0, 5), 'not purged').toEqual([]);
      expect(kept.filter((seen, index) => !isSame(seen, index)).slice(0, 5), 'purged needlessly').toEqual([]);
      return {purged: purged.length, kept: kept.length};
    },
  };
}

const command = ({distributionId}: ProofCloud, ...more: readonly string[]): readonly string[] => [
  ...['invalidate', '--from-file', 'stale.txt', '--yes', '--distribution', distributionId],
  ...more,
];

/** Runs the command and ends it with SIGKILL `afterMs` after the cloud has accepted `batches` of it. */
export async function killed(cloud: ProofCloud, batches: number, afterMs: number): Promise<Run> {
  const before = (await cloud.invalidationIds()).length;
  const watch = async (child: ChildProcess): Promise<void> => {
    const accepted = async (): Promise<number> => (await cloud.invalidationIds()).length - before;
    while (child.exitCode === null && (await accepted()) < batches) await delay(20);
    await delay(afterMs);
    child.kill('SIGKILL');
  };
  let watching: Promise<void> = Promise.resolve();
  const run = await cloud.run(command(cloud), {
    started: child => {
      watching = watch(child);
    },
  });
  await watching;
  expect(run.signal, run.stdout + run.stderr).toBe('SIGKILL');
  return run;
}

export async function finish(cloud: ProofCloud): Promise<Result> {
  const {code, stdout, stderr} = await cloud.run(command(cloud, '--json'));
  expect(code, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

const isWildcard = (item: string): boolean => item.endsWith('*');

/** Each path and wildcard in exactly one invalidation, and none of these beyond a second's quota. */
export function checkRecords(site: ProofSite, records: readonly ReadInvalidation[]): string {
  const times = new Map<string, number>();
  for (const item of records.flatMap(({items}) => items)) times.set(item, (times.get(item) ?? 0) + 1);
  const wanted = new Set([...site.paths, ...site.wildcards]);
  const twice = [...times].filter(([, count]) => count > 1).map(([item]) => item);
  const lost = [...wanted].filter(item => !times.has(item));
  const strange = [...times.keys()].filter(item => !wanted.has(item));
  expect({twice, lost, strange}).toEqual({twice: [], lost: [], strange: []});
  for (const {items} of records) {
    expect(items.filter(isWildcard).length).toBeLessThanOrEqual(1);
    expect(items.filter(item => !isWildcard(item)).length).toBeLessThanOrEqual(150);
  }
  return `twice ${twice.length}, lost ${lost.length}`;
}
