/** The resources of one site, made in an order that leaves a rerun able to finish wherever it stopped. */
export type * from './types.js';
export {bucketName, originAccessControlName, siteName} from './names.js';
export {ensureSite, findSite} from './ensure.js';
export {createKey, type AttachTarget, type CreateKeyResult} from './create-key.js';
export {deleteKey, type DeleteKeyResult} from './delete-key.js';
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
  type IssueCertificateInput,
  type IssuedCertificate,
  type ValidationDns,
} from './issue-certificate.js';
export {waitCertificate} from './wait-certificate.js';
