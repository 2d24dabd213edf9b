/** `frontctl invalidate`: what was typed -> targets -> plans -> question -> sent -> seen fresh -> completed. */
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {awaitFresh, beginCheck, type Check, type CheckResult} from '../../invalidation/edge-check.js';
import {waitCommand, type Batch, type Price, type Usage} from '../../invalidation/index.js';
import type {Terminal} from '../confirm.js';
import {asFailure, errorReport} from '../report.js';
import type {Session} from '../session.js';
import {pricesOf, quotaOf} from './cost.js';
import {readInputs, typedItems, urlsOf} from './inputs.js';
import {nothingSent, planItems, type Planned} from './plan.js';
import {askBeforeEverything} from './question.js';
import {sendPlanned, waitForSent, type SendOptions, type Sent} from './send.js';
import {findTargets} from './target.js';
import {together} from './together.js';
import type {Described, DryRunResult, Invalidated, InvalidateRequest, InvalidateResult} from './types.js';
import {beginCount} from './usage.js';

export type * from './types.js';

/** How long the count of this month's paths may hold up: the sending, a dry run. Milliseconds. */
export interface Patience {
  readonly sendMs: number;
  readonly dryRunMs: number;
}

const usualPatience: Patience = {sendMs: 2000, dryRunMs: 20_000};

export interface Outcome {
  readonly result: InvalidateResult;
  /** What went wrong once there was a result to tell: a time that was over, Ctrl-C while waiting, one of several distributions. */
  readonly failure: Failure | undefined;
}

/**
 * Failures before anything was sent, and of the sending itself when it is the only one, are thrown; what happens after
 * that, when paths are paid for, comes with the result.
 */
export async function invalidate(
  session: Session,
  request: InvalidateRequest,
  patience: Patience = usualPatience,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<Outcome> {
  const startedAt = performance.now();
  const {aws, plans, counting} = await prepare(session, request, {
    measure: false,
    asks: !request.yes && !request.unattended && terminal.input.isTTY === true,
  });
  const {signal} = session;
  const usage = await counting.within(patience.sendMs);
  const prices = pricesOf(
    plans.map(({paths}) => paths.length),
    usage,
  );
  const {yes, unattended, thenCheck} = request;
  await askBeforeEverything(plans, prices, usage, {yes, unattended, signal, terminal});
  const isEmpty = plans.every(({paths}) => paths.length === 0);
  const check = thenCheck === undefined || isEmpty ? undefined : await beginCheck({url: thenCheck, signal});
  if (signal.aborted) throw nothingSent();

  const options: SendOptions = {aws, reference: request.reference, timeoutMs: request.timeoutMs, signal};
  const sentAt = Date.now();
  const sent = await session.follow(
    together(
      `Invalidate on ${plans.length} distributions`,
      named(plans, plan => sendPlanned(options, plan)),
    ),
  );
  const [first] = sent;
  if (plans.length === 1 && first?.status === 'rejected') throw first.reason;

  const seen = check && (await look(session, check, {sentAt, timeoutMs: request.timeoutMs}));
  const isStopped = seen?.failure?.exit === 'interrupted';
  const left = Math.max(0, request.timeoutMs - (seen?.result?.afterMs ?? 0));
  const accepted = plans.map((plan, index) => ({plan, batches: batchesOf(sent[index])}));
  const waited =
    request.wait && !isStopped
      ? await session.follow(
          together(
            `Wait for ${plans.length} distributions`,
            accepted.map(({plan, batches}) => ({
              name: nameOf(plan),
              work: waitForSent({...options, timeoutMs: left}, plan, batches),
            })),
          ),
        )
      : accepted.map(({batches}) => ({status: 'fulfilled', value: batches}) as const);

  const failures = plans.map((_, index) => failureOf(sent[index]) ?? failureOf(waited[index]));
  const parts = plans.map((plan, index): Invalidated => {
    const [submitted, failure] = [sent[index], failures[index]];
    const batches = fulfilled(waited[index]) ?? batchesOf(submitted);
    const open = batches.filter(({status}) => status !== 'Completed').map(({id}) => id);
    return {
      ...toldOf(plan, prices[index], usage),
      batches,
      status: submitted?.status === 'rejected' ? 'Failed' : open.length === 0 ? 'Completed' : 'InProgress',
      resumed: fulfilled(submitted)?.resumed ?? null,
      waitCommand: open.length === 0 ? null : waitCommand(aws, plan.target, open),
      ...(failure && {error: errorReport(failure).error}),
    };
  });
  const failure = failures.find(each => each !== undefined) ?? seen?.failure;
  const overall = {check: seen?.result ?? null, durationMs: Math.round(performance.now() - startedAt)};
  const error = failure && errorReport(failure).error;
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return {result: {...only, ...overall, ...(error && {error})}, failure};
  }
  const status = parts.some(part => part.status === 'Failed')
    ? 'Failed'
    : parts.every(part => part.status === 'Completed')
      ? 'Completed'
      : 'InProgress';
  return {
    result: {distributions: parts, ...totalOf(parts), status, ...overall, ...(error && {error})},
    failure,
  };
}

