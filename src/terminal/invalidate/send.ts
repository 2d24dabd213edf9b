/** Sending what was planned, looking at the edge, waiting: three phases over all distributions. */
import type {Aws} from '../../aws/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {
  openJob,
  ownerText,
  stateFolder,
  submitInvalidation,
  waitForInvalidations,
  type Batch,
  type Job,
  type Priced,
} from '../../invalidation/index.js';
import {count} from '../format.js';
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
}

/**
 * Sends everything, at the account's pace. A run that was cut off is gone on with under its own references, so that it is
 * not paid twice.
 */
export async function* sendPlanned(
  options: SendOptions,
  {target, paths}: Planned,
  priced: Priced,
): Work<Sent> {
  if (paths.length === 0) return {batches: [], resumed: undefined, priced};
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
  let batches: readonly Batch[];
  try {
    batches = yield* submitInvalidation({...owner, aws, paths, reference, memory, timeoutMs, signal});
  } catch (error) {
    // Refused for what it is (no such distribution) with nothing sent: the next run begins anew.
    if (memory?.sent.size === 0 && error instanceof Failure && error.exit === 'usage') await job.settled?.();
    throw error;
  }
  await job.settled?.();
  const detail = `accepted as ${count(batches.length, 'invalidation')}`;
  yield {type: 'done', id: 'invalidate', detail};
  return {batches, resumed: resumedFrom, priced: job.priced};
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
  yield* waitForInvalidations({...owner, aws, ids, timeoutMs, signal});
  yield {type: 'done', id: 'invalidate', detail: 'completed'};
  return batches.map(batch => ({...batch, status: 'Completed'}));
}
