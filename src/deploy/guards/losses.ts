/** What a deploy would take from the live site. Pure. */
import {percentage} from '../../config/formats.js';
import {Failure} from '../../failure.js';
import {fileCount} from '../plan/plan.js';
import {listing} from './listing.js';

/** Most files that a deploy may delete: a number, or a share of the live release. */
export type MaxDelete =
  {readonly kind: 'files'; readonly n: number} | {readonly kind: 'share'; readonly percent: number};

export const defaultMaxDelete: MaxDelete = {kind: 'share', percent: 25};

/** `40`, `25%`, `12.5%`; undefined for anything else. The config's number as text is read alike. */
export function parseMaxDelete(text: string): MaxDelete | undefined {
  const written = text.trim();
  if (/^\d{1,15}$/.test(written)) return {kind: 'files', n: Number(written)};
  if (percentage.test(written)) return {kind: 'share', percent: Number(written.slice(0, -1))};
  return undefined;
}

export interface Losses {
  /** Files in the build. */
  readonly files: number;
  /** Files of the last release. */
  readonly liveFiles: number;
  /** Keys that left the build and would be deleted; fingerprinted files of old releases that are collected do not count. */
  readonly deletions: readonly string[];
  /** Keys that a distribution shows at its root, in the spelling of `deletions`. */
  readonly rootObjects: readonly string[];
  readonly maxDelete: MaxDelete;
}

/** `--max-delete 100%`: whatever leaves the build may go. */
const isUnlimited = (max: MaxDelete): boolean => max.kind === 'share' && max.percent >= 100;

const count = (n: number): string => n.toLocaleString('en-US');

/** A share of a small site means nothing: up to so many files it lets go. */
const smallLoss = 10;
const tinyShare = 0.1;
const tinyFrom = 20;

/** MAX_DELETE: more files would be deleted than `maxDelete` allows. */
export function maxDeleteExceeded({liveFiles, deletions, maxDelete}: Losses): Failure | undefined {
  const n = deletions.length;
  if (!isMore(n, maxDelete, liveFiles)) return undefined;
  const allowed = maxDelete.kind === 'files' ? count(maxDelete.n) : `${maxDelete.percent}%`;
  return new Failure(
    'refused',
    'MAX_DELETE',
    `This deploy would delete ${count(n)} of ${fileCount(liveFiles)}, where at most ${allowed} may go: ${listing(deletions)}.`,
    {
      hint: `Is that the whole build, and the right --prefix? If so, deploy with --max-delete ${n}; --no-prune deletes nothing.`,
    },
  );
}

function isMore(n: number, max: MaxDelete, liveFiles: number): boolean {
  if (max.kind === 'files') return n > max.n;
  // Nothing live: what an interrupted first deploy left may go.
  if (liveFiles === 0) return false;
  return n * 100 > liveFiles * max.percent && (n > smallLoss || max.percent === 0);
}

/** TINY_BUILD: the build has less than a tenth of the files of the live release, and the rest would be deleted. */
export function tinyBuild({files, liveFiles, deletions, maxDelete}: Losses): Failure | undefined {
  const isTiny = liveFiles >= tinyFrom && files < liveFiles * tinyShare && deletions.length > 0;
  if (!isTiny || isUnlimited(maxDelete)) return undefined;
  return new Failure(
    'refused',
    'TINY_BUILD',
    `The build has ${fileCount(files)} where the live release has ${count(liveFiles)}: it looks unfinished.`,
    {
      hint: 'Build the whole site first. If that is all of it, deploy with --max-delete 100%; --no-prune deletes nothing.',
    },
  );
}

/** ROOT_DELETED: the page at the root of a distribution left the build. */
export function rootDeleted({deletions, rootObjects, maxDelete}: Losses): Failure | undefined {
  const root = rootObjects.find(key => deletions.includes(key));
  if (root === undefined || isUnlimited(maxDelete)) return undefined;
  return new Failure(
    'refused',
    'ROOT_DELETED',
    `This deploy would delete ${root}, the page at the root of the site: it is not in the build.`,
    {hint: 'Build the whole site first. If the page is to go, deploy with --max-delete 100%.'},
  );
}
