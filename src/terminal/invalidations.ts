/** `frontctl invalidation list|show|wait`: what was sent before. */
import {mapConcurrent} from '../aws/index.js';
import {Failure} from '../failure.js';
import {
  inProgressIds,
  listInvalidations,
  readInvalidation,
  waitForInvalidations,
  type Batch,
  type InvalidationSummary,
} from '../invalidation/index.js';
import {findTarget, findTargets, nameOf, type Target, type TargetFlags} from './invalidate/target.js';
import {followAll} from './invalidate/together.js';
import type {Session} from './session.js';

/** A tag may name hundreds, and each is read in several calls at a time. */
const targetsAtATime = 4;

export interface ListedInvalidations {
  readonly distributionId: string;
  readonly tenantId?: string;
  /** Newest first. */
  readonly invalidations: readonly InvalidationSummary[];
}

/** The `--json` result of `invalidation list`. */
export type InvalidationList = ListedInvalidations | {readonly distributions: readonly ListedInvalidations[]};

export async function listAll(
  session: Session,
  flags: TargetFlags & {readonly limit: number},
): Promise<InvalidationList> {
  const aws = await session.aws();
  const targets = await findTargets(session, flags);
  const found = new Map<Target, ListedInvalidations>();
  const read = async (target: Target, signal: AbortSignal) => {
    const invalidations = await listInvalidations(aws, target, flags.limit, signal);
    return {target, listed: {...ownerOf(target), invalidations}};
  };
  const reads = mapConcurrent(targets, targetsAtATime, read, session.signal);
  for await (const {target, listed} of reads) found.set(target, listed);
  const lists = targets.flatMap(target => found.get(target) ?? []);
  const [only, second] = lists;
  return only !== undefined && second === undefined ? only : {distributions: lists};
}

/** The `--json` result of `invalidation show`. */
export interface ShownInvalidation extends InvalidationSummary {
  readonly distributionId: string;
  readonly tenantId?: string;
}

export async function showOne(session: Session, flags: TargetFlags, id: string): Promise<ShownInvalidation> {
  const target = await findTarget(session, flags);
  return {...ownerOf(target), ...(await readInvalidation(await session.aws(), target, id))};
}

export interface WaitRequest extends TargetFlags {
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly timeoutMs: number;
}

interface Waited {
  readonly distributionId: string;
  readonly tenantId?: string;
  readonly batches: readonly Batch[];
  readonly status: string;
}

/** The `--json` result of `invalidation wait`. */
export type WaitResult = Waited | {readonly distributions: readonly Waited[]; readonly status: string};

/** Failures: NO_INVALIDATION, NO_SUCH_INVALIDATION, WAIT_TIMEOUT (exit 5). */
export async function waitAll(session: Session, request: WaitRequest): Promise<WaitResult> {
  const {ids, all, timeoutMs} = request;
  if (!all && ids.length === 0) {
    throw new Failure('usage', 'NO_INVALIDATION', 'No invalidation is named.', {
      hint: 'Give ids, or --all for everything that is in progress.',
    });
  }
  const targets = ids.length > 0 ? [await findTarget(session, request)] : await findTargets(session, request);
  const aws = await session.aws();
  const {signal} = session;
  const settled = await followAll(
    session.follow,
    `Wait for ${targets.length} distributions`,
    targets.map(target => ({name: nameOf(target), work: wait(target)})),
  );
  async function* wait(target: Target) {
    const owner = ownerOf(target);
    const open = all ? await inProgressIds(aws, target, signal) : [];
    const wanted = [...new Set([...ids, ...open])];
    const batches =
      wanted.length === 0 ? [] : yield* waitForInvalidations({...owner, aws, ids: wanted, timeoutMs, signal});
    return {...owner, batches, status: 'Completed'};
  }
  const parts = settled.map(each => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  const [only, second] = parts;
  return only !== undefined && second === undefined ? only : {distributions: parts, status: 'Completed'};
}

const ownerOf = ({distributionId, tenantId}: Target) => ({
  distributionId,
  ...(tenantId !== undefined && {tenantId}),
});
