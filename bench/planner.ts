/**
 * Planning of invalidations: a process for each plan, its peak memory with Node and all keys. The keys are read before the
 * clock starts.
 *
 *     node --import tsx bench/planner.ts [--quick]
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {changedPaths, sitePaths, uniformPaths} from './planner-keys.js';
import {bundle, median} from './process.js';
import {table} from './table.js';

export const plannerHead = [
  'keys (changed), budget',
  'build s',
  'plan s',
  'MB',
  'of that keys',
  'items',
  'needless',
  'gap',
  'target',
];

interface Run {
  readonly buildSeconds: number;
  readonly planSeconds: number;
  readonly keysMB: number;
  readonly peakMB: number;
  readonly items: number;
  readonly wildcards: number;
  readonly needless: number;
  readonly gap: number;
}

/** For 1,000,000 keys with 100,000 changed: seconds to plan by budget, beside 0.75 s to build and 300 MB. */
const targetSeconds: Readonly<Record<number, number>> = {15: 0.3, 300: 0.6, 3000: 1.5};

interface Plan {
  readonly budget: number;
  readonly maxWildcards?: number;
}
const plans: readonly Plan[] = [{budget: 15}, {budget: 300}, {budget: 3000}, {budget: 300, maxWildcards: 15}];

/** Rows for the table; `quick`: one round, no 1,000,000 keys. */
export function planner(scratch: string, quick: boolean): string[][] {
  const child = path.join(scratch, 'planner-child.mjs');
  bundle('planner-child.ts', child);
  const rows: string[][] = [];
  for (const [count, changed] of quick
    ? ([[100_000, 10_000]] as const)
    : ([
        [100_000, 10_000],
        [1_000_000, 100_000],
      ] as const)) {
    for (const [kind, keys] of [
      ['site', sitePaths],
      ['uniform', uniformPaths],
    ] as const) {
      const files = [path.join(scratch, 'live.txt'), path.join(scratch, 'targets.txt')] as const;
      const live = keys(count, 1);
      writeFileSync(files[0], live.join('\n') + '\n');
      writeFileSync(files[1], changedPaths(live, changed, 2).join('\n') + '\n');
      for (const plan of plans) {
        const runs = Array.from({length: quick ? 1 : 3}, () => run(child, files, plan));
        const name = `${kind} ${count.toLocaleString('en')} (${changed.toLocaleString('en')}), ${plan.budget}`;
        const wild = plan.maxWildcards === undefined ? '' : `, ${plan.maxWildcards} wildcards`;
        rows.push([name + wild, ...cells(runs, count === 1_000_000 ? plan : undefined)]);
      }
    }
  }
  return rows;
}

function cells(runs: readonly Run[], judged: Plan | undefined): string[] {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const seconds = targetSeconds[judged?.budget ?? 0];
  const met =
    of(each => each.buildSeconds) <= 0.75 &&
    of(each => each.planSeconds) <= (seconds ?? 0) &&
    of(each => each.peakMB) <= 300;
  const [first] = runs;
  return [
    of(each => each.buildSeconds).toFixed(2),
    of(each => each.planSeconds).toFixed(2),
    of(each => each.peakMB).toFixed(0),
    of(each => each.keysMB).toFixed(0),
    String(first?.items),
    String(first?.needless),
    String(first?.gap),
    judged === undefined || judged.maxWildcards !== undefined || seconds === undefined
      ? ''
      : `<= 0.75 s, ${seconds} s, 300 MB: ${met ? 'met' : 'MISSED'}`,
  ];
}

function run(child: string, files: readonly [string, string], {budget, maxWildcards}: Plan): Run {
  const out = execFileSync(process.execPath, [child, ...files, String(budget), String(maxWildcards ?? '-')], {
    encoding: 'utf8',
  });
  return JSON.parse(out) as Run;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'frontctl-planner-'));
  try {
    console.log(table([plannerHead, ...planner(scratch, process.argv.includes('--quick'))]));
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}
