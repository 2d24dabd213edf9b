/** The resources of one site, made in an order that leaves a rerun able to finish wherever it stopped. */
export type * from './types.js';
export {bucketName, originAccessControlName, siteName} from './names.js';
export {ensureSite, findSite} from './ensure.js';
