/* eslint-disable @typescript-eslint/no-deprecated -- distributions with legacy cache settings (ForwardedValues) are still there */
import type {CacheBehavior, DefaultCacheBehavior, DistributionConfig} from '@aws-sdk/client-cloudfront';
import {call, type Aws} from '../aws/index.js';
import {isBucketDomain} from './s3-origin.js';
import type {Distribution} from './live.js';

export interface ViewerSite {
  readonly bucket: string;
  /** Without slashes at the ends. */
  readonly prefix: string;
  /** `site.cleanUrls` of the config; undefined: as the distribution suggests (website endpoint, Lambda@Edge). */
  readonly cleanUrls?: boolean | undefined;
}

/** How an origin shows a key of the site: `strip` leaves its front, `add` takes the place. Both '' or with a trailing slash. */
export interface Root {
  readonly add: string;
  readonly strip: string;
}

/**
 * Which URLs show a page besides its own. `folders`: `/a/` and `/a` show `a/index.html` (S3 website endpoints; the latter
 * redirects). `pages`: also `/a` shows `a.html`.
 */
export type CleanUrls = 'no' | 'folders' | 'pages';

export interface Behavior {
  /** With its leading `/`; `*` for the default behavior. */
  readonly pattern: string;
  /** Indexes into `ViewerRules.roots`: those that its origins show. */
  readonly roots: ReadonlySet<number>;
  /** False: nothing of it is ever kept at the edge. */
  readonly caches: boolean;
  /** The cache key holds query strings, so that `/x.jpg` alone does not reach `/x.jpg?v=1`. */
  readonly keysQuery: boolean;
  readonly clean: CleanUrls;
  /** Code before the cache may change the URI: what is cached is not only what the pattern matches. */
  readonly rewrites: boolean;
}

/** Under which URLs a distribution shows the keys of a site, and what the cache key holds there. */
export interface ViewerRules {
  readonly roots: readonly Root[];
  /** In CloudFront's order; the default behavior is the last. */
  readonly behaviors: readonly Behavior[];
  /** Path of a custom error page, as configured -> the most seconds of ErrorCachingMinTTL that it is answered with. */
  readonly errorPages: ReadonlyMap<string, number>;
  /** The most seconds of ErrorCachingMinTTL under a URL that has no object (S3 answers 403 or 404), whatever page it shows. */
  readonly missSeconds: number;
  /** What cannot be covered or was not allowed to be read, one sentence each, for people. */
  readonly notes: readonly string[];
}

const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

/**
 * AWS's own cache policies and whether their keys hold query strings (Developer Guide, "Use managed cache policies").
 * Every other policy is read.
 */
const managedPolicies: ReadonlyMap<string, boolean> = new Map([
  ['658327ea-f89d-4fab-a63d-7e88639e58f6', false], // CachingOptimized
  ['b2884449-e4de-46a7-ac36-70bc7f1ddd6d', false], // CachingOptimizedForUncompressedObjects
  [cachingDisabled, false],
  ['83da9c7e-98b4-4e11-a168-04f0df8e2c65', false], // UseOriginCacheControlHeaders
  ['4cc15a8a-d715-48a4-82b8-cc0b614638fe', true], // UseOriginCacheControlHeaders-QueryStrings
  ['2e54312d-136d-493c-8eb9-b001f22f67d2', true], // Amplify
  ['08627262-05a9-4f76-9ded-b50ca2e3a84f', true], // Elemental-MediaPackage
]);

/** ErrorCachingMinTTL where the config names none, seconds. */
const errorSeconds = 10;

/** One for each origin of `bucket` that can see something of the prefix, by origin id. */
export function originRoots(
  config: DistributionConfig,
  bucket: string,
  prefix: string,
): ReadonlyMap<string, Root> {
  const stored = prefix === '' ? '' : `${prefix}/`;
  const roots = new Map<string, Root>();
  for (const {Id = '', DomainName = '', OriginPath = ''} of config.Origins?.Items ?? []) {
    if (!isBucketDomain(DomainName, bucket)) continue;
    const path = OriginPath.replace(/^\/|\/$/g, '');
    const shown = path === '' ? '' : `${path}/`;
    if (stored.startsWith(shown)) roots.set(Id, {add: stored.slice(shown.length), strip: ''});
    else if (shown.startsWith(stored)) roots.set(Id, {add: '', strip: shown.slice(stored.length)});
  }
  return roots;
}

/**
 * Reads the cache policies that are not AWS's own. One that may not be read counts as free of query strings, and a note
 * says so: the other mistake would send a wildcard for every file, and CloudFront takes one of those a second.
 * Where no origin reads from the bucket, every behavior counts as if its origin did: nothing may stay stale for that.
 */
