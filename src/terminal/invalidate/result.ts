/** What became of the plans, as the values that `--json` prints. */
import type {Aws} from '../../aws/index.js';
import type {Failure} from '../../failure.js';
import type {CheckResult} from '../../invalidation/edge-check.js';
import {quotaOf, waitCommand, type Batch, type Price, type Usage} from '../../invalidation/index.js';
import {asFailure, errorReport} from '../report.js';
import type {Planned} from './plan.js';
import {PartlySent, type Sent} from './send.js';
import type {Described, Invalidated, InvalidateResult} from './types.js';

type Settled<T> = PromiseSettledResult<T> | undefined;

const fulfilled = <T>(settled: Settled<T>): T | undefined =>
  settled?.status === 'fulfilled' ? settled.value : undefined;

/** What is there to wait for: nothing where the sending ended early, which the same command again goes on with. */
export const batchesOf = (sent: Settled<Sent>): readonly Batch[] => fulfilled(sent)?.batches ?? [];

/** What was accepted, whatever happened after. */
function acceptedOf(sent: Settled<Sent>): Sent | undefined {
  if (sent?.status !== 'rejected') return fulfilled(sent);
  return sent.reason instanceof PartlySent ? sent.reason.sent : undefined;
}

export interface PartInput {
  readonly aws: Aws;
  readonly plan: Planned;
  readonly cost: Price | undefined;
  readonly usage: Usage | undefined;
  readonly sent: Settled<Sent>;
  /** Undefined: not waited for. */
  readonly waited: Settled<readonly Batch[]>;
}

export interface Part {
  readonly told: Invalidated;
  readonly failure: Failure | undefined;
}

/** What became of one distribution's plan. */
export function partOf({aws, plan, cost, usage, sent, waited}: PartInput): Part {
  const failed = [sent, waited].find(settled => settled?.status === 'rejected');
  const failure = failed?.status === 'rejected' ? asFailure(failed.reason) : undefined;
  const done = acceptedOf(sent);
  const batches = (sent?.status === 'fulfilled' ? fulfilled(waited) : undefined) ?? done?.batches ?? [];
  const open = batches.filter(({status}) => status !== 'Completed').map(({id}) => id);
  const resumed = done?.resumed ?? null;
  const priced =
    done?.priced === undefined
      ? toldOf(plan, cost, usage)
      : toldOf(plan, done.priced.price, done.priced.usage);
  const isFailed = sent?.status === 'rejected';
  // Without the price of the run that was cut off: this month's count has in it what that one had sent.
  const isLess = isFailed || (done !== undefined && done.priced === undefined);
  const told: Invalidated = {
    ...priced,
    costIsMost: priced.costIsMost || (isLess && priced.costUSD > 0),
    batches,
    status: isFailed ? 'Failed' : open.length === 0 ? 'Completed' : 'InProgress',
    resumed,
    waitCommand: open.length === 0 ? null : waitCommand(aws, plan.target, open),
    ...(failure && {error: errorReport(failure).error}),
  };
  return {told, failure};
}

/** One distribution stands alone; several are a list with their sum. */
export function wholeOf(
  parts: readonly Part[],
  overall: {readonly check: CheckResult | null; readonly durationMs: number},
  failure: Failure | undefined,
): InvalidateResult {
  const distributions = parts.map(({told}) => told);
  const error = failure && {error: errorReport(failure).error};
  const [only, second] = distributions;
  if (only !== undefined && second === undefined) return {...only, ...overall, ...error};
  const statuses = new Set(distributions.map(({status}) => status));
  const status = (['Failed', 'InProgress'] as const).find(each => statuses.has(each)) ?? 'Completed';
  return {distributions, ...totalOf(distributions), status, ...overall, ...error};
}

export function describedOf(plan: Planned, cost: Price | undefined, usage: Usage | undefined): Described {
  const {strategy, budget = null, curve, changed = null, refetched = null} = plan;
  return {...toldOf(plan, cost, usage), plan: {strategy, budget, curve, changed, refetched}};
}

function toldOf({target, paths}: Planned, cost: Price | undefined, usage: Usage | undefined) {
  const {distributionId, tenantId} = target;
  return {
    distributionId,
    ...(tenantId !== undefined && {tenantId}),
    paths,
    costUSD: cost?.usd ?? 0,
    costIsMost: cost?.isMost ?? false,
    quota: quotaOf(usage),
  };
}

export const totalOf = (parts: readonly {readonly costUSD: number; readonly costIsMost: boolean}[]) => ({
  costUSD: Math.round(parts.reduce((sum, {costUSD}) => sum + costUSD, 0) * 1000) / 1000,
  costIsMost: parts.some(({costIsMost}) => costIsMost),
});
