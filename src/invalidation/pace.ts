import type {Aws} from '../aws/index.js';
import type {Pace} from './types.js';

/** Completed within 25 s at the 95th percentile: look after 2 s, then more and more seldom up to 10 s. */
export const awsPace: Pace = {firstMs: 2000, factor: 1.4, maxMs: 10_000};
/** The embedded cloud and emulators complete at once or in moments. */
export const localPace: Pace = {firstMs: 50, factor: 1.5, maxMs: 1000};

export function paceFor(aws: Aws): Pace {
  return aws.isEndpointOverridden ? localPace : awsPace;
}
