import type {CertificateDetail, CertificateSummary, KeyAlgorithm} from '@aws-sdk/client-acm';
import {
  lifetimeMs,
  validationRecord,
  type CertificateStatus,
  type StoredCertificate,
} from './certificates.js';

function validity(certificate: StoredCertificate) {
  const {issuedAt} = certificate;
  if (issuedAt === undefined) return {};
  return {
    IssuedAt: new Date(issuedAt),
    NotBefore: new Date(issuedAt),
    NotAfter: new Date(issuedAt + lifetimeMs),
  };
}

/** As DescribeCertificate answers it. `recordsKnown`: whether ACM has made up its validation records yet. */
export function detail(
  certificate: StoredCertificate,
  status: CertificateStatus,
  recordsKnown: boolean,
  inUseBy: string[],
  validated: (name: string) => boolean,
): CertificateDetail {
  const {arn, names, keyAlgorithm} = certificate;
  const issued = certificate.issuedAt !== undefined;
  return {
    CertificateArn: arn,
    DomainName: names[0],
    SubjectAlternativeNames: [...names],
    DomainValidationOptions: names.map(name => {
      const record = validationRecord(name);
      const outcome =
        issued || validated(name)
          ? 'SUCCESS'
          : status === 'PENDING_VALIDATION'
            ? 'PENDING_VALIDATION'
            : 'FAILED';
      return {
        DomainName: name,
        ValidationDomain: name,
        ValidationStatus: outcome,
        ...(recordsKnown
          ? {ResourceRecord: {Name: record.name, Type: record.type, Value: record.value}}
          : {}),
        ValidationMethod: 'DNS',
      };
    }),
    Subject: `CN=${names[0] ?? ''}`,
    ...(issued
      ? {
          Issuer: 'Amazon',
          SignatureAlgorithm: keyAlgorithm.startsWith('RSA') ? 'SHA256WITHRSA' : 'SHA256WITHECDSA',
        }
      : {}),
    CreatedAt: new Date(certificate.requestedAt),
    ...validity(certificate),
    Status: status,
    KeyAlgorithm: keyAlgorithm as KeyAlgorithm,
    InUseBy: inUseBy,
    Type: 'AMAZON_ISSUED',
    KeyUsages: issued ? [{Name: 'DIGITAL_SIGNATURE'}, {Name: 'KEY_ENCIPHERMENT'}] : [],
    ExtendedKeyUsages: issued ? [{Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1'}] : [],
    RenewalEligibility: inUseBy.length > 0 && issued ? 'ELIGIBLE' : 'INELIGIBLE',
    // Opting out of certificate transparency logs is no longer possible.
    Options: {CertificateTransparencyLoggingPreference: 'ENABLED'},
  };
}

/** As ListCertificates answers it. */
export function summary(
  certificate: StoredCertificate,
  status: CertificateStatus,
  inUse: boolean,
): CertificateSummary {
  const issued = certificate.issuedAt !== undefined;
  return {
    CertificateArn: certificate.arn,
    DomainName: certificate.names[0],
    SubjectAlternativeNameSummaries: [...certificate.names],
    HasAdditionalSubjectAlternativeNames: false,
    Status: status,
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: certificate.keyAlgorithm as KeyAlgorithm,
    KeyUsages: issued ? ['DIGITAL_SIGNATURE', 'KEY_ENCIPHERMENT'] : [],
    ExtendedKeyUsages: issued ? ['TLS_WEB_SERVER_AUTHENTICATION'] : [],
    InUse: inUse,
    RenewalEligibility: inUse && issued ? 'ELIGIBLE' : 'INELIGIBLE',
    CreatedAt: new Date(certificate.requestedAt),
    ...validity(certificate),
  };
}
