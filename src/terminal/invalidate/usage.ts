import type {Aws} from '../../aws/index.js';
import {countUsage, type Owner, type Usage} from '../../invalidation/index.js';

/** Counting that goes on beside other work. */
export interface Counting {
  /** What was counted, if it ends within `patienceMs` from now; then counting stops. */
  readonly within: (patienceMs: number) => Promise<Usage | undefined>;
}

/** Begins to count this month's paths. What may not be counted is unknown, and no reason to send nothing. */
export function beginCount(aws: Aws, owner: Owner, signal: AbortSignal): Counting {
  const stop = new AbortController();
  const counting = countUsage({
    aws,
    owner,
    now: Date.now(),
    signal: AbortSignal.any([signal, stop.signal]),
  }).catch(() => undefined);
  const within = async (patienceMs: number): Promise<Usage | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>(resolve => {
      timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    const usage = await Promise.race([counting, tooLate]);
    clearTimeout(timer);
    stop.abort();
    return usage;
  };
  return {within};
}
