import type {Clock} from '../types.js';
import {demand} from './faults.js';

/** How many items of an invalidation are wildcards, and how many are not: each sort has a quota of its own. */
export interface Load {
  /** Paths and tags. */
  readonly paths: number;
  readonly wildcards: number;
}

/** The former quota of invalidations in progress per distribution, which older accounts and other emulators enforce. */
export type InvalidationQuota = Load;

/** What a whole account may invalidate per second; as much at once as one second's worth. */
export type InvalidationRate = Load;

export const formerQuota: InvalidationQuota = {paths: 3000, wildcards: 15};
export const todaysRate: InvalidationRate = {paths: 150, wildcards: 1};

export function loadOf(items: readonly string[]): Load {
  // A star in a tag is a star.
  const wildcards = items.filter(item => item.endsWith('*') && !item.startsWith('#')).length;
  return {paths: items.length - wildcards, wildcards};
}

export const addLoad = (a: Load, b: Load): Load => ({
  paths: a.paths + b.paths,
  wildcards: a.wildcards + b.wildcards,
});

export const noLoad: Load = {paths: 0, wildcards: 0};

const fits = (load: Load, limit: Load): boolean =>
  load.paths <= limit.paths && load.wildcards <= limit.wildcards;

/** `load` is what would be in progress with the new batch. */
export function checkInProgress(load: Load, quota: InvalidationQuota): void {
  demand(
    fits(load, quota),
    'TooManyInvalidationsInProgress',
    'Processing your request will cause you to exceed the maximum number of in-progress invalidations: ' +
      `at most ${quota.paths} paths and ${quota.wildcards} wildcards are in progress for a distribution.`,
  );
}

/** Takes a batch's share of the account's rate, all of it or (with the API's error) nothing. */
export type TakeShare = (load: Load) => void;

/**
 * Two token buckets on the cloud's clock, full at first. Which error AWS answers above the rate is not documented; the
 * API knows no other than this one, and it is what clients wait out.
 */
export function createRate(rate: InvalidationRate, clock: Clock): TakeShare {
  // Thousandths of an item, so that whole milliseconds add up exactly.
  const full = {paths: rate.paths * 1000, wildcards: rate.wildcards * 1000};
  let left = full;
  let at = clock.now();
  const refill = (): void => {
    const passed = Math.max(clock.now() - at, 0);
    at += passed;
    left = {
      paths: Math.min(full.paths, left.paths + rate.paths * passed),
      wildcards: Math.min(full.wildcards, left.wildcards + rate.wildcards * passed),
    };
  };
  return load => {
    refill();
    const cost = {paths: load.paths * 1000, wildcards: load.wildcards * 1000};
    demand(
      fits(cost, left),
      'TooManyInvalidationsInProgress',
      'Processing your request will cause you to exceed the rate of invalidations of your account: ' +
        `${rate.paths} paths or tags and ${rate.wildcards} wildcard(s) per second. ` +
        (fits(load, rate)
          ? 'Try again a little later.'
          : 'This batch has more of them than a second allows: split it.'),
    );
    left = {paths: left.paths - cost.paths, wildcards: left.wildcards - cost.wildcards};
  };
}
