/** A build folder -> the bucket and the edge: read -> plan (pure) -> show, or apply. */
import type {Work} from '../events.js';
import {applyDeploy} from './apply.js';
import {prepareDeploy} from './prepare.js';
import type {DeployInput, DeployResult} from './types.js';

export type * from './types.js';
export {readInventory, type Inventory} from './inventory.js';
export {readManifest, type Manifest, type ManifestEntry} from './manifest.js';
export {describeFirstDeploy, describePlan} from './describe.js';
export {prepareDeploy} from './prepare.js';
export {releaseId} from './release.js';
export {countFor} from './usage.js';

/** `prepareDeploy`, then `applyDeploy`: their Failures. */
export async function* deploy(input: DeployInput): Work<DeployResult> {
  return yield* applyDeploy(yield* prepareDeploy(input));
}
