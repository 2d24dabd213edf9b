/** CloudFront distributions and origin access controls: desired config (pure), find, read, create, wait. */
export {desiredConfig, differingFields, isBucketDomain, originDomain, viewerRoots} from './desired.js';
export {
  createDistribution,
  findByAlias,
  findByTag,
  listDistributions,
  readDistribution,
  siteTag,
  waitDeployed,
  type Distribution,
} from './live.js';
export {ensureOriginAccessControl} from './origin-access-control.js';
