import {chalk} from '../colour.js';
import type {DeployResult, PlanDescription} from '../../deploy/index.js';
import {describePrice, price} from '../../invalidation/index.js';
import {columns, count, formatBytes, formatDuration} from '../format.js';

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
  const kept = [
    counts.retained > 0 && `${count(counts.retained, 'file')} of earlier releases`,
    counts.kept > 0 &&
      `${count(counts.kept, 'object')} that this site's deploys did not put there, or may not delete`,
  ].filter(part => part !== false);
  if (kept.length > 0) rows.push(['Kept', kept.join(', ')]);
  for (const {bucket, counts: of} of result.replicas ?? [])
    rows.push([
      'Replica',
      `${bucket}: ${of.uploaded} uploaded, ${of.updated} with new headers, ${of.deleted} deleted`,
    ]);
  if (invalidation !== null)
    rows.push(['Invalidated', firstOf(invalidation.paths)], ['', priceText(invalidation)]);
  rows.push(['Release', `${result.release}, ${formatDuration(result.durationMs)}`]);
  return `${chalk.green('Live:')} ${chalk.bold(result.url ?? `s3://${result.bucket}`)}\n${columns(rows, '  ')}`;
}

const shownSteps = 50;

export function planText({plan}: PlanDescription): string {
  const {steps, counts, invalidation, replicas = [], refused = []} = plan;
  const isSame = replicas.every(({counts: of}) => of.uploaded + of.updated + of.deleted === 0);
  if (steps.length === 0 && invalidation === null && isSame) {
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
  if (invalidation === null) lines.push('Nothing to invalidate.');
  else lines.push(`To invalidate: ${firstOf(invalidation.paths)}`, `  ${invalidation.price}`);
  for (const {bucket, counts: of} of replicas)
    lines.push(
      `Replica ${bucket}: ${of.uploaded} to upload, ${of.updated} with new headers, ${of.deleted} to delete.`,
    );
  for (const {message} of refused) lines.push(`${chalk.yellow('A deploy would be refused:')} ${message}`);
  for (const cover of invalidation?.covers ?? []) lines.push(...curveLines(cover));
  return lines.join('\n');
}

type PlannedCover = NonNullable<PlanDescription['plan']['invalidation']>['covers'][number];

const shownPoints = 6;

/** What other numbers of paths would purge: only where there is something to choose. */
function curveLines({what, items, curve}: PlannedCover): readonly string[] {
  if (curve.length < 2) return [];
  const step = (curve.length - 1) / (shownPoints - 1);
  const shown = curve.filter(
    (point, index) =>
      curve.length <= shownPoints ||
      point.items === items ||
      Math.round(Math.round(index / step) * step) === index,
  );
  const rows = shown.map(point => [
    point.items === items ? '>' : '',
    count(point.items, 'path'),
    point.needless === undefined ? '' : `${point.needless.toLocaleString('en-US')} unchanged purged too`,
  ]);
  return [`Choices for what is ${what} (invalidation.budget):`, columns(rows, '  ')];
}

type Invalidation = NonNullable<DeployResult['invalidation']>;

/** `12 paths, 140 of 1,000 free used this month: $0.00`. */
export function priceText({batches, quota}: Invalidation): string {
  const items = batches.reduce((sum, batch) => sum + batch.paths, 0);
  const usage = quota === null ? undefined : {used: quota.usedThisMonth, scope: quota.scope, isLeast: false};
  return describePrice(items, price(items, usage), usage);
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

function firstOf(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(' ')}${paths.length > 5 ? ' …' : ''}`;
}
