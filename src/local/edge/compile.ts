/* eslint-disable @typescript-eslint/no-deprecated -- legacy cache settings (ForwardedValues and the TTLs beside it) are still served */
import type {CacheBehavior, DefaultCacheBehavior, Origin} from '@aws-sdk/client-cloudfront';
import {createHash} from 'node:crypto';
import {negotiator, type Negotiation} from './rules/accept-encoding.js';
import type {Keyed} from './rules/cache-key.js';
import {cachingDisabled, type TtlBounds} from './rules/freshness.js';
import type {HeaderForwarding} from './rules/headers-to-origin.js';
import {compileOrigin, type CompiledOrigin} from './origin/address.js';
import {compilePattern, type Matcher} from './rules/pattern.js';
import {compileResponseHeaders, type Decorate} from './rules/response-headers.js';
import {signatureCookies, signatureParameters} from './rules/signed-fields.js';
import {compileKey, type TrustedKeys} from './rules/signed-keys.js';
import {
  cookiesOf,
  except,
  legacyCookies,
  queryOf,
  selectAll,
  selectNone,
  union,
  type Selection,
} from './rules/selection.js';
import type {ControlPlane, FunctionCode, LiveDistribution} from './types.js';

/** The part of the control plane that a distribution's config refers to. */
export type Policies = Pick<
  ControlPlane,
  | 'cachePolicy'
  | 'originRequestPolicy'
  | 'responseHeadersPolicy'
  | 'originAccessControl'
  | 'originAccessIdentity'
  | 'keyGroup'
  | 'publicKey'
  | 'functionCode'
>;

export interface CompiledBehavior {
  readonly matches: Matcher;
  readonly protocolPolicy: string;
  readonly allowed: ReadonlySet<string>;
  /** GET, HEAD and perhaps OPTIONS. */
  readonly cached: ReadonlySet<string>;
  readonly compress: boolean;
  readonly ttl: TtlBounds;
  /** False: every request goes to the origin alone (all TTLs 0, or all headers forwarded by legacy settings). */
  readonly caching: boolean;
  /** Undefined: viewers need no signature. */
  readonly signers: TrustedKeys | undefined;
  readonly functions: BehaviorFunctions;
  /** Undefined when no flag is on: Accept-Encoding is an ordinary header then. */
  readonly negotiate: ((header: string | undefined) => Negotiation) | undefined;
  /** What `absent` normalises to differs between policies (`identity`) and legacy settings (nothing). */
  readonly identityToOrigin: boolean;
  readonly keyed: Keyed;
  readonly query: Selection;
  readonly cookies: Selection;
  readonly headers: HeaderForwarding;
  readonly decorate: Decorate | undefined;
  /** Primary first; one for a plain origin. */
  readonly origins: readonly CompiledOrigin[];
  /** Statuses on which the next origin is tried; empty without a group. */
  readonly failover: ReadonlySet<number>;
}

/** Functions by event; undefined where there is none. */
export interface BehaviorFunctions {
  readonly viewerRequest: FunctionCode | undefined;
  readonly viewerResponse: FunctionCode | undefined;
}

export interface ErrorRule {
  readonly page: string | undefined;
  readonly responseCode: number | undefined;
  /** Seconds. */
  readonly minTtl: number;
}

export interface CompiledDistribution {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  readonly enabled: boolean;
  /** `<32 hex>.cloudfront.net (CloudFront)`: Via without the version. */
  readonly via: string;
  /** Raw path of the default root object, leading slash included; undefined without one. */
  readonly rootObject: string | undefined;
  readonly behaviorFor: (normalizedPath: string) => CompiledBehavior;
  readonly errors: ReadonlyMap<number, ErrorRule>;
  /** Header of the origin that carries cache tags, lowercase; undefined: nothing is tagged. */
  readonly tagHeader: string | undefined;
  readonly geo:
    | {readonly kind: 'none'}
    | {readonly kind: 'whitelist' | 'blacklist'; readonly countries: ReadonlySet<string>};
}

const lower = (names: readonly string[] | undefined): string[] =>
  (names ?? []).map(name => name.toLowerCase());

/** `E1` of `origin-access-identity/cloudfront/E1`. */
const identityId = ({S3OriginConfig}: Origin): string =>
  S3OriginConfig?.OriginAccessIdentity?.split('/').at(-1) ?? '';

const noOrigin: Origin = {Id: '', DomainName: ''};

