/** A build folder -> the bucket and the edge: read -> plan (pure) -> show, or apply. */
import type {Work} from '../events.js';
import type {DeployInput, DeployResult, PlanDescription, PreparedDeploy} from './types.js';

export type * from './types.js';
export type * from './manifest.js';

/** Reads the folder, the manifest and the live listing (at the same time) and plans. Changes nothing. */
export declare function prepareDeploy(input: DeployInput): Work<PreparedDeploy>;

/** The dry run: what `applyDeploy` would do. */
export declare function describePlan(prepared: PreparedDeploy): PlanDescription;

/** Does what was planned. Failures: FILE_CHANGED, INTERRUPTED, INVALIDATION_FAILED and WAIT_TIMEOUT (exit 5: the site is live), and the store's. */
export declare function applyDeploy(prepared: PreparedDeploy): Work<DeployResult>;

/** `prepareDeploy`, then `applyDeploy`. */
export declare function deploy(input: DeployInput): Work<DeployResult>;

/** `20261121T193005Z-4f2a`: sorts by time, unique enough for one site. `random` in [0, 1). */
export declare function releaseId(now: number, random: () => number): string;
