/** ACM in us-east-1, the only region whose certificates CloudFront takes: request, wait, choose, judge, delete. */
export type * from './types.js';
export {certificateId, checkCertificateArn, userName} from './arn.js';
export {findBlockingCaa} from './caa.js';
export {chooseCertificate, type Choice} from './choose.js';
export {deleteCertificate} from './delete.js';
export {requestFailed} from './failure-reasons.js';
export {findCertificate} from './find.js';
export {certificateTitle, health, isInPlace, type CertificateHealth, type DnsAnswers} from './health.js';
export {canonicalName, certificateNames, covers, namesWarning} from './names.js';
export {
  listCertificates,
  readCertificate,
  readCertificates,
  readCertificateTags,
  recordsOf,
  tagCertificate,
  zoneFileLine,
} from './read.js';
export {requestCertificate, type RequestedKey} from './request.js';
export {waitIssued, waitValidationRecords, type CertificateWait} from './wait.js';
