/** Sending what was planned, looking at the edge, waiting: three phases over all distributions. */
import type {Aws} from '../../aws/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {
  coveredBy,
  openJob,
  ownerText,
  quotaOfParcels,
  stateFolder,
  submitInvalidation,
  waitForInvalidations,
  type Accepted,
  type Batch,
  type Job,
  type Owner,
  type Priced,
} from '../../invalidation/index.js';
import {count} from '../format.js';
import {asFailure} from '../report.js';
import type {Planned} from './plan.js';

export interface SendOptions {
  readonly aws: Aws;
  /** Of the caller; undefined: one of this machine's journal. */
  readonly reference: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Sent {
  readonly batches: readonly Batch[];
  /** ISO 8601: when the run began that was cut off. */
  readonly resumed: string | undefined;
  /** Undefined where the run that was cut off did not leave it. */
  readonly priced: Priced | undefined;
  /** Where a run was gone on with: those that the earlier one sent, and those that went out now. */
  readonly items: {readonly earlier: readonly string[]; readonly now: readonly string[]};
}

/** The sending ended with an error when some batches were accepted, and paid for, already. */
export class PartlySent extends Failure {
  constructor(
    failure: Failure,
    readonly sent: Sent,
  ) {
    super(failure.exit, failure.code, failure.message, {hint: failure.hint, cause: failure});
  }
}

/**
 * Sends everything, at the account's pace. A run that was cut off is gone on with under its own references, so that it is
 * not paid twice. Failures: PartlySent, those of `submitInvalidation`.
 */
export async function* sendPlanned(
  options: SendOptions,
  {target, paths}: Planned,
  priced: Priced,
): Work<Sent> {
  const items = {earlier: [] as string[], now: [] as string[]};
  if (paths.length === 0) return {batches: [], resumed: undefined, priced, items};
  const {aws, timeoutMs, signal} = options;
  const {distributionId, tenantId} = target;
  const owner = {distributionId, tenantId};
  const job: Pick<Job, 'reference'> & Partial<Job> =
    options.reference !== undefined
      ? {reference: options.reference, priced: paidPerhaps(priced)}
      : await openJob({dir: stateFolder(), aws, owner, paths, priced, now: Date.now, random: Math.random});
  const {reference, memory, resumedFrom} = job;
  if (resumedFrom !== undefined) {
    const message = `The run of ${resumedFrom} for the same paths was cut off: this one goes on with it, and what it sent is neither sent nor paid again. Where the content changed since, a new --reference sends all of it.`;
    yield {type: 'warning', message};
  }
  yield {
    type: 'step',
    id: 'invalidate',
    title: `Invalidate ${count(paths.length, 'path')} on ${ownerText(owner)}`,
  };
  const batches: Batch[] = [];
  const startedAt = Date.now();
  const onAccepted = ({batch, items: its, createdAt = 0}: Accepted): void => {
    batches.push(batch);
    items[createdAt < startedAt - clockSlackMs ? 'earlier' : 'now'].push(...its);
  };
  const sent: Sent = {batches, resumed: resumedFrom, priced: job.priced, items};
  try {
    yield* submitInvalidation({...owner, aws, paths, reference, memory, timeoutMs, signal, onAccepted});
  } catch (error) {
    // Refused for what it is (no such distribution) with nothing sent: the next run begins anew.
    if (memory?.sent.size === 0 && error instanceof Failure && error.exit === 'usage') await job.settled?.();
    if (batches.length > 0) throw new PartlySent(asFailure(error), sent);
    throw error;
  }
  await job.settled?.();
  const quota = batches.length > 1 ? quotaOfParcels(paths) : undefined;
  const why = quota === undefined ? '' : `: CloudFront takes ${quota}`;
  const detail = `accepted as ${count(batches.length, 'invalidation')}${why}`;
  yield {type: 'done', id: 'invalidate', detail};
  return sent;
}

/** CloudFront's clock and this machine's are hardly further apart. */
const clockSlackMs = 2000;

/**
 * Since when a copy that the edge fetched is a new one. After a run that was cut off, that is the beginning of that run where
 * it sent all that may cover the URL: nothing drops such a copy any more. Else `now`: an old copy is never taken for new.
 */
export function purgeTime(url: string, now: number, sent: readonly PromiseSettledResult<Sent>[]): number {
  const times = sent.flatMap(each =>
    each.status === 'fulfilled' && each.value.batches.length > 0 ? [purgeTimeOf(url, now, each.value)] : [],
  );
  return times.length === 0 ? now : Math.max(...times);
}

function purgeTimeOf(url: string, now: number, {resumed, items}: Sent): number {
  if (resumed === undefined) return now;
  const {pathname, search} = new URL(url);
  const covers = (these: readonly string[]): boolean =>
    [pathname, pathname + search].some(coveredBy(these)) || these.some(item => item.startsWith('#'));
  // The root object has a path of its own.
  const isKnown = pathname !== '/' && covers(items.earlier) && !covers(items.now);
  return items.now.length === 0 || isKnown ? Date.parse(resumed) : now;
}

/** Under a name of the caller's own, an earlier run may have sent and paid them. */
function paidPerhaps({price, usage}: Priced): Priced {
  return {price: {...price, isMost: price.isMost || price.usd > 0}, usage};
}

/** Until every batch is Completed. Failure WAIT_TIMEOUT (exit 5), INTERRUPTED; both name the command that goes on waiting. */
export async function* waitForSent(
  {aws, timeoutMs, signal}: SendOptions,
  {target}: Planned,
  batches: readonly Batch[],
): Work<readonly Batch[]> {
  const ids = batches.filter(({status}) => status !== 'Completed').map(({id}) => id);
  if (ids.length === 0) return batches;
  const {distributionId, tenantId} = target;
  const owner = {distributionId, tenantId};
  yield {type: 'step', id: 'invalidate', title: `Wait until the edge has dropped them (${ownerText(owner)})`};
  try {
    yield* waitForInvalidations({...owner, aws, ids, timeoutMs, signal});
  } catch (error) {
    throw error instanceof Failure && error.code === 'NO_SUCH_DISTRIBUTION'
      ? goneMeanwhile(error, owner)
      : error;
  }
  yield {type: 'done', id: 'invalidate', detail: 'completed'};
  return batches.map(batch => ({...batch, status: 'Completed'}));
}

/** It took the paths, so its id was right. */
const goneMeanwhile = ({exit, code, cause}: Failure, owner: Owner): Failure =>
  new Failure(exit, code, `The ${ownerText(owner)} is gone: somebody deleted it after the paths were sent.`, {
    cause,
  });
