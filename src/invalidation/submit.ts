import {setTimeout as delay} from 'node:timers/promises';
import {toFailure, waitFor, type Aws, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {invalidationApi, ownerText, statusOf, type InvalidationApi} from './api.js';
import {awsRate, halve, loadOf, planParcels, type Parcel} from './batches.js';
import {openIds} from './list.js';
import {paceFor} from './pace.js';
import {createTurns, type Clock, type Turns} from './turns.js';
import type {Accepted, Batch, SubmitOptions} from './types.js';

/**
 * A batch that is refused while nothing at all is in progress is refused for the rate, which others of the account may have
 * used up. So often in a row, with a second's quota between them, and it is too large for what the service takes.
 */
const idleRefusals = 3;

/** The quota is the account's: all that this process sends to it takes turns. */
const turnsOf = new WeakMap<Aws, Turns>();

function turnsFor({aws, rate}: SubmitOptions): Turns {
  // What stands behind another endpoint has mostly no quota; it is paced from its first refusal on.
  const isPaced = !aws.isEndpointOverridden;
  if (rate !== undefined) return createTurns(rate, isPaced);
  const turns = turnsOf.get(aws) ?? createTurns(awsRate, isPaced);
  turnsOf.set(aws, turns);
  return turns;
}

interface Sending {
  readonly options: SubmitOptions;
  readonly api: InvalidationApi;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly resumeHint: string;
}

/** `too large`: for this service, in whatever state it is. */
type Sent = Accepted | 'too large';

/**
 * Sends every path once, in batches that need no more than a second's quota and no faster than that; a small job is one
 * call. What CloudFront refuses for now is sent again until `timeoutMs` (Failure WAIT_TIMEOUT), what is too large in
 * halves. Batches and CallerReferences follow from `reference` and `paths` alone: sending the same again returns the same
 * invalidations and costs nothing. Halves keep that true because BatchTooLarge is said again; where a batch is found out to
 * be too large in another way, `memory` has to keep it (without one it is never halved then).
 * Failures: BATCH_TOO_LARGE, REFERENCE_TAKEN, WAIT_TIMEOUT, INTERRUPTED and those of CreateInvalidation.
 */
export async function* submitInvalidation(options: SubmitOptions): Work<readonly Batch[]> {
  const {aws, memory, reference, timeoutMs} = options;
  const clock: Clock = {
    now: options.now ?? (() => performance.now()),
    sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, {signal})),
  };
  const sending: Sending = {
    options,
    api: await invalidationApi(aws, options),
    turns: turnsFor(options),
    clock,
    resumeHint: `Run the same command again${memory === undefined ? '' : ' within 10 minutes'}: what CloudFront accepted is neither sent nor paid again.`,
  };
  const start = clock.now();
  const left = [...planParcels(reference, options.paths, options.rate ?? awsRate)];
  const batches: Batch[] = [];
  const accept = (accepted: Accepted): void => {
    batches.push(accepted.batch);
    options.onAccepted?.(accepted);
  };
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const id = memory?.sent.get(next.reference);
    if (id !== undefined) {
      accept({
        batch: {id, status: 'InProgress', paths: next.items.length},
        items: next.items,
        createdAt: undefined,
      });
      continue;
    }
    const isSplit = memory?.split.has(next.reference) === true;
    let sent: Sent = 'too large';
    try {
      if (!isSplit) sent = yield* send(sending, next);
    } catch (error) {
      throw isInterruption(error) ? interrupted(sending, batches, left.length + 1, error) : error;
    }
    if (sent === 'too large') {
      // Noted before the first half is sent: from then on the whole must never be.
      if (!isSplit) await memory?.noteSplit(next.reference);
      left.unshift(...halve(reference, next));
      continue;
    }
    // Before it is noted: a disk that hangs must not keep back what is paid for.
    accept(sent);
    await memory?.noteSent(next.reference, sent.batch.id);
    if (left.length === 0) continue;
    const elapsedMs = clock.now() - start;
    const status = `${batches.length} of ${batches.length + left.length} batches sent`;
    yield {type: 'wait', id: 'invalidate', status, elapsedMs, limitMs: elapsedMs + timeoutMs};
  }
  return batches;
}

