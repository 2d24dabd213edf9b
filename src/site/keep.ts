/** Bytes of small files, kept from hashing to upload: most of them need to be read only once. */
import {statSync} from 'node:fs';
import {stampOf} from './reading.js';
import type {SiteFile} from './types.js';

/** Files share slabs: a buffer for each costs more than it saves. */
const slabBytes = 1024 * 1024;
/** What is kept at most, in slabs; one more is for bytes that are not kept. */
export const mostSlabs = 16;

export interface Shelf {
  /** Room for `bytes`, at most a slab. It is given out again unless `keep` follows. */
  readonly room: (bytes: number) => Buffer;
  /** Sets the first `bytes` of the last room aside, for good. False: the shelf is full. */
  readonly keep: (bytes: number) => boolean;
}

export function createShelf(most = mostSlabs): Shelf {
  let slab = Buffer.allocUnsafeSlow(slabBytes);
  let used = 0;
  let slabs = 1;
  return {
    room(bytes) {
      if (bytes > slabBytes - used) {
        slab = Buffer.allocUnsafeSlow(slabBytes);
        used = 0;
        slabs += 1;
      }
      return slab.subarray(used, used + bytes);
    },
    keep(bytes) {
      if (slabs > most) return false;
      used += bytes;
      return true;
    },
  };
}

/** The bytes that were hashed, if they were kept and the file has not been touched since. */
export function keptBody({path, kept}: SiteFile): Uint8Array | undefined {
  if (kept === undefined) return undefined;
  try {
    return stampOf(statSync(path)) === kept.stamp ? kept.body : undefined;
  } catch {
    return undefined; // whoever reads it next says why
  }
}
