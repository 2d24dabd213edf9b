/** The resources of one site, made in an order that leaves a rerun able to finish wherever it stopped. */
export type * from './types.js';
export {bucketName, originAccessControlName, siteName} from './names.js';
export {ensureSite, findSite} from './ensure.js';
export {createKey, type AttachTarget, type CreateKeyResult} from './create-key.js';
export {deleteKey, type DeleteKeyResult} from './delete-key.js';
export {distributionTypes, moveAlias, type MovedAlias} from './move-alias.js';
export {listKeys, type KeyList, type KeyUser, type ListedKey} from './list-keys.js';
export {rotateKey} from './rotate-key.js';
export type * from './rotate-types.js';
export {
  reportCertificates,
  showCertificate,
  type CertificateReport,
  type RecordState,
} from './certificate-report.js';
export {
  issueCertificate,
  manualSentence,
  type IssueCertificateInput,
  type IssuedCertificate,
} from './issue-certificate.js';
export {waitCertificate} from './wait-certificate.js';
export type {Action, Change} from './change.js';
export {
  applyEdit,
  awaitDeployed,
  planEdit,
  type AppliedEdit,
  type DistributionEdit,
} from './change-distribution.js';
export {adopt, type AdoptOptions} from './adopt/index.js';
export {listKept, type HistoryOptions, type Kept} from './config-history.js';
export {checkDeletable, deleteLive} from './delete-distribution.js';
export {
  beginMaintenance,
  endMaintenance,
  planMaintenance,
  planReopening,
  readMaintenance,
  type MaintenancePlan,
} from './maintenance.js';
export {
  findDistributions,
  listed,
  showDistribution,
  type ListedDistribution,
  type ShownDistribution,
} from './show-distribution.js';
export {chooseKept, undoEdit} from './undo-distribution.js';
export {applySiteStack, type AppliedSite} from './site/apply.js';
export {destroySiteStack, planDestroy} from './site/destroy.js';
export {prepareSiteStack, type PreparedSite} from './site/prepare.js';
export {type SiteSettings} from './site/settings.js';
export {ensureLocalZones} from './site/local-zones.js';