async function* send(sending: Sending, parcel: Parcel): Work<Sent> {
  const {options, clock, resumeHint} = sending;
  let idle = 0;
  const poll = async (signal: AbortSignal): Promise<Poll<Sent>> => {
    const answer = await attempt(sending, parcel, signal);
    if (typeof answer !== 'string') return {done: true, value: answer};
    if (answer === 'too large') {
      if (parcel.items.length === 1) throw tooLarge(sending.options, parcel);
      return {done: true, value: answer};
    }
    await options.memory?.noteWaiting();
    if (answer === 'throttled') return {done: false, status: 'throttled'};
    const others = await inProgress(sending.api, signal);
    if (others === undefined) return {done: false, status: 'waiting for earlier invalidations'};
    idle = others === 0 ? idle + 1 : 0;
    const maySplit = options.memory !== undefined && parcel.items.length > 1;
    if (idle >= idleRefusals && maySplit) return {done: true, value: 'too large'};
    const earlier = `${others} earlier ${others === 1 ? 'invalidation' : 'invalidations'}`;
    return {done: false, status: others === 0 ? 'refused for the rate' : `waiting for ${earlier}`};
  };
  return yield* waitFor({
    poll,
    id: 'invalidate',
    subject: `sending ${parcel.items.length === 1 ? (parcel.items[0] ?? '') : `${parcel.items.length} paths`} to ${ownerText(options)}`,
    resumeHint,
    isFirstContact: !options.aws.hasAnswered('cloudfront'),
    timeoutMs: options.timeoutMs,
    delay: options.pace ?? paceFor(options.aws),
    sleep: clock.sleep,
    now: clock.now,
    signal: options.signal,
  });
}

/** One CreateInvalidation. Answers lost on the way are the caller's to ask for again, under the same reference. */
async function attempt(
  {api, turns, clock}: Sending,
  parcel: Parcel,
  signal: AbortSignal,
): Promise<Sent | 'throttled' | 'too many'> {
  try {
    const made = await turns.take(loadOf(parcel.items), clock, signal, () => api.create(parcel, signal));
    const {items} = parcel;
    const batch = {id: made?.Id ?? '', status: statusOf(made?.Status), paths: items.length};
    return {batch, items, createdAt: made?.CreateTime?.getTime() ?? Number.POSITIVE_INFINITY};
  } catch (error) {
    const failure = toFailure(error, api.subjects.create);
    const name = error instanceof Error ? error.name : '';
    if (name === 'TooManyInvalidationsInProgress' || failure.code === 'THROTTLED') {
      turns.refused(clock);
      return failure.code === 'THROTTLED' ? 'throttled' : 'too many';
    }
    if (name === 'BatchTooLarge' || statusCode(error) === 413) return 'too large';
    if (name === 'InvalidationBatchAlreadyExists') throw taken(parcel, error);
    throw failure;
  }
}

const isInterruption = (error: unknown): boolean => error instanceof Failure && error.code === 'INTERRUPTED';

function interrupted(
  {options, resumeHint}: Sending,
  batches: readonly Batch[],
  unsent: number,
  cause: unknown,
): Failure {
  const sent = batches.length;
  const all = sent + unsent;
  return new Failure(
    'interrupted',
    'INTERRUPTED',
    `Interrupted when ${sent} of ${all} ${all === 1 ? 'batch was' : 'batches were'} sent to ${ownerText(options)}${idsText(batches)}`,
    {hint: resumeHint, cause},
  );
}

const idsInAText = 5;

/** ` (I1, I2 and 7 more)`. */
function idsText(batches: readonly Batch[]): string {
  if (batches.length === 0) return '';
  const more = batches.length - idsInAText;
  const ids = batches.slice(0, idsInAText).map(({id}) => id);
  return ` (${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

function statusCode(error: unknown): number | undefined {
  const {$metadata} = error as {readonly $metadata?: {readonly httpStatusCode?: number}};
  return $metadata?.httpStatusCode;
}

/** How many invalidations of whomever are in progress; undefined where that cannot be told. */
async function inProgress(api: InvalidationApi, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await openIds(api, signal)).length;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

function tooLarge(options: SubmitOptions, {items}: Parcel): Failure {
  const [item = ''] = items;
  return new Failure(
    'refused',
    'BATCH_TOO_LARGE',
    `CloudFront refuses to invalidate ${item.slice(0, 100)}${item.length > 100 ? '…' : ''} of ${ownerText(options)}: even alone it is too large a batch.`,
    {hint: 'Name a shorter path that ends in `*`.'},
  );
}

const taken = ({reference}: Parcel, cause: unknown): Failure =>
  new Failure(
    'conflict',
    'REFERENCE_TAKEN',
    `Another invalidation with the CallerReference ${reference} exists already, with other paths.`,
    {
      hint: 'Run again under a new reference; `frontctl invalidation list` shows the other invalidation.',
      cause,
    },
  );
