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
  changeTags,
  createDistribution,
  findByAlias,
  findByTag,
  findSiteDistribution,
  listDistributions,
  readDistribution,
  readTags,
  readTenant,
  siteTag,
  taggedIds,
  waitDeployed,
  type Distribution,
  type WaitDeployedOptions,
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
export {namedFields, wholeConfig, type BuildContext, type SiteBucket} from './build.js';
export {complete} from './complete.js';
export {
  deleteFunction,
  findFunction,
  listFunctions,
  putFunction,
  readFunctionCode,
  type EdgeFunction,
  type WantedFunction,
} from './functions.js';
export {canonical, toApi, toForm, type FormValue} from './form/index.js';
export * from './named/index.js';
export {
  asReference,
  reference,
  referencesIn,
  resolved,
  type Reference,
  type ReferenceKind,
} from './references.js';
export {changedMeanwhile, configDiff, maskedAt, updateDistribution, type UpdateOptions} from './update.js';
export {isHiddenId, listDomainConflicts, moveDomain, type DomainConflict} from './domain-conflicts.js';
export {deleteDistribution} from './delete.js';
export * from './edit/index.js';
export {
  keptName,
  mostKept,
  parseKept,
  replacedHeaders,
  withLiveHeaderValues,
  withoutHeaderValues,
  type KeptConfig,
} from './history.js';
export * from './maintenance/index.js';
export {ensureOriginAccessControl} from './origin-access-control.js';
export {originRoots, readViewerRules, type ViewerRules, type ViewerSite} from './viewer-rules.js';
export {errorPageNote, foreignPaths, keysQueryAt, livePaths, missesStay, viewerItems} from './viewer-uris.js';
export {
  bucketOf,
  commentAccessIdentity,
  deleteAccessIdentity,
  ensureAccessControl,
  findOrigin,
  identityOf,
  listAccessControls,
  listAccessIdentities,
  originTypes,
  originsOf,
  prefixOf,
  withAccessControl,
  type AccessControl,
  type OriginAccessIdentity,
  type OriginType,
} from './origin-access.js';
