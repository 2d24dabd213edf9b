/** A build folder -> the bucket and the edge: read -> plan (pure) -> show, or apply. */
import type {Work} from '../events.js';
import {applyDeploy} from './apply.js';
import {prepareDeploy} from './prepare.js';
import type {DeployInput, DeployResult} from './types.js';

export type * from './types.js';
export {
  manifestKey,
  parseManifest,
  readManifest,
  type Manifest,
  type ManifestEntry,
  type PendingInvalidation,
  type ReadManifest,
} from './manifest.js';
export {planDeploy, reasonText, type PlanInput} from './plan.js';
export {describePlan, prepareDeploy} from './prepare.js';
export {applyDeploy} from './apply.js';
export {releaseId} from './release.js';

/** `prepareDeploy`, then `applyDeploy`: their Failures. */
export async function* deploy(input: DeployInput): Work<DeployResult> {
  return yield* applyDeploy(yield* prepareDeploy(input));
}
