/** CloudFront distributions and origin access controls: desired config (pure), find, read, create, wait. */
export {isBucketDomain, originDomain, viewerRoots} from './s3-origin.js';
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
export * from './adopt/index.js';
export {cacheTagHeader, namedFields, wholeConfig, type BuildContext} from './build.js';
export {complete} from './complete.js';
export {
  deleteFunction,
  findFunction,
  listFunctions,
  putFunction,
  readFunctionCode,
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
export {configDiff, maskedAt, updateDistribution} from './update.js';
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
