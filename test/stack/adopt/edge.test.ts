/** Legacy cache settings and the policies that take their place, at the emulated edge. */
import type {
  CachePolicyConfig,
  DistributionConfig,
  OriginRequestPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import fc from 'fast-check';
import {beforeAll, describe, expect, it} from 'vitest';
import {
  adoptedConfig,
  completed,
  listNamed,
  namedFields,
  reference,
  resolved,
  structureOf,
  toApi,
  type Named,
} from '../../../src/distribution/index.js';
import {compileDistribution, type CompiledBehavior, type Policies} from '../../../src/local/edge/compile.js';
import type {ViewerRequest} from '../../../src/local/edge/message.js';
import {cacheKey} from '../../../src/local/edge/rules/cache-key.js';
import {selectCookies, selectQuery} from '../../../src/local/edge/rules/selection.js';
import {openWorld} from '../../deploy/world.js';
import {anyDistribution, headerName, parameter} from './arbitrary.js';

let managed: readonly Named[] = [];
beforeAll(async () => {
  const world = await openWorld();
  managed = [
    ...(await listNamed(world.aws, 'cache policy', 'managed')),
    ...(await listNamed(world.aws, 'origin request policy', 'managed')),
  ];
  await world.close();
});

/** What an apply of the adopted config makes: the distribution, and its policies under their names. */
function migrated(live: DistributionConfig) {
  const {config, env} = adoptedConfig({id: 'E1', live, tags: {}, names: new Map(), managed});
  const policies = new Map<string, CachePolicyConfig | OriginRequestPolicyConfig>();
  for (const {id, config: policy} of managed) policies.set(id, policy as CachePolicyConfig);
  const ids = new Map(managed.map(({kind, name, id}) => [reference(kind, name.replace('Managed-', '')), id]));
  for (const kind of ['cache policy', 'origin request policy'] as const) {
    const own = kind === 'cache policy' ? config.cachePolicies : config.originRequestPolicies;
    for (const [key, form] of Object.entries(own ?? {})) {
      policies.set(
        `${kind} ${key}`,
        toApi(structureOf(kind), completed(kind, form as object)) as CachePolicyConfig,
      );
      ids.set(reference(kind, key), `${kind} ${key}`);
    }
  }
  const fields = namedFields(config.distribution ?? {}, {
    name: '',
    bucket: undefined,
    regions: new Map(),
    defined: () => undefined,
    accessControl: '',
    hasCacheTags: false,
    certificate: undefined,
  });
  return {config: {...live, ...resolved(fields, ids)}, policies, env};
}

const compiled = (config: DistributionConfig, policies: ReadonlyMap<string, object>) => {
  const nothing = (): undefined => undefined;
  const plane: Policies = {
    cachePolicy: id => policies.get(id) as CachePolicyConfig | undefined,
    originRequestPolicy: id => policies.get(id) as OriginRequestPolicyConfig | undefined,
    responseHeadersPolicy: nothing,
    originAccessControl: nothing,
    originAccessIdentity: nothing,
    keyGroup: nothing,
    publicKey: nothing,
    functionCode: nothing,
  };
  return compileDistribution(
    {id: 'E1', arn: 'arn', domainName: 'd1.cloudfront.net', config, version: '1'},
    plane,
  );
};

const value = fc.constantFrom('1', '2', 'x');
const pairs = fc.array(
  fc.tuple(parameter, value).map(([key, each]) => `${key}=${each}`),
  {maxLength: 4},
);

const request: fc.Arbitrary<ViewerRequest> = fc
  .record({
    path: fc.constantFrom('/', '/api/x', '/a.jpg', '/static/x', '/abc', '/x/y.js', '/login'),
    query: pairs,
    cookies: pairs,
    headers: fc.dictionary(headerName, value, {maxKeys: 4}),
    encoding: fc.constantFrom(undefined, 'gzip', 'br', 'gzip, br', 'deflate'),
  })
  .map(({path, query, cookies, headers, encoding}) => ({
    method: 'GET',
    scheme: 'https',
    httpVersion: '1.1',
    host: 'd1.cloudfront.net',
    port: undefined,
    path,
    query: query.join('&'),
    headers: {
      ...headers,
      ...(cookies.length === 0 ? {} : {cookie: cookies.join('; ')}),
      ...(encoding === undefined ? {} : {'accept-encoding': encoding}),
    },
    rawHeaders: [],
    address: '192.0.2.1',
    addressPort: 1234,
    tls: undefined,
    country: undefined,
    body: undefined,
    id: 'id',
  }));

/** What tells a behavior from another, for one request. */
function seen(behavior: CompiledBehavior, viewer: ViewerRequest) {
  const encoding = viewer.headers['accept-encoding'] as string | undefined;
  const negotiation = behavior.negotiate?.(encoding);
  return {
    caching: behavior.caching,
    toOrigin: [selectQuery(viewer.query, behavior.query), selectCookies(viewer, behavior.cookies)],
    ...(behavior.caching
      ? {
          ttl: behavior.ttl,
          key: cacheKey(viewer, viewer.path, behavior.keyed, negotiation),
          encoding: [negotiation?.key, negotiation?.accepts],
        }
      : {}),
  };
}

describe('policies in the place of legacy settings', () => {
  it('cache the same copies under the same keys, and send the same query and cookies to the origin', () => {
    fc.assert(
      fc.property(anyDistribution, fc.array(request, {minLength: 5, maxLength: 15}), (live, viewers) => {
        const after = migrated(live);
        const [old, now] = [compiled(live, after.policies), compiled(after.config, after.policies)];
        for (const viewer of viewers) {
          expect(seen(now.behaviorFor(viewer.path), viewer)).toEqual(
            seen(old.behaviorFor(viewer.path), viewer),
          );
        }
      }),
      {numRuns: 100},
    );
  });

  it('send listed headers to the origin', () => {
    fc.assert(
      fc.property(anyDistribution, live => {
        const after = migrated(live);
        const [old, now] = [compiled(live, after.policies), compiled(after.config, after.policies)];
        for (const path of ['/', '/api/x', '/a.jpg']) {
          const [before, rule] = [old.behaviorFor(path).headers, now.behaviorFor(path).headers];
          if (before.kind === 'all') expect(rule.kind).toBe('all');
          else if (before.kind === 'legacy' && rule.kind !== 'all')
            expect([...rule.listed]).toEqual(expect.arrayContaining([...before.listed]));
        }
      }),
      {numRuns: 100},
    );
  });
});
