import {Failure} from '../failure.js';
import type {ObjectStore} from '../aws/index.js';
import type {FileHeaders} from '../site/index.js';

export interface ManifestEntry {
  /** Lowercase hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly headers: FileHeaders;
  /**
   * As S3 answered it, with quotes. The entry counts only while the live object has this ETag. Empty or `unwritten` in
   * the journal of a deploy: then it tells nothing of the content.
   */
  readonly etag: string;
}

/** In place of an ETag, before an object of others is written over for the first time: with `etag` it is still theirs. */
export function unwritten(etag: string): string {
  return `!${etag}`;
}

export interface PendingInvalidation {
  /** CallerReference without the batch number. */
  readonly reference: string;
  readonly distributionId: string;
  readonly paths: readonly string[];
  /** `planned`: certainly not sent yet. `sending`: perhaps sent. */
  readonly state: 'planned' | 'sending';
}

/** What frontctl remembers of a site: `.frontctl/manifest.json` under the site's prefix. */
export interface Manifest {
  readonly version: 1;
  readonly release: string;
  readonly commit?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** By key, relative to the prefix. */
  readonly files: ReadonlyMap<string, ManifestEntry>;
  readonly pendingInvalidations: readonly PendingInvalidation[];
  /** The bucket policy was seen to keep `.frontctl/` from CloudFront. */
  readonly hidden: boolean;
}

/** Everything below this folder of the prefix is frontctl's own: never listed as part of the site, never served. */
export const ownFolder = '.frontctl/';
export const manifestKey = `${ownFolder}manifest.json`;

/**
 * The document in the bucket. 20,000 files are one JSON of about 3 MB that parses in some 20 ms: each file is a row, and
 * the few distinct pairs of headers stand once in a table that the rows point into. Cache tags have a table of their own and
 * an index at the end of the row: a frontctl that does not know them drops both, and a later one sets the tags again.
 */
interface ManifestDocument {
  readonly version: 1;
  readonly release: string;
  readonly commit?: string;
  readonly createdAt: string;
  readonly hidden?: boolean;
  readonly pendingInvalidations?: readonly PendingInvalidation[];
  readonly headers: readonly FileHeaders[];
  readonly cacheTags?: readonly string[];
  /** Key -> [SHA-256, bytes, index into `headers`, ETag, index into `cacheTags` where it has any]. */
  readonly files: Readonly<Record<string, readonly [string, number, number, string, number?]>>;
}

