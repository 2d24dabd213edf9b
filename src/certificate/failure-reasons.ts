import type {FailureReason} from '@aws-sdk/client-acm';
import {Failure} from '../failure.js';
import {certificateId} from './arn.js';
import {amazonAuthorities, caaText, type BlockingCaa} from './caa.js';
import type {Certificate} from './types.js';

const again = 'A failed request cannot be resumed: then request a new one (`frontctl cert issue`).';

/** What a reason means and what to do. ACM user guide, "Certificate request fails"; "Handling exceptions" for PCA_*. */
const reasons: Partial<Record<FailureReason, readonly [what: string, todo: string]>> = {
  ADDITIONAL_VERIFICATION_REQUIRED: [
    'ACM wants to know more about one of the domains (it does for well-known ones)',
    'Ask AWS Support to go on with the request.',
  ],
  DOMAIN_NOT_ALLOWED: [
    'one of the domains is on a list of unsafe sites',
    'Have it taken off that list (Google Safe Browsing, VirusTotal), then ask AWS Support.',
  ],
  DOMAIN_VALIDATION_DENIED: [
    'the owner of one of the domains refused the validation',
    'Validate by DNS instead.',
  ],
  INVALID_PUBLIC_DOMAIN: [
    'one of the names lies in no public domain',
    'Check the spelling; names of private networks and public suffixes themselves cannot be certified.',
  ],
  NO_AVAILABLE_CONTACTS: [
    'ACM found nobody to write to for the validation by mail',
    'Validate by DNS instead.',
  ],
  OTHER: [
    'ACM gives no reason (often a misspelled domain, or one that does not exist)',
    'Check the spelling of every name.',
  ],
};

/**
 * Why a request that came to nothing did: Failure CERTIFICATE_FAILED (exit 6). `caa`: the records that were found to be
 * in the way, where that was looked up.
 */
export function requestFailed(certificate: Certificate, caa?: BlockingCaa): Failure {
  const {failureReason, status} = certificate;
  const subject = `Certificate ${certificateId(certificate.arn)} for ${certificate.names.join(', ')}`;
  const make = (what: string, hint: string): Failure =>
    new Failure('refused', 'CERTIFICATE_FAILED', `${subject} ${what}.`, {hint});
  if (status === 'VALIDATION_TIMED_OUT') {
    return make(
      'timed out: within 72 hours DNS did not show the validation records of all names',
      'Request a new one (`frontctl cert issue`); the validation records stay the same.',
    );
  }
  if (status !== 'FAILED') {
    return make(`is ${status}`, 'It cannot be used any more: request a new one (`frontctl cert issue`).');
  }
  if (failureReason === 'CAA_ERROR')
    return make(`failed: ${caaProblem(caa)}`, `${caaRemedy(certificate, caa)} ${again}`);
  const [what, todo] = (failureReason === null ? undefined : reasons[failureReason]) ?? [
    `ACM says ${failureReason ?? 'no more'}`,
    'See https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-cert-requests.html',
  ];
  return make(`failed: ${what}${failureReason === null ? '' : ` (${failureReason})`}`, `${todo} ${again}`);
}

function caaProblem(caa: BlockingCaa | undefined): string {
  if (caa === undefined)
    return 'a CAA record of one of the domains, or of a domain above it, keeps Amazon from issuing (CAA_ERROR)';
  const texts = caa.records.map(caaText).join(', ');
  return `the CAA ${caa.records.length === 1 ? 'record' : 'records'} of ${caa.at} (${texts}) ${caa.records.length === 1 ? 'keeps' : 'keep'} Amazon from issuing for ${caa.domain} (CAA_ERROR)`;
}

function caaRemedy({names}: Certificate, caa: BlockingCaa | undefined): string {
  const anyOf = `(or ${amazonAuthorities.slice(1).join(', ')})`;
  const isWild = (caa?.domain ?? names.find(name => name.startsWith('*.')))?.startsWith('*.') === true;
  const tag =
    isWild && caa?.records.some(record => record.tag.toLowerCase() === 'issuewild') === true
      ? 'issuewild'
      : 'issue';
  const record = `0 ${tag} "${amazonAuthorities[0]}"`;
  if (caa !== undefined)
    return `Add the CAA record ${record} ${anyOf} at ${caa.at}, beside those that are there.`;
  return `Look for CAA records from each name upwards (dig CAA ${names[0]?.replace(/^\*\./, '') ?? ''}); where there are any, add ${record} ${anyOf}.`;
}
