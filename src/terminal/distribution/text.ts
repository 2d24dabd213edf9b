import {countryName, type ErrorPage, type Geo} from '../../distribution/index.js';
import {chalk} from '../colour.js';
import {columns, count} from '../format.js';
import {ageText, cut} from '../invalidations-text.js';
import type {DistributionList} from './lifecycle.js';
import type {MaintenanceStatus} from './maintenance.js';
import type {OriginList} from './origin.js';
import type {KeptList} from './undo.js';

const statusText = (status: string): string => (status === 'Deployed' ? status : chalk.yellow(status));

export function distributionsText({distributions}: DistributionList, width: number): string {
  if (distributions.length === 0) return 'There is no such distribution in this account.';
  const rows = distributions.map(({id, domainName, aliases, status, enabled, comment}) => [
    id,
    statusText(status),
    enabled ? 'yes' : chalk.red('no'),
    domainName,
    aliases.length === 0
      ? '-'
      : aliases.length === 1
        ? (aliases[0] ?? '')
        : `${aliases[0] ?? ''} +${aliases.length - 1}`,
    comment,
  ]);
  const table = columns([['ID', 'STATUS', 'ENABLED', 'DOMAIN', 'ALIASES', 'COMMENT'], ...rows]);
  return table
    .split('\n')
    .map(line => cut(line, width))
    .join('\n');
}

/** The `--json` result of `geo show`. */
export interface GeoResult extends Geo {
  readonly distributionId: string;
}

export function geoText({distributionId, restriction, countries}: GeoResult): string {
  if (restriction === 'none') return `Everybody may load ${chalk.bold(distributionId)}.`;
  const who =
    restriction === 'allow'
      ? 'Only visitors from these countries get in to'
      : 'Visitors from these countries get 403 from';
  return [
    `${who} ${chalk.bold(distributionId)}:`,
    columns(
      countries.map(code => [code, countryName(code)]),
      '  ',
    ),
  ].join('\n');
}

/** The `--json` result of `error-page list`. */
export interface ErrorPageList {
  readonly distributionId: string;
  readonly errorPages: readonly ErrorPage[];
}

export function errorPagesText({distributionId, errorPages}: ErrorPageList): string {
  if (errorPages.length === 0)
    return `${distributionId} has no error pages: errors of the origin go to viewers.`;
  const rows = errorPages.map(({errorCode, page, status, ttl}) => [
    String(errorCode),
    page ?? '(as the origin answers)',
    status === undefined ? '-' : String(status),
    `${ttl} s`,
  ]);
  return columns([['ERROR', 'PAGE', 'STATUS', 'KEPT'], ...rows]);
}

export function originsText({origins}: OriginList, width: number): string {
  return origins
    .map(each => {
      const facts = [
        each.kind === 's3' ? 'S3' : each.kind === 'vpc' ? 'VPC' : (each.protocol ?? ''),
        each.readTimeout === undefined ? '' : `answers within ${each.readTimeout} s`,
        each.attempts === undefined ? '' : count(each.attempts, 'attempt'),
        each.connectionTimeout === undefined ? '' : `of ${each.connectionTimeout} s`,
      ].filter(fact => fact !== '');
      return [
        `${chalk.bold(each.id)}  ${each.domainName}${each.path}`,
        `  ${facts.join(', ')}`,
        ...(each.headers.length === 0 ? [] : [`  Headers    ${each.headers.join(' ')} (values hidden)`]),
        `  Behaviors  ${each.behaviors.length === 0 ? 'none' : each.behaviors.join(' ')}`,
      ]
        .map(line => cut(line, width))
        .join('\n');
    })
    .join('\n');
}

export function maintenanceText(status: MaintenanceStatus, now: number): string {
  const {distributionId, on, paths, behaviors, deployed, since, allowIps} = status;
  if (!on) {
    const left =
      status.function === null
        ? ''
        : ` The function ${status.function} is left; \`frontctl maintenance off\` deletes it.`;
    return `${chalk.bold(distributionId)} is not in maintenance.${left}`;
  }
  const rows = [
    ['Paths', paths.length === 0 ? 'all' : paths.join(' ')],
    ['Behaviors', behaviors.join(' ')],
    ['Status', status.status === null ? 'unknown' : String(status.status)],
    ...(since === null ? [] : [['Since', `${since} (${ageText(since, now)})`]]),
    ...(allowIps.length === 0 ? [] : [['Except from', allowIps.join(' ')]]),
    ['Distribution', deployed],
  ];
  return `${chalk.yellow('In maintenance')}: ${chalk.bold(distributionId)}\n${columns(rows, '  ')}`;
}

export function keptText({distributionId, kept}: KeptList, now: number, width: number): string {
  if (kept.length === 0) return `No former config of ${distributionId} was kept.`;
  const rows = kept.map(({number, replacedAt, fields, by}) => [
    String(number),
    replacedAt,
    ageText(replacedAt, now),
    fields === null ? 'a header value is gone' : fields === 0 ? 'as live' : count(fields, 'field'),
    by,
  ]);
  return columns([['N', 'BEFORE', 'AGE', 'DIFFERS', 'CHANGE'], ...rows])
    .split('\n')
    .map(line => cut(line, width))
    .join('\n');
}