/** The plan and its price. Sends nothing, asks nothing. */
export async function describeInvalidation(
  session: Session,
  request: InvalidateRequest,
  patience: Patience = usualPatience,
): Promise<DryRunResult> {
  const {plans, counting} = await prepare(session, request, {measure: true, asks: false});
  const usage = await counting.within(patience.dryRunMs);
  const prices = pricesOf(
    plans.map(({paths}) => paths.length),
    usage,
  );
  const parts = plans.map((plan, index): Described => {
    const {strategy, budget = null, curve, changed = null, refetched = null} = plan;
    return {...toldOf(plan, prices[index], usage), plan: {strategy, budget, curve, changed, refetched}};
  });
  const [only, second] = parts;
  if (only !== undefined && second === undefined) return only;
  return {distributions: parts, ...totalOf(parts)};
}

async function prepare(
  session: Session,
  request: InvalidateRequest,
  {measure, asks}: {readonly measure: boolean; readonly asks: boolean},
) {
  if (request.reference !== undefined && !/^[A-Za-z0-9._-]{1,64}$/.test(request.reference)) {
    const what = `--reference "${request.reference}" is not 1 to 64 letters, digits, dots, hyphens and underscores.`;
    throw new Failure('usage', 'USAGE', what);
  }
  const inputs = await readInputs(request);
  const targets = await findTargets(session, request, urlsOf(inputs));
  const [aws, {config}] = await Promise.all([session.aws(), session.config()]);
  const [first] = targets;
  if (first === undefined) throw new TypeError('No target was found and no Failure thrown');
  const counting = beginCount(aws, first, session.signal);
  const items = await typedItems(session, inputs, targets, request.local);
  const {repeat, strategy, budget, maxWildcards} = request;
  const wanted = {items, sources: inputs.sources, repeat, strategy, budget, maxWildcards, measure, asks};
  const planned = await session.follow(
    together(
      `Plan for ${targets.length} distributions`,
      targets.map(target => ({
        name: target.tenantId ?? target.distributionId,
        work: planItems({aws, config, target, request: wanted, signal: session.signal}),
      })),
    ),
  );
  const plans = planned.map(each => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  return {aws, plans, counting};
}

interface Seen {
  readonly result: CheckResult | undefined;
  readonly failure: Failure | undefined;
}

async function look(
  session: Session,
  check: Check,
  {sentAt, timeoutMs}: {readonly sentAt: number; readonly timeoutMs: number},
): Promise<Seen> {
  async function* work(): Work<CheckResult> {
    yield {type: 'step', id: 'check', title: `Look at ${check.url}`};
    const result = yield* awaitFresh(check, {sentAt, timeoutMs, signal: session.signal});
    yield {type: 'done', id: 'check', detail: `${result.fresh ? 'new' : 'still old'}, ${result.reason}`};
    return result;
  }
  try {
    const result = await session.follow(work());
    return {result, failure: result.fresh ? undefined : stillOld(result)};
  } catch (error) {
    return {result: undefined, failure: asFailure(error)};
  }
}

const stillOld = ({url, afterMs, reason}: CheckResult): Failure =>
  new Failure(
    'unfinished',
    'STILL_OLD',
    `${url} still showed the old object after ${Math.round(afterMs / 1000)} s: ${reason}.`,
    {
      hint: 'Look at what the origin itself sends; if that is new, the path that was invalidated is not the one that this URL is cached under.',
    },
  );

const nameOf = ({target}: Planned): string => target.tenantId ?? target.distributionId;

const named = <T>(plans: readonly Planned[], work: (plan: Planned) => Work<T>) =>
  plans.map(plan => ({name: nameOf(plan), work: work(plan)}));

type Settled<T> = PromiseSettledResult<T> | undefined;

const fulfilled = <T>(settled: Settled<T>): T | undefined =>
  settled?.status === 'fulfilled' ? settled.value : undefined;

const failureOf = (settled: Settled<unknown>): Failure | undefined =>
  settled?.status === 'rejected' ? asFailure(settled.reason) : undefined;

const batchesOf = (sent: Settled<Sent>): readonly Batch[] => fulfilled(sent)?.batches ?? [];

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

const totalOf = (parts: readonly {readonly costUSD: number; readonly costIsMost: boolean}[]) => ({
  costUSD: Math.round(parts.reduce((sum, {costUSD}) => sum + costUSD, 0) * 1000) / 1000,
  costIsMost: parts.some(({costIsMost}) => costIsMost),
});
