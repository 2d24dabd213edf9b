import {Failure} from '../../failure.js';

export interface SiteIdentity {
  /** `name` of the config. */
  readonly site?: string | undefined;
  /** Ids of the distributions that show it. */
  readonly distributions: readonly string[];
}

/**
 * WRONG_SITE: the manifest in the bucket is of another site. Names decide where both sides have one; else no
 * distribution in common, where both sides have some.
 */
export function wrongSite(recorded: SiteIdentity | undefined, now: SiteIdentity): Failure | undefined {
  if (recorded === undefined) return undefined;
  if (recorded.site !== undefined && now.site !== undefined) {
    if (recorded.site === now.site) return undefined;
    return refusal(`holds the site ${recorded.site}, and this deploy is of ${now.site}`);
  }
  const [theirs, ours] = [recorded.distributions, now.distributions];
  if (theirs.length === 0 || ours.length === 0 || ours.some(id => theirs.includes(id))) return undefined;
  return refusal(`holds the site of ${told(theirs)}, and this deploy is for ${told(ours)}`);
}

const told = (ids: readonly string[]): string =>
  `${ids.length === 1 ? 'distribution' : 'distributions'} ${ids.join(', ')}`;

const refusal = (what: string): Failure =>
  new Failure('refused', 'WRONG_SITE', `The place that is deployed to ${what}.`, {
    hint: 'Check --bucket and --prefix, and the config. If the site is to take that place over, deploy with --force.',
  });
