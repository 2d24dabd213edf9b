import type {CustomOriginConfig, DistributionConfig, Origin, OriginGroup} from '@aws-sdk/client-cloudfront';
import {demand} from '../faults.js';
import {items} from '../shape.js';
import type {Account} from './account.js';

const hostName = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;
const s3Domain =
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?$/;
const oaiPrefix = 'origin-access-identity/cloudfront/';
const shieldRegions = new Set(
  (
    'us-east-1 us-east-2 us-west-2 ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ' +
    'eu-central-1 eu-west-1 eu-west-2 sa-east-1 me-central-1'
  ).split(' '),
);
const failoverCodes = new Set([400, 403, 404, 416, 429, 500, 502, 503, 504]);

/** Checks origins and origin groups of a config that has its defaults. Developer guide, "Origin settings". */
export function checkOrigins(config: DistributionConfig, account: Account): void {
  const origins = items(config.Origins);
  demand(origins.length > 0, 'InvalidArgument', 'A distribution needs at least one origin.');
  demand(
    origins.length <= 100,
    'TooManyOrigins',
    `A distribution has at most 100 origins, not ${origins.length}.`,
  );
  const ids = new Set<string>();
  for (const origin of origins) {
    const id = origin.Id ?? '';
    demand(
      id !== '' && id.length <= 128,
      'InvalidArgument',
      `The origin Id "${id}" must have 1 to 128 characters.`,
    );
    demand(!ids.has(id), 'InvalidArgument', `The origin Id "${id}" is used twice in the distribution.`);
    ids.add(id);
    checkOrigin(id, origin, account);
  }
  checkGroups(items(config.OriginGroups), ids);
}

/** Ids that a behavior may name. */
export function targetIds(config: DistributionConfig): ReadonlySet<string> {
  return new Set([...items(config.Origins), ...items(config.OriginGroups)].map(target => target.Id ?? ''));
}

function checkOrigin(id: string, origin: Origin, account: Account): void {
  const domain = origin.DomainName ?? '';
  demand(
    hostName.test(domain),
    'InvalidArgument',
    `The parameter origin name cannot be "${domain}": origin ${id} needs a domain name without scheme, port and path.`,
  );
  const path = origin.OriginPath ?? '';
  demand(
    path === '' || (path.startsWith('/') && !path.endsWith('/') && path.length <= 255),
    'InvalidArgument',
    `The OriginPath "${path}" of origin ${id} must begin with / and must not end with /.`,
  );
  const kinds = [origin.S3OriginConfig, origin.CustomOriginConfig, origin.VpcOriginConfig];
  demand(
    kinds.filter(kind => kind !== undefined).length === 1,
    'InvalidArgument',
    `Exactly one of CustomOriginConfig, VpcOriginConfig, and S3OriginConfig must be specified for origin ${id}.`,
  );
  demand(
    origin.S3OriginConfig === undefined || s3Domain.test(domain),
    'InvalidArgument',
    `The parameter Origin DomainName does not refer to a valid S3 bucket: "${domain}" of origin ${id}. ` +
      'Allowed are BUCKET.s3.amazonaws.com and BUCKET.s3.REGION.amazonaws.com; an S3 website endpoint needs CustomOriginConfig.',
  );
  checkConnection(id, origin);
  checkAccess(id, origin, account);
  if (origin.CustomOriginConfig) checkCustom(id, origin.CustomOriginConfig);
}

function checkConnection(id: string, origin: Origin): void {
  const within = (name: string, value: number | undefined, low: number, high: number) =>
    demand(
      value !== undefined && Number.isInteger(value) && value >= low && value <= high,
      'InvalidArgument',
      `The ${name} of origin ${id} must be from ${low} to ${high}, not ${value}.`,
    );
  within('ConnectionAttempts', origin.ConnectionAttempts, 1, 3);
  within('ConnectionTimeout', origin.ConnectionTimeout, 1, 10);
  demand(
    items(origin.CustomHeaders).length <= 30,
    'TooManyOriginCustomHeaders',
    `Origin ${id} has more than 30 custom headers.`,
  );
  for (const header of items(origin.CustomHeaders)) {
    demand(
      /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(header.HeaderName ?? ''),
      'InvalidArgument',
      `The custom header name "${header.HeaderName}" of origin ${id} is not a header name.`,
    );
  }
  const shield = origin.OriginShield;
  demand(
    shield?.Enabled !== true || shieldRegions.has(shield.OriginShieldRegion ?? ''),
    'InvalidArgument',
    `Origin ${id} needs an OriginShieldRegion out of ${[...shieldRegions].join(', ')}.`,
  );
}

