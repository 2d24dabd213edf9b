import {call, toFailure, waitFor, type Aws, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import type {Batch, InvalidationSummary, Pace, SubmitOptions, WaitForInvalidationsOptions} from './types.js';

/** BatchTooLarge has no published limit; 3,000 is the number that was never refused. */
const maxBatch = 3000;

/** Completed within 25 s at the 95th percentile: look after 2 s, then more and more seldom up to 10 s. */
export const awsPace: Pace = {firstMs: 2000, factor: 1.4, maxMs: 10_000};
/** The embedded cloud and emulators complete at once or in moments. */
export const localPace: Pace = {firstMs: 50, factor: 1.5, maxMs: 1000};

export function paceFor(aws: Aws): Pace {
  return aws.isEndpointOverridden ? localPace : awsPace;
}

/**
 * US dollars for `paths` (a wildcard or tag counts as one) when `usedThisMonth` of the month's 1,000 free paths are used.
 * How many are used is not looked up here: the default 0 makes the figure the least that it can be.
 */
export function costUSD(paths: number, usedThisMonth = 0): number {
  const charged = Math.max(0, paths - Math.max(0, 1000 - usedThisMonth));
  return Math.round(charged * 0.005 * 1000) / 1000;
}

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
  const what = {
    service: 'cloudfront',
    operation: 'CreateInvalidation',
    resource: `distribution ${distributionId}`,
  } as const;
  const [{CreateInvalidationCommand}, client] = await Promise.all([
    import('@aws-sdk/client-cloudfront'),
    aws.cloudfront(),
  ]);
  const command = new CreateInvalidationCommand({
    DistributionId: distributionId,
    InvalidationBatch: {
      CallerReference: reference,
      Paths: {Quantity: paths.length, Items: [...paths]},
    },
  });
  const poll = async (abortSignal: AbortSignal): Promise<Poll<Batch>> => {
    try {
      const {Invalidation} = await client.send(command, {abortSignal});
      return {done: true, value: {id: Invalidation?.Id ?? '', status: Invalidation?.Status ?? 'InProgress'}};
    } catch (error) {
      if (error instanceof Error && error.name === 'TooManyInvalidationsInProgress') {
        return {done: false, status: 'waiting for earlier invalidations'};
      }
      throw toFailure(error, what);
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

/** Polls until every invalidation is Completed. Failure WAIT_TIMEOUT (exit 5); any other error ends the wait at once. */
export async function* waitForInvalidations(options: WaitForInvalidationsOptions): Work<readonly Batch[]> {
  const {aws, distributionId} = options;
  const [{GetInvalidationCommand}, client] = await Promise.all([
    import('@aws-sdk/client-cloudfront'),
    aws.cloudfront(),
  ]);
  const open = new Set(options.ids);
  const poll = async (abortSignal: AbortSignal): Promise<Poll<readonly Batch[]>> => {
    for (const id of open) {
      const {Invalidation} = await call(
        {
          service: 'cloudfront',
          operation: 'GetInvalidation',
          resource: `invalidation ${id} of distribution ${distributionId}`,
        },
        () =>
          client.send(new GetInvalidationCommand({DistributionId: distributionId, Id: id}), {abortSignal}),
      );
      // CloudFront says `Completed`; moto says `COMPLETED`.
      if (Invalidation?.Status?.toLowerCase() === 'completed') open.delete(id);
    }
    if (open.size === 0) return {done: true, value: options.ids.map(id => ({id, status: 'Completed'}))};
    return {done: false, status: 'InProgress'};
  };
  return yield* waitFor({
    poll,
    id: 'invalidate',
    subject: `invalidation ${options.ids.join(', ')} of distribution ${distributionId}`,
    resumeHint:
      options.resumeHint ??
      `It goes on at the edge. Go on waiting: frontctl invalidation wait ${options.ids.join(' ')} --distribution ${distributionId}${aws.commandFlags}`,
    timeoutMs: options.timeoutMs,
    delay: options.pace ?? paceFor(aws),
    sleep: options.sleep,
    now: options.now,
    signal: options.signal,
  });
}

/** Newest first, as CloudFront lists them, at most `limit`. */
export async function listInvalidations(
  aws: Aws,
  distributionId: string,
  limit: number,
): Promise<readonly InvalidationSummary[]> {
  const [{ListInvalidationsCommand}, client] = await Promise.all([
    import('@aws-sdk/client-cloudfront'),
    aws.cloudfront(),
  ]);
  const found: InvalidationSummary[] = [];
  let marker: string | undefined;
  do {
    const {InvalidationList: page} = await call(
      {service: 'cloudfront', operation: 'ListInvalidations', resource: `distribution ${distributionId}`},
      () =>
        client.send(
          new ListInvalidationsCommand({
            DistributionId: distributionId,
            Marker: marker,
            MaxItems: Math.min(100, limit - found.length),
          }),
        ),
    );
    for (const {Id = '', Status = '', CreateTime} of page?.Items ?? []) {
      found.push({id: Id, status: Status, createdAt: CreateTime?.toISOString() ?? ''});
    }
    marker = page?.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined && found.length < limit);
  return found.slice(0, limit);
}