export async function readViewerRules(
  aws: Aws,
  {config}: Distribution,
  site: ViewerSite,
): Promise<ViewerRules> {
  const origins = originRoots(config, site.bucket, site.prefix);
  const roots: Root[] = [];
  const indexes = new Map<string, number>();
  for (const [id, root] of origins) {
    const same = roots.findIndex(({add, strip}) => add === root.add && strip === root.strip);
    indexes.set(id, same === -1 ? roots.push(root) - 1 : same);
  }
  const unseen = roots.length === 0;
  if (unseen) roots.push({add: '', strip: ''});

  const shows = (behavior: DefaultCacheBehavior): ReadonlySet<number> => {
    if (unseen) return new Set([0]);
    const found = targets(config, behavior.TargetOriginId ?? '').map(id => indexes.get(id));
    return new Set(found.filter(index => index !== undefined));
  };
  const listed: readonly CacheBehavior[] = config.CacheBehaviors?.Items ?? [];
  const all = [...listed, ...(config.DefaultCacheBehavior ? [config.DefaultCacheBehavior] : [])];
  const counted = all.map(behavior => ({behavior, roots: shows(behavior)}));
  const {keyed, notes} = await readPolicies(
    aws,
    counted.filter(item => item.roots.size > 0).map(item => item.behavior),
  );
  return {
    roots,
    behaviors: counted.map(({behavior, roots: shown}) => ({
      pattern: patternOf(behavior),
      roots: shown,
      caches: behavior.CachePolicyId !== cachingDisabled,
      keysQuery: keyed(behavior),
      clean: cleanOf(config, behavior, site.cleanUrls),
      rewrites: rewritesBeforeCache(behavior),
    })),
    errorPages: errorPages(config),
    missSeconds: missSeconds(config),
    notes,
  };
}

const patternOf = (behavior: DefaultCacheBehavior): string => {
  const pattern = 'PathPattern' in behavior ? String(behavior.PathPattern) : '*';
  return pattern === '*' || pattern.startsWith('/') ? pattern : `/${pattern}`;
};

/** The origin, or the members of the origin group, of that id. */
function targets(config: DistributionConfig, id: string): readonly string[] {
  const group = config.OriginGroups?.Items?.find(({Id}) => Id === id);
  return group?.Members?.Items?.map(({OriginId}) => OriginId ?? '') ?? [id];
}

/**
 * A CloudFront Function is no reason for clean URLs: what it makes of the URI is what S3 is asked for and what is cached,
 * and that is the key's own path. Of Lambda@Edge the guide wants both URIs invalidated, before and after the change.
 */
function cleanOf(
  config: DistributionConfig,
  behavior: DefaultCacheBehavior,
  wanted: boolean | undefined,
): CleanUrls {
  if (wanted !== undefined) return wanted ? 'pages' : 'no';
  const code = behavior.LambdaFunctionAssociations?.Items ?? [];
  if (code.some(({EventType}) => EventType === 'viewer-request' || EventType === 'origin-request'))
    return 'pages';
  const ids = targets(config, behavior.TargetOriginId ?? '');
  const isWebsite = config.Origins?.Items?.some(
    ({Id = '', DomainName = ''}) => ids.includes(Id) && /\.s3-website[.-]/.test(DomainName),
  );
  return isWebsite === true ? 'folders' : 'no';
}

function rewritesBeforeCache(behavior: DefaultCacheBehavior): boolean {
  const code = [
    ...(behavior.FunctionAssociations?.Items ?? []),
    ...(behavior.LambdaFunctionAssociations?.Items ?? []),
  ];
  return code.some(({EventType}) => EventType === 'viewer-request');
}

function errorPages(config: DistributionConfig): ReadonlyMap<string, number> {
  const pages = new Map<string, number>();
  for (const {ResponsePagePath = '', ErrorCachingMinTTL = errorSeconds} of config.CustomErrorResponses
    ?.Items ?? []) {
    if (ResponsePagePath === '') continue;
    pages.set(ResponsePagePath, Math.max(ErrorCachingMinTTL, pages.get(ResponsePagePath) ?? 0));
  }
  return pages;
}

function missSeconds({CustomErrorResponses}: DistributionConfig): number {
  const misses = (CustomErrorResponses?.Items ?? []).filter(
    ({ErrorCode}) => ErrorCode === 403 || ErrorCode === 404,
  );
  return Math.max(errorSeconds, ...misses.map(({ErrorCachingMinTTL = errorSeconds}) => ErrorCachingMinTTL));
}

async function readPolicies(
  aws: Aws,
  behaviors: readonly DefaultCacheBehavior[],
): Promise<{
  readonly keyed: (behavior: DefaultCacheBehavior) => boolean;
  readonly notes: readonly string[];
}> {
  const ids = [...new Set(behaviors.map(({CachePolicyId = ''}) => CachePolicyId))];
  const unknown = ids.filter(id => id !== '' && !managedPolicies.has(id));
  const notes: string[] = [];
  const read = async (id: string): Promise<readonly [string, boolean]> => {
    try {
      return [id, await keysQueryStrings(aws, id)];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notes.push(
        `Cache policy ${id} could not be read, so copies under URLs with query strings are not invalidated if its cache key holds them: ${why}`,
      );
      return [id, false];
    }
  };
  const policies = new Map([...managedPolicies, ...(await Promise.all(unknown.map(read)))]);
  return {
    keyed: ({CachePolicyId = '', ForwardedValues}) =>
      CachePolicyId === '' ? ForwardedValues?.QueryString === true : policies.get(CachePolicyId) === true,
    notes: notes.sort(),
  };
}

async function keysQueryStrings(aws: Aws, id: string): Promise<boolean> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const {CachePolicy} = await call(
    {service: 'cloudfront', operation: 'GetCachePolicy', resource: `cache policy ${id}`},
    () => client.send(new sdk.GetCachePolicyCommand({Id: id})),
  );
  const strings = CachePolicy?.CachePolicyConfig?.ParametersInCacheKeyAndForwardedToOrigin;
  return (strings?.QueryStringsConfig?.QueryStringBehavior ?? 'none') !== 'none';
}
