import type {DeployResult, PlanDescription} from '../../deploy/index.js';
import {priceText} from '../deploy/text.js';
import {count, formatBytes, formatDuration} from '../format.js';
import type {Outputs} from './job.js';
import {code, escaped, link, list, table} from './markdown.js';

const shownPaths = 20;
const shownSteps = 50;

/** `commit`: what was built, where it is known. */
export function deploySummary(result: DeployResult, commit: string | undefined): string {
  const {counts, invalidation} = result;
  const rows = [
    ['Release', code(result.release)],
    ...(commit === undefined ? [] : [['Commit', code(commit)]]),
    ['Uploaded', `${count(counts.uploaded, 'file')}, ${formatBytes(result.bytesUploaded)}`],
    ['New headers', count(counts.updated, 'file')],
    ['Unchanged', count(counts.unchanged, 'file')],
    ['Deleted', count(counts.deleted, 'file')],
    ['Kept', `${count(counts.kept, 'object')} of others`],
    ['Retained', `${count(counts.retained, 'file')} of earlier releases`],
    ...(result.replicas ?? []).map(replica => [
      `Replica ${code(replica.bucket)}`,
      `${count(replica.counts.uploaded, 'file')} uploaded, ${replica.counts.updated} with new headers, ${replica.counts.deleted} deleted`,
    ]),
    [
      'Invalidated',
      invalidation === null
        ? 'nothing'
        : `${count(invalidation.paths.length, 'path')}, ${count(invalidation.batches.length, 'batch', 'batches')}`,
    ],
    ...(invalidation === null ? [] : [['Cost', escaped(priceText(invalidation))]]),
    ['Duration', formatDuration(result.durationMs)],
  ];
  return [
    '### Deployed',
    `Live: ${link(result.url ?? `s3://${result.bucket}`)}`,
    table(['', ''], rows),
    ...invalidated('Invalidated:', invalidation?.paths ?? []),
  ].join('\n\n');
}

export function planSummary({plan}: PlanDescription): string {
  const {steps, counts, invalidation} = plan;
  const rows = steps
    .slice(0, shownSteps)
    .map(({action, key, bytes, reason}) => [
      action,
      code(key),
      bytes === undefined ? '' : formatBytes(bytes),
      escaped(reason),
    ]);
  const more = steps.length - shownSteps;
  return [
    '### Dry run of a deploy',
    `${counts.uploaded} to upload, ${counts.updated} with new headers, ${counts.deleted} to delete, ${counts.unchanged} unchanged. Nothing was changed.`,
    ...(rows.length === 0 ? [] : [table(['Step', 'File', 'Size', 'Reason'], rows)]),
    ...(more > 0 ? [`And ${count(more, 'more step')}.`] : []),
    ...(invalidation === null
      ? ['Nothing to invalidate.']
      : invalidated(`To invalidate, ${escaped(invalidation.price)}`, invalidation.paths)),
  ].join('\n\n');
}

const invalidated = (head: string, paths: readonly string[]): readonly string[] =>
  paths.length === 0 ? [] : [head, list(paths, shownPaths)];

/** `invalidation-ids`: with blanks between them, for the words of a shell. */
export function deployOutputs({url, release, counts, invalidation}: DeployResult): Outputs {
  return {
    url: url ?? '',
    release,
    uploaded: String(counts.uploaded),
    deleted: String(counts.deleted),
    'invalidation-ids': (invalidation?.batches ?? []).map(({id}) => id).join(' '),
  };
}
