/** Invalidation: keys -> viewer paths (pure), submit, wait. */
export type * from './types.js';
export {encodePath, normalizePath, planPaths} from './paths.js';
export {costUSD, listInvalidations, submitInvalidation, waitForInvalidations} from './submit.js';
