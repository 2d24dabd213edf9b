export {cacheControlProblems, cacheDirectives} from './cache-control.js';
export {configFileNames} from './find.js';
export {keyPrefix, maxMetadataBytes, releaseMark, tlsPolicies} from './formats.js';
export {loadConfig} from './load.js';
export {managedPolicies, managedPolicyId} from './managed-policies.js';
export {suggest} from './suggest.js';
export type * from './types.js';
