import type {CheckedRecord} from '../../dns/index.js';
import type {MovedAlias} from '../../stack/index.js';
import {chalk} from '../colour.js';
import {columns, formatDuration} from '../format.js';
import type {AliasResult, PasteLine} from './alias.js';
import type {DnsCheckResult} from './check.js';
import type {RemoveResult} from './remove.js';

interface Line {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  readonly status: string;
  readonly reason?: string;
}

const colourOf = (status: string): ((text: string) => string) => {
  if (['conflict', 'remove', 'removed', 'replace', 'replaced', 'refused'].includes(status)) {
    return chalk.yellow;
  }
  return ['create', 'created'].includes(status) ? chalk.green : chalk.dim;
};

/** Status, name, type, target, reason: one line a record. */
export const planLines = (lines: readonly Line[]): string =>
  columns(
    lines.map(({name, type, target, status, reason = ''}) => [
      colourOf(status)(status),
      name,
      type,
      target,
      reason === '' || reason === 'missing' ? '' : chalk.dim(reason),
    ]),
  );

export function aliasText(result: AliasResult): string {
  if ('paste' in result) return pasteText(result.records);
  if (result.records.every(({status}) => status === 'unchanged')) {
    const hosts = [...new Set(result.records.map(({name}) => name))].join(', ');
    return `Nothing to change: ${hosts} ${hosts.includes(',') ? 'lead' : 'leads'} to ${result.distributionId} already.`;
  }
  return planLines(result.records);
}

function pasteText(records: readonly PasteLine[]): string {
  const rows = records.map(({name, type, target, status}) => [
    `${name}.`,
    type,
    `${target}.`,
    status === 'unchanged' ? chalk.dim('in place') : '',
  ]);
  const hasApex = records.some(({type}) => type === 'ALIAS');
  return [
    columns(rows),
    ...(hasApex
      ? [
          'ALIAS: an apex cannot have a CNAME. DNS hosts call what it needs ALIAS, ANAME or a flattened CNAME; one that has none of these cannot point an apex at CloudFront.',
        ]
      : []),
  ].join('\n');
}

export function removeText({records, distributionId, dryRun}: RemoveResult): string {
  if (records.length === 0) return `No records lead to ${distributionId} there.`;
  const lines = planLines(
    records.map(record => ({...record, reason: record.status === 'kept' ? 'leads elsewhere' : ''})),
  );
  return dryRun === true ? `${lines}\nNothing was changed (--dry-run).` : lines;
}

/** Records of one host that say the same are one line: `A, AAAA, HTTPS`. An unknown `ttl` is -1. */
function grouped(
  records: readonly CheckedRecord[],
): readonly (Omit<CheckedRecord, 'ttl'> & {readonly types: string; readonly ttl: number})[] {
  const groups = new Map<string, CheckedRecord[]>();
  for (const record of records) {
    // Only the type's own name makes two findings differ.
    const told = record.message.replace(`${record.type} record`, 'record');
    const key = [record.name, record.status, told].join('\n');
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined
      ? []
      : [
          {
            ...first,
            ttl: Math.max(...[first, ...rest].map(({ttl}) => ttl ?? -1)),
            types: [first, ...rest].map(({type}) => type).join(', '),
          },
        ],
  );
}

export function checkText({records, zones}: DnsCheckResult, withTtl: boolean): string {
  const rows = grouped(records).flatMap(({name, types, status, message, todo, ttl}) => {
    const mark = status === 'ok' ? chalk.green(status) : chalk.yellow(status);
    const kept = ttl < 0 ? 'for an unknown time' : `up to ${formatDuration(ttl * 1000)}`;
    return [
      `${mark}  ${chalk.bold(name)} ${types}: ${message}`,
      ...(todo === null ? [] : [`    ${todo}`]),
      ...(withTtl ? [`    Resolvers keep what they were told ${kept}.`] : []),
    ];
  });
  const asked = zones.map(
    ({id, name, isDelegated}) =>
      `Zone ${name} (${id}): ${isDelegated === null ? 'its delegation could not be looked up' : isDelegated ? 'delegated to it' : 'not delegated to it'}`,
  );
  return [...rows, ...asked].join('\n');
}

export function moveText(result: MovedAlias): string {
  const {host, to, from, status, reason, records, next, proof} = result;
  const source = from === null ? '' : ` from ${from.id}${from.isOwn ? '' : ` of account ${from.account}`}`;
  const head = {
    moved: `${chalk.green('Moved')} ${chalk.bold(host)}${source} to ${to}`,
    there: `${chalk.green('There')}: ${to} has ${host} already`,
    blocked: `${chalk.yellow('Not moved')}: ${host} stays with ${from?.id ?? ''} of account ${from?.account ?? ''}`,
  }[status];
  return [
    head,
    ...(reason === null ? [] : [`  ${reason}`]),
    ...(proof === null || status !== 'blocked'
      ? []
      : [`  Proof  ${proof.name} TXT "${proof.value}"${proof.inPlace ? ' (in place)' : ' (missing)'}`]),
    ...(records.length === 0 ? [] : [planLines(records)]),
    ...next.map((step, index) => `  ${index + 1}. ${step}`),
  ].join('\n');
}
