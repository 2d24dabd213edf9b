import type {Release} from '../manifest/manifest.js';

/** `20261121T193005Z-4f2a9c`: sorts by time; the six hex digits keep two deploys of one second apart. `random` in [0, 1). */
export function releaseId(now: number, random: () => number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const suffix = Math.floor(random() * 16 ** 6)
    .toString(16)
    .padStart(6, '0');
  return `${time}-${suffix}`;
}

/** How long fingerprinted files stay that the live build does not have: as long as either says so. */
export interface Keep {
  /** Of the last so many releases, the live one among them. At least 1. */
  readonly releases: number;
  /** That left the build less than so many days ago; 0: only `releases` counts. */
  readonly days: number;
}

export const defaultKeep: Keep = {releases: 5, days: 0};

const dayMs = 86_400_000;

/** Ids of the releases whose files stay. `releases`: newest first. `now`: ms since the epoch, by the bucket's clock. */
export function keptReleases(releases: readonly Release[], keep: Keep, now: number): ReadonlySet<string> {
  const kept = releases.filter((_, index) => {
    const successor = releases[index - 1];
    const leftAt = successor === undefined ? now : Date.parse(successor.createdAt);
    return index < keep.releases || now - leftAt < keep.days * dayMs;
  });
  return new Set(kept.map(({id}) => id));
}

/** The releases once `next` is live. An id that is used again stands for the newer one. */
export function withRelease(releases: readonly Release[], next: Release): readonly Release[] {
  return [next, ...releases.filter(({id}) => id !== next.id)];
}

/**
 * The same files under a later name or commit: nothing changes for viewers, but what is newest must be known when an older
 * build comes late.
 */
export function isRenamed(next: Release, live: Release | undefined): boolean {
  if (live === undefined) return false;
  return (next.isNamed && next.id !== live.id) || (next.commit !== undefined && next.commit !== live.commit);
}
