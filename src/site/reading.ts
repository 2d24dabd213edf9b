import type {Stats} from 'node:fs';
import {Failure} from '../failure.js';

/** Changes whenever the file is written: modification and change time in ms, inode. */
export const stampOf = ({mtimeMs, ctimeMs, ino}: Stats): string => `${mtimeMs}-${ctimeMs}-${ino}`;

/**
 * A file that was written so shortly before it was read may be written again and keep its stamp: file systems count in steps
 * of up to two seconds (FAT). ms
 */
const racyMs = 2000;

/** What was read of a file with this stamp until `now` (ms since the epoch) is in it for as long as it has the stamp. */
export function isSettled(stamp: string, now: number): boolean {
  const [, modified = '', changed = ''] = /^(-?[\d.]+)-(-?[\d.]+)-/.exec(stamp) ?? [];
  return modified !== '' && now - Math.max(Number(modified), Number(changed)) >= racyMs;
}

/** The file's size is not what the walk saw, or the file is gone: the build is still running. */
export function changed(key: string, what: string, cause?: unknown): Failure {
  return new Failure('conflict', 'FILE_CHANGED', `${key} ${what} while being read.`, {
    hint: 'Run the deploy after the build has finished.',
    cause,
  });
}

/** A file system error on `key` -> FILE_CHANGED (gone, replaced by a folder), UNREADABLE_FILE (permissions, I/O, limits). */
export function failureOf(error: unknown, key: string): Failure {
  if (error instanceof Failure) return error;
  const {code = 'an unknown error'} = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return changed(key, 'was deleted', error);
    case 'EISDIR':
      return changed(key, 'was replaced by a folder', error);
    case 'EACCES':
    case 'EPERM':
      return new Failure('access', 'UNREADABLE_FILE', `${key} cannot be read: permission denied.`, {
        hint: 'Give the user that deploys read permission, or leave it out with site.ignore.',
        cause: error,
      });
    default:
      return new Failure('unexpected', 'UNREADABLE_FILE', `${key} cannot be read (${code}).`, {cause: error});
  }
}
