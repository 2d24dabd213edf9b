import {createHash} from 'node:crypto';
import {valuesAt} from '../route53/resolve.js';
import {accountId, type Store} from '../types.js';

/** Times are milliseconds of cloud time. */
export interface StoredCertificate {
  readonly arn: string;
  /** Domain name first, then the alternative names, without repetition. */
  readonly names: readonly string[];
  readonly keyAlgorithm: string;
  readonly idempotencyToken: string | undefined;
  readonly requestedAt: number;
  /** Undefined until DNS has proved the control over every name. */
  readonly issuedAt: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export const certificateTable = 'acm.certificate';

export interface ValidationRecord {
  /** With a dot at the end. */
  readonly name: string;
  readonly type: 'CNAME';
  readonly value: string;
}

const day = 86_400_000;
/** Public certificates last 198 days. */
export const lifetimeMs = 198 * day;
/** A request whose names are not validated within 72 hours fails for good. ACM user guide, "DNS validation". */
const validationLimitMs = 3 * day;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** The same for every request of a domain; a wildcard shares the record of its parent. ACM user guide, "DNS validation". */
export function validationRecord(domain: string): ValidationRecord {
  const base = domain.toLowerCase().replace(/^\*\./, '');
  const letters = hex(`zone ${accountId} ${base}`)
    .replace(/\d/g, digit => 'ghijklmnop'.charAt(Number(digit)))
    .slice(0, 10);
  return {
    name: `_${hex(`name ${accountId} ${base}`)}.${base}.`,
    type: 'CNAME',
    value: `_${hex(`value ${accountId} ${base}`)}.${letters}.acm-validations.aws.`,
  };
}

export type CertificateStatus = 'PENDING_VALIDATION' | 'ISSUED' | 'EXPIRED' | 'VALIDATION_TIMED_OUT';

/** Whether the validation CNAME of `domain` stands in a hosted zone. */
export function isValidated(store: Store, domain: string): boolean {
  const record = validationRecord(domain);
  const canonical = (value: string) => value.toLowerCase().replace(/\.$/, '');
  return valuesAt(store, record.name, 'CNAME').some(value => canonical(value) === canonical(record.value));
}

/** Depends on nothing but the store and the time: a certificate is issued as soon as somebody looks and its records stand. */
export function statusOf(store: Store, certificate: StoredCertificate, now: number): CertificateStatus {
  if (certificate.issuedAt !== undefined) {
    return now < certificate.issuedAt + lifetimeMs ? 'ISSUED' : 'EXPIRED';
  }
  if (now >= certificate.requestedAt + validationLimitMs) return 'VALIDATION_TIMED_OUT';
  return certificate.names.every(name => isValidated(store, name)) ? 'ISSUED' : 'PENDING_VALIDATION';
}

/** Names on the issued certificate `arn`; undefined when there is no such certificate or it cannot be used. */
export function certificateNames(store: Store, now: number, arn: string): readonly string[] | undefined {
  const found = arn === '' ? undefined : store.table<StoredCertificate>(certificateTable).get(arn);
  return found !== undefined && statusOf(store, found, now) === 'ISSUED' ? found.names : undefined;
}