/** Everything the data plane asks of a distribution, worked out once per version and set of policies. */
export const compileDistribution = (live: LiveDistribution, plane: Policies): CompiledDistribution => {
  const {config} = live;
  const origins = new Map(
    (config.Origins?.Items ?? []).map(origin => {
      const access = plane.originAccessControl(origin.OriginAccessControlId ?? '');
      const identity = plane.originAccessIdentity(identityId(origin));
      return [origin.Id ?? '', compileOrigin(origin, access, identity)] as const;
    }),
  );
  const groups = new Map((config.OriginGroups?.Items ?? []).map(group => [group.Id ?? '', group] as const));
  const targetOf = (id: string): Pick<CompiledBehavior, 'origins' | 'failover'> => {
    const group = groups.get(id);
    const ids =
      group === undefined ? [id] : (group.Members?.Items ?? []).map(member => member.OriginId ?? '');
    return {
      origins: ids.map(one => origins.get(one) ?? compileOrigin(noOrigin, undefined)),
      failover: new Set(group?.FailoverCriteria?.StatusCodes?.Items ?? []),
    };
  };
  const compile = (behavior: CacheBehavior | DefaultCacheBehavior, pattern: string): CompiledBehavior => ({
    ...compileBehavior(behavior, pattern, plane),
    ...targetOf(behavior.TargetOriginId ?? ''),
  });
  const listed = (config.CacheBehaviors?.Items ?? []).map(item => compile(item, item.PathPattern ?? '*'));
  const standard = compile(config.DefaultCacheBehavior ?? emptyBehavior, '*');
  const restriction = config.Restrictions?.GeoRestriction;
  const geoKind = restriction?.RestrictionType ?? 'none';
  return {
    id: live.id,
    arn: live.arn,
    domainName: live.domainName,
    enabled: config.Enabled === true,
    via: `${createHash('md5').update(live.id).digest('hex')}.cloudfront.net (CloudFront)`,
    rootObject: rootObject(config.DefaultRootObject),
    tagHeader: config.CacheTagConfig?.HeaderName?.toLowerCase(),
    behaviorFor: path => listed.find(behavior => behavior.matches(path)) ?? standard,
    errors: new Map(
      (config.CustomErrorResponses?.Items ?? []).map(rule => [
        rule.ErrorCode ?? 0,
        {
          page: rule.ResponsePagePath === '' ? undefined : rule.ResponsePagePath,
          responseCode:
            rule.ResponseCode === undefined || rule.ResponseCode === ''
              ? undefined
              : Number(rule.ResponseCode),
          minTtl: rule.ErrorCachingMinTTL ?? 10,
        },
      ]),
    ),
    geo: geoKind === 'none' ? {kind: 'none'} : {kind: geoKind, countries: new Set(restriction?.Items ?? [])},
  };
};

const emptyBehavior: DefaultCacheBehavior = {TargetOriginId: '', ViewerProtocolPolicy: 'allow-all'};

