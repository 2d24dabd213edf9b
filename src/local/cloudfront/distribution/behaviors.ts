// Deprecated members are still accepted and answered by CloudFront.
/* eslint-disable @typescript-eslint/no-deprecated */
import type {CacheBehavior, DefaultCacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import {demand} from '../faults.js';
import {items} from '../shape.js';
import type {Account} from './account.js';
import {targetIds} from './origins.js';

/** Checks the behaviors of a config that has its defaults. Developer guide, "Cache behavior settings". */
export function checkBehaviors(config: DistributionConfig, account: Account): void {
  const ordered = items(config.CacheBehaviors);
  demand(
    ordered.length <= 75,
    'TooManyCacheBehaviors',
    `A distribution has at most 75 cache behaviors, not ${ordered.length}.`,
  );
  checkPatterns(ordered);
  const targets = targetIds(config);
  demand(
    config.DefaultCacheBehavior !== undefined,
    'InvalidArgument',
    'The parameter DefaultCacheBehavior is required.',
  );
  checkBehavior('the default cache behavior', config.DefaultCacheBehavior, targets, account);
  for (const behavior of ordered) {
    checkBehavior(`the cache behavior ${behavior.PathPattern}`, behavior, targets, account);
  }
}

function checkPatterns(behaviors: readonly CacheBehavior[]): void {
  const seen = new Set<string>();
  for (const {PathPattern: pattern = ''} of behaviors) {
    demand(
      /^[A-Za-z0-9_.*$/~"'@:+&?\-%,;=!()]{1,255}$/.test(pattern),
      'InvalidArgument',
      `The PathPattern "${pattern}" must have 1 to 255 characters out of A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ?.`,
    );
    // A leading slash is optional in a pattern: with and without are the same pattern.
    const canonical = pattern.replace(/^\//, '');
    demand(
      !seen.has(canonical),
      'InvalidArgument',
      `The PathPattern "${pattern}" is used by two cache behaviors.`,
    );
    seen.add(canonical);
  }
}

function checkBehavior(
  where: string,
  behavior: DefaultCacheBehavior,
  targets: ReadonlySet<string>,
  account: Account,
): void {
  demand(
    targets.has(behavior.TargetOriginId ?? ''),
    'NoSuchOrigin',
    `One or more of your origins or origin groups do not exist: ${where} names "${behavior.TargetOriginId ?? ''}".`,
  );
  demand(
    ['allow-all', 'https-only', 'redirect-to-https'].includes(behavior.ViewerProtocolPolicy ?? ''),
    'InvalidArgument',
    `The ViewerProtocolPolicy of ${where} must be allow-all, https-only or redirect-to-https.`,
  );
  checkMethods(where, behavior);
  checkCaching(where, behavior, account);
  checkSigning(where, behavior, account);
  checkFunctions(where, behavior, account);
  demand(
    !behavior.RealtimeLogConfigArn,
    'NoSuchRealtimeLogConfig',
    `The real-time log configuration of ${where} does not exist.`,
  );
  demand(
    !behavior.FieldLevelEncryptionId,
    'NoSuchFieldLevelEncryptionConfig',
    `The field-level encryption configuration of ${where} does not exist.`,
  );
}

const methodSets = ['GET,HEAD', 'GET,HEAD,OPTIONS', 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'];

function checkMethods(where: string, behavior: DefaultCacheBehavior): void {
  const allowed = [...items(behavior.AllowedMethods)].sort().join(',');
  const cached = [...items(behavior.AllowedMethods?.CachedMethods)].sort().join(',');
  demand(
    methodSets.includes(allowed),
    'InvalidArgument',
    `The AllowedMethods of ${where} must be one of these sets: ${methodSets.join('; ')}.`,
  );
  demand(
    methodSets.slice(0, 2).includes(cached) && cached.length <= allowed.length,
    'InvalidArgument',
    `The CachedMethods of ${where} must be GET,HEAD or GET,HEAD,OPTIONS and among its AllowedMethods.`,
  );
}

function checkCaching(where: string, behavior: DefaultCacheBehavior, account: Account): void {
  const {
    CachePolicyId,
    OriginRequestPolicyId,
    ResponseHeadersPolicyId,
    ForwardedValues: forwarded,
  } = behavior;
  if (CachePolicyId) {
    for (const name of ['ForwardedValues', 'MinTTL', 'DefaultTTL', 'MaxTTL'] as const) {
      demand(
        behavior[name] === undefined,
        'InvalidArgument',
        `The parameter ${name} cannot be used when a cache policy is associated to the cache behavior: ${where}.`,
      );
    }
    demand(
      account.cachePolicyExists(CachePolicyId),
      'NoSuchCachePolicy',
      `The specified cache policy does not exist: ${CachePolicyId} of ${where}.`,
    );
  } else {
    demand(
      forwarded !== undefined,
      'InvalidArgument',
      `The parameter ForwardedValues is required: ${where} has neither a CachePolicyId nor ForwardedValues.`,
    );
    const {MinTTL: min = 0, DefaultTTL: standard = 0, MaxTTL: max = 0} = behavior;
    demand(
      min >= 0 && min <= standard && standard <= max,
      'InvalidTTLOrder',
      `The order of your TTL values is not valid: ${where} needs MinTTL (${min}) <= DefaultTTL (${standard}) <= MaxTTL (${max}).`,
    );
    const forward = forwarded.Cookies?.Forward ?? '';
    demand(
      ['none', 'all', 'whitelist'].includes(forward) &&
        (forward === 'whitelist') === items(forwarded.Cookies?.WhitelistedNames).length > 0,
      'InvalidForwardCookies',
      `The cookie settings of ${where} must be none, all, or whitelist with WhitelistedNames.`,
    );
    demand(
      !OriginRequestPolicyId,
      'InvalidArgument',
      `An origin request policy needs a cache policy: ${where} has ForwardedValues.`,
    );
  }
  demand(
    !OriginRequestPolicyId || account.originRequestPolicyExists(OriginRequestPolicyId),
    'NoSuchOriginRequestPolicy',
    `The specified origin request policy does not exist: ${OriginRequestPolicyId} of ${where}.`,
  );
  demand(
    !ResponseHeadersPolicyId || account.responseHeadersPolicyExists(ResponseHeadersPolicyId),
    'NoSuchResponseHeadersPolicy',
    `The specified response headers policy does not exist: ${ResponseHeadersPolicyId} of ${where}.`,
  );
}

function checkSigning(where: string, behavior: DefaultCacheBehavior, account: Account): void {
  for (const name of ['TrustedSigners', 'TrustedKeyGroups'] as const) {
    const signers = behavior[name];
    demand(
      (signers?.Enabled ?? false) === items(signers).length > 0,
      'InvalidArgument',
      `${name} of ${where} must be Enabled exactly when it has items.`,
    );
  }
  for (const signer of items(behavior.TrustedSigners)) {
    demand(
      /^(?:self|\d{12})$/.test(signer),
      'TrustedSignerDoesNotExist',
      `One or more of your trusted signers do not exist: "${signer}" of ${where} is neither self nor an AWS account id.`,
    );
  }
  const groups = items(behavior.TrustedKeyGroups);
  demand(
    new Set(groups).size === groups.length,
    'InvalidArgument',
    `A key group is listed twice in ${where}.`,
  );
  demand(
    groups.length <= 4,
    'TooManyKeyGroupsAssociatedToDistribution',
    `At most 4 key groups may be associated with ${where}, not ${groups.length}.`,
  );
  for (const id of groups) {
    demand(
      account.keyGroupExists(id),
      'TrustedKeyGroupDoesNotExist',
      `The specified key group does not exist: ${id} of ${where}.`,
    );
  }
}

/** Developer guide, "Restrictions on all edge functions": one function an event, and one kind for both viewer events. */
function checkFunctions(where: string, behavior: DefaultCacheBehavior, account: Account): void {
  const functions = items(behavior.FunctionAssociations);
  const refuse = (what: string) => `The function association of ${where} is not valid: ${what}.`;
  for (const [at, {FunctionARN: arn = '', EventType: event = ''}] of functions.entries()) {
    demand(
      event === 'viewer-request' || event === 'viewer-response',
      'InvalidArgument',
      refuse(`the event type must be viewer-request or viewer-response, not "${event}"`),
    );
    const published = account.functionIsPublished(arn);
    demand(published !== undefined, 'InvalidFunctionAssociation', refuse(`"${arn}" does not exist`));
    demand(
      published,
      'InvalidFunctionAssociation',
      refuse(`${arn} is not published, only functions in the LIVE stage can be associated`),
    );
    demand(
      functions.findIndex(other => other.EventType === event) === at,
      'InvalidFunctionAssociation',
      refuse(`two functions have the event type ${event}`),
    );
  }
  const lambdas = items(behavior.LambdaFunctionAssociations);
  demand(
    functions.length === 0 || !lambdas.some(({EventType: event}) => event?.startsWith('viewer-')),
    'InvalidFunctionAssociation',
    refuse('CloudFront functions and Lambda@Edge functions cannot be combined in viewer events'),
  );
  const events = new Set<string>();
  for (const {LambdaFunctionARN: arn = '', EventType: event = 'viewer-request'} of lambdas) {
    demand(
      /^arn:aws:lambda:us-east-1:\d{12}:function:[A-Za-z0-9_-]+:\d+$/.test(arn),
      'InvalidLambdaFunctionAssociation',
      `The Lambda function ARN of ${where} must name a numbered version in us-east-1, not "${arn}".`,
    );
    demand(
      !events.has(event),
      'InvalidLambdaFunctionAssociation',
      `Two Lambda functions of ${where} have the event type ${event}.`,
    );
    events.add(event);
  }
}
