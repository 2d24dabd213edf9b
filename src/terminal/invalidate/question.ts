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

/** A job that costs more, or may, is asked about, in US dollars. */
const unaskedUSD = 1;

/**
 * Asks before everything of a distribution is dropped, since its origin gets all the requests of its viewers for a while;
 * and before more than a dollar is spent, where somebody is there to answer: scripts set a budget.
 * Failures: CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130).
 */
export async function askFirst(
  plans: readonly Planned[],
  prices: readonly Price[],
  usage: Usage | undefined,
  {terminal, ...answerer}: Answerer,
): Promise<void> {
  const isAttended = !answerer.unattended && terminal.input.isTTY === true && terminal.output.isTTY === true;
  const isDear = isAttended && prices.reduce((sum, {usd}) => sum + usd, 0) > unaskedUSD;
  const lines: string[] = [];
  const names: string[] = [];
  plans.forEach(({target, paths, refetched}, index) => {
    const isEverything = paths.includes('/*');
    if (paths.length === 0 || (!isEverything && !isDear)) return;
    const name = nameOf(target);
    const cost = describePrice(paths.length, prices[index] ?? {usd: 0, isMost: false}, usage);
    if (isEverything) {
      names.push(name);
      lines.push(`/* on ${name} ${refetchText(refetched)}`, cost);
    } else {
      lines.push(`On ${name}: ${cost}`);
    }
  });
  if (lines.length === 0) return;
  const refusal = `Dropping everything ('/*' on ${names.join(', ')}) asks first`;
  await confirm({...answerer, text: lines.join('\n'), question: 'Send it', refusal}, terminal);
}
