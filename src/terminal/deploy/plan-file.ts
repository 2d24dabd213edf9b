import {createHash} from 'node:crypto';
import type {PlanDescription, PreparedDeploy} from '../../deploy/index.js';
import {readPlanFile, requireSame, writePlanFile} from '../plan-file.js';

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** What a plan was made from. The bucket and the order of its steps say what is done; the build, with what. */
function madeFrom({input, site, places, invalidations, resent}: PreparedDeploy) {
  const {bucket, prefix} = input;
  const live = places.map(({store, recorded, plan}) => [
    store.bucket,
    recorded?.etag ?? '',
    plan.steps.map(step => [step.action, step.key, step.replaces ?? '']),
  ]);
  const purged = invalidations.map(({distribution, paths, deletedPaths}) => [
    distribution.id,
    paths,
    deletedPaths,
  ]);
  return {
    site: prefix === '' ? bucket : `${bucket}/${prefix}`,
    fingerprints: {
      'the build': hashOf(site.files.map(({key, sha256, headers}) => [key, sha256, headers])),
      'what is live': hashOf([live, resent]),
      'what is invalidated': hashOf(purged),
    },
  };
}

/** Failure PLAN_UNWRITABLE (exit 1). */
export async function saveDeployPlan(
  file: string,
  prepared: PreparedDeploy,
  {plan}: PlanDescription,
  now: Date,
): Promise<void> {
  await writePlanFile(file, {kind: 'deploy', ...madeFrom(prepared), plan}, now);
}

/**
 * What a deploy asks before it applies: whether its plan is the one in `file`.
 * Failures: PLAN_UNREADABLE, PLAN_EDITED (exit 2); when asked, PLAN_OUTDATED (exit 4).
 */
export async function approvalOf(file: string): Promise<(prepared: PreparedDeploy) => void> {
  const saved = await readPlanFile(file, 'deploy');
  return prepared => requireSame(file, saved, madeFrom(prepared));
}
