import {chalk} from './colour.js';
import {columns, count} from './format.js';
import {nameOf} from './invalidate/target.js';
import type {InvalidationList, ListedInvalidations, ShownInvalidation, WaitResult} from './invalidations.js';

const steps = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;

/** `40s`, `3m`, `2h`, `5d`, rounded down. A clock that is behind CloudFront's gives `0s`. */
export function ageText(createdAt: string, now: number): string {
  const ms = now - Date.parse(createdAt);
  if (Number.isNaN(ms)) return '?';
  const [size, unit] = steps.find(([each]) => ms >= each) ?? [1000, 's'];
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}

/** Cut to `width` with `…` at its end. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** As many paths as fit, then how many are not told: `/a /b + 9 more`. Whole where `width` is undefined. */
export function pathsText(paths: readonly string[], width: number | undefined): string {
  const [first, ...rest] = paths;
  if (first === undefined) return '';
  const more = (left: number): string => (left === 0 ? '' : ` + ${left.toLocaleString('en-US')} more`);
  const room = width ?? 100;
  let shown = first;
  let left = rest.length;
  for (const path of rest) {
    const longer = `${shown} ${path}`;
    if (longer.length + more(left - 1).length > room) break;
    shown = longer;
    left--;
  }
  if (width === undefined) return shown + more(left);
  return cut(shown, Math.max(1, width - more(left).length)) + more(left);
}

export interface Screen {
  readonly now: number;
  /** Columns; undefined in a pipe. */
  readonly width: number | undefined;
}

export function listText(result: InvalidationList, screen: Screen): string {
  if (!('distributions' in result)) return table(result, screen);
  return result.distributions
    .map(part => {
      const empty = part.invalidations.length === 0;
      return empty ? table(part, screen) : `${chalk.bold(nameOf(part))}\n${table(part, screen)}`;
    })
    .join('\n\n');
}

/** With less room than this beside the other columns, paths stand on a line of their own. */
const leastRoom = 24;

function table(list: ListedInvalidations, {now, width}: Screen): string {
  if (list.invalidations.length === 0) return `${nameOf(list)} has no invalidations.`;
  const rows = list.invalidations.map(({id, status, createdAt}) => [id, status, ageText(createdAt, now)]);
  const left = columns([['ID', 'STATUS', 'AGE'], ...rows]).split('\n');
  const taken = Math.max(...left.map(line => line.length)) + 2;
  const isNarrow = width !== undefined && width - taken < leastRoom;
  const paths = list.invalidations.map(each =>
    pathsText(each.paths, width === undefined ? undefined : isNarrow ? width - 2 : width - taken),
  );
  const cells = ['PATHS', ...paths];
  return left
    .map((line, row) => {
      const own = cells[row] ?? '';
      const coloured = line.replace('InProgress', chalk.yellow('InProgress'));
      if (isNarrow) return row === 0 ? cut(line, width) : `${coloured}\n  ${own}`;
      return coloured + ' '.repeat(taken - line.length) + own;
    })
    .map(line => line.trimEnd())
    .join('\n');
}

export function showText(shown: ShownInvalidation, now: number): string {
  const status = shown.status === 'Completed' ? chalk.green(shown.status) : chalk.yellow(shown.status);
  const rows = [
    ['Status', status],
    ['Created', `${shown.createdAt} (${ageText(shown.createdAt, now)} ago)`],
    ['Reference', shown.reference],
    ['Distribution', shown.distributionId],
    ...(shown.tenantId === undefined ? [] : [['Tenant', shown.tenantId]]),
    ['Paths', String(shown.paths.length)],
  ];
  return [chalk.bold(shown.id), columns(rows, '  '), ...shown.paths.map(path => `    ${path}`)].join('\n');
}

export function waitText(result: WaitResult): string {
  const parts = 'distributions' in result ? result.distributions : [result];
  return parts
    .map(part =>
      part.batches.length === 0
        ? `Nothing is in progress on ${nameOf(part)}.`
        : `${chalk.green('Completed')} on ${nameOf(part)}: ${count(part.batches.length, 'invalidation')}`,
    )
    .join('\n');
}