/** Values in the order in which they are first met. */
class Table<T> {
  readonly values: T[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(identity: string, value: T): number {
    const found = this.#indexes.get(identity);
    if (found !== undefined) return found;
    const index = this.values.push(value) - 1;
    this.#indexes.set(identity, index);
    return index;
  }
}

export function serializeManifest(manifest: Manifest): string {
  const headers = new Table<FileHeaders>();
  const tags = new Table<string>();
  // A Map of rows first: keys such as `__proto__` or `404` must come out as they are and in order.
  const rows: string[] = [];
  for (const [key, entry] of manifest.files) {
    const {contentType, cacheControl, cacheTags} = entry.headers;
    const index = headers.indexOf(`${contentType}\n${cacheControl}`, {contentType, cacheControl});
    const [sha256, etag] = [JSON.stringify(entry.sha256), JSON.stringify(entry.etag)];
    const tag = cacheTags === undefined ? '' : `,${tags.indexOf(cacheTags, cacheTags)}`;
    rows.push(`${JSON.stringify(key)}:[${sha256},${entry.size},${index},${etag}${tag}]`);
  }
  const {version, release, commit, createdAt, hidden, pendingInvalidations} = manifest;
  const head = JSON.stringify({
    version,
    release,
    commit,
    createdAt,
    ...(hidden && {hidden}),
    ...(pendingInvalidations.length > 0 && {pendingInvalidations}),
    headers: headers.values,
    ...(tags.values.length > 0 && {cacheTags: tags.values}),
  });
  return `${head.slice(0, -1)},\n"files":{\n${rows.join(',\n')}}}\n`;
}

/**
 * Failures: MANIFEST_NEWER (written by a later frontctl: going on would lose what it says), MANIFEST_UNREADABLE.
 * `where` names the object for the message.
 */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(where, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || !('version' in value)) {
    throw unreadable(where, 'it has no version');
  }
  if (typeof value.version === 'number' && value.version > 1) {
    throw new Failure(
      'conflict',
      'MANIFEST_NEWER',
      `${where} was written by a newer frontctl (manifest version ${value.version}; this one knows 1).`,
      {hint: 'Update frontctl: `npm install frontctl@latest`.'},
    );
  }
  const document = value as ManifestDocument;
  if (!isManifestDocument(document)) throw unreadable(where, 'its members are not those of version 1');
  const files = new Map<string, ManifestEntry>();
  for (const key of Object.keys(document.files)) {
    const row: readonly unknown[] | undefined = document.files[key];
    const [sha256, size, index, etag, tag] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    const pair = typeof index === 'number' ? document.headers[index] : undefined;
    if (typeof sha256 !== 'string' || typeof size !== 'number' || typeof etag !== 'string' || !pair) {
      throw unreadable(where, `its row for "${key}" is damaged`);
    }
    const cacheTags = typeof tag === 'number' ? document.cacheTags?.[tag] : undefined;
    files.set(key, {sha256, size, headers: cacheTags === undefined ? pair : {...pair, cacheTags}, etag});
  }
  return {
    version: 1,
    release: document.release,
    ...(document.commit !== undefined && {commit: document.commit}),
    createdAt: document.createdAt,
    files,
    pendingInvalidations: document.pendingInvalidations ?? [],
    hidden: document.hidden === true,
  };
}

function isManifestDocument(value: Partial<ManifestDocument>): value is ManifestDocument {
  return (
    value.version === 1 &&
    typeof value.release === 'string' &&
    typeof value.createdAt === 'string' &&
    Array.isArray(value.headers) &&
    (value.cacheTags === undefined || Array.isArray(value.cacheTags)) &&
    typeof (value.files ?? undefined) === 'object' &&
    (value.pendingInvalidations === undefined ||
      (Array.isArray(value.pendingInvalidations) && value.pendingInvalidations.every(isPending)))
  );
}

function isPending(value: unknown): value is PendingInvalidation {
  if (typeof value !== 'object' || value === null) return false;
  const {reference, distributionId, paths} = value as Partial<PendingInvalidation>;
  return typeof reference === 'string' && typeof distributionId === 'string' && Array.isArray(paths);
}

function unreadable(where: string, why: string, cause?: unknown): Failure {
  return new Failure('conflict', 'MANIFEST_UNREADABLE', `${where} cannot be read: ${why}.`, {
    hint: 'Delete that object to start afresh: the next deploy compares the files with the bucket itself and uploads only what differs.',
    cause,
  });
}

export interface ReadManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The manifest in the bucket; undefined when there is none yet. Failures: MANIFEST_NEWER, MANIFEST_UNREADABLE, the store's. */
export async function readManifest(store: ObjectStore, prefix: string): Promise<ReadManifest | undefined> {
  const found = await store.get(withPrefix(prefix, manifestKey));
  if (typeof found !== 'object') return undefined;
  const text = Buffer.from(found.body.buffer, found.body.byteOffset, found.body.byteLength).toString('utf8');
  return {manifest: parseManifest(text, manifestAddress(store, prefix)), etag: found.etag};
}

/** For messages. */
export const manifestAddress = (store: ObjectStore, prefix: string): string =>
  `s3://${store.bucket}/${withPrefix(prefix, manifestKey)}`;

/** The bucket's key for a key of the site. */
export function withPrefix(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}/${key}`;
}

/** What people call the place of a site: `s3://bucket` or `s3://bucket/prefix`. */
export function siteAddress(bucket: string, prefix: string): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
}
