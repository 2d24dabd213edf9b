// Deprecated members are still accepted and answered by CloudFront.
/* eslint-disable @typescript-eslint/no-deprecated */
import type {CustomErrorResponse, DistributionConfig, ViewerCertificate} from '@aws-sdk/client-cloudfront';
import {demand} from '../faults.js';
import {items} from '../shape.js';
import type {Account} from './account.js';

/** Lowercase only: developer guide, "Requirements for using alternate domain names". */
export const aliasForm = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Checks alternate domain names and the certificate that must cover them. Developer guide, "CNAMEs". */
export function checkAliases(
  config: DistributionConfig,
  before: DistributionConfig | undefined,
  account: Account,
): void {
  const names = items(config.Aliases);
  demand(
    names.length <= 100,
    'TooManyDistributionCNAMEs',
    `A distribution has at most 100 alternate domain names, not ${names.length}.`,
  );
  const own = new Set<string>();
  for (const name of names) {
    demand(
      aliasForm.test(name),
      'InvalidArgument',
      `The parameter CNAME contains one or more parameters that are not valid: "${name}" is not a domain name in lower case.`,
    );
    demand(
      !own.has(name.toLowerCase()),
      'InvalidArgument',
      `The alternate domain name ${name} is listed twice.`,
    );
    own.add(name.toLowerCase());
  }
  checkCertificate(config.ViewerCertificate, names, account);
  for (const name of names) {
    const holder = account.heldElsewhere(name);
    demand(
      holder === undefined,
      'CNAMEAlreadyExists',
      `One or more of the CNAMEs you provided are already associated with a different resource: ${name} with distribution ${holder} of another account.`,
    );
  }
  for (const other of account.others()) {
    for (const name of items(other.config.Aliases)) {
      demand(
        !own.has(name.toLowerCase()),
        'CNAMEAlreadyExists',
        `One or more of the CNAMEs you provided are already associated with a different resource: ${name} with distribution ${other.id}.`,
      );
    }
  }
  checkDns(names, items(before?.Aliases), account);
}

/** A name that DNS leads to another distribution cannot be added. Troubleshooting, "incorrectly configured DNS record". */
function checkDns(names: readonly string[], before: readonly string[], account: Account): void {
  for (const name of names) {
    if (before.includes(name)) continue;
    const target = account.distributionBehind(name);
    demand(
      target === undefined || target === account.domainName,
      'CNAMEAlreadyExists',
      'One or more aliases specified for the distribution includes an incorrectly configured DNS record that points to ' +
        `another CloudFront distribution. You must update the DNS record to correct the problem: ${name} points to ${target}.`,
    );
  }
}

const protocolVersions = [
  'SSLv3',
  'TLSv1',
  'TLSv1_2016',
  'TLSv1.1_2016',
  'TLSv1.2_2018',
  'TLSv1.2_2019',
  'TLSv1.2_2021',
  'TLSv1.2_2025',
  'TLSv1.3_2025',
];

function checkCertificate(
  certificate: ViewerCertificate | undefined,
  names: readonly string[],
  account: Account,
): void {
  if (certificate?.CertificateSource === 'cloudfront') {
    demand(
      names.length === 0,
      'InvalidViewerCertificate',
      'To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that ' +
        `validates your authorization to use the domain name: ${names.join(', ')}.`,
    );
    return;
  }
  const arn = certificate?.ACMCertificateArn ?? '';
  const covered = account.certificateNames(arn);
  demand(
    covered !== undefined,
    'InvalidViewerCertificate',
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid " +
      `certificate chain: ${arn || certificate?.IAMCertificateId || '(none)'}.`,
  );
  demand(
    ['sni-only', 'vip', 'static-ip'].includes(certificate?.SSLSupportMethod ?? ''),
    'InvalidViewerCertificate',
    'The parameter SSLSupportMethod is required with a certificate of your own: sni-only, vip or static-ip.',
  );
  demand(
    protocolVersions.includes(certificate?.MinimumProtocolVersion ?? ''),
    'InvalidMinimumProtocolVersion',
    `The MinimumProtocolVersion must be one of ${protocolVersions.join(', ')}, not "${certificate?.MinimumProtocolVersion ?? ''}".`,
  );
  for (const name of names) {
    demand(
      covers(covered, name),
      'InvalidViewerCertificate',
      "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that " +
        `you're trying to add: ${name}; it covers ${covered.join(', ')}.`,
    );
  }
}

/** A wildcard on a certificate stands for exactly one label (RFC 6125, section 6.4.3). */
export function covers(names: readonly string[], host: string): boolean {
  const wanted = host.toLowerCase();
  const parent = `*${wanted.slice(wanted.indexOf('.'))}`;
  return names.some(name => name.toLowerCase() === wanted || name.toLowerCase() === parent);
}

const customErrorCodes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
const responseCodes = new Set(['200', ...customErrorCodes.map(String)]);

/** Developer guide, "Custom error pages and error caching". */
export function checkErrorResponses(responses: readonly CustomErrorResponse[]): void {
  const seen = new Set<number>();
  for (const {
    ErrorCode: code = 0,
    ResponsePagePath: path = '',
    ResponseCode: answer = '',
    ErrorCachingMinTTL: ttl = 0,
  } of responses) {
    demand(
      customErrorCodes.includes(code),
      'InvalidErrorCode',
      `A custom error response for ${code} is not possible; allowed are ${customErrorCodes.join(', ')}.`,
    );
    demand(!seen.has(code), 'InvalidArgument', `Two custom error responses are for ${code}.`);
    seen.add(code);
    demand(
      (path === '') === (answer === ''),
      'InvalidArgument',
      `The custom error response for ${code} must have both a ResponsePagePath and a ResponseCode, or neither.`,
    );
    demand(
      path === '' || path.startsWith('/'),
      'InvalidArgument',
      `The ResponsePagePath "${path}" for ${code} must begin with /.`,
    );
    demand(
      answer === '' || responseCodes.has(answer),
      'InvalidResponseCode',
      `The ResponseCode "${answer}" for ${code} is not possible; allowed are ${[...responseCodes].join(', ')}.`,
    );
    demand(ttl >= 0, 'InvalidArgument', `The ErrorCachingMinTTL for ${code} must not be negative.`);
  }
}

export function checkGeoRestriction(config: DistributionConfig): void {
  const restriction = config.Restrictions?.GeoRestriction;
  const type = restriction?.RestrictionType ?? '';
  const places = items(restriction);
  demand(
    ['none', 'whitelist', 'blacklist'].includes(type) && (type === 'none') === (places.length === 0),
    'InvalidGeoRestrictionParameter',
    'The geo restriction must be none without locations, or whitelist or blacklist with at least one.',
  );
  for (const place of places) {
    demand(
      /^[A-Z]{2}$/.test(place),
      'InvalidLocationCode',
      `The location code specified is not valid: "${place}" is not an ISO 3166-1 alpha-2 code in capitals.`,
    );
  }
}
