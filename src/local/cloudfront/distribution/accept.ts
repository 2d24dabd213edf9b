import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import {demand, type FaultCode} from '../faults.js';
import {checkQuantities, compact, items} from '../shape.js';
import type {Account} from './account.js';
import {checkBehaviors} from './behaviors.js';
import {withDefaults} from './defaults.js';
import {checkOrigins} from './origins.js';
import {references} from './references.js';
import {checkAliases, checkErrorResponses, checkGeoRestriction} from './viewers.js';

/**
 * The config as CloudFront would keep it, or the error that CloudFront would answer. `before` is the config that it
 * replaces as a whole: a member that is left out gets its default, not its old value.
 */
export function acceptDistribution(
  given: DistributionConfig,
  before: DistributionConfig | undefined,
  account: Account,
): DistributionConfig {
  for (const name of ['CallerReference', 'Origins', 'DefaultCacheBehavior', 'Comment', 'Enabled'] as const) {
    demand(given[name] !== undefined, 'InvalidArgument', `The parameter ${name} is required.`);
  }
  demand(given.CallerReference !== '', 'InvalidArgument', 'The parameter CallerReference must not be empty.');
  demand(
    before === undefined || before.CallerReference === given.CallerReference,
    'IllegalUpdate',
    'The update contains modifications that are not allowed: CallerReference cannot change.',
  );
  const config = compact(withDefaults(given));
  demand(
    before === undefined || before.Staging === config.Staging,
    'IllegalUpdate',
    'The update contains modifications that are not allowed: Staging cannot change.',
  );
  checkQuantities(config, 'DistributionConfig');
  checkGeneral(config);
  checkOrigins(config, account);
  checkBehaviors(config, account);
  checkErrorResponses(items(config.CustomErrorResponses));
  checkGeoRestriction(config);
  checkAliases(config, before, account);
  checkAssociations(config, account);
  return config;
}

function checkGeneral(config: DistributionConfig): void {
  demand(
    (config.Comment ?? '').length <= 128,
    'InvalidArgument',
    `The Comment has at most 128 characters, not ${config.Comment?.length ?? 0}.`,
  );
  const root = config.DefaultRootObject ?? '';
  demand(
    !root.startsWith('/') && root.length <= 255,
    'InvalidDefaultRootObject',
    `The default root object file name is too big or contains an invalid character: "${root}" must not begin with /.`,
  );
  const oneOf = (name: 'PriceClass' | 'HttpVersion', allowed: readonly string[]) =>
    demand(
      allowed.includes(config[name] ?? ''),
      'InvalidArgument',
      `The ${name} must be one of ${allowed.join(', ')}, not "${config[name] ?? ''}".`,
    );
  oneOf('PriceClass', ['PriceClass_100', 'PriceClass_200', 'PriceClass_All', 'None']);
  oneOf('HttpVersion', ['http1.1', 'http2', 'http3', 'http2and3']);
  const acl = config.WebACLId ?? '';
  demand(
    acl === '' ||
      /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/.test(acl) ||
      /^[0-9a-f-]{36}$/.test(acl),
    'InvalidWebACLId',
    `The WebACLId "${acl}" must be the ARN of a web ACL with scope CLOUDFRONT, or the id of an AWS WAF Classic web ACL.`,
  );
  demand(
    !config.ContinuousDeploymentPolicyId,
    'NoSuchContinuousDeploymentPolicy',
    `The continuous deployment policy doesn't exist: ${config.ContinuousDeploymentPolicyId}.`,
  );
  const bucket = config.Logging?.Bucket ?? '';
  demand(
    config.Logging?.Enabled !== true ||
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.s3[a-z0-9.-]*\.amazonaws\.com$/.test(bucket),
    'InvalidArgument',
    `The parameter Logging Bucket does not refer to a valid S3 bucket: "${bucket}". Allowed is BUCKET.s3.amazonaws.com.`,
  );
  const tagHeader = config.CacheTagConfig?.HeaderName;
  demand(
    tagHeader === undefined || /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(tagHeader),
    'InvalidArgument',
    `The CacheTagConfig HeaderName "${tagHeader}" is not a header name.`,
  );
}

const associationQuota = 100;

/** At most 100 distributions an OAC, policy, key group or function. */
function checkAssociations(config: DistributionConfig, account: Account): void {
  const own = references(config);
  const others = account.others().map(other => references(other.config));
  const check = (kind: keyof typeof own & keyof typeof codes, noun: string) => {
    for (const id of own[kind]) {
      demand(
        others.filter(other => other[kind].has(id)).length < associationQuota,
        codes[kind],
        `At most ${associationQuota} distributions may be associated with the same ${noun}: ${id}.`,
      );
    }
  };
  check('cachePolicies', 'cache policy');
  check('originRequestPolicies', 'origin request policy');
  check('responseHeadersPolicies', 'response headers policy');
  check('originAccessControls', 'origin access control');
  check('keyGroups', 'key group');
  check('functions', 'function');
}

const codes = {
  cachePolicies: 'TooManyDistributionsAssociatedToCachePolicy',
  originRequestPolicies: 'TooManyDistributionsAssociatedToOriginRequestPolicy',
  responseHeadersPolicies: 'TooManyDistributionsAssociatedToResponseHeadersPolicy',
  originAccessControls: 'TooManyDistributionsAssociatedToOriginAccessControl',
  keyGroups: 'TooManyDistributionsAssociatedToKeyGroup',
  functions: 'TooManyDistributionsWithFunctionAssociations',
} as const satisfies Record<string, FaultCode>;
