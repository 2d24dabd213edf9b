/** CloudFront distributions and origin access controls: desired config (pure), find, read, create, wait. */
export {
  cachingOptimized,
  callerReference,
  desiredConfig,
  isBucketDomain,
  originDomain,
  viewerRoots,
  type DesiredDistribution,
} from './desired.js';
export {
  createDistribution,
  findByAlias,
  findByTag,
  listDistributions,
  noSuchDistribution,
  readDistribution,
  siteTag,
  waitDeployed,
  type Distribution,
  type WaitDeployedOptions,
} from './live.js';
export {
  ensureOriginAccessControl,
  findOriginAccessControl,
  type OriginAccessControl,
} from './origin-access-control.js';
