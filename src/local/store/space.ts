import {statfsSync} from 'node:fs';

/** What a commit may need besides the values: pages of the tree, copied on write, and the list of free ones. */
const reserve = 1024 * 1024;

/**
 * Throws ENOSPC unless the disk has room for `bytes` more and a reserve. LMDB must never meet a full disk itself: the text
 * of its own error is longer than the memory it takes for it (mdb_page_flush writes it into malloc(100)), which corrupts
 * the heap and ends the process at some later garbage collection.
 */
export function requireSpace(dir: string, bytes: number): void {
  const {bavail, bsize} = statfsSync(dir);
  if (bavail * bsize >= bytes + reserve) return;
  throw Object.assign(new Error(`ENOSPC: no space left on device, ${dir}`), {code: 'ENOSPC'});
}
