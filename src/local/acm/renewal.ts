import type {RenewalSummary} from '@aws-sdk/client-acm';
import {endOf, type renewalProblem, type StoredCertificate} from './certificates.js';
import {domainValidation} from './views.js';

/**
 * How the managed renewal stands; undefined before the first one is due, and while nobody uses the certificate.
 * ACM user guide, "Check a certificate's renewal status".
 */
export function renewalSummary(
  certificate: StoredCertificate,
  now: number,
  validated: ReadonlySet<string>,
  problem: ReturnType<typeof renewalProblem>,
): RenewalSummary | undefined {
  const {names, renewedAt, renewalHeldUpSince: held} = certificate;
  if (held === undefined) {
    if (renewedAt === undefined) return undefined;
    return {
      RenewalStatus: 'SUCCESS',
      DomainValidationOptions: names.map(name => domainValidation(name, 'SUCCESS')),
      UpdatedAt: new Date(renewedAt),
    };
  }
  if (problem === 'unused') return undefined;
  const failed = now >= endOf(certificate) || problem === 'caa';
  const open = failed ? 'FAILED' : 'PENDING_VALIDATION';
  return {
    RenewalStatus: open,
    DomainValidationOptions: names.map(name =>
      domainValidation(name, validated.has(name) ? 'SUCCESS' : open),
    ),
    ...(problem === 'caa' && {RenewalStatusReason: 'CAA_ERROR'}),
    UpdatedAt: new Date(held),
  };
}
