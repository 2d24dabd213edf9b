import {tlsPolicies} from '../../config/index.js';
import type {FieldChange} from '../../diff/index.js';

type Rule = (change: FieldChange) => string | undefined;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const names = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const tlsRank = (policy: unknown): number => tlsPolicies.findIndex(each => each === policy);

const isStricter = (before: unknown, after: unknown): boolean => tlsRank(after) > tlsRank(before);

/** What visitors notice of a changed field of a live distribution; the first that says something. */
const rules: readonly Rule[] = [
  ({path, after}) =>
    path === 'enabled' && after !== true
      ? 'Downtime: visitors get errors from when it is deployed.'
      : undefined,
  ({path, before, after}) => {
    if (path !== 'aliases') return undefined;
    const gone = names(before).filter(name => !names(after).includes(name));
    return gone.length === 0 ? undefined : `Downtime: it no longer answers for ${gone.join(', ')}.`;
  },
  ({path}) => (path === 'staging' ? 'CloudFront takes this only when a distribution is made.' : undefined),
  ({path, before}) =>
    /^origins\[[^\]]*\]\.(?:domainName|originPath)$/.test(path) && before !== undefined
      ? `Misses are fetched from elsewhere (${text(before)} before): what is not there fails.`
      : undefined,
  ({path, after}) =>
    /trustedKeyGroups|trustedSigners/.test(path) && after !== undefined
      ? 'Requests without a signature get 403 there from when it is deployed.'
      : undefined,
  ({path, after}) =>
    path.startsWith('restrictions.geoRestriction') && after !== undefined
      ? 'Viewers of some countries are refused from when it is deployed.'
      : undefined,
  ({path, before, after}) =>
    path === 'viewerCertificate.minimumProtocolVersion' && isStricter(before, after)
      ? 'Clients that know older TLS only can no longer connect.'
      : undefined,
  ({path, after}) =>
    path.endsWith('viewerProtocolPolicy') && after === 'https-only'
      ? 'Plain HTTP gets 403 instead of a redirect.'
      : undefined,
  ({path, before, after}) =>
    /^cacheBehaviors\[[^\]]*\]$/.test(path) && after === undefined && before !== undefined
      ? `What ${/\[(.*)\]$/.exec(path)?.[1] ?? 'it'} answered is for the next behavior that matches.`
      : undefined,
  ({path}) =>
    /\.cachePolicyId$|forwardedValues/.test(path)
      ? 'The cache key may change: the cache begins cold there.'
      : undefined,
  ({path}) => (path === 'webACLId' ? 'Requests pass another firewall.' : undefined),
];

/** One sentence for everything that visitors notice; undefined where they notice nothing. */
export function impactOf(diff: readonly FieldChange[]): string | undefined {
  const told = diff.flatMap(change => rules.map(rule => rule(change)).find(text => text !== undefined) ?? []);
  const once = [...new Set(told)];
  return once.length === 0 ? undefined : once.join(' ');
}
