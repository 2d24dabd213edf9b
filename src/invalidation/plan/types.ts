/** How a plan trades paths (money, quota) against objects that are fetched again although they did not change. */
export type Strategy =
  /** No object too many: wildcards only where everything under them must go anyway. */
  | 'exact'
  /**
   * The default: a wildcard where it saves more paths than it purges unchanged objects. Where that takes more than the budget:
   * the fewest needless refetches that the budget can have. Unless told, 100 items, 15 of them wildcards.
   */
  | 'balanced'
  /** The fewest paths: one wildcard on what all of them have in common. */
  | 'frugal';

/** How many items of an invalidation a plan may use. */
export interface Limits {
  /** Items in all (a wildcard counts as one, as in CloudFront's price). Undefined: what the strategy says. */
  readonly budget?: number | undefined;
  /** Wildcards among them: they have a quota of their own. Undefined: no limit but that of the strategy. 0: none, every target by name. */
  readonly maxWildcards?: number | undefined;
}

export interface CoverInput extends Limits {
  /**
   * What must leave the edge, as invalidation items: encoded viewer paths, and prefixes with a trailing `*` for what cannot
   * be named exactly (`~`, query strings in the cache key, error pages) or was typed so. No tags. Any order, repeats allowed.
   */
  readonly targets: readonly string[];
  /**
   * The encoded viewer paths of all live objects, the changed ones among them or not, any order (in order is faster).
   * Undefined: nobody knows; then needless refetches cannot be counted and `needless` is undefined everywhere.
   */
  readonly live: readonly string[] | undefined;
  readonly strategy: Strategy;
}

/** One point of the curve: what the best cover with at most so many items costs. */
export interface CurvePoint {
  /** Items really used. */
  readonly items: number;
  readonly wildcards: number;
  /** Live objects that are purged although they are not targets; undefined where the live objects are unknown. */
  readonly needless: number | undefined;
}

/** A set of invalidation items that covers every target. */
export interface Cover extends CurvePoint {
  /** Sorted, none covered by another. */
  readonly paths: readonly string[];
  /** Live objects that leave the edge: the changed ones and the needless ones; undefined where they are unknown. */
  readonly refetched: number | undefined;
  /** From fewest to most items; the chosen point is among them. */
  readonly curve: readonly CurvePoint[];
  /**
   * With `maxWildcards` and very many targets the cover may not be the best one: it wastes at most this many objects more
   * (merged targets where the live objects are unknown). 0: it is the best.
   */
  readonly gap: number;
}
