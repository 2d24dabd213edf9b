import {waitFor, type Aws, type Poll} from '../aws/index.js';
import {listTrusting, undeployed} from '../distribution/index.js';
import type {Work} from '../events.js';
import type {Pace} from '../invalidation/index.js';

/**
 * The guide says nothing of how long a changed key group takes to reach every edge location, nor that its distributions
 * are InProgress meanwhile. Invalidations and distributions take a few minutes: so much is waited beside their status.
 */
const awsSettleMs = 5 * 60_000;
/** The embedded cloud and emulators tell by the distribution's status. */
const localSettleMs = 0;

const awsPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/** How a run waits; `now` and `sleep` are this machine's unless given. */
export interface Waiting {
  readonly timeoutMs: number;
  /** After the change of a key group, beside the status of its distributions. Default: five minutes, none where the endpoint is overridden. */
  readonly settleMs?: number | undefined;
  readonly pace?: Pace | undefined;
  /** CloudFront's clock, epoch milliseconds. */
  readonly now: () => number;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Arrival extends Waiting {
  readonly aws: Aws;
  readonly group: {readonly id: string; readonly name: string; readonly modifiedAt: number};
  readonly resumeHint: string;
}

/**
 * Waits until the edge knows the last change of a key group: every distribution that trusts it is Deployed, and the time
 * to settle has passed since the change. Failure WAIT_TIMEOUT (exit 5).
 */
export async function* waitArrived(arrival: Arrival): Work<void> {
  const {aws, group, now, resumeHint, timeoutMs, sleep, signal} = arrival;
  const settleMs = arrival.settleMs ?? (aws.isEndpointOverridden ? localSettleMs : awsSettleMs);
  const startedAt = now();
  // Never longer than that from now on, however far apart the clocks are.
  const settledAt = Math.min(group.modifiedAt, startedAt) + settleMs;
  const poll = async (): Promise<Poll<undefined>> => {
    const ids = await listTrusting(aws, group.id);
    const open = await undeployed(aws, ids);
    const left = settledAt - now();
    if (open.length > 0) {
      const [only] = open;
      const which =
        open.length === 1 && only !== undefined ? only : `${open.length} of ${ids.length} distributions`;
      return {done: false, status: `${which} InProgress`};
    }
    if (ids.length === 0 || left <= 0) return {done: true, value: undefined};
    return {done: false, status: `Deployed, ${Math.ceil(left / 1000)} s to settle`};
  };
  yield {type: 'step', id: 'arrival', title: `Wait until the edge knows the keys of ${group.name}`};
  yield* waitFor({
    poll,
    id: 'arrival',
    subject: `The change of key group ${group.name}`,
    resumeHint,
    timeoutMs,
    delay: arrival.pace ?? (aws.isEndpointOverridden ? localPace : awsPace),
    sleep,
    now,
    signal,
  });
  yield {type: 'done', id: 'arrival', detail: 'arrived'};
}