function checkAccess(id: string, origin: Origin, account: Account): void {
  const identity = origin.S3OriginConfig?.OriginAccessIdentity ?? '';
  const control = origin.OriginAccessControlId ?? '';
  demand(
    identity === '' || control === '',
    'IllegalOriginAccessConfiguration',
    `An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI): origin ${id}.`,
  );
  demand(
    identity === '' ||
      (identity.startsWith(oaiPrefix) &&
        account.originAccessIdentityExists(identity.slice(oaiPrefix.length))),
    'InvalidOriginAccessIdentity',
    `The specified origin access identity does not exist or is not valid: "${identity}" of origin ${id}. Allowed is ${oaiPrefix}ID.`,
  );
  if (control === '') return;
  const found = account.originAccessControl(control);
  demand(
    found !== undefined,
    'InvalidOriginAccessControl',
    `The origin access control is not valid: ${control} of origin ${id} does not exist.`,
  );
  const fits = origin.S3OriginConfig !== undefined;
  demand(
    fits === (found.OriginAccessControlOriginType === 's3'),
    'InvalidDomainNameForOriginAccessControl',
    `An origin access control is associated with an origin whose domain name is not supported: ` +
      `origin ${id} with ${control} of type ${found.OriginAccessControlOriginType}.`,
  );
}

function checkCustom(id: string, custom: CustomOriginConfig): void {
  for (const name of ['HTTPPort', 'HTTPSPort'] as const) {
    const port = custom[name] ?? 0;
    demand(
      Number.isInteger(port) && (port === 80 || port === 443 || (port >= 1024 && port <= 65_535)),
      'InvalidArgument',
      `The ${name} of origin ${id} must be 80, 443 or from 1024 to 65535, not ${port}.`,
    );
  }
  demand(
    ['http-only', 'match-viewer', 'https-only'].includes(custom.OriginProtocolPolicy ?? ''),
    'InvalidArgument',
    `The OriginProtocolPolicy of origin ${id} must be http-only, match-viewer or https-only.`,
  );
  const protocols = items(custom.OriginSslProtocols);
  demand(
    protocols.length > 0 && protocols.every(name => ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2'].includes(name)),
    'InvalidArgument',
    `The OriginSslProtocols of origin ${id} must name at least one of SSLv3, TLSv1, TLSv1.1, TLSv1.2.`,
  );
  const read = custom.OriginReadTimeout ?? 30;
  demand(
    read >= 1 && read <= 120,
    'InvalidOriginReadTimeout',
    `The OriginReadTimeout of origin ${id} must be from 1 to 120 seconds, not ${read}.`,
  );
  const keep = custom.OriginKeepaliveTimeout ?? 5;
  demand(
    keep >= 1 && keep <= 300,
    'InvalidOriginKeepaliveTimeout',
    `The OriginKeepaliveTimeout of origin ${id} must be from 1 to 300 seconds, not ${keep}.`,
  );
}

function checkGroups(groups: readonly OriginGroup[], originIds: ReadonlySet<string>): void {
  demand(
    groups.length <= 10,
    'TooManyOriginGroupsPerDistribution',
    `A distribution has at most 10 origin groups, not ${groups.length}.`,
  );
  const taken = new Set(originIds);
  for (const group of groups) {
    const id = group.Id ?? '';
    demand(
      id !== '' && !taken.has(id),
      'InvalidArgument',
      `The origin group Id "${id}" is empty or used by another origin or origin group.`,
    );
    taken.add(id);
    const members = items(group.Members).map(member => member.OriginId ?? '');
    demand(
      members.length === 2 && members[0] !== members[1],
      'InvalidArgument',
      `Origin group ${id} needs exactly two different members, a primary and a secondary origin.`,
    );
    for (const member of members) {
      demand(
        originIds.has(member),
        'NoSuchOrigin',
        `One or more of your origins or origin groups do not exist: origin group ${id} names ${member}.`,
      );
    }
    const codes = items(group.FailoverCriteria?.StatusCodes);
    demand(
      codes.length > 0 && codes.every(code => failoverCodes.has(code)),
      'InvalidArgument',
      `Origin group ${id} fails over on ${[...failoverCodes].join(', ')} only, and on at least one of them.`,
    );
  }
}
