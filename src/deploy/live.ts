import {mapConcurrent, type ListedObject, type ObjectStore} from '../aws/index.js';
import type {FileHeaders, SiteFile} from '../site/index.js';
import {headerChanges, headersOf} from './headers.js';
import {ownFolder, unwritten, type Manifest, type ManifestEntry} from './manifest.js';

/** One object that is live under the site's prefix. */
export interface LiveObject {
  /** With quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** What is known of it: from the manifest while its ETag still holds, or read and compared by `adopt`. */
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
    live.set(key, {etag, size, known, managed: entry !== undefined && entry.etag !== unwritten(etag)});
  }
  return live;
}

/**
 * Files whose live object nobody described, but whose bytes are the file's: the ETag of a single-part object that is
 * not encrypted with KMS is its MD5 (S3 API, "Object"). Only their headers are unknown.
 */
export function sameBytes(files: readonly SiteFile[], live: LiveState): readonly SiteFile[] {
  return files.filter(file => {
    const object = live.get(file.key);
    return object && !object.known && object.size === file.size && object.etag === `"${file.md5}"`;
  });
}

/** Reads the headers of `candidates` (from `sameBytes`) and makes them known in `live`: an existing bucket is adopted without an upload. */
export async function adopt(
  store: ObjectStore,
  prefix: (key: string) => string,
  candidates: readonly SiteFile[],
  live: Map<string, LiveObject>,
  concurrency: number | (() => number),
  signal?: AbortSignal,
): Promise<void> {
  const read = async (file: SiteFile) => ({file, head: await store.head(prefix(file.key))});
  for await (const {file, head} of mapConcurrent(candidates, concurrency, read, signal)) {
    const object = live.get(file.key);
    if (!head || !object) live.delete(file.key);
    else if (head.etag === object.etag)
      live.set(file.key, {...object, known: {sha256: file.sha256, headers: headersOf(head, file.headers)}});
  }
}

/**
 * Reads the headers of every known object that the build has: a copy of an object onto itself changes them and leaves its
 * ETag, so the manifest alone would not see it. One request an object.
 */
export async function verifyHeaders(
  store: ObjectStore,
  prefix: (key: string) => string,
  files: readonly SiteFile[],
  live: Map<string, LiveObject>,
  concurrency: number | (() => number),
  signal?: AbortSignal,
): Promise<void> {
  const known = files.filter(file => live.get(file.key)?.known !== undefined);
  const read = async (file: SiteFile) => ({file, head: await store.head(prefix(file.key))});
  for await (const {file, head} of mapConcurrent(known, concurrency, read, signal)) {
    const object = live.get(file.key);
    if (!head || !object?.known) live.delete(file.key);
    else if (head.etag !== object.etag)
      live.set(file.key, {...object, etag: head.etag, size: head.size, known: undefined});
    else {
      const headers = headersOf(head, file.headers, object.known.headers);
      if (headerChanges(object.known.headers, headers).length > 0)
        live.set(file.key, {...object, known: {sha256: object.known.sha256, headers}});
    }
  }
}

/** The manifest's entry for a live object that is known. */
export function entryOf(object: LiveObject): ManifestEntry | undefined {
  return object.known && {...object.known, size: object.size, etag: object.etag};
}
