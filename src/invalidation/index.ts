/** Invalidation: keys -> viewer paths (pure), price, submit, wait. */
export type * from './types.js';
export {coveredBy, encodePath, normalizePath, withoutCovered} from './paths.js';
export {ownerText} from './api.js';
export {quotaOfParcels} from './batches.js';
export {openJob, stateFolder} from './journal.js';
export {inProgressIds, listInvalidations, readInvalidation} from './list.js';
export {describePrice, dollars, price, quotaOf} from './price.js';
export {submitInvalidation} from './submit.js';
export {checkTags} from './tags.js';
export {countUsage} from './usage.js';
export {waitCommand, waitForInvalidations} from './wait.js';
