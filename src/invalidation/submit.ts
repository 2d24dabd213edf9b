import {toFailure, waitFor, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {invalidationApi, statusOf} from './api.js';
import {paceFor} from './pace.js';
import type {Batch, SubmitOptions} from './types.js';

/** BatchTooLarge has no published limit; 3,000 is the number that was never refused. */
const maxBatch = 3000;

/**
 * Sends the paths in batches of at most 3,000, with the CallerReferences `<reference>-1`, `-2`, ...: sending the same
 * again returns the same invalidations and costs nothing. TooManyInvalidationsInProgress is waited out up to `timeoutMs`
 * (Failure WAIT_TIMEOUT).
 */
export async function* submitInvalidation(options: SubmitOptions): Work<readonly Batch[]> {
  const batches: Batch[] = [];
  for (let start = 0, number = 1; start < options.paths.length; start += maxBatch, number++) {
    const paths = options.paths.slice(start, start + maxBatch);
    batches.push(yield* submitBatch(options, paths, `${options.reference}-${number}`));
  }
  return batches;
}

async function* submitBatch(
  options: SubmitOptions,
  paths: readonly string[],
  reference: string,
): Work<Batch> {
  const {aws, distributionId} = options;
  const api = await invalidationApi(aws, options);
  const poll = async (abortSignal: AbortSignal): Promise<Poll<Batch>> => {
    try {
      const made = await api.create({reference, items: paths}, abortSignal);
      return {
        done: true,
        value: {id: made?.Id ?? '', status: statusOf(made?.Status), paths: paths.length},
      };
    } catch (error) {
      if (error instanceof Error && error.name === 'TooManyInvalidationsInProgress') {
        return {done: false, status: 'waiting for earlier invalidations'};
      }
      throw toFailure(error, api.subjects.create);
    }
  };
  return yield* waitFor({
    poll,
    id: 'invalidate',
    subject: `earlier invalidations of distribution ${distributionId}`,
    timeoutMs: options.timeoutMs,
    delay: options.pace ?? paceFor(aws),
    sleep: options.sleep,
    now: options.now,
    signal: options.signal,
  });
}
