import {createHash} from 'node:crypto';
import {distributionsUsing} from '../cloudfront/distribution/references.js';
import {valuesAt} from '../route53/resolve.js';
import {accountId, type Store} from '../types.js';
import {caaAllows} from './caa.js';

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
  /** When a CAA record forbade the issue: the request has failed for good. */
  readonly failedAt?: number | undefined;
  /** The last renewal; the certificate lasts from then on. */
  readonly renewedAt?: number | undefined;
  /** Since when a renewal is due and cannot be done. */
  readonly renewalHeldUpSince?: number | undefined;
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
const lifetimeMs = 198 * day;
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

/** Certificates of 198 days are renewed from this long before they end. "Renewal for domains validated by DNS". */
const renewalMs = 45 * day;

export type CertificateStatus =
  'PENDING_VALIDATION' | 'ISSUED' | 'EXPIRED' | 'VALIDATION_TIMED_OUT' | 'FAILED';

/** When an issued certificate ends. */
export const endOf = (certificate: StoredCertificate): number =>
  (certificate.renewedAt ?? certificate.issuedAt ?? 0) + lifetimeMs;

/** Whether the validation CNAME of `domain` stands in a hosted zone. */
export function isValidated(store: Store, domain: string): boolean {
  const record = validationRecord(domain);
  const canonical = (value: string) => value.toLowerCase().replace(/\.$/, '');
  return valuesAt(store, record.name, 'CNAME').some(value => canonical(value) === canonical(record.value));
}

const isInUse = (store: Store, now: number, {arn}: StoredCertificate): boolean =>
  distributionsUsing(store, now, 'certificates', arn).length > 0;

/** What stands in the way of a renewal. */
export function renewalProblem(
  store: Store,
  now: number,
  certificate: StoredCertificate,
): 'unused' | 'validation' | 'caa' | undefined {
  if (!isInUse(store, now, certificate)) return 'unused';
  if (!certificate.names.every(name => isValidated(store, name))) return 'validation';
  return certificate.names.every(name => caaAllows(store, name)) ? undefined : 'caa';
}

/**
 * The certificate as it is by now: issued as soon as somebody looks and its records stand, renewed when it is due. Where
 * nobody looked for a while, things are taken to have been all the time as they are now.
 */
export function settle(store: Store, now: number, certificate: StoredCertificate): StoredCertificate {
  if (certificate.failedAt !== undefined) return certificate;
  if (certificate.issuedAt === undefined) {
    if (now >= certificate.requestedAt + validationLimitMs) return certificate;
    if (!certificate.names.every(name => isValidated(store, name))) return certificate;
    const allowed = certificate.names.every(name => caaAllows(store, name));
    return allowed ? {...certificate, issuedAt: now} : {...certificate, failedAt: now};
  }
  const due = endOf(certificate) - renewalMs;
  if (now < due) return certificate;
  const held = certificate.renewalHeldUpSince;
  if (now >= endOf(certificate) && held !== undefined) return certificate;
  if (renewalProblem(store, now, certificate) !== undefined)
    return held === undefined ? {...certificate, renewalHeldUpSince: now} : certificate;
  return settle(store, now, {
    ...certificate,
    renewedAt: held === undefined ? due : now,
    renewalHeldUpSince: undefined,
  });
}

/** The status of a settled certificate. */
export function statusOf(certificate: StoredCertificate, now: number): CertificateStatus {
  if (certificate.failedAt !== undefined) return 'FAILED';
  if (certificate.issuedAt !== undefined) return now < endOf(certificate) ? 'ISSUED' : 'EXPIRED';
  return now >= certificate.requestedAt + validationLimitMs ? 'VALIDATION_TIMED_OUT' : 'PENDING_VALIDATION';
}

/** Names on the issued certificate `arn`; undefined when there is no such certificate or it cannot be used. */
export function certificateNames(store: Store, now: number, arn: string): readonly string[] | undefined {
  const found = arn === '' ? undefined : store.table<StoredCertificate>(certificateTable).get(arn);
  return found !== undefined && statusOf(settle(store, now, found), now) === 'ISSUED'
    ? found.names
    : undefined;
}
