import type {
  CookiePreference,
  OriginRequestPolicyConfig,
  ParametersInCacheKeyAndForwardedToOrigin,
} from '@aws-sdk/client-cloudfront';
import {globMatches} from '../../wildcard.js';
import {field, type ViewerRequest} from '../message.js';

/** Which names a policy selects, of query parameters or cookies. */
export type Selection =
  | {readonly kind: 'none'}
  | {readonly kind: 'all'}
  | {readonly kind: 'some'; readonly has: (name: string) => boolean};

export const selectNone: Selection = {kind: 'none'};
export const selectAll: Selection = {kind: 'all'};

/** A policy's behavior word and its names; `*` in the names is literal (facts §3). Names compare case-sensitively. */
export const selection = (behavior: string | undefined, names: readonly string[] | undefined): Selection => {
  const listed = new Set(names ?? []);
  switch (behavior) {
    case 'all':
      return selectAll;
    case 'whitelist':
      return {kind: 'some', has: name => listed.has(name)};
    case 'allExcept':
      return {kind: 'some', has: name => !listed.has(name)};
    default:
      return selectNone;
  }
};

/** What either of two selections selects. */
export const union = (a: Selection, b: Selection): Selection => {
  if (a.kind === 'all' || b.kind === 'none') return a;
  if (b.kind === 'all' || a.kind === 'none') return b;
  return {kind: 'some', has: name => a.has(name) || b.has(name)};
};

/** What a selection selects, but for these names. */
export const except = (chosen: Selection, names: ReadonlySet<string>): Selection => {
  switch (chosen.kind) {
    case 'none':
      return chosen;
    case 'all':
      return {kind: 'some', has: name => !names.has(name)};
    case 'some':
      return {kind: 'some', has: name => !names.has(name) && chosen.has(name)};
  }
};

/** Cookie lists of legacy settings, where `*` and `?` are wildcards. */
export const legacyCookies = (cookies: CookiePreference | undefined): Selection => {
  if (cookies?.Forward === 'all') return selectAll;
  if (cookies?.Forward !== 'whitelist') return selectNone;
  const patterns = cookies.WhitelistedNames?.Items ?? [];
  return {kind: 'some', has: name => patterns.some(pattern => globMatches(pattern, name))};
};

type Parameters = Pick<ParametersInCacheKeyAndForwardedToOrigin, 'CookiesConfig' | 'QueryStringsConfig'>;
type RequestParameters = Pick<OriginRequestPolicyConfig, 'CookiesConfig' | 'QueryStringsConfig'>;

export const queryOf = (policy: Parameters | RequestParameters | undefined): Selection =>
  selection(policy?.QueryStringsConfig?.QueryStringBehavior, policy?.QueryStringsConfig?.QueryStrings?.Items);

export const cookiesOf = (policy: Parameters | RequestParameters | undefined): Selection =>
  selection(policy?.CookiesConfig?.CookieBehavior, policy?.CookiesConfig?.Cookies?.Items);

/** The selected part of a raw query, in its own order; only `&` separates parameters. Without `?`. */
export const selectQuery = (query: string, chosen: Selection): string => {
  if (query === '' || chosen.kind === 'none') return '';
  if (chosen.kind === 'all') return query;
  return query
    .split('&')
    .filter(part => {
      const equals = part.indexOf('=');
      return chosen.has(parameterName(equals === -1 ? part : part.slice(0, equals)));
    })
    .join('&');
};

/** Names are compared decoded where they decode; `+` stays itself. */
const parameterName = (raw: string): string => {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
};

/** The selected cookies as one Cookie value sorted by name (`a=1; b=2`), names with `$` first dropped; '' when none. */
export const selectCookies = (viewer: ViewerRequest, chosen: Selection): string => {
  if (chosen.kind === 'none') return '';
  const header = field(viewer.headers, 'cookie');
  if (header === undefined) return '';
  const pairs: [name: string, pair: string][] = [];
  for (const part of header.split(';')) {
    const pair = part.trim();
    if (pair === '' || pair.startsWith('$')) continue;
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals).trimEnd();
    if (chosen.kind === 'all' || chosen.has(name)) pairs.push([name, pair]);
  }
  return pairs
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, pair]) => pair)
    .join('; ');
};
