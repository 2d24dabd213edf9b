import {readDistribution, findByAlias, findByTag, listDistributions} from '../distribution/index.js';
import {Failure} from '../failure.js';
import {
  costUSD,
  listInvalidations,
  normalizePath,
  submitInvalidation,
  waitForInvalidations,
  type Batch,
  type InvalidationSummary,
} from '../invalidation/index.js';
import type {Session} from './session.js';

/** The `--json` result of `invalidate`. */
export interface InvalidateResult {
  readonly distributionId: string;
  readonly paths: readonly string[];
  readonly batches: readonly Batch[];
  readonly costUSD: number;
  /** `InProgress` or `Completed`. */
  readonly status: string;
}

export interface InvalidateRequest {
  readonly paths: readonly string[];
  readonly distribution: string | undefined;
  readonly local: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

export async function invalidatePaths(
  session: Session,
  request: InvalidateRequest,
): Promise<InvalidateResult> {
  const paths = [...new Set(request.paths.map(normalizePath))];
  const distributionId = await targetDistribution(session, request);
  const aws = await session.aws();
  const common = {aws, distributionId, timeoutMs: request.timeoutMs, signal: session.signal};
  const sent = await session.follow(
    submitInvalidation({...common, paths, reference: `frontctl-${crypto.randomUUID()}`}),
  );
  const batches = request.wait
    ? await waitFor(
        session,
        common,
        sent.map(batch => batch.id),
      )
    : sent;
  return {distributionId, paths, batches, costUSD: costUSD(paths.length), status: statusOf(batches)};
}

export interface WaitRequest {
  readonly ids: readonly string[];
  readonly distribution: string | undefined;
  readonly local: boolean;
  readonly timeoutMs: number;
}

/** The `--json` result of `invalidation wait`. */
export interface WaitResult {
  readonly distributionId: string;
  readonly batches: readonly Batch[];
  readonly status: string;
}

export async function waitForIds(session: Session, request: WaitRequest): Promise<WaitResult> {
  const distributionId = await targetDistribution(session, request);
  const common = {
    aws: await session.aws(),
    distributionId,
    timeoutMs: request.timeoutMs,
    signal: session.signal,
  };
  const batches = await waitFor(session, common, request.ids);
  return {distributionId, batches, status: statusOf(batches)};
}

type Common = Omit<Parameters<typeof waitForInvalidations>[0], 'ids'>;

function waitFor(session: Session, common: Common, ids: readonly string[]): Promise<readonly Batch[]> {
  return session.follow(waitForInvalidations({...common, ids}));
}

const statusOf = (batches: readonly Batch[]): string =>
  batches.every(batch => batch.status === 'Completed') ? 'Completed' : 'InProgress';

/** The `--json` result of `invalidation list`. */
export interface InvalidationList {
  readonly distributionId: string;
  readonly invalidations: readonly InvalidationSummary[];
}

export async function listSiteInvalidations(
  session: Session,
  request: {readonly distribution: string | undefined; readonly local: boolean; readonly limit: number},
): Promise<InvalidationList> {
  const distributionId = await targetDistribution(session, request);
  return {
    distributionId,
    invalidations: await listInvalidations(await session.aws(), {distributionId}, request.limit),
  };
}

/**
 * --distribution (id or alias), else the config's id, else the distribution tagged with the config's name, else, in the
 * embedded cloud, the only one there is. Failure NO_DISTRIBUTION, NO_SUCH_DISTRIBUTION.
 */
async function targetDistribution(
  session: Session,
  request: {readonly distribution: string | undefined; readonly local: boolean},
): Promise<string> {
  const {config} = await session.config();
  const aws = await session.aws();
  const named = request.distribution;
  if (named?.includes('.') === true) {
    const found = await findByAlias(aws, named);
    if (found !== undefined) return found.id;
    throw new Failure(
      'usage',
      'NO_SUCH_DISTRIBUTION',
      `No distribution of this account has the alias ${named}.`,
      {
        hint: 'Name it by its id, or check the profile.',
      },
    );
  }
  if (named !== undefined) return (await readDistribution(aws, named)).id;
  // Under --local the config's id belongs to another cloud.
  if (config.distribution?.id !== undefined && !request.local) return config.distribution.id;
  if (config.name !== undefined) {
    const found = await findByTag(aws, config.name, config.bucket?.name);
    if (found !== undefined) return found.id;
  }
  if (request.local) {
    const ids: string[] = [];
    for await (const {Id} of listDistributions(aws)) if (Id !== undefined) ids.push(Id);
    if (ids.length === 1 && ids[0] !== undefined) return ids[0];
  }
  throw new Failure('usage', 'NO_DISTRIBUTION', 'No distribution is named.', {
    hint: 'Name it with --distribution ID, or distribution.id in the config.',
  });
}
