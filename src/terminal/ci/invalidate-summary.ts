import {describePrice, dollars} from '../../invalidation/index.js';
import {count, formatBytes, formatDuration} from '../format.js';
import type {Described, DryRunResult, Invalidated, InvalidateResult} from '../invalidate/index.js';
import {nameOf} from '../invalidate/target.js';
import {code, escaped, link, list, table} from './markdown.js';

const shownPaths = 20;

export function invalidateSummary(result: InvalidateResult | DryRunResult): string {
  const parts = 'distributions' in result ? result.distributions : [result];
  const sections = parts.flatMap(part => ('plan' in part ? describedSection(part) : sentSection(part)));
  const isDryRun = !('durationMs' in result);
  return [
    isDryRun ? '### Dry run of an invalidation' : '### Invalidation',
    ...sections,
    ...('distributions' in result
      ? [`In all: ${result.costIsMost ? 'at most ' : ''}${dollars(result.costUSD)}`]
      : []),
    ...(isDryRun ? [] : [...checked(result), `Duration: ${formatDuration(result.durationMs)}`]),
  ].join('\n\n');
}

function checked({check}: Pick<InvalidateResult, 'check'>): readonly string[] {
  if (check === null) return [];
  const word = check.fresh ? 'Fresh at the edge' : 'Not seen to be fresh';
  return [`${word} after ${formatDuration(check.afterMs)}: ${link(check.url)}, ${escaped(check.reason)}`];
}

function sentSection(part: Invalidated): readonly string[] {
  const rows = [
    ['Distribution', code(nameOf(part))],
    ['Status', part.paths.length === 0 ? 'nothing that changed is live' : part.status],
    ...costRows(part),
    ['Batches', part.batches.map(({id}) => code(id)).join(' ')],
    ...(part.waitCommand === null ? [] : [['To wait for it', code(part.waitCommand)]]),
  ];
  return section(rows, part.paths);
}

function describedSection(part: Described): readonly string[] {
  const {refetched} = part.plan;
  const rows = [
    ['Distribution', code(nameOf(part))],
    ...costRows(part),
    [
      'Refetched',
      refetched === null
        ? 'unknown'
        : `${refetched.isComplete ? '' : 'more than '}${count(refetched.objects, 'object')}, ${formatBytes(refetched.bytes)}`,
    ],
  ];
  return section(rows, part.paths);
}

function costRows({paths, costUSD, costIsMost, quota}: Invalidated | Described): readonly string[][] {
  const usage = quota === null ? undefined : {used: quota.usedThisMonth, scope: quota.scope, isLeast: false};
  return [['Cost', escaped(describePrice(paths.length, {usd: costUSD, isMost: costIsMost}, usage))]];
}

const section = (rows: readonly (readonly string[])[], paths: readonly string[]): readonly string[] => [
  table(['', ''], rows),
  ...(paths.length === 0 ? [] : [list(paths, shownPaths)]),
];
