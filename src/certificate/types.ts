import type {
  CertificateStatus,
  CertificateType,
  DomainStatus,
  FailureReason,
  KeyAlgorithm,
  RenewalStatus,
  ValidationMethod,
} from '@aws-sdk/client-acm';

/** The CNAME by which ACM sees that a name is yours: before it issues a certificate, and before each renewal. */
export interface ValidationRecord {
  /** Lower case, without the dot at the end. */
  readonly name: string;
  readonly type: 'CNAME';
  /** Without the dot at the end. */
  readonly value: string;
}

/** How far ACM is with one name. */
export interface DomainValidation {
  readonly domain: string;
  readonly status: DomainStatus | 'UNKNOWN';
  readonly method: ValidationMethod | null;
  /** Null until ACM has made one up, some seconds after the request, and for names that are not validated by DNS. */
  readonly record: ValidationRecord | null;
}

/** What a listing tells. Times are ISO 8601. */
export interface ListedCertificate {
  readonly arn: string;
  /** The domain name first, then the others, lower case, none twice. */
  readonly names: readonly string[];
  readonly status: CertificateStatus | 'UNKNOWN';
  readonly keyAlgorithm: KeyAlgorithm | 'UNKNOWN';
  readonly type: CertificateType | 'UNKNOWN';
  /** Null until it is issued. */
  readonly notAfter: string | null;
  readonly inUse: boolean;
}

/** ACM's try to renew a certificate, once it has begun. */
export interface Renewal {
  readonly status: RenewalStatus | 'UNKNOWN';
  readonly reason: FailureReason | null;
  readonly validation: readonly DomainValidation[];
}

export interface Certificate extends ListedCertificate {
  /** Of a request; null for one that was imported. */
  readonly requestedAt: string | null;
  /** ARNs of what presents it: distributions, load balancers, ... */
  readonly inUseBy: readonly string[];
  /** Why the request came to nothing; only with the status FAILED. */
  readonly failureReason: FailureReason | null;
  readonly renewal: Renewal | null;
  /** One entry a name; empty for one that was imported. */
  readonly validation: readonly DomainValidation[];
}

/** One CAA record: `issue`, `issuewild`, ... and what stands behind it. RFC 8659. */
export interface CaaRecord {
  readonly isCritical: boolean;
  readonly tag: string;
  readonly value: string;
}

/** The CAA records at exactly this name, none where it has none. Throws when DNS gives no answer. */
export type CaaLookup = (name: string) => Promise<readonly CaaRecord[]>;
