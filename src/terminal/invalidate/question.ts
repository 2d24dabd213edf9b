import {describePrice, type Price, type Usage} from '../../invalidation/index.js';
import {confirm, type Terminal} from '../confirm.js';
import {count, formatBytes} from '../format.js';
import type {Planned, Refetched} from './plan.js';
import {nameOf} from './target.js';

/** `refetches all 1,234 objects (56 MiB)`. */
export function refetchText(refetched: Refetched | undefined): string {
  if (refetched === undefined) return 'refetches all that it shows (how much is unknown)';
  const {objects, bytes, isComplete} = refetched;
  const many = objects === 1 ? '' : 'all ';
  const what = isComplete ? `${many}${count(objects, 'object')}` : `more than ${count(objects, 'object')}`;
  return `refetches ${what} (${isComplete ? '' : 'more than '}${formatBytes(bytes)})`;
}

export interface Answerer {
  readonly yes: boolean;
  readonly unattended: boolean;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/**
 * Asks before everything of a distribution is dropped: its origin gets all the requests of its viewers for a while.
 * Failures: CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130).
 */
export async function askBeforeEverything(
  plans: readonly Planned[],
  prices: readonly Price[],
  usage: Usage | undefined,
  {terminal, ...answerer}: Answerer,
): Promise<void> {
  const lines: string[] = [];
  const names: string[] = [];
  plans.forEach(({target, paths, refetched}, index) => {
    if (!paths.includes('/*')) return;
    const name = nameOf(target);
    names.push(name);
    const cost = describePrice(paths.length, prices[index] ?? {usd: 0, isMost: false}, usage);
    lines.push(`/* on ${name} ${refetchText(refetched)}`, cost);
  });
  if (names.length === 0) return;
  const refusal = `Dropping everything ('/*' on ${names.join(', ')}) asks first`;
  await confirm({...answerer, text: lines.join('\n'), question: 'Send it', refusal}, terminal);
}
