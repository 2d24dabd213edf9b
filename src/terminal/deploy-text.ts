import {chalk} from './colour.js';
import type {DeployResult, PlanDescription} from '../deploy/index.js';
import {columns, count, formatBytes, formatDuration} from './format.js';

export function deployText(result: DeployResult): string {
  const {counts, invalidation} = result;
  const changes = [
    counts.uploaded > 0 &&
      `${count(counts.uploaded, 'file')} uploaded (${formatBytes(result.bytesUploaded)})`,
    counts.updated > 0 && `headers of ${count(counts.updated, 'file')} changed`,
    counts.deleted > 0 && `${count(counts.deleted, 'file')} deleted`,
  ].filter(part => part !== false);
  const rows = [
    [
      'Files',
      [
        ...(changes.length === 0 ? ['nothing changed'] : changes),
        `${counts.unchanged.toLocaleString('en-US')} unchanged`,
      ].join(', '),
    ],
  ];
  if (counts.kept > 0)
    rows.push(['Kept', `${count(counts.kept, 'object')} that this site's deploys did not put there`]);
  if (invalidation !== null)
    rows.push(['Invalidated', `${pathList(invalidation.paths)} (${price(invalidation.costUSD)})`]);
  rows.push(['Release', `${result.release}, ${formatDuration(result.durationMs)}`]);
  return `${chalk.green('Live:')} ${chalk.bold(result.url ?? `s3://${result.bucket}`)}\n${columns(rows, '  ')}`;
}

const shownSteps = 50;

export function planText({plan}: PlanDescription): string {
  const {steps, counts, invalidation} = plan;
  if (steps.length === 0 && invalidation === null) {
    return `Nothing to do: ${count(counts.unchanged, 'file')} unchanged.`;
  }
  const rows = steps
    .slice(0, shownSteps)
    .map(step => [
      sign(step.action),
      step.key,
      step.bytes === undefined ? '' : formatBytes(step.bytes),
      step.reason,
    ]);
  const lines = [columns(rows)];
  if (steps.length > shownSteps)
    lines.push(`… and ${count(steps.length - shownSteps, 'more step')} (all of them with --json)`);
  lines.push(
    `Plan: ${counts.uploaded} to upload, ${counts.updated} with new headers, ${counts.deleted} to delete, ${counts.unchanged} unchanged.`,
  );
  lines.push(
    invalidation === null
      ? 'Nothing to invalidate.'
      : `To invalidate: ${pathList(invalidation.paths)} (${price(invalidation.costUSD)})`,
  );
  return lines.join('\n');
}

type Action = PlanDescription['plan']['steps'][number]['action'];

function sign(action: Action): string {
  switch (action) {
    case 'upload':
      return chalk.green('+ upload');
    case 'update':
      return chalk.yellow('~ update');
    case 'delete':
      return chalk.red('- delete');
  }
}

function pathList(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(' ');
  return `${count(paths.length, 'path')}: ${shown}${paths.length > 5 ? ' …' : ''}`;
}

const price = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 0.01 ? 3 : 2)}`;
