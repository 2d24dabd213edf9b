/** Invalidation: keys -> viewer paths (pure), submit, wait. */
export type * from './types.js';
export {encodePath, normalizePath, planPaths, withoutCovered} from './paths.js';
export {costUSD, listInvalidations, submitInvalidation, waitForInvalidations} from './submit.js';
