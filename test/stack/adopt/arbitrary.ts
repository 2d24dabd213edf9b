/** Random distribution configs that CloudFront would answer. */
// Deprecated members are still answered by CloudFront.

import type {
  CookiePreference,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {
  acm,
  allViewer,
  answer,
  at,
  awsIds,
  behavior,
  custom,
  disabled,
  errorPage,
  everyMethod,
  group,
  headers,
  legacy,
  list,
  optimized,
  s3,
  securityHeaders,
} from '../../distribution/corpus/pieces.js';

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
/** Few, so that requests have what settings list. */
export const parameter = fc.constantFrom('a', 'b', 'lang', 'page', 'session');
export const headerName = fc.constantFrom('x-a', 'x-b', 'x-lang', 'x-tenant', 'accept-language');
/** Everything that YAML, TypeScript and a config's own references take for theirs. */
const text = fc.oneof(
  fc.string({unit: 'grapheme', maxLength: 30}),
  fc.constantFrom(
    '${env.HOME}',
    '$${x}',
    '$',
    '${',
    'null',
    'yes',
    '0x1f',
    '1e3',
    '- a',
    '# b',
    'c: d',
    "it's",
    '\\"',
    '`',
    '\u2028',
  ),
);

const s3Origin = (id: string): fc.Arbitrary<Origin> =>
  fc
    .record({
      bucket: fc.stringMatching(/^[a-z][a-z0-9-]{2,20}[a-z0-9]$/),
      endpoint: fc.constantFrom(
        's3.amazonaws.com',
        's3.eu-west-1.amazonaws.com',
        's3.us-east-1.amazonaws.com',
      ),
      access: fc.constantFrom('none', 'control', 'identity'),
      path: fc.constantFrom('', '/site', '/a/b'),
      attempts: fc.integer({min: 1, max: 3}),
    })
    .map(({bucket, endpoint, access, path, attempts}) =>
      s3(id, `${bucket}.${endpoint}`, {
        OriginPath: path,
        ConnectionAttempts: attempts,
        OriginAccessControlId: access === 'control' ? awsIds.accessControl : '',
        S3OriginConfig: {
          OriginAccessIdentity:
            access === 'identity' ? `origin-access-identity/cloudfront/${awsIds.accessIdentity}` : '',
          OriginReadTimeout: 30,
        },
      }),
    );

const customOrigin = (id: string): fc.Arbitrary<Origin> =>
  fc
    .record({
      host: word,
      config: fc.record({
        HTTPPort: fc.constantFrom(80, 8080, 3000),
        HTTPSPort: fc.constantFrom(443, 8443),
        OriginProtocolPolicy: fc.constantFrom('http-only', 'https-only', 'match-viewer'),
        OriginSslProtocols: fc
          .subarray(['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2'] as const, {minLength: 1})
          .map(names => ({Quantity: names.length, Items: names})),
        OriginReadTimeout: fc.integer({min: 1, max: 120}),
        OriginKeepaliveTimeout: fc.integer({min: 1, max: 120}),
      }),
      values: fc.dictionary(headerName, fc.stringMatching(/^[ -~]{0,20}$/), {maxKeys: 3}),
      shield: fc.option(fc.constantFrom('us-east-1', 'eu-west-2')),
      timeout: fc.integer({min: 1, max: 10}),
    })
    .map(({host, config, values, shield, timeout}) =>
      custom(id, `${host}.example.net`, config, {
        ...headers(values),
        ConnectionTimeout: timeout,
        OriginShield: shield === null ? {Enabled: false} : {Enabled: true, OriginShieldRegion: shield},
      }),
    );

const cookies: fc.Arbitrary<CookiePreference> = fc.oneof(
  fc.constantFrom<CookiePreference>({Forward: 'none'}, {Forward: 'all'}),
  fc
    .uniqueArray(parameter, {minLength: 1, maxLength: 3})
    .map((names): CookiePreference => ({Forward: 'whitelist', WhitelistedNames: list(...names)})),
);

const behaviorOf = (targets: readonly string[]): fc.Arbitrary<DefaultCacheBehavior> =>
  fc
    .record({
      target: fc.constantFrom(...targets),
      policy: fc.constantFrom(undefined, optimized, disabled, awsIds.cachePolicy),
      origin: fc.constantFrom(undefined, allViewer, awsIds.originRequestPolicy),
      answer: fc.constantFrom(undefined, securityHeaders, awsIds.responseHeadersPolicy),
      forwarded: fc.record({
        query: fc.boolean(),
        keys: fc.uniqueArray(parameter, {maxLength: 2}),
        cookies,
        headers: fc.oneof(fc.constant<string[]>(['*']), fc.uniqueArray(headerName, {maxLength: 3})),
        ttl: fc
          .tuple(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000))
          .map(ttls => ttls.sort((a, b) => a - b)),
      }),
      allowed: fc.constantFrom<DefaultCacheBehavior['AllowedMethods']>(
        undefined,
        {Quantity: 7, Items: everyMethod, CachedMethods: {Quantity: 2, Items: ['HEAD', 'GET']}},
        {
          Quantity: 3,
          Items: ['HEAD', 'GET', 'OPTIONS'],
          CachedMethods: {Quantity: 3, Items: ['HEAD', 'GET', 'OPTIONS']},
        },
      ),
      more: fc.record({
        ViewerProtocolPolicy: fc.constantFrom('allow-all', 'https-only', 'redirect-to-https'),
        Compress: fc.boolean(),
        SmoothStreaming: fc.boolean(),
      }),
      isSigned: fc.boolean(),
      runs: fc.boolean(),
    })
    .map(({target, policy, origin, answer: response, forwarded, allowed, more, isSigned, runs}) => {
      const base =
        policy === undefined
          ? legacy(target, {...forwarded, keys: forwarded.query ? forwarded.keys : []})
          : behavior(target, {
              CachePolicyId: policy,
              ...(origin === undefined ? {} : {OriginRequestPolicyId: origin}),
            });
      return {
        ...base,
        ...more,
        ...(allowed === undefined ? {} : {AllowedMethods: allowed}),
        ...(response === undefined ? {} : {ResponseHeadersPolicyId: response}),
        ...(isSigned ? {TrustedKeyGroups: {Enabled: true, Quantity: 1, Items: [awsIds.keyGroup]}} : {}),
        ...(runs
          ? {FunctionAssociations: list({FunctionARN: awsIds.function, EventType: 'viewer-request' as const})}
          : {}),
      };
    });

