import {createHash} from 'node:crypto';
import type {Rate} from './types.js';

/** Quotas, "Quotas on invalidations" (Developer Guide): 150 paths or tags and 1 wildcard a second. */
export const awsRate: Rate = {paths: 150, wildcards: 1};

/** A star in a tag is a star. */
export const isWildcard = (item: string): boolean => item.endsWith('*') && !item.startsWith('#');

/** How much of each quota the items need. */
export function loadOf(items: readonly string[]): Rate {
  const wildcards = items.filter(isWildcard).length;
  return {paths: items.length - wildcards, wildcards};
}

/** What is sent in one CreateInvalidation. */
export interface Parcel {
  readonly reference: string;
  readonly items: readonly string[];
}

/** The CallerReference follows from the items alone, so that a rerun cannot give one to other items. */
function parcel(job: string, items: readonly string[]): Parcel {
  const hash = createHash('sha256').update(items.join('\n')).digest('hex').slice(0, 12);
  return {reference: `${job}-${hash}`, items};
}

const share = <T>(all: readonly T[], index: number, of: number): readonly T[] =>
  all.slice(Math.floor((index * all.length) / of), Math.floor(((index + 1) * all.length) / of));

/**
 * The batches of a job, the same ones for the same items in whatever order and however often they are named: the fewest of
 * which none needs more than a second's quota, exact paths and wildcards spread evenly over them.
 */
export function planParcels(job: string, paths: readonly string[], rate: Rate): readonly Parcel[] {
  const sorted = [...new Set(paths)].sort();
  const wildcards = sorted.filter(isWildcard);
  const others = sorted.filter(item => !isWildcard(item));
  const count = Math.max(Math.ceil(others.length / rate.paths), Math.ceil(wildcards.length / rate.wildcards));
  return Array.from({length: count}, (_, index) =>
    parcel(job, [...share(others, index, count), ...share(wildcards, index, count)]),
  );
}

/** Why a job is sent as several invalidations: what CloudFront takes of which it has most. Undefined where one is enough. */
export function quotaOfParcels(paths: readonly string[], rate = awsRate): string | undefined {
  const load = loadOf([...new Set(paths)]);
  const [byPaths, byWildcards] = [
    Math.ceil(load.paths / rate.paths),
    Math.ceil(load.wildcards / rate.wildcards),
  ];
  if (Math.max(byPaths, byWildcards) <= 1) return undefined;
  return byPaths > byWildcards ? `${rate.paths} paths a second` : `${rate.wildcards} wildcard a second`;
}

/** Of a batch that is too large and has more than one item. */
export function halve(job: string, {items}: Parcel): readonly [Parcel, Parcel] {
  const middle = items.length >> 1;
  return [parcel(job, items.slice(0, middle)), parcel(job, items.slice(middle))];
}
