import type {
  CachePolicyConfig,
  CloudFront,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import type {Handlers} from '../types.js';
import {location, uuid} from './identifiers.js';
import {fault, type FaultCode} from './faults.js';
import {
  managedCachePolicies,
  managedOriginRequestPolicies,
  managedResponseHeadersPolicies,
} from './managed.js';
import {plainList, type Page, type PageRequest} from './page.js';
import {acceptCachePolicy, acceptOriginRequestPolicy, acceptResponseHeadersPolicy} from './policy-rules.js';
import {createResources, type Resource, type ResourceDependencies, type Resources} from './resources.js';

export interface Policies {
  readonly cache: Resources<CachePolicyConfig, null>;
  readonly originRequest: Resources<OriginRequestPolicyConfig, null>;
  readonly responseHeaders: Resources<ResponseHeadersPolicyConfig, null>;
}

interface PolicyKind<C> {
  readonly noun: string;
  /** `CachePolicy`: the stem of the kind's error names. */
  readonly stem: 'CachePolicy' | 'OriginRequestPolicy' | 'ResponseHeadersPolicy';
  readonly tooMany: FaultCode;
  readonly managed: ReadonlyMap<string, Resource<C, null>>;
  accept(given: C): C;
  users(id: string): readonly string[];
}

/** What the three kinds of policies have in common: custom ones by UUID and unique name, 20 a kind, beside the managed. */
function policies<C extends {readonly Name: string | undefined}>(
  kind: PolicyKind<C>,
  dependencies: ResourceDependencies,
): Resources<C, null> {
  return createResources<C, null>(
    {
      table: `cloudfront.${kind.stem}`,
      noun: kind.noun,
      noSuch: `NoSuch${kind.stem}`,
      alreadyExists: `${kind.stem}AlreadyExists`,
      inUse: `${kind.stem}InUse`,
      quota: {code: kind.tooMany, max: 20},
      managed: kind.managed,
      newId: () => uuid(dependencies.random),
      accept: given => kind.accept(given),
      state: () => null,
      name: config => config.Name,
      users: id => kind.users(id),
    },
    dependencies,
  );
}

export function createPolicies(
  dependencies: ResourceDependencies,
  users: (
    kind: 'cachePolicies' | 'originRequestPolicies' | 'responseHeadersPolicies',
    id: string,
  ) => readonly string[],
): Policies {
  return {
    cache: policies(
      {
        noun: 'cache policy',
        stem: 'CachePolicy',
        tooMany: 'TooManyCachePolicies',
        managed: managedCachePolicies,
        accept: acceptCachePolicy,
        users: id => users('cachePolicies', id),
      },
      dependencies,
    ),
    originRequest: policies(
      {
        noun: 'origin request policy',
        stem: 'OriginRequestPolicy',
        tooMany: 'TooManyOriginRequestPolicies',
        managed: managedOriginRequestPolicies,
        accept: acceptOriginRequestPolicy,
        users: id => users('originRequestPolicies', id),
      },
      dependencies,
    ),
    responseHeaders: policies(
      {
        noun: 'response headers policy',
        stem: 'ResponseHeadersPolicy',
        tooMany: 'TooManyResponseHeadersPolicies',
        managed: managedResponseHeadersPolicies,
        accept: acceptResponseHeadersPolicy,
        users: id => users('responseHeadersPolicies', id),
      },
      dependencies,
    ),
  };
}

/** Managed and custom policies together, or those of one `Type`. */
function listed<C extends object>(
  resources: Resources<C, null>,
  request: PageRequest & {readonly Type?: string | undefined},
): Page<Resource<C, null>> {
  const type = request.Type;
  if (type !== undefined && type !== 'managed' && type !== 'custom') {
    throw fault('InvalidArgument', `The Type must be managed or custom, not "${type}".`);
  }
  const found = [
    ...(type === 'custom' ? [] : resources.managed()),
    ...(type === 'managed' ? [] : resources.custom()),
  ];
  return resources.list(
    request,
    found.sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

const typeOf = <C extends object>(resource: Resource<C, null>) =>
  resource.createdWith === '' ? ('managed' as const) : ('custom' as const);

export function policyHandlers({cache, originRequest, responseHeaders}: Policies) {
  const cachePolicy = (found: Resource<CachePolicyConfig, null>) => ({
    CachePolicy: {
      Id: found.id,
      LastModifiedTime: new Date(found.modifiedAt),
      CachePolicyConfig: found.config,
    },
  });
  const originRequestPolicy = (found: Resource<OriginRequestPolicyConfig, null>) => ({
    OriginRequestPolicy: {
      Id: found.id,
      LastModifiedTime: new Date(found.modifiedAt),
      OriginRequestPolicyConfig: found.config,
    },
  });
  const responseHeadersPolicy = (found: Resource<ResponseHeadersPolicyConfig, null>) => ({
    ResponseHeadersPolicy: {
      Id: found.id,
      LastModifiedTime: new Date(found.modifiedAt),
      ResponseHeadersPolicyConfig: found.config,
    },
  });
  return {
    async CreateCachePolicy(input) {
      const made = await cache.create(input.CachePolicyConfig);
      return {...cachePolicy(made), ETag: made.etag, Location: location(`cache-policy/${made.id}`)};
    },
    GetCachePolicy(input) {
      const found = cache.get(input.Id);
      return {...cachePolicy(found), ETag: found.etag};
    },
    GetCachePolicyConfig(input) {
      const found = cache.get(input.Id);
      return {CachePolicyConfig: found.config, ETag: found.etag};
    },
    async UpdateCachePolicy(input) {
      const made = await cache.update(input.Id, input.IfMatch, input.CachePolicyConfig);
      return {...cachePolicy(made), ETag: made.etag};
    },
    async DeleteCachePolicy(input) {
      await cache.delete(input.Id, input.IfMatch);
      return {};
    },
    ListCachePolicies: input => ({
      CachePolicyList: plainList(listed(cache, input), found => ({
        Type: typeOf(found),
        ...cachePolicy(found),
      })),
    }),

    async CreateOriginRequestPolicy(input) {
      const made = await originRequest.create(input.OriginRequestPolicyConfig);
      return {
        ...originRequestPolicy(made),
        ETag: made.etag,
        Location: location(`origin-request-policy/${made.id}`),
      };
    },
    GetOriginRequestPolicy(input) {
      const found = originRequest.get(input.Id);
      return {...originRequestPolicy(found), ETag: found.etag};
    },
    GetOriginRequestPolicyConfig(input) {
      const found = originRequest.get(input.Id);
      return {OriginRequestPolicyConfig: found.config, ETag: found.etag};
    },
    async UpdateOriginRequestPolicy(input) {
      const made = await originRequest.update(input.Id, input.IfMatch, input.OriginRequestPolicyConfig);
      return {...originRequestPolicy(made), ETag: made.etag};
    },
    async DeleteOriginRequestPolicy(input) {
      await originRequest.delete(input.Id, input.IfMatch);
      return {};
    },
    ListOriginRequestPolicies: input => ({
      OriginRequestPolicyList: plainList(listed(originRequest, input), found => ({
        Type: typeOf(found),
        ...originRequestPolicy(found),
      })),
    }),

    async CreateResponseHeadersPolicy(input) {
      const made = await responseHeaders.create(input.ResponseHeadersPolicyConfig);
      return {
        ...responseHeadersPolicy(made),
        ETag: made.etag,
        Location: location(`response-headers-policy/${made.id}`),
      };
    },
    GetResponseHeadersPolicy(input) {
      const found = responseHeaders.get(input.Id);
      return {...responseHeadersPolicy(found), ETag: found.etag};
    },
    GetResponseHeadersPolicyConfig(input) {
      const found = responseHeaders.get(input.Id);
      return {ResponseHeadersPolicyConfig: found.config, ETag: found.etag};
    },
    async UpdateResponseHeadersPolicy(input) {
      const made = await responseHeaders.update(input.Id, input.IfMatch, input.ResponseHeadersPolicyConfig);
      return {...responseHeadersPolicy(made), ETag: made.etag};
    },
    async DeleteResponseHeadersPolicy(input) {
      await responseHeaders.delete(input.Id, input.IfMatch);
      return {};
    },
    ListResponseHeadersPolicies: input => ({
      ResponseHeadersPolicyList: plainList(listed(responseHeaders, input), found => ({
        Type: typeOf(found),
        ...responseHeadersPolicy(found),
      })),
    }),
  } satisfies Handlers<CloudFront>;
}
