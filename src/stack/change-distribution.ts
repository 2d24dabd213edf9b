/** One change of a live distribution: planned with its diff, sent with If-Match, waited for, kept for undo. */
import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {Aws} from '../aws/index.js';
import {
  configDiff,
  maskedAt,
  updateDistribution,
  waitDeployed,
  type Distribution,
  type WaitDeployedOptions,
} from '../distribution/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {Change} from './change.js';
import {keepConfig, type HistoryOptions, type Keeping} from './config-history.js';

/** A wish for another config. */
export interface DistributionEdit {
  /** What it is, as a clause: `geo block RU`. Told in the plan and by `undo --list`. */
  readonly reason: string;
  readonly config: DistributionConfig;
  /** What visitors notice, one sentence. */
  readonly impact?: string | undefined;
}

export interface PlannedEdit {
  readonly before: Distribution;
  readonly after: DistributionConfig;
  readonly change: Change;
}

/** The plan, which is empty (`none`) where the live config says so already. Values of headers to origins are hidden. */
export function planEdit(before: Distribution, {reason, config, impact}: DistributionEdit): PlannedEdit {
  const diff = configDiff(before.config, config).map(({path, before: old, after}) => ({
    path,
    before: old === undefined ? undefined : maskedAt(path, old),
    after: after === undefined ? undefined : maskedAt(path, after),
  }));
  const isChange = diff.length > 0;
  return {
    before,
    after: config,
    change: {
      resource: `distribution ${before.id}`,
      action: isChange ? 'update' : 'none',
      reason: isChange ? reason : `${reason}: it is so already`,
      ...(isChange && impact !== undefined ? {impact} : {}),
      diff,
    },
  };
}

/** How a run waits until the edge has a change; `now` and `sleep` are this machine's unless given. */
export interface DeployWait extends Pick<WaitDeployedOptions, 'timeoutMs' | 'sleep' | 'now' | 'signal'> {
  /** Default: by where it runs. */
  readonly pace?: WaitDeployedOptions['delay'] | undefined;
}

export interface ApplyEditInput extends DeployWait {
  readonly aws: Aws;
  readonly planned: PlannedEdit;
  readonly wait: boolean;
  readonly history?: HistoryOptions | undefined;
}

export interface AppliedEdit {
  readonly distribution: Distribution;
  /** Where the former config lies; undefined where it could not be kept. */
  readonly kept: string | undefined;
  /** The change is sent, and the wait for it ended so: WAIT_TIMEOUT (exit 5), INTERRUPTED. */
  readonly late: Failure | undefined;
}

/**
 * Keeps the former config, sends the new one and waits until it is Deployed. A former config that cannot be kept is
 * warned about: on call, the change matters more. Failures: CHANGED_MEANWHILE (exit 4), and what CloudFront refuses.
 */
export async function* applyEdit(input: ApplyEditInput): Work<AppliedEdit> {
  const {aws, planned} = input;
  const {before, after, change} = planned;
  let kept: Keeping | undefined;
  let unkept: Failure | undefined;
  const keep = async (): Promise<void> => {
    try {
      kept = await keepConfig(aws, {before, after, reason: change.reason}, input.history);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unkept = error;
    }
  };
  yield {type: 'step', id: 'update', title: `Change distribution ${before.id}`};
  let changed: Distribution;
  try {
    changed = await updateDistribution(aws, before, after, {keep});
  } catch (error) {
    // CloudFront said no, so nothing is there to undo; where its answer was lost, something may be.
    if (error instanceof Failure && error.exit !== 'unexpected' && error.exit !== 'interrupted') {
      await kept?.drop().catch(() => undefined);
    }
    throw error;
  }
  yield {type: 'done', id: 'update', detail: change.reason};
  if (unkept !== undefined) {
    yield {type: 'warning', message: `${unkept.message} ${unkept.hint ?? ''}`.trim()};
  }
  if (!input.wait) return {distribution: changed, kept: kept?.place, late: undefined};
  const late = yield* awaitDeployed(aws, changed.id, input);
  const distribution = late === undefined ? {...changed, status: 'Deployed'} : changed;
  return {distribution, kept: kept?.place, late};
}

/** A distribution takes minutes to reach all edges; the embedded cloud and emulators take moments. */
const awsPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/** Waits until every edge has the config; answers the Failure that ended the wait early. */
export async function* awaitDeployed(aws: Aws, id: string, wait: DeployWait): Work<Failure | undefined> {
  const {timeoutMs, sleep, now, signal} = wait;
  const delay = wait.pace ?? (aws.isEndpointOverridden ? localPace : awsPace);
  const resumeHint = `Go on waiting: frontctl distribution wait ${id}${aws.commandFlags}`;
  yield {type: 'step', id: 'distribution', title: `Wait until distribution ${id} is deployed`};
  try {
    yield* waitDeployed({aws, id, timeoutMs, delay, sleep, now, signal, resumeHint});
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  yield {type: 'done', id: 'distribution', detail: 'deployed'};
  return undefined;
}
