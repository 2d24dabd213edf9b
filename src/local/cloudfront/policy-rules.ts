import type {
  CachePolicyConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import {demand, type FaultCode} from './faults.js';
import {items} from './shape.js';

const policyName = /^[A-Za-z0-9_-]{1,128}$/;
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;

function checkName(name: string | undefined, comment: string | undefined): void {
  demand(
    name !== undefined && policyName.test(name),
    'InvalidArgument',
    `The policy Name "${name ?? ''}" must have 1 to 128 letters, digits, - and _.`,
  );
  demand((comment ?? '').length <= 128, 'InvalidArgument', 'The policy Comment has at most 128 characters.');
}

interface Selection {
  readonly what: 'headers' | 'cookies' | 'query strings';
  readonly behavior: string | undefined;
  readonly allowed: readonly string[];
  readonly names: readonly string[];
  readonly tooMany: FaultCode;
}

/** Behaviors that list names need at least one; the others allow none. */
function checkSelection({what, behavior = '', allowed, names, tooMany}: Selection): void {
  demand(
    allowed.includes(behavior),
    'InvalidArgument',
    `The behavior of ${what} must be one of ${allowed.join(', ')}, not "${behavior}".`,
  );
  const lists = ['whitelist', 'allExcept', 'allViewerAndWhitelistCloudFront'].includes(behavior);
  demand(
    lists === names.length > 0,
    'InvalidArgument',
    lists
      ? `The behavior ${behavior} of ${what} needs at least one name.`
      : `The behavior ${behavior} of ${what} takes no names.`,
  );
  demand(
    names.length <= (behavior === 'allViewerAndWhitelistCloudFront' ? 50 : 10),
    tooMany,
    `A policy names at most 10 ${what}, not ${names.length}.`,
  );
  const seen = new Set(names.map(name => (what === 'headers' ? name.toLowerCase() : name)));
  demand(seen.size === names.length, 'InvalidArgument', `A name of ${what} is listed twice.`);
}

function checkNamesLength(...lists: readonly (readonly string[])[]): void {
  const total = lists.flat().join('').length;
  demand(
    total <= 1024,
    'InvalidArgument',
    `The names of query strings, headers and cookies of a policy have at most 1024 characters together, not ${total}.`,
  );
}

/** Developer guide, "Understand cache policies". TTLs are seconds. */
export function acceptCachePolicy(given: CachePolicyConfig): CachePolicyConfig {
  checkName(given.Name, given.Comment);
  const minimum = given.MinTTL ?? Number.NaN;
  const standard = given.DefaultTTL ?? Math.max(86_400, minimum);
  const maximum = given.MaxTTL ?? Math.max(31_536_000, standard);
  demand(
    minimum >= 0 && minimum <= standard && standard <= maximum,
    'InvalidArgument',
    `The parameters MinTTL, DefaultTTL and MaxTTL must be in ascending order, not ${given.MinTTL}, ${standard}, ${maximum}.`,
  );
  const key = given.ParametersInCacheKeyAndForwardedToOrigin ?? {
    EnableAcceptEncodingGzip: false,
    HeadersConfig: {HeaderBehavior: 'none'},
    CookiesConfig: {CookieBehavior: 'none'},
    QueryStringsConfig: {QueryStringBehavior: 'none'},
  };
  const headers = items(key.HeadersConfig?.Headers);
  const cookies = items(key.CookiesConfig?.Cookies);
  const queryStrings = items(key.QueryStringsConfig?.QueryStrings);
  checkSelection({
    what: 'headers',
    behavior: key.HeadersConfig?.HeaderBehavior,
    allowed: ['none', 'whitelist'],
    names: headers,
    tooMany: 'TooManyHeadersInCachePolicy',
  });
  checkSelection({
    what: 'cookies',
    behavior: key.CookiesConfig?.CookieBehavior,
    allowed: ['none', 'whitelist', 'allExcept', 'all'],
    names: cookies,
    tooMany: 'TooManyCookiesInCachePolicy',
  });
  checkSelection({
    what: 'query strings',
    behavior: key.QueryStringsConfig?.QueryStringBehavior,
    allowed: ['none', 'whitelist', 'allExcept', 'all'],
    names: queryStrings,
    tooMany: 'TooManyQueryStringsInCachePolicy',
  });
  checkNamesLength(headers, cookies, queryStrings);
  demand(
    !headers.some(name => name.toLowerCase() === 'accept-encoding'),
    'InvalidArgument',
    'The header Accept-Encoding cannot be listed in a cache policy: use EnableAcceptEncodingGzip and EnableAcceptEncodingBrotli.',
  );
  const inKey =
    key.EnableAcceptEncodingGzip === true ||
    key.EnableAcceptEncodingBrotli === true ||
    key.HeadersConfig?.HeaderBehavior !== 'none' ||
    key.CookiesConfig?.CookieBehavior !== 'none' ||
    key.QueryStringsConfig?.QueryStringBehavior !== 'none';
  demand(
    maximum > 0 || !inKey,
    'InvalidArgument',
    'With a MaxTTL of 0 caching is disabled: nothing can be in the cache key, and compression cannot be enabled.',
  );
  return {
    Comment: '',
    ...given,
    DefaultTTL: standard,
    MaxTTL: maximum,
    ParametersInCacheKeyAndForwardedToOrigin: {EnableAcceptEncodingBrotli: false, ...key},
  };
}

/** Developer guide, "Understand origin request policies". */
export function acceptOriginRequestPolicy(given: OriginRequestPolicyConfig): OriginRequestPolicyConfig {
  checkName(given.Name, given.Comment);
  const headers = items(given.HeadersConfig?.Headers);
  const cookies = items(given.CookiesConfig?.Cookies);
  const queryStrings = items(given.QueryStringsConfig?.QueryStrings);
  checkSelection({
    what: 'headers',
    behavior: given.HeadersConfig?.HeaderBehavior,
    allowed: ['none', 'whitelist', 'allViewer', 'allViewerAndWhitelistCloudFront', 'allExcept'],
    names: headers,
    tooMany: 'TooManyHeadersInOriginRequestPolicy',
  });
  checkSelection({
    what: 'cookies',
    behavior: given.CookiesConfig?.CookieBehavior,
    allowed: ['none', 'whitelist', 'all', 'allExcept'],
    names: cookies,
    tooMany: 'TooManyCookiesInOriginRequestPolicy',
  });
  checkSelection({
    what: 'query strings',
    behavior: given.QueryStringsConfig?.QueryStringBehavior,
    allowed: ['none', 'whitelist', 'all', 'allExcept'],
    names: queryStrings,
    tooMany: 'TooManyQueryStringsInOriginRequestPolicy',
  });
  checkNamesLength(headers, cookies, queryStrings);
  return {Comment: '', ...given};
}

/** Developer guide, "Understand response headers policies". */
export function acceptResponseHeadersPolicy(given: ResponseHeadersPolicyConfig): ResponseHeadersPolicyConfig {
  checkName(given.Name, given.Comment);
  checkCors(given.CorsConfig);
  const csp = given.SecurityHeadersConfig?.ContentSecurityPolicy?.ContentSecurityPolicy ?? '';
  demand(
    csp.length <= 1783,
    'TooLongCSPInResponseHeadersPolicy',
    `The Content-Security-Policy has at most 1783 characters, not ${csp.length}.`,
  );
  const xss = given.SecurityHeadersConfig?.XSSProtection;
  demand(
    xss === undefined || !(xss.ModeBlock === true && xss.ReportUri),
    'InvalidArgument',
    'XSSProtection cannot have both ModeBlock and a ReportUri.',
  );
  const custom = items(given.CustomHeadersConfig);
  demand(
    custom.length <= 10,
    'TooManyCustomHeadersInResponseHeadersPolicy',
    `A response headers policy has at most 10 custom headers, not ${custom.length}.`,
  );
  for (const {Header: name = '', Value: value = ''} of custom) {
    demand(
      headerName.test(name) && value.length <= 1783 && !/[\r\n\0]/.test(value),
      'InvalidArgument',
      `The custom header "${name}" is not a header name of at most 256 characters with a value of at most 1783.`,
    );
  }
  const removed = items(given.RemoveHeadersConfig).map(item => item.Header ?? '');
  demand(
    removed.length <= 10,
    'TooManyRemoveHeadersInResponseHeadersPolicy',
    `A response headers policy removes at most 10 headers, not ${removed.length}.`,
  );
  for (const name of removed) {
    demand(headerName.test(name), 'InvalidArgument', `"${name}" cannot be removed: it is not a header name.`);
  }
  const rate = given.ServerTimingHeadersConfig?.SamplingRate ?? 0;
  demand(rate >= 0 && rate <= 100, 'InvalidArgument', `The SamplingRate must be from 0 to 100, not ${rate}.`);
  return {Comment: '', ...given};
}

function checkCors(cors: ResponseHeadersPolicyConfig['CorsConfig']): void {
  if (cors === undefined) return;
  const lists = {
    AccessControlAllowOrigins: items(cors.AccessControlAllowOrigins),
    AccessControlAllowHeaders: items(cors.AccessControlAllowHeaders),
    AccessControlAllowMethods: items<string>(cors.AccessControlAllowMethods),
  };
  for (const [name, values] of Object.entries(lists)) {
    demand(values.length > 0, 'InvalidArgument', `The parameter ${name} needs at least one item.`);
    demand(
      cors.AccessControlAllowCredentials !== true || !values.some(value => value === '*' || value === 'ALL'),
      'InvalidArgument',
      `${name} cannot be * when AccessControlAllowCredentials is true.`,
    );
  }
  const methods = lists.AccessControlAllowMethods;
  const known = ['GET', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'ALL'];
  demand(
    methods.every(method => known.includes(method)),
    'InvalidArgument',
    `AccessControlAllowMethods must be among ${known.join(', ')}.`,
  );
}
