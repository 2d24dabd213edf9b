/** `frontctl invalidate`: what was typed -> targets -> plans -> question -> sent -> seen fresh -> completed. */
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {awaitFresh, beginCheck, type Check, type CheckResult} from '../../invalidation/edge-check.js';
import type {Terminal} from '../confirm.js';
import {asFailure} from '../report.js';
import type {Session} from '../session.js';
import {pricesOf} from './cost.js';
import {readInputs, typedItems, urlsOf} from './inputs.js';
import {nothingSent, planItems} from './plan.js';
import {askFirst} from './question.js';
import {batchesOf, describedOf, partOf, totalOf, wholeOf} from './result.js';
import {PartlySent, purgeTime, sendPlanned, waitForSent, type SendOptions} from './send.js';
import {findTargets, nameOf} from './target.js';
import {followAll} from './together.js';
import type {DryRunResult, InvalidateRequest, InvalidateResult} from './types.js';
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
 * Failures before anything was accepted are thrown; what happens after that, when paths are paid for, comes with the result.
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
  const askedAt = performance.now();
  await askFirst(plans, prices, usage, {yes, unattended, signal, terminal});
  const answeredMs = performance.now() - askedAt;
  const isEmpty = plans.every(({paths}) => paths.length === 0);
  const check = thenCheck === undefined || isEmpty ? undefined : await beginCheck({url: thenCheck, signal});
  if (check !== undefined) checkHostExists(check);
  if (signal.aborted) throw nothingSent();

  const options: SendOptions = {aws, reference: request.reference, timeoutMs: request.timeoutMs, signal};
  const [sentAt, sendingAt] = [Date.now(), performance.now()];
  const sent = await followAll(
    session.follow,
    `Invalidate on ${plans.length} distributions`,
    plans.map((plan, index) => {
      const priced = {price: prices[index] ?? {usd: 0, isMost: false}, usage};
      return {name: nameOf(plan.target), work: sendPlanned(options, plan, priced)};
    }),
  );
  const [first] = sent;
  const isAlone = plans.length === 1 && first?.status === 'rejected';
  if (isAlone && !(first.reason instanceof PartlySent)) throw first.reason;

  const {timeoutMs} = request;
  const seen =
    check === undefined || isAlone
      ? undefined
      : await look(session, check, {sentAt: purgeTime(thenCheck ?? check.url, sentAt, sent), timeoutMs});
  const left =
    seen?.result === undefined ? timeoutMs : Math.max(0, timeoutMs - (performance.now() - sendingAt));
  const waited =
    request.wait && seen?.failure?.exit !== 'interrupted'
      ? await followAll(
          session.follow,
          `Wait for ${plans.length} distributions`,
          plans.map((plan, index) => ({
            name: nameOf(plan.target),
            work: waitForSent({...options, timeoutMs: left}, plan, batchesOf(sent[index])),
          })),
        )
      : [];

  const parts = plans.map((plan, index) =>
    partOf({aws, plan, cost: prices[index], usage, sent: sent[index], waited: waited[index]}),
  );
  const failure = parts.find(part => part.failure !== undefined)?.failure ?? seen?.failure;
  const overall = {
    check: seen?.result ?? null,
    durationMs: Math.round(performance.now() - startedAt - answeredMs),
  };
  return {result: wholeOf(parts, overall, failure), failure};
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
  const parts = plans.map((plan, index) => describedOf(plan, prices[index], usage));
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
  const inputs = await readInputs(request, session.signal);
  const targets = await findTargets(session, request, urlsOf(inputs));
  const [aws, {config}] = await Promise.all([session.aws(), session.config()]);
  const [first] = targets;
  if (first === undefined) throw new TypeError('No target was found and no Failure thrown');
  const counting = beginCount(aws, first, session.signal);
  const items = await typedItems(session, inputs, targets, request.local);
  const {repeat, strategy, budget, maxWildcards} = request;
  const wanted = {items, sources: inputs.sources, repeat, strategy, budget, maxWildcards, measure, asks};
  const planned = await followAll(
    session.follow,
    `Plan for ${targets.length} distributions`,
    targets.map(target => ({
      name: nameOf(target),
      work: planItems({aws, config, target, request: wanted, signal: session.signal}),
    })),
  );
  const plans = planned.map(each => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
  return {aws, plans, counting};
}

/** A slip in the host's name is told before anything is paid. Failure NO_SUCH_HOST (exit 2). */
function checkHostExists({url, before}: Check): void {
  if (before.answered || before.error !== 'ENOTFOUND') return;
  throw new Failure('usage', 'NO_SUCH_HOST', `The host of ${url} has no address; nothing was sent.`, {
    hint: 'Give --then-check the URL that viewers ask for, or leave it out.',
  });
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
    yield {
      type: 'done',
      id: 'check',
      detail: `${result.fresh ? 'fetched afresh' : 'not fresh'}, ${result.reason}`,
    };
    return result;
  }
  try {
    const result = await session.follow(work());
    return {result, failure: result.fresh ? undefined : stillOld(result)};
  } catch (error) {
    return {result: undefined, failure: asFailure(error)};
  }
}

function stillOld({url, afterMs, reason, after}: CheckResult): Failure {
  const seconds = Math.round(afterMs / 1000);
  const [what, hint] = after.answered
    ? [
        'was not seen to be fresh',
        'Look at what the origin itself sends; if that is new, the path that was invalidated is not the one that this URL is cached under.',
      ]
    : ['did not answer', 'Look whether this machine reaches it: the invalidation itself needs no look.'];
  return new Failure('unfinished', 'STILL_OLD', `${url} ${what} within ${seconds} s: ${reason}.`, {hint});
}
