/** Legacy cache settings (ForwardedValues) as policies that do the same. */
import {diff} from '../../diff/index.js';
import type {FormValue} from '../form/index.js';
import {completed, namedForm} from '../named/compare.js';
import {managedName} from '../named/managed.js';
import type {Named} from '../named/types.js';

export interface Migration {
  /** Behaviors without their legacy settings. */
  readonly defaultCacheBehavior: FormValue;
  readonly cacheBehaviors: readonly FormValue[];
  /** By their names in the config. */
  readonly cachePolicies: Readonly<Record<string, FormValue>>;
  readonly originRequestPolicies: Readonly<Record<string, FormValue>>;
  /** Sentences: what is not the same under policies, what stays legacy and why. */
  readonly notes: readonly string[];
}

type Kind = 'cache policy' | 'origin request policy';

export const isLegacy = (behavior: FormValue): boolean => behavior['forwardedValues'] !== undefined;

/** @param managed AWS's own policies; where one does the same it is named. */
export function migrated(
  defaultCacheBehavior: FormValue,
  cacheBehaviors: readonly FormValue[],
  managed: readonly Named[],
): Migration {
  const policies: Record<Kind, Map<string, FormValue>> = {
    'cache policy': new Map(),
    'origin request policy': new Map(),
  };
  const notes = new Set<string>();
  const nameOf = (kind: Kind, wanted: FormValue, wish: string): string => {
    const same = managed.find(
      each => each.kind === kind && isSame(kind, namedForm(kind, each.config), wanted),
    );
    const known = same && managedName(kind, same.id);
    if (known !== undefined) return known;
    const own = policies[kind];
    const found = [...own].find(([, form]) => isSame(kind, form, wanted));
    if (found !== undefined) return found[0];
    let name = wish;
    for (let number = 2; own.has(name); number++) name = `${wish}-${number}`;
    own.set(name, wanted);
    return name;
  };
  const migrate = (behavior: FormValue): FormValue => {
    if (!isLegacy(behavior)) return behavior;
    const where = whereOf(behavior);
    const wishes = policiesFor(legacyOf(behavior), behavior['compress'] === true);
    if (typeof wishes === 'string') {
      notes.add(`${where} stays legacy: ${wishes}.`);
      return behavior;
    }
    for (const note of wishes.notes) notes.add(`${where}: ${note}.`);
    const {forwardedValues: _f, minTTL: _min, defaultTTL: _default, maxTTL: _max, ...rest} = behavior;
    const wish = nameFor(behavior);
    return {
      ...rest,
      cachePolicyId: nameOf('cache policy', wishes.cache, wish),
      ...(wishes.origin === undefined
        ? {}
        : {originRequestPolicyId: nameOf('origin request policy', wishes.origin, wish)}),
    };
  };
  const first = migrate(defaultCacheBehavior);
  const rest = cacheBehaviors.map(migrate);
  if (policies['cache policy'].size + policies['origin request policy'].size > 0) {
    notes.add(
      'Legacy settings forward headers that nobody lists to the origin (X-..., and Authorization on POST, PUT, PATCH, DELETE); policies forward only what they list. List what the origin reads in an origin request policy.',
    );
  }
  return {
    defaultCacheBehavior: first,
    cacheBehaviors: rest,
    cachePolicies: Object.fromEntries(policies['cache policy']),
    originRequestPolicies: Object.fromEntries(policies['origin request policy']),
    notes: [...notes],
  };
}

const isSame = (kind: Kind, a: FormValue, b: FormValue): boolean =>
  diff({...completed(kind, a), name: '', comment: ''}, {...completed(kind, b), name: '', comment: ''})
    .length === 0;

const whereOf = (behavior: FormValue): string =>
  typeof behavior['pathPattern'] === 'string'
    ? `Behavior ${behavior['pathPattern']}`
    : 'The default behavior';

/** A name for the policy: of the paths that it is for. */
function nameFor(behavior: FormValue): string {
  const pattern = typeof behavior['pathPattern'] === 'string' ? behavior['pathPattern'] : 'default';
  const name = pattern
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 40);
  return name === '' ? 'paths' : name;
}

interface Legacy {
  readonly headers: readonly string[];
  readonly cookies: {readonly forward: string; readonly names: readonly string[]};
  readonly queryString: boolean;
  readonly keys: readonly string[];
  readonly minTTL: number;
  readonly defaultTTL: number;
  readonly maxTTL: number;
}

const names = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const fieldsOf = (value: unknown): FormValue => (value ?? {}) as FormValue;

