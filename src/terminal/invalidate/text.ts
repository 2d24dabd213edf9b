import {stripVTControlCharacters} from 'node:util';
import {chalk} from '../colour.js';
import {columns, count, formatBytes, formatDuration} from '../format.js';
import {exitCodes} from '../../failure.js';
import {describePrice, dollars, price, type Quota, type Usage} from '../../invalidation/index.js';
import type {CheckResult} from '../../invalidation/edge-check.js';
import type {CurvePoint} from '../../invalidation/plan/index.js';
import {nameOf} from './target.js';
import type {Described, DryRunResult, Invalidated, InvalidateResult} from './types.js';

const shownIds = 5;

/** `width`: columns; undefined in a pipe. */
export function invalidateText(result: InvalidateResult, width?: number): string {
  const parts = 'distributions' in result ? result.distributions : [result];
  const took = formatDuration(result.durationMs);
  const lines = parts.flatMap(part => partLines(part, parts.length === 1 ? took : undefined, width));
  if (parts.length > 1) {
    const most = 'costIsMost' in result && result.costIsMost ? 'at most ' : '';
    lines.push(`${count(parts.length, 'distribution')}, ${most}${dollars(result.costUSD)} in all, ${took}`);
  }
  const {check} = result;
  if (check?.fresh === true) {
    const after = formatDuration(check.afterMs);
    const isSame = isSameObject(check);
    const word = isSame ? chalk.yellow('Fetched afresh, but unchanged,') : chalk.green('New at the edge');
    lines.push(`${word} after ${after}: ${check.url}, ${check.reason}`);
    if (isSame) lines.push('  The origin sends the same bytes as before.');
  }
  return lines.join('\n');
}

/** Pages of errors differ each time, and prove nothing where they do not. */
const isSameObject = ({before, after}: CheckResult): boolean =>
  before.answered &&
  after.answered &&
  before.status === after.status &&
  after.status < 400 &&
  before.sha256 === after.sha256;

/** As many paths are named: what a URL or `about/` became. */
const namedPaths = 3;
const longestPath = 200;

/** What was sent, after its heading: on the same line where there is room, else each on a line of its own. */
function namedLines(heading: string, paths: readonly string[], width: number | undefined): readonly string[] {
  const shown = paths.map(path => (path.length <= longestPath ? path : `${path.slice(0, longestPath)}…`));
  const line = `${heading} ${shown.join(' ')}`;
  const room = width ?? Infinity;
  return stripVTControlCharacters(line).length <= room
    ? [line]
    : [heading, ...shown.map(path => `  ${path}`)];
}

/** `duration`: where this part is all there is. */
function partLines(
  part: Invalidated,
  duration: string | undefined,
  width: number | undefined,
): readonly string[] {
  const where = nameOf(part);
  if (part.paths.length === 0) return [`Nothing to invalidate on ${where}: nothing that changed is live.`];
  const word = {
    Completed: chalk.green('Completed'),
    InProgress: chalk.yellow('In progress'),
    Failed: chalk.red('Failed'),
  }[part.status];
  // Nothing is paid.
  if (part.status === 'Failed' && part.batches.length === 0) {
    return [`${word} on ${where}: ${part.error?.message ?? 'nothing was sent'}`];
  }
  const cost = describePrice(
    part.paths.length,
    {usd: part.costUSD, isMost: part.costIsMost},
    usageOf(part.quota),
  );
  const priced = `${cost}${duration === undefined ? '' : `, ${duration}`}`;
  const accepted = part.batches.reduce((sum, {paths}) => sum + paths, 0);
  const lines =
    part.status === 'Failed'
      ? [
          `${word} on ${where}: ${accepted} of ${count(part.paths.length, 'path')} were accepted`,
          `  ${priced}`,
        ]
      : part.paths.length > namedPaths
        ? [`${word} on ${where}: ${priced}`]
        : [...namedLines(`${word} on ${where}:`, part.paths, width), `  ${priced}`];
  const ids = part.batches.slice(0, shownIds).map(({id}) => id);
  const more = part.batches.length - ids.length;
  if (ids.length > 0) lines.push(`  ${ids.join(' ')}${more > 0 ? ` + ${more} more` : ''}`);
  // The hint of a timeout or of Ctrl-C tells it; who may send but not look has to hand it to somebody.
  const isTold = part.error !== undefined && part.error.exit !== exitCodes.access;
  if (part.waitCommand !== null && !isTold) {
    lines.push(`Wait for it with: ${part.waitCommand}`);
  }
  return lines;
}

