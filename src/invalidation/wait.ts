import {call, mapConcurrent, waitFor, type Aws, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {invalidationApi, itemsOf, ownerFlags, ownerText, statusOf} from './api.js';
import {paceFor} from './pace.js';
import type {Batch, Owner, WaitForInvalidationsOptions} from './types.js';

const pollsAtATime = 8;
const idsInAHint = 5;

/** What goes on waiting for `ids` on any machine. More of them than anyone would copy become `--all`. */
export function waitCommand(aws: Aws, owner: Owner, ids: readonly string[]): string {
  const which = ids.length <= idsInAHint ? ids.join(' ') : '--all';
  return `frontctl invalidation wait ${which}${ownerFlags(owner)}${aws.commandFlags}`;
}

const allOf = async (results: AsyncGenerator<void, void, void>): Promise<void> => {
  while ((await results.next()).done !== true);
};

/**
 * Polls those that are not Completed yet until all are. Failure WAIT_TIMEOUT (exit 5); any other error but throttling and
 * lost connections ends the wait at once.
 */
export async function* waitForInvalidations(options: WaitForInvalidationsOptions): Work<readonly Batch[]> {
  const {aws, ids} = options;
  if (ids.length === 0) throw new TypeError('No invalidation to wait for');
  const api = await invalidationApi(aws, options);
  const completed = new Map<string, Batch>();
  const look = async (id: string, signal: AbortSignal): Promise<void> => {
    const found = await call(api.subjects.get(id), () => api.get(id, signal));
    const status = statusOf(found?.Status);
    if (status === 'Completed') completed.set(id, {id, status, paths: itemsOf(found).length});
  };
  const poll = async (signal: AbortSignal): Promise<Poll<readonly Batch[]>> => {
    const open = [...new Set(ids)].filter(id => !completed.has(id));
    await allOf(mapConcurrent(open, pollsAtATime, look, signal));
    const done = ids.flatMap(id => completed.get(id) ?? []);
    if (done.length === ids.length) return {done: true, value: done};
    return {
      done: false,
      status: ids.length === 1 ? 'InProgress' : `InProgress (${done.length} of ${ids.length} completed)`,
    };
  };
  const subject = ids.length <= idsInAHint ? `invalidation ${ids.join(', ')}` : `${ids.length} invalidations`;
  return yield* waitFor({
    poll,
    id: 'invalidate',
    subject: `${subject} of ${ownerText(options)}`,
    resumeHint:
      options.resumeHint ??
      (() => {
        const open = ids.filter(id => !completed.has(id));
        return `Go on waiting (the edge works on it meanwhile): ${waitCommand(aws, options, open)}`;
      }),
    isFirstContact: !aws.hasAnswered('cloudfront'),
    timeoutMs: options.timeoutMs,
    delay: options.pace ?? paceFor(aws),
    sleep: options.sleep,
    now: options.now,
    signal: options.signal,
  });
}