const rootObject = (value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : value.startsWith('/') ? value : `/${value}`;

const compileBehavior = (
  behavior: CacheBehavior | DefaultCacheBehavior,
  pattern: string,
  plane: Policies,
): Omit<CompiledBehavior, 'origins' | 'failover'> => {
  const policy = plane.responseHeadersPolicy(behavior.ResponseHeadersPolicyId ?? '');
  const cached = new Set<string>(behavior.AllowedMethods?.CachedMethods?.Items ?? ['GET', 'HEAD']);
  const signers = signersOf(behavior, plane);
  const settings =
    behavior.ForwardedValues === undefined ? byPolicies(behavior, plane) : byLegacySettings(behavior, cached);
  return {
    matches: compilePattern(pattern),
    protocolPolicy: behavior.ViewerProtocolPolicy ?? 'allow-all',
    allowed: new Set<string>(behavior.AllowedMethods?.Items ?? ['GET', 'HEAD']),
    cached,
    compress: behavior.Compress === true,
    decorate: policy === undefined ? undefined : compileResponseHeaders(policy),
    signers,
    functions: functionsOf(behavior, plane),
    ...(signers === undefined ? settings : withoutSignatures(settings)),
  };
};

const noCode: FunctionCode = {code: '', runtime: 'cloudfront-js-2.0'};

/** A function that is named and not there fails when it is run. */
const functionsOf = (behavior: CacheBehavior | DefaultCacheBehavior, plane: Policies): BehaviorFunctions => {
  const of = (event: string): FunctionCode | undefined => {
    const found = behavior.FunctionAssociations?.Items?.find(({EventType}) => EventType === event);
    return found && (plane.functionCode(found.FunctionARN ?? '') ?? noCode);
  };
  return {viewerRequest: of('viewer-request'), viewerResponse: of('viewer-response')};
};

/** The keys of every trusted group. Account signers have no keys here: where they alone sign, nobody is let in. */
const signersOf = (
  behavior: CacheBehavior | DefaultCacheBehavior,
  plane: Policies,
): TrustedKeys | undefined => {
  const {TrustedKeyGroups: groups, TrustedSigners: accounts} = behavior;
  if (groups?.Enabled !== true && accounts?.Enabled !== true) return undefined;
  const ids = (groups?.Items ?? []).flatMap(group => plane.keyGroup(group)?.Items ?? []);
  return new Map(
    [...new Set(ids)].flatMap(id => {
      const pem = plane.publicKey(id)?.EncodedKey;
      return pem === undefined ? [] : [[id, compileKey(pem)] as const];
    }),
  );
};

/** Settings under which neither cache nor origin sees what was shown to be let in (facts §12). */
const withoutSignatures = (settings: CacheSettings): CacheSettings => ({
  ...settings,
  keyed: {
    ...settings.keyed,
    query: except(settings.keyed.query, signatureParameters),
    cookies: except(settings.keyed.cookies, signatureCookies),
  },
  query: except(settings.query, signatureParameters),
  cookies: except(settings.cookies, signatureCookies),
});

type CacheSettings = Pick<
  CompiledBehavior,
  'ttl' | 'caching' | 'negotiate' | 'identityToOrigin' | 'keyed' | 'query' | 'cookies' | 'headers'
>;

const day = 86_400;
const year = 31_536_000;

const byPolicies = (behavior: CacheBehavior | DefaultCacheBehavior, plane: Policies): CacheSettings => {
  const policy = plane.cachePolicy(behavior.CachePolicyId ?? '');
  const toOrigin = plane.originRequestPolicy(behavior.OriginRequestPolicyId ?? '');
  const parameters = policy?.ParametersInCacheKeyAndForwardedToOrigin;
  const min = policy?.MinTTL ?? 0;
  const ttl =
    policy === undefined
      ? {min: 0, default: 0, max: 0}
      : {
          min,
          default: policy.DefaultTTL ?? Math.max(day, min),
          max: policy.MaxTTL ?? Math.max(year, min),
        };
  const gzip = parameters?.EnableAcceptEncodingGzip === true;
  const br = parameters?.EnableAcceptEncodingBrotli === true;
  const flagged = gzip || br;
  const keyedHeaders = lower(parameters?.HeadersConfig?.Headers?.Items).sort();
  const keyed: Keyed = {
    query: queryOf(parameters),
    headers: flagged ? keyedHeaders.filter(name => name !== 'accept-encoding') : keyedHeaders,
    cookies: cookiesOf(parameters),
  };
  const named = lower(toOrigin?.HeadersConfig?.Headers?.Items);
  const kind = toOrigin?.HeadersConfig?.HeaderBehavior ?? 'none';
  const listed = new Set([
    ...keyedHeaders,
    ...(kind === 'whitelist' || kind === 'allViewerAndWhitelistCloudFront' ? named : []),
  ]);
  const except = new Set(kind === 'allExcept' ? named.filter(name => !keyedHeaders.includes(name)) : []);
  return {
    ttl,
    caching: !cachingDisabled(ttl),
    negotiate: flagged ? negotiator({gzip, br}) : undefined,
    identityToOrigin: true,
    keyed,
    query: union(keyed.query, queryOf(toOrigin)),
    cookies: union(keyed.cookies, cookiesOf(toOrigin)),
    headers:
      kind === 'none' || kind === 'whitelist' ? {kind: 'listed', listed} : {kind: 'all', except, listed},
  };
};

const byLegacySettings = (
  behavior: CacheBehavior | DefaultCacheBehavior,
  cached: ReadonlySet<string>,
): CacheSettings => {
  const values = behavior.ForwardedValues;
  const min = behavior.MinTTL ?? 0;
  const ttl = {
    min,
    default: behavior.DefaultTTL ?? Math.max(day, min),
    max: behavior.MaxTTL ?? Math.max(year, min),
  };
  const listed = lower(values?.Headers?.Items);
  const all = listed.includes('*');
  const queryKeys = values?.QueryStringCacheKeys?.Items ?? [];
  const names = new Set(queryKeys);
  const cookies = legacyCookies(values?.Cookies);
  const query = values?.QueryString === true ? selectAll : selectNone;
  return {
    ttl,
    caching: !all && !cachingDisabled(ttl),
    negotiate: negotiator({gzip: true, br: false}),
    identityToOrigin: false,
    keyed: {
      query: names.size > 0 && query.kind === 'all' ? {kind: 'some', has: name => names.has(name)} : query,
      headers: listed.filter(name => name !== 'accept-encoding').sort(),
      cookies,
    },
    query,
    cookies,
    headers: all
      ? {kind: 'all', except: new Set(), listed: new Set()}
      : {kind: 'legacy', listed: new Set(listed), optionsCached: cached.has('OPTIONS')},
  };
};
