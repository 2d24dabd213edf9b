/** Invalidation: keys -> viewer paths (pure), submit, wait. */
import type {Work} from '../events.js';
import type {Aws} from '../aws/index.js';
import type {Batch, InvalidationSummary, Pace, SubmitOptions, WaitForInvalidationsOptions} from './types.js';

export type * from './types.js';

/** The path that invalidates the object under `key` (no leading slash); a wildcard where the key cannot be named. */
export declare function encodePath(key: string): string;

/** A path typed by a user (`/a b.html`, `a.html`, `/img/*`, `#tag`) as CloudFront takes it. Failure INVALID_PATH (exit 2). */
export declare function normalizePath(path: string): string;

/** Paths for changed keys, deduplicated, sorted, without those that a wildcard covers; above `maxPaths` one wildcard. */
export declare function planPaths(
  keys: Iterable<string>,
  options?: {readonly roots?: readonly string[]; readonly maxPaths?: number},
): readonly string[];

/** Price of `paths` when `usedThisMonth` of the month's 1,000 free paths are used (default 0: not known here). */
export declare function costUSD(paths: number, usedThisMonth?: number): number;

export declare const awsPace: Pace;
export declare const localPace: Pace;

/** Sends the paths in batches of at most 3,000; TooManyInvalidationsInProgress is waited out. */
export declare function submitInvalidation(options: SubmitOptions): Work<readonly Batch[]>;

/** Polls until every invalidation is Completed. Failure WAIT_TIMEOUT (exit 5). */
export declare function waitForInvalidations(options: WaitForInvalidationsOptions): Work<readonly Batch[]>;

/** Newest first, as CloudFront lists them, at most `limit`. */
export declare function listInvalidations(
  aws: Aws,
  distributionId: string,
  limit: number,
): Promise<readonly InvalidationSummary[]>;
