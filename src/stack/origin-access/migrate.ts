import {setTimeout as delay} from 'node:timers/promises';
import type {Aws} from '../../aws/index.js';
import {editPolicy, headBucket, letKeyBeUsed, mergePolicy, withoutIdentities} from '../../bucket/index.js';
import {
  commentAccessIdentity,
  deleteAccessIdentity,
  ensureAccessControl,
  updateDistribution,
  waitDeployed,
  withAccessControl,
  type AccessControl,
  type WaitDeployedOptions,
} from '../../distribution/index.js';
import type {Work} from '../../events.js';
import {Failure} from '../../failure.js';
import {planMigration, replacedMark, toMigrate, type MigrationPlan, type MigrationStep} from './plan.js';
import {readMigration, type MigrationState} from './state.js';

export interface MigrateInput extends Pick<WaitDeployedOptions, 'timeoutMs' | 'sleep' | 'now' | 'signal'> {
  readonly aws: Aws;
  readonly distributionId: string;
  /** Name or id of the origin access control; made where there is none of that name. */
  readonly control: string;
  readonly deleteIdentities: boolean;
  readonly dryRun: boolean;
  /** How long a changed policy is given until S3 and KMS apply it everywhere. Default: a minute on AWS, nothing elsewhere. */
  readonly settleMs?: number | undefined;
  readonly pace?: WaitDeployedOptions['delay'] | undefined;
}

export interface MigrateResult {
  readonly distributionId: string;
  /** `nothing`: it reads without identities already. */
  readonly status: 'planned' | 'done' | 'nothing';
  /** What is to be done, or was. */
  readonly steps: readonly MigrationStep[];
  /** Identities that no distribution uses any more, and still exist. */
  readonly idleIdentities: readonly string[];
  readonly warnings: readonly string[];
}

/** CloudFrontOriginAccessIdentityConfig, Comment. */
const mostComment = 128;
const settleOnAws = 60_000;
const awsPace = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localPace = {firstMs: 50, factor: 1.5, maxMs: 1000};

/**
 * Takes the S3 origins of a distribution from origin access identities to an origin access control without a request
 * that is refused (Developer Guide, "Migrating from OAI to OAC"): the policies allow both, the control is attached, every
 * edge has the change, the identities leave the policies once no distribution reads with them. Nothing is remembered: what
 * is left to do follows from what is live, so a run that was killed after any call is finished by the next.
 *
 * Failures: POLICY_SHUTS_OUT, POLICY_TOO_LARGE (exit 6), NO_SUCH_OAI (exit 2), OAC_DIFFERS, CHANGED_MEANWHILE (exit 4), WAIT_TIMEOUT (exit 5).
 */
export async function* migrateToControl(input: MigrateInput): Work<MigrateResult> {
  const {aws, distributionId} = input;
  const wish = {control: input.control, deleteIdentities: input.deleteIdentities};
  yield {type: 'step', id: 'look', title: `Look at distribution ${distributionId}`};
  const state = await readMigration(aws, distributionId);
  const plan = planMigration(state, wish);
  const open = toMigrate(state).length;
  yield {type: 'done', id: 'look', detail: `${open} origin${open === 1 ? '' : 's'} with an identity`};
  for (const message of plan.warnings) yield {type: 'warning', message};
  if (input.dryRun) return result(plan, input, plan.steps.length === 0 ? 'nothing' : 'planned');
  if (plan.steps.length === 0) return result(plan, input, 'nothing');

  const deleted = plan.steps.flatMap(step => (step.action === 'delete-identity' ? [step.identity] : []));
  if (open > 0) {
    yield* allowBoth(input, state, plan);
    await markReplaced(input, state, deleted);
    yield* attach(input, state);
  }
  for (const step of plan.steps) if (step.action === 'wait') yield* waitForAll(input, step.distributions);
  // Read anew, minutes later: another distribution may have begun to read with an identity.
  const now = await readMigration(aws, distributionId);
  const met = toMigrate(state).flatMap(({identity}) => identity ?? []);
  const rest = planMigration(now, {...wish, met});
  yield* end(input, now, rest);
  const isEnding = ({action}: MigrationStep): boolean =>
    action === 'drop' || action === 'keep' || action === 'delete-identity';
  const steps = [...plan.steps.filter(step => !isEnding(step)), ...rest.steps.filter(isEnding)];
  return result({...rest, steps, warnings: plan.warnings}, input, 'done');
}

function result(plan: MigrationPlan, input: MigrateInput, status: MigrateResult['status']): MigrateResult {
  const {steps, warnings, idle} = plan;
  const gone = steps.flatMap(step => (step.action === 'delete-identity' ? [step.identity] : []));
  return {
    distributionId: input.distributionId,
    status,
    steps,
    idleIdentities: idle.filter(id => !gone.includes(id)),
    warnings,
  };
}