/** With CloudFront's defaults (API reference, CacheBehavior). */
function legacyOf(behavior: FormValue): Legacy {
  const values = fieldsOf(behavior['forwardedValues']);
  const cookies = fieldsOf(values['cookies']);
  const minTTL = Number(behavior['minTTL'] ?? 0);
  const defaultTTL = Number(behavior['defaultTTL'] ?? Math.max(86_400, minTTL));
  return {
    headers: names(values['headers']),
    cookies: {
      forward: typeof cookies['forward'] === 'string' ? cookies['forward'] : 'none',
      names: names(cookies['whitelistedNames']),
    },
    queryString: values['queryString'] === true,
    keys: names(values['queryStringCacheKeys']),
    minTTL,
    defaultTTL,
    maxTTL: Number(behavior['maxTTL'] ?? Math.max(31_536_000, defaultTTL)),
  };
}

interface Wishes {
  readonly cache: FormValue;
  readonly origin: FormValue | undefined;
  readonly notes: readonly string[];
}

const none = {
  headersConfig: {headerBehavior: 'none'},
  cookiesConfig: {cookieBehavior: 'none'},
  queryStringsConfig: {queryStringBehavior: 'none'},
} as const;

/** Names that a policy takes (API reference, CachePolicyConfig), and how many (CloudFront quota). */
const policyName = /^[\w!#$%&'+.^`|~-]+$/;
const most = 10;

const listed = (kind: 'header' | 'cookie' | 'queryString', list: readonly string[]): FormValue => ({
  [`${kind}sConfig`]:
    list.length === 0
      ? {[`${kind}Behavior`]: 'none'}
      : {[`${kind}Behavior`]: 'whitelist', [`${kind}s`]: list},
});

/** What goes to the origin and into the key; a clause where no policy can say it. */
function policiesFor(legacy: Legacy, compresses: boolean): Wishes | string {
  const notes: string[] = [];
  const isAll = legacy.headers.includes('*');
  const headers = legacy.headers.filter(name => !/^(?:\*|accept-encoding)$/i.test(name));
  // Only legacy cookie lists have wildcards: policies take `*` as a character.
  const hasWildcards = legacy.cookies.names.some(name => /[*?]/.test(name));
  const lists = [headers, hasWildcards ? [] : legacy.cookies.names, legacy.keys];
  const [tooLong] = lists.filter(list => list.length > most);
  if (tooLong !== undefined) {
    return `it lists ${tooLong.length} names, but a policy takes at most ${most} of a kind (CloudFront quota, which AWS can raise)`;
  }
  const odd = lists.flat().find(name => !policyName.test(name));
  if (odd !== undefined) return `a policy takes no name like ${JSON.stringify(odd)}`;
  const cookies =
    legacy.cookies.forward === 'all' || hasWildcards
      ? {cookiesConfig: {cookieBehavior: 'all'}}
      : listed('cookie', legacy.cookies.forward === 'whitelist' ? legacy.cookies.names : []);
  if (hasWildcards)
    notes.push(
      'its cookie names have wildcards, which policies do not; all cookies are forwarded and in the cache key instead',
    );
  const queries = {queryStringsConfig: {queryStringBehavior: legacy.queryString ? 'all' : 'none'}};
  // Legacy `*` and a MaxTTL of 0 are not cached: nothing is in a key.
  if (isAll || legacy.maxTTL === 0) {
    if (compresses)
      notes.push(
        'the edge compresses nothing where caching is disabled by a policy, as it did with legacy settings; the origin still may',
      );
    const forwarded = {
      // Without compression in the key, Accept-Encoding reaches the origin only where it is listed.
      ...(isAll
        ? {headersConfig: {headerBehavior: 'allViewer'}}
        : listed('header', headers.length < most ? [...headers, 'Accept-Encoding'] : headers)),
      ...cookies,
      ...queries,
    };
    if (isAll && legacy.maxTTL > 0 && legacy.minTTL > 0)
      notes.push(
        'with all headers forwarded nothing was cached in spite of its TTLs; caching is disabled now',
      );
    return {
      cache: {
        minTTL: 0,
        defaultTTL: 0,
        maxTTL: 0,
        parametersInCacheKeyAndForwardedToOrigin: keyOf(false, none),
      },
      origin: forwarded,
      notes,
    };
  }
  const key = {
    ...listed('header', headers),
    ...cookies,
    ...(legacy.queryString && legacy.keys.length > 0 ? listed('queryString', legacy.keys) : queries),
  };
  if (headers.length < legacy.headers.length)
    notes.push('Accept-Encoding is in the cache key as gzip or not, no longer as the viewer wrote it');
  return {
    cache: {
      minTTL: legacy.minTTL,
      defaultTTL: legacy.defaultTTL,
      maxTTL: legacy.maxTTL,
      parametersInCacheKeyAndForwardedToOrigin: keyOf(true, key),
    },
    // Cached by some parameters, but all of them reach the origin.
    origin: legacy.queryString && legacy.keys.length > 0 ? {...none, ...queries} : undefined,
    notes,
  };
}

/** Legacy settings know gzip alone (developer guide, "Serve compressed files"): the same copies are told apart. */
const keyOf = (isCompressed: boolean, key: FormValue): FormValue => ({
  enableAcceptEncodingGzip: isCompressed,
  enableAcceptEncodingBrotli: false,
  ...key,
});
