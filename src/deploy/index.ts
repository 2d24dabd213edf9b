/** A build folder -> the bucket and the edge: read -> plan (pure) -> show, or apply. */
export type * from './types.js';
export {readInventory, type Inventory} from './inventory.js';
export {readManifest, type Manifest, type ManifestEntry, type Release} from './manifest/manifest.js';
export {deploy} from './deploy.js';
export {describeFirstDeploy, describePlan} from './describe.js';
export {prepareDeploy} from './prepare.js';
export {parseMaxDelete, type MaxDelete} from './guards/index.js';
export {releaseId} from './plan/release.js';
export {countFor} from './usage.js';
