/** Invalidation: keys -> viewer paths (pure), submit, wait. */
export type * from './types.js';
export {encodePath, normalizePath, planPaths, type PlanPathsOptions} from './paths.js';
export {
  awsPace,
  costUSD,
  listInvalidations,
  localPace,
  paceFor,
  submitInvalidation,
  waitForInvalidations,
} from './submit.js';
