import type {Change} from '../../stack/index.js';
import {count, formatDuration} from '../format.js';
import type {PlanResult} from '../stack/results.js';
import type {ApplyResult} from '../stack/run.js';
import {code, escaped, link, table} from './markdown.js';

const shownChanges = 50;

export function applySummary(result: ApplyResult): string {
  const {site, changes, url, distributionId, certificateArn, records, durationMs} = result;
  const rows = [
    ['Site', code(site)],
    ...(url === null ? [] : [['URL', link(url)]]),
    ...(distributionId === null ? [] : [['Distribution', code(distributionId)]]),
    ...(certificateArn === null ? [] : [['Certificate', code(certificateArn)]]),
    ['Duration', formatDuration(durationMs)],
  ];
  return [
    changes.length === 0 ? '### Applied: no changes' : `### Applied: ${count(changes.length, 'change')}`,
    table(['', ''], rows),
    ...changeSections(changes, records),
  ].join('\n\n');
}

export function planStackSummary({site, changes, records}: PlanResult): string {
  const changing = changes.filter(({action}) => action !== 'none');
  return [
    changing.length === 0 ? '### Plan: no changes' : `### Plan: ${count(changing.length, 'change')}`,
    `Site ${code(site)}, ${count(changes.length - changing.length, 'resource')} unchanged. Nothing was changed.`,
    ...changeSections(changing, records),
  ].join('\n\n');
}

/** Values of fields stay out: headers to origins may hold secrets. */
function changeSections(changes: readonly Change[], records: PlanResult['records']): readonly string[] {
  const rows = changes
    .slice(0, shownChanges)
    .map(({resource, action, reason, impact}) => [
      action,
      code(resource),
      escaped(impact === undefined ? reason : `${reason}. ${impact}`),
    ]);
  const more = changes.length - shownChanges;
  return [
    ...(rows.length === 0 ? [] : [table(['Step', 'Resource', 'Reason'], rows)]),
    ...(more > 0 ? [`And ${count(more, 'more change')}.`] : []),
    ...(records.length === 0
      ? []
      : [
          'To write at your DNS host:',
          table(
            ['Name', 'Type', 'Target'],
            records.map(({name, type, target}) => [code(name), type, code(target)]),
          ),
        ]),
  ];
}
