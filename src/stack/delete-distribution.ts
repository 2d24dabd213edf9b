import type {Aws} from '../aws/index.js';
import {deleteDistribution, readDistribution, type Distribution} from '../distribution/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {applyEdit, awaitDeployed, planEdit, type DeployWait} from './change-distribution.js';
import type {HistoryOptions} from './config-history.js';

export interface DeleteDistributionInput extends DeployWait {
  readonly aws: Aws;
  readonly live: Distribution;
  /** Disables it first where it serves visitors. */
  readonly disable: boolean;
  readonly history?: HistoryOptions | undefined;
}

/** Failure DISTRIBUTION_ENABLED (exit 6): it serves visitors, and nobody said that they are to lose it. */
export function checkDeletable({id, config}: Distribution, disable: boolean, flags: string): void {
  if (config.Enabled !== true || disable) return;
  throw new Failure(
    'refused',
    'DISTRIBUTION_ENABLED',
    `Distribution ${id} is enabled: it may serve visitors.`,
    {
      hint: `Disable and delete it: frontctl distribution delete ${id} --disable${flags}`,
    },
  );
}

/**
 * Disables where that was asked for, waits until every edge has it, deletes. A run that was stopped goes on in the next.
 * Failures: DISTRIBUTION_ENABLED, PRICING_PLAN (exit 6), WAIT_TIMEOUT (exit 5), PRECONDITION_FAILED (exit 4).
 */
export async function* deleteLive(input: DeleteDistributionInput): Work<void> {
  const {aws, live, disable} = input;
  checkDeletable(live, disable, aws.commandFlags);
  const {id} = live;
  if (live.config.Enabled === true) {
    const config = {...live.config, Enabled: false};
    const planned = planEdit(live, {reason: 'disable, to delete it', config});
    yield* applyEdit({...input, planned, wait: false});
  }
  const late = yield* awaitDeployed(aws, id, input);
  if (late !== undefined) {
    throw new Failure(late.exit, late.code, late.message, {
      hint: `It is disabled, and not deleted yet. Go on: frontctl distribution delete ${id}${aws.commandFlags}`,
      cause: late.cause,
    });
  }
  yield {type: 'step', id: 'delete', title: `Delete distribution ${id}`};
  const now = await readDistribution(aws, id);
  await deleteDistribution(aws, id, now.etag);
  yield {type: 'done', id: 'delete', detail: 'gone'};
}
