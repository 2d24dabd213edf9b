import {price, type Price, type Usage} from '../../invalidation/index.js';

/** The price of each of several invalidations, in their order: the first take what is left of the free paths. They add up to the price of all. */
export function pricesOf(counts: readonly number[], usage: Usage | undefined): readonly Price[] {
  let before = 0;
  return counts.map(paths => {
    const [least, most] = [price(before, usage), price(before + paths, usage)];
    before += paths;
    return {usd: Math.round((most.usd - least.usd) * 1000) / 1000, isMost: paths > 0 && most.isMost};
  });
}
