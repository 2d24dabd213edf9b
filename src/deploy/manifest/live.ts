import type {ListedObject} from '../../aws/index.js';
import type {FileHeaders} from '../../site/index.js';
import {ownFolder, unwritten, type Manifest, type ManifestEntry} from './manifest.js';

/** One object that is live under the site's prefix. */
export interface LiveObject {
  /** With quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** What is known of it: from the manifest while its ETag still holds, or read and compared by `adoptObjects`. */
  readonly known: {readonly sha256: string; readonly headers: FileHeaders} | undefined;
  /** Named in the manifest as written, whatever its content is now: frontctl put an object there, so it may prune it. */
  readonly managed: boolean;
}

/** By key, relative to the prefix. */
export type LiveState = ReadonlyMap<string, LiveObject>;

/**
 * The manifest reconciled with a listing of the prefix. The listing decides what is there; a manifest entry counts only
 * while the object has the ETag that S3 answered when it was written, so what others changed or removed is seen.
 */
export function reconcile(
  listing: Iterable<ListedObject>,
  manifest: Manifest | undefined,
  prefix: string,
): Map<string, LiveObject> {
  const live = new Map<string, LiveObject>();
  const skip = prefix === '' ? 0 : prefix.length + 1;
  for (const {key: stored, etag, size} of listing) {
    const key = skip === 0 ? stored : stored.slice(skip);
    if (key === '' || key.startsWith(ownFolder)) continue;
    const entry = manifest?.files.get(key);
    const known = entry?.etag === etag && entry.size === size ? entry : undefined;
    // Of two equal texts only the manifest's stays in memory.
    const own = known ? known.etag : etag;
    live.set(key, {etag: own, size, known, managed: entry !== undefined && entry.etag !== unwritten(etag)});
  }
  return live;
}

/** The manifest's entry for a live object that is known. */
export function entryOf(object: LiveObject): ManifestEntry | undefined {
  return object.known && {...object.known, size: object.size, etag: object.etag};
}
