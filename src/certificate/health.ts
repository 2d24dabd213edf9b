import {certificateId, userName} from './arn.js';
import {recordsOf} from './read.js';
import type {Certificate, ValidationRecord} from './types.js';

/** ACM renews a certificate of 198 days this long before it ends. ACM user guide, "Renewal for domains validated by DNS". */
const renewalDays = 45;
/** ACM itself begins to warn here (same page). */
const warningDays = 30;
const dayMs = 86_400_000;

/**
 * What DNS answered for the name of a validation record: the value, undefined where there is no such record. A name that
 * is not in the map was not asked, or gave no answer.
 */
export type DnsAnswers = ReadonlyMap<string, string | undefined>;

export interface CertificateHealth {
  /** Whole days until it ends, negative once it has; null where it was never issued. */
  readonly daysLeft: number | null;
  /** Whether ACM will renew it as things are; null where DNS gave no answer. */
  readonly renews: boolean | null;
  /** One sentence each, without the certificate's name. */
  readonly warnings: readonly string[];
}

/** Whether the record stands as ACM wants it; null where DNS gave no answer. */
export function isInPlace({name, value}: ValidationRecord, answers: DnsAnswers): boolean | null {
  return answers.has(name) ? answers.get(name) === value : null;
}

/** How a certificate fares. `now`: epoch milliseconds. */
export function health(certificate: Certificate, now: number, answers: DnsAnswers): CertificateHealth {
  const {notAfter, status} = certificate;
  const daysLeft = notAfter === null ? null : Math.floor((Date.parse(notAfter) - now) / dayMs);
  if (status !== 'ISSUED') {
    const users = certificate.inUseBy.map(userName).join(', ');
    const warnings =
      users === ''
        ? []
        : [
            `it is ${status}, and ${users} still ${certificate.inUseBy.length === 1 ? 'presents' : 'present'} it`,
          ];
    return {daysLeft, renews: false, warnings};
  }
  const {renews, warnings} = renewal(certificate, daysLeft, answers);
  const ends = daysLeft === null || notAfter === null ? undefined : endText(daysLeft, notAfter);
  const isNear = daysLeft !== null && daysLeft < warningDays;
  return {daysLeft, renews, warnings: isNear && ends !== undefined ? [ends, ...warnings] : warnings};
}

function endText(daysLeft: number, notAfter: string): string {
  const date = notAfter.slice(0, 10);
  if (daysLeft < 0) return `it ended on ${date}`;
  return `it ends ${daysLeft === 0 ? 'within a day' : daysLeft === 1 ? 'in 1 day' : `in ${daysLeft} days`}, on ${date}`;
}

type Outlook = Pick<CertificateHealth, 'renews' | 'warnings'>;

function renewal(certificate: Certificate, daysLeft: number | null, answers: DnsAnswers): Outlook {
  const {type, inUse, validation, renewal: running} = certificate;
  const isNear = daysLeft !== null && daysLeft < renewalDays;
  if (type === 'IMPORTED')
    return {
      renews: false,
      warnings: isNear ? ['it was imported: import its successor, ACM does not renew it'] : [],
    };
  const records = recordsOf(certificate);
  const gone = records.filter(record => isInPlace(record, answers) === false);
  const lost = gone.map(record => lostText(record, certificate, answers));
  const failed =
    running?.status === 'FAILED'
      ? [`ACM could not renew it${running.reason === null ? '' : ` (${running.reason})`}`]
      : running?.status === 'PENDING_VALIDATION' && gone.length === 0
        ? ['ACM is renewing it and waits for the validation of its names']
        : [];
  const byMail = validation.filter(({method}) => method === 'EMAIL').map(({domain}) => domain);
  const mails =
    byMail.length > 0 && isNear
      ? [`its renewal needs an answer to the mail that ACM sends to ${byMail.join(', ')}`]
      : [];
  const idle = !inUse && isNear ? ['nothing uses it, so ACM does not renew it'] : [];
  const warnings = [...failed, ...lost, ...mails, ...idle];
  if (!inUse || gone.length > 0 || byMail.length > 0 || running?.status === 'FAILED')
    return {renews: false, warnings};
  const isKnown = records.every(record => isInPlace(record, answers) !== null);
  return {renews: isKnown ? true : null, warnings};
}

/** Which domains would fail, and the record as it is to be put back. */
function lostText({name, value}: ValidationRecord, {validation}: Certificate, answers: DnsAnswers): string {
  const domains = validation.filter(({record}) => record?.name === name).map(({domain}) => domain);
  const answer = answers.get(name);
  const what = answer === undefined ? 'has gone from DNS' : `has another value in DNS (${answer})`;
  return `the validation record of ${domains.join(' and ')} ${what}, so ACM cannot renew it: put back ${name} CNAME ${value}`;
}

/** For lines about several certificates: `5f2c… (www.example.com)`. */
export const certificateTitle = ({arn, names}: Pick<Certificate, 'arn' | 'names'>): string =>
  `${certificateId(arn)} (${names[0] ?? 'no name'})`;
