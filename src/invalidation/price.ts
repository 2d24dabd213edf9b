import type {Price, Quota, Usage} from './types.js';

/** Free in each calendar month (UTC), over all distributions of an account. */
export const freePaths = 1000;
/** Half a cent a path: counted in tenths of a cent, so that sums are exact. */
const tenthsOfACent = 5;

/** What `paths` more cost (a wildcard or tag counts as one). Without a usage of the whole account: the most that it can be. */
export function price(paths: number, usage: Usage | undefined): Price {
  const isAllUsed = usage !== undefined && usage.used >= freePaths;
  const isKnown = isAllUsed || usage?.scope === 'account';
  const free = isKnown ? Math.max(0, freePaths - usage.used) : 0;
  return {usd: (Math.max(0, paths - free) * tenthsOfACent) / 1000, isMost: !isKnown && paths > 0};
}

/** A usage as the `--json` results tell it; null: not known. */
export const quotaOf = (usage: Usage | undefined): Quota | null =>
  usage === undefined ? null : {usedThisMonth: usage.used, scope: usage.scope};

const counted = (paths: number): string =>
  `${paths.toLocaleString('en-US')} ${paths === 1 ? 'path' : 'paths'}`;
const ofFree = `of ${freePaths.toLocaleString('en-US')} free`;

/** `$0.00`, `$1.25`, `$0.005`. */
export function dollars(usd: number): string {
  const tenths = Math.round(usd * 1000);
  return `$${(tenths / 1000).toFixed(tenths % 10 === 0 ? 2 : 3)}`;
}

function usageText(usage: Usage | undefined): string {
  if (usage === undefined) return 'free paths used this month unknown';
  if (usage.used >= freePaths) return `all ${freePaths.toLocaleString('en-US')} free used this month`;
  const by = usage.scope === 'account' ? '' : ' by this distribution alone';
  return `${usage.used} ${ofFree} used this month${by}`;
}

/** `12 paths, 140 of 1,000 free used this month: $0.00`. */
export function describePrice(paths: number, {usd, isMost}: Price, usage: Usage | undefined): string {
  return `${counted(paths)}, ${usageText(usage)}: ${isMost ? 'at most ' : ''}${dollars(usd)}`;
}
