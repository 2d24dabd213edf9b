import {userName, zoneFileLine} from '../../certificate/index.js';
import {
  manualSentence,
  type CertificateReport,
  type IssuedCertificate,
  type RecordState,
} from '../../stack/index.js';
import {chalk} from '../colour.js';
import {columns} from '../format.js';
import type {DeletedCertificate} from './delete.js';

const date = (iso: string): string => iso.slice(0, 10);

const daysText = (days: number): string =>
  days < 0 ? 'ended' : `${days === 0 ? 'under a day' : days === 1 ? '1 day' : `${days} days`} left`;

const usersText = ({inUseBy}: CertificateReport): string =>
  inUseBy.length === 0 ? 'nothing' : inUseBy.map(userName).join(', ');

const statusText = (status: string): string =>
  status === 'ISSUED'
    ? chalk.green(status)
    : status === 'PENDING_VALIDATION'
      ? chalk.yellow(status)
      : chalk.red(status);

function renewsText({renews, status, inUseBy, type}: CertificateReport): string {
  if (status !== 'ISSUED') return '-';
  if (inUseBy.length === 0 && type === 'AMAZON_ISSUED') return 'once in use';
  return renews === null ? 'unknown' : renews ? 'yes' : 'no';
}

export interface CertificateList {
  readonly certificates: readonly CertificateReport[];
}

const namesShown = 3;

function namesText({names}: CertificateReport): string {
  const left = names.length - namesShown;
  return names.slice(0, namesShown).join(' ') + (left > 0 ? ` + ${left} more` : '');
}

export function listText({certificates}: CertificateList): string {
  if (certificates.length === 0)
    return 'There are no certificates in us-east-1. `frontctl cert issue --domain NAME` requests one.';
  const rows = certificates.map(each => [
    each.id,
    statusText(each.status),
    each.notAfter === null ? '-' : `${date(each.notAfter)} (${daysText(each.daysLeft ?? 0)})`,
    renewsText(each),
    usersText(each),
    namesText(each),
  ]);
  return columns([['ID', 'STATUS', 'ENDS', 'RENEWS', 'USED BY', 'NAMES'], ...rows]);
}

/** One a line, for stderr. */
export const listWarnings = ({certificates}: CertificateList): readonly string[] =>
  certificates.flatMap(({id, names, warnings}) =>
    warnings.map(warning => `${names[0] ?? ''} (${id}): ${warning}.`),
  );

const placeText = ({inPlace}: RecordState): string =>
  inPlace === null ? 'DNS gives no answer' : inPlace ? 'in place' : 'missing in DNS';

/** To be pasted: by name and value into the form of a DNS host, or whole lines into a zone file. */
function recordsText(records: readonly RecordState[]): string {
  const blocks = records.map(record => {
    const rows = [
      ['Name', record.name],
      ['Type', record.type],
      ['Value', record.value],
    ];
    return `  ${record.domains.join(', ')}: ${placeText(record)}\n${columns(rows, '    ')}`;
  });
  const missing = records.filter(({inPlace}) => inPlace !== true);
  const lines = missing.map(record => `  ${zoneFileLine(record)}`);
  return [...blocks, ...(lines.length === 0 ? [] : ['For a zone file:', ...lines])].join('\n');
}

export function showText(report: CertificateReport): string {
  const {arn, names, status, keyAlgorithm, type, notAfter, daysLeft, failureReason, validation, warnings} =
    report;
  const rows = [
    ['Names', names.join(', ')],
    ['Status', statusText(status) + (failureReason === null ? '' : ` (${failureReason})`)],
    ['Key', keyAlgorithm],
    ...(type === 'AMAZON_ISSUED' ? [] : [['Type', type]]),
    ...(notAfter === null ? [] : [['Ends', `${date(notAfter)}, ${daysText(daysLeft ?? 0)}`]]),
    ...(status === 'ISSUED' ? [['Renews', renewsText(report)]] : []),
    ['Used by', usersText(report)],
    ...warnings.map(warning => [chalk.yellow('Warning'), warning]),
  ];
  const head = `${chalk.bold(arn)}\n${columns(rows, '  ')}`;
  return validation.length === 0 ? head : `${head}\n\nValidation records:\n${recordsText(validation)}`;
}

export function issuedText(result: IssuedCertificate): string {
  const {arn, names, status, notAfter, reused, reason, validation, manual, manualReason, next} = result;
  const rows = [
    ['ARN', chalk.bold(arn)],
    ['Names', names.join(', ')],
  ];
  if (status === 'ISSUED') {
    const until = notAfter === null ? '' : `, until ${date(notAfter)}`;
    const how = reused ? `Found: it ${reason ?? ''}` : `Issued${until}`;
    return `${chalk.green(how)}\n${columns(rows, '  ')}`;
  }
  const head = [
    `${chalk.yellow('Pending')}: ACM issues it once DNS shows ${validation.length === 1 ? 'its record' : 'all records'}`,
    columns(next === null ? rows : [...rows, ['Then', next]], '  '),
  ];
  if (manual.length === 0) return head.join('\n');
  const records = validation.filter(({name}) => manual.some(record => record.name === name));
  return [...head, '', manualSentence(manual.length, manualReason ?? ''), recordsText(records)].join('\n');
}

export const waitedText = ({id, names, notAfter}: CertificateReport): string =>
  `${chalk.green('Issued')}: ${id} for ${names.join(', ')}${notAfter === null ? '' : `, until ${date(notAfter)}`}`;

export const deletedText = ({arn, names, deleted}: DeletedCertificate): string =>
  deleted
    ? `${chalk.green('Deleted')} ${arn} (${names.join(', ')}); its validation records stay in DNS, others may share them`
    : `Gone already: ${arn}`;