/** Keys and bucket policies let the distribution in beside the identities, and have had the time to take effect. */
async function* allowBoth(input: MigrateInput, state: MigrationState, plan: MigrationPlan): Work<void> {
  const {aws} = input;
  yield {type: 'step', id: 'allow', title: 'Allow the distribution beside its identities'};
  const opened: string[] = [];
  for (const step of plan.steps) {
    if (step.action === 'allow-key') {
      const {bucket, keyId} = step;
      const found = await headBucket(aws, bucket);
      const key = {keyId, region: found.exists ? found.region : undefined};
      if (await letKeyBeUsed(aws, key, state.distribution.arn)) opened.push(`key ${keyId}`);
    }
    if (step.action === 'allow') {
      const {bucket, statements} = step;
      const changed = await editPolicy(aws, bucket, existing => {
        const policy = mergePolicy(existing, statements, bucket);
        return {changed: policy !== undefined, policy};
      });
      if (changed) opened.push(`bucket ${bucket}`);
    }
  }
  // Also where an earlier run has written: nobody knows how long ago.
  const settleMs = input.settleMs ?? (aws.isEndpointOverridden ? 0 : settleOnAws);
  if (settleMs > 0) {
    yield {type: 'wait', id: 'allow', status: 'settling', elapsedMs: 0, limitMs: settleMs};
    await (input.sleep ?? sleepFor)(settleMs, input.signal ?? new AbortController().signal);
  }
  yield {type: 'done', id: 'allow', detail: opened.length === 0 ? 'allowed already' : opened.join(', ')};
}

const sleepFor = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, {signal});

async function* attach(input: MigrateInput, state: MigrationState): Work<void> {
  const {aws} = input;
  const {distribution} = state;
  yield {type: 'step', id: 'attach', title: `Attach the origin access control to ${distribution.id}`};
  const control = await usableControl(aws, input.control, state.controls);
  const origins = toMigrate(state).map(({originId}) => originId);
  const config = withAccessControl(distribution.config, origins, control.id);
  await updateDistribution(aws, distribution, config);
  yield {type: 'done', id: 'attach', detail: `${control.name} on ${origins.join(', ')}`};
}

/** An existing one by its id or name, else a new one. Failure OAC_DIFFERS (exit 4). */
export async function usableControl(
  aws: Aws,
  named: string,
  controls: readonly AccessControl[],
): Promise<AccessControl> {
  const byId = controls.find(({id}) => id === named);
  return ensureAccessControl(aws, byId?.name ?? named);
}

async function* waitForAll(input: MigrateInput, ids: readonly string[]): Work<void> {
  const {aws, timeoutMs, sleep, now, signal} = input;
  for (const id of ids) {
    yield {type: 'step', id: 'distribution', title: `Wait until distribution ${id} is deployed`};
    yield* waitDeployed({
      aws,
      id,
      timeoutMs,
      sleep,
      now,
      signal,
      delay: input.pace ?? (aws.isEndpointOverridden ? localPace : awsPace),
    });
    yield {type: 'done', id: 'distribution', detail: 'deployed'};
  }
}

/** Leaves the mark by which a later run knows an identity that is to be deleted, when nothing else names it any more. */
async function markReplaced(
  {aws, distributionId}: MigrateInput,
  {identities}: MigrationState,
  deleted: readonly string[],
): Promise<void> {
  const mark = replacedMark(distributionId);
  for (const {id, comment} of identities) {
    if (!deleted.includes(id) || comment.includes(mark)) continue;
    await commentAccessIdentity(aws, id, `${comment.slice(0, mostComment - 1 - mark.length)} ${mark}`);
  }
}

/** The identities leave the policies, and the account where that was asked. */
async function* end(input: MigrateInput, state: MigrationState, {steps}: MigrationPlan): Work<void> {
  const {aws, distributionId} = input;
  const deleted = steps.flatMap(step => (step.action === 'delete-identity' ? [step.identity] : []));
  const still = steps.find(({action}) => action === 'attach');
  if (still !== undefined) {
    throw new Failure(
      'conflict',
      'CHANGED_MEANWHILE',
      `Somebody has given an origin of distribution ${distributionId} an identity again: nothing was taken from the policies.`,
      {hint: 'Run this again to migrate that origin, too.'},
    );
  }
  await markReplaced(input, state, deleted);
  for (const step of steps) {
    if (step.action !== 'drop') continue;
    const {bucket, identities} = step;
    yield {type: 'step', id: 'drop', title: `Take the identities out of the policy of bucket ${bucket}`};
    const leaving = state.identities.filter(({id}) => identities.includes(id));
    await editPolicy(aws, bucket, existing => withoutIdentities(existing, leaving, bucket));
    yield {type: 'done', id: 'drop', detail: identities.join(', ')};
  }
  for (const id of deleted) {
    yield {type: 'step', id: 'delete', title: `Delete origin access identity ${id}`};
    await deleteAccessIdentity(aws, id);
    yield {type: 'done', id: 'delete', detail: 'deleted'};
  }
}
