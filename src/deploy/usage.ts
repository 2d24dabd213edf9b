import {countUsage, type Usage} from '../invalidation/index.js';
import type {PreparedDeploy} from './types.js';

export interface Counting {
  /** What is known by now. */
  readonly usage: () => Usage | undefined;
  readonly stop: () => void;
}

/**
 * Counts the account's invalidation paths of this month aside, so that a deploy waits for its price not a moment. Where
 * the count is not done before the deploy sends its own paths, they may be in it: the price errs upwards.
 */
export function countAside(prepared: PreparedDeploy): Counting {
  const stop = new AbortController();
  let usage: Usage | undefined;
  countFor(prepared, stop.signal).then(
    counted => (usage = counted),
    () => undefined,
  );
  return {
    usage: () => usage,
    stop: () => {
      stop.abort();
    },
  };
}

/** The count for a dry run: undefined where nothing is invalidated or it cannot be told. */
export async function countFor(
  {input, invalidations, resent}: PreparedDeploy,
  signal = input.signal,
): Promise<Usage | undefined> {
  const [first] = invalidations;
  const sends = invalidations.some(({paths, deletedPaths}) => paths.length + deletedPaths.length > 0);
  if (!first || (!sends && resent.length === 0)) return undefined;
  const now = (input.now ?? Date.now)();
  return countUsage({aws: input.aws, owner: {distributionId: first.distribution.id}, now, signal});
}
