/** CloudFront distributions and origin access controls: desired config (pure), find, read, create, wait. */
export {
  cacheTagHeader,
  desiredConfig,
  differingFields,
  isBucketDomain,
  originDomain,
  viewerRoots,
} from './desired.js';
export {
  createDistribution,
  findByAlias,
  findByTag,
  listDistributions,
  readDistribution,
  readTenant,
  siteTag,
  taggedIds,
  waitDeployed,
  type Distribution,
} from './live.js';
export {
  addBehavior,
  attachKeyGroup,
  defaultPattern,
  findBehavior,
  isSigned,
  listTrusting,
  patternOf,
  patternsTrusting,
  placeBehavior,
  trustKeyGroup,
  undeployed,
  type AttachOutcome,
  type NewBehavior,
} from './trusted-key-groups.js';
export {ensureOriginAccessControl} from './origin-access-control.js';
export {originRoots, readViewerRules, type ViewerRules, type ViewerSite} from './viewer-rules.js';
export {errorPageNote, foreignPaths, keysQueryAt, livePaths, missesStay, viewerItems} from './viewer-uris.js';
