import {managedName} from '../../distribution/index.js';
import type {Action, Change} from '../../stack/index.js';
import {chalk} from '../colour.js';
import {changesText, widthOf} from '../changes-text.js';
import {columns, count, formatDuration} from '../format.js';
import type {PlanResult} from './results.js';
import type {ApplyResult, DestroyResult} from './run.js';

const verbs: Readonly<Record<Exclude<Action, 'none'>, string>> = {
  create: 'to create',
  update: 'to change',
  replace: 'to replace',
  delete: 'to delete',
};

function tally(changes: readonly Change[]): string {
  const parts = (Object.keys(verbs) as (keyof typeof verbs)[]).flatMap(action => {
    const n = changes.filter(change => change.action === action).length;
    return n === 0 ? [] : [`${n} ${verbs[action]}`];
  });
  const same = changes.filter(({action}) => action === 'none').length;
  return [...parts, ...(same === 0 ? [] : [`${same} unchanged`])].join(', ');
}

/** Managed policies by the name that people know; --json keeps the ids. */
const withPolicyNames = (changes: readonly Change[]): readonly Change[] =>
  changes.map(change => ({...change, diff: change.diff.map(field => withNames(field) as typeof field)}));

function withNames(value: unknown): unknown {
  if (typeof value === 'string') return policyName(value) ?? value;
  if (Array.isArray(value)) return value.map(withNames);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNames(inner)]));
}

function policyName(id: string): string | undefined {
  const kinds = ['cache policy', 'origin request policy', 'response headers policy'] as const;
  return kinds.map(kind => managedName(kind, id)).find(name => name !== undefined);
}

/** Records that have to be written elsewhere. */
function recordsText(records: PlanResult['records']): readonly string[] {
  if (records.length === 0) return [];
  const rows = records.map(({name, type, target}) => [name, type, target]);
  return [`${chalk.yellow('!')} Write at your DNS host, once this is applied:`, columns(rows, '    ')];
}

/** @param width columns of the terminal that shows it. */
export function planText({site, changes, records}: PlanResult, width: number): string {
  if (changes.every(({action}) => action === 'none')) {
    return [`No changes: ${site} is as the config says (${tally(changes)}).`, ...recordsText(records)].join(
      '\n',
    );
  }
  return [
    changesText(withPolicyNames(changes), width),
    ...recordsText(records),
    `Plan for ${site}: ${tally(changes)}.`,
  ].join('\n');
}

export const planAnswer = (result: PlanResult): string => planText(result, widthOf(process.stdout));

export function applyText(result: ApplyResult): string {
  const {site, changes, url, distributionId, certificateArn, records, durationMs} = result;
  const head =
    changes.length === 0
      ? `No changes: ${site} is as the config says.`
      : `${chalk.green('Applied')} ${count(changes.length, 'change')} to ${site} in ${formatDuration(durationMs)}`;
  const rows = [
    ...(url === null ? [] : [['URL', url]]),
    ...(distributionId === null ? [] : [['Distribution', distributionId]]),
    ...(certificateArn === null ? [] : [['Certificate', certificateArn]]),
  ];
  return [head, ...(rows.length === 0 ? [] : [columns(rows, '  ')]), ...recordsText(records)].join('\n');
}

export function destroyText({site, changes, kept, destroyed}: DestroyResult): string {
  if (changes.length === 0) return `Nothing to delete: frontctl has made nothing for ${site}.`;
  const rest = kept.map(({resource, reason}) => `  Kept  ${resource}: ${reason}`);
  if (!destroyed) return [changesText(changes, widthOf(process.stdout)), ...rest].join('\n');
  return [`${chalk.green('Deleted')} ${count(changes.length, 'resource')} of ${site}`, ...rest].join('\n');
}
