import type {
  CertificateDetail,
  CertificateSummary,
  DomainStatus,
  DomainValidation,
  KeyAlgorithm,
} from '@aws-sdk/client-acm';
import {endOf, validationRecord, type CertificateStatus, type StoredCertificate} from './certificates.js';

function validity(certificate: StoredCertificate) {
  const {issuedAt, renewedAt} = certificate;
  if (issuedAt === undefined) return {};
  return {
    IssuedAt: new Date(issuedAt),
    NotBefore: new Date(renewedAt ?? issuedAt),
    NotAfter: new Date(endOf(certificate)),
  };
}

/** How the proof of control over one name stands, with the record that gives it. */
export function domainValidation(name: string, status: DomainStatus): DomainValidation {
  const record = validationRecord(name);
  return {
    DomainName: name,
    ValidationDomain: name,
    ValidationStatus: status,
    ResourceRecord: {Name: record.name, Type: record.type, Value: record.value},
    ValidationMethod: 'DNS',
  };
}

/** As DescribeCertificate answers it. `recordsKnown`: whether ACM has made up its validation records yet. */
export function detail(
  certificate: StoredCertificate,
  status: CertificateStatus,
  recordsKnown: boolean,
  inUseBy: string[],
  validated: ReadonlySet<string>,
): CertificateDetail {
  const {arn, names, keyAlgorithm} = certificate;
  const issued = certificate.issuedAt !== undefined;
  return {
    CertificateArn: arn,
    DomainName: names[0],
    SubjectAlternativeNames: [...names],
    DomainValidationOptions: names.map(name => ({
      ...domainValidation(
        name,
        issued || validated.has(name)
          ? 'SUCCESS'
          : status === 'PENDING_VALIDATION'
            ? 'PENDING_VALIDATION'
            : 'FAILED',
      ),
      ...(recordsKnown ? {} : {ResourceRecord: undefined}),
    })),
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
    ...(status === 'FAILED' && {FailureReason: 'CAA_ERROR'}),
    KeyAlgorithm: keyAlgorithm as KeyAlgorithm,
    InUseBy: inUseBy,
    Type: 'AMAZON_ISSUED',
    KeyUsages: issued ? [{Name: 'DIGITAL_SIGNATURE'}, {Name: 'KEY_ENCIPHERMENT'}] : [],
    ExtendedKeyUsages: issued ? [{Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1'}] : [],
    RenewalEligibility: inUseBy.length > 0 && status === 'ISSUED' ? 'ELIGIBLE' : 'INELIGIBLE',
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
    RenewalEligibility: inUse && status === 'ISSUED' ? 'ELIGIBLE' : 'INELIGIBLE',
    CreatedAt: new Date(certificate.requestedAt),
    ...validity(certificate),
  };
}