const usageOf = (quota: Quota | null): Usage | undefined =>
  quota === null ? undefined : {used: quota.usedThisMonth, scope: quota.scope, isLeast: false};

const shownPaths = 20;

export function dryRunText(result: DryRunResult): string {
  const parts = 'distributions' in result ? result.distributions : [result];
  const texts = parts.map(describedText);
  if ('distributions' in result) {
    const most = result.costIsMost ? 'at most ' : '';
    texts.push(`In all: ${most}${dollars(result.costUSD)}`);
  }
  return texts.join('\n\n');
}

function describedText(part: Described): string {
  const {paths, plan} = part;
  const where = nameOf(part);
  if (paths.length === 0) return `Nothing to invalidate on ${where}: nothing that changed is live.`;
  const usage = usageOf(part.quota);
  const cost = describePrice(paths.length, {usd: part.costUSD, isMost: part.costIsMost}, usage);
  const lines = [`${chalk.bold('Would send')} to ${where}: ${cost}`, refetchedLine(part)];
  lines.push(...paths.slice(0, shownPaths).map(path => `  ${path}`));
  if (paths.length > shownPaths) {
    lines.push(`  … and ${count(paths.length - shownPaths, 'more path')} (all of them with --json)`);
  }
  if (plan.curve.length > 1) lines.push('Other plans (* is this one):', curveTable(part, usage));
  return lines.join('\n');
}

function refetchedLine({paths, plan: {refetched}}: Described): string {
  if (refetched !== null) {
    const more = refetched.isComplete ? '' : 'more than ';
    return `Refetched: ${more}${count(refetched.objects, 'object')} (${more}${formatBytes(refetched.bytes)})`;
  }
  const tags = paths.filter(path => path.startsWith('#'));
  return tags.length === 0
    ? 'Refetched: unknown, the objects behind it cannot be listed'
    : 'Refetched: unknown, only the edge knows what carries a tag';
}

const shownPoints = 9;

/** Paths, price, viewer URLs refetched (an object may have several); `*` marks what is sent. */
function curveTable({paths, plan: {curve, changed}}: Described, usage: Usage | undefined): string {
  const tags = paths.filter(path => path.startsWith('#')).length;
  const chosen = paths.length - tags;
  const cost = (items: number): string => {
    const {usd, isMost} = price(items, usage);
    return `${isMost ? 'at most ' : ''}${dollars(usd)}`;
  };
  const refetched = ({needless}: CurvePoint): string =>
    needless === undefined || changed === null ? 'unknown' : (changed + needless).toLocaleString('en-US');
  const rows = sampled(curve, chosen).map(point => [
    point.items === chosen ? '*' : ' ',
    (point.items + tags).toLocaleString('en-US'),
    cost(point.items + tags),
    refetched(point),
  ]);
  return columns(rightAligned([[' ', 'PATHS', 'PRICE', 'URLS REFETCHED'], ...rows]));
}

/** The ends, what is sent, and points between that double. */
function sampled(curve: readonly CurvePoint[], chosen: number): readonly CurvePoint[] {
  if (curve.length <= shownPoints) return curve;
  const kept = new Set([0, curve.length - 1, curve.findIndex(({items}) => items === chosen)]);
  const ratio = curve.length ** (1 / (shownPoints - 3));
  for (let step = 1; step < shownPoints - 3; step++) kept.add(Math.round(ratio ** step));
  return curve.filter((_, index) => kept.has(index));
}

function rightAligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row => row.map((cell, column) => cell.padStart(widths[column] ?? 0)));
}