const patterns = ['/api/*', '*.jpg', 'static/*', '/a?c', '/x/*.js', '/login'];

const behind = (origins: readonly Origin[], hasGroup: boolean): fc.Arbitrary<DistributionConfig> => {
  const ids = origins.map(({Id}) => Id ?? '');
  const isGrouped = hasGroup && ids.length > 1;
  const targets = isGrouped ? [...ids, 'group'] : ids;
  return fc
    .record({
      first: behaviorOf(targets),
      rest: fc.uniqueArray(fc.tuple(fc.constantFrom(...patterns), behaviorOf(targets)), {
        selector: ([pattern]) => pattern,
        maxLength: 4,
      }),
      errors: fc.uniqueArray(
        fc.record({
          code: fc.constantFrom(403, 404, 500, 503),
          path: fc.constantFrom('', '/error.html'),
          ttl: fc.constantFrom(0, 10, 300),
        }),
        {selector: ({code}) => code, maxLength: 3},
      ),
      aliases: fc.uniqueArray(word, {maxLength: 3}),
      countries: fc.subarray(['DE', 'FR', 'KP']),
      more: fc.record({
        Comment: text,
        Enabled: fc.boolean(),
        DefaultRootObject: fc.constantFrom('', 'index.html'),
        PriceClass: fc.constantFrom('PriceClass_100', 'PriceClass_200', 'PriceClass_All'),
        HttpVersion: fc.constantFrom('http1.1', 'http2', 'http3', 'http2and3'),
        IsIPV6Enabled: fc.boolean(),
        Staging: fc.boolean(),
      }),
      logs: fc.boolean(),
      hasTags: fc.boolean(),
    })
    .map(({first, rest, errors, aliases, countries, more, logs, hasTags}) =>
      answer([...origins], first, {
        ...more,
        CacheBehaviors: list(...rest.map(([pattern, each]) => at(pattern, each))),
        CustomErrorResponses: list(
          ...errors.map(({code, path, ttl}) => errorPage(code, path, path === '' ? '' : '200', ttl)),
        ),
        ...(isGrouped ? {OriginGroups: list(group('group', [ids[0] ?? '', ids[1] ?? ''], [500, 502]))} : {}),
        ...(aliases.length === 0
          ? {}
          : {
              Aliases: list(...aliases.map(alias => `${alias}.example.com`)),
              ViewerCertificate: acm(awsIds.certificate),
            }),
        ...(countries.length === 0
          ? {}
          : {
              Restrictions: {
                GeoRestriction: {RestrictionType: 'whitelist', Quantity: countries.length, Items: countries},
              },
            }),
        ...(logs
          ? {
              Logging: {
                Enabled: true,
                IncludeCookies: hasTags,
                Bucket: 'logs.s3.amazonaws.com',
                Prefix: 'cdn/',
              },
            }
          : {}),
        ...(hasTags ? {CacheTagConfig: {HeaderName: 'x-tags'}} : {}),
      }),
    );
};

export const anyDistribution: fc.Arbitrary<DistributionConfig> = fc
  .tuple(fc.array(fc.boolean(), {minLength: 1, maxLength: 3}), fc.boolean())
  .chain(([kinds, hasGroup]) =>
    fc
      .tuple(...kinds.map((isBucket, i) => (isBucket ? s3Origin(`o${i}`) : customOrigin(`o${i}`))))
      .chain(origins => behind(origins, hasGroup)),
  );
