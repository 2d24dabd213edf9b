import type {ObjectStore} from '../../aws/index.js';
import type {FileHeaders} from '../../site/index.js';
import {createDocumentReader, parseManifest} from './document.js';

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
  /** Not in the live build: id of the last release that had it. It stays for pages that were loaded before. */
  readonly left?: string;
}

/** In place of an ETag, before an object of others is written over for the first time: with `etag` it is still theirs. */
export function unwritten(etag: string): string {
  return `!${etag}`;
}

/** Written before its object was: a deploy that did not come to its end may have put it there. */
export const isJournaled = ({etag}: ManifestEntry): boolean => etag === '' || etag.startsWith('!');

export interface PendingInvalidation {
  /** CallerReference without the batch number. */
  readonly reference: string;
  readonly distributionId: string;
  readonly paths: readonly string[];
  /** `planned`: certainly not sent yet. `sending`: perhaps sent. */
  readonly state: 'planned' | 'sending';
}

/** One deploy that changed the site. */
export interface Release {
  readonly id: string;
  /** The id was given, not made from the time. */
  readonly isNamed: boolean;
  readonly commit?: string;
  /** Of the commit, ISO 8601. */
  readonly committedAt?: string;
  /** When the deploy began, by the bucket's clock. ISO 8601. */
  readonly createdAt: string;
  /** Files of the build. */
  readonly files: number;
  readonly bytes: number;
}

/** What frontctl remembers of a site: `.frontctl/manifest.json` under the site's prefix. */
export interface Manifest {
  /** `name` of the config that was deployed from, where it has one. */
  readonly site?: string;
  /** Ids of the distributions that the last deploy invalidated. */
  readonly distributions: readonly string[];
  /** Newest first: the first is live. Empty while the first deploy is under way. Those whose files are still there, all. */
  readonly releases: readonly Release[];
  /** By key, relative to the prefix. */
  readonly files: ReadonlyMap<string, ManifestEntry>;
  readonly pendingInvalidations: readonly PendingInvalidation[];
  /** The bucket policy was seen to keep `.frontctl/` from CloudFront. */
  readonly hidden: boolean;
}

/** Everything below this folder of the prefix is frontctl's own: never listed as part of the site, never served. */
export const ownFolder = '.frontctl/';
export const manifestKey = `${ownFolder}manifest.json`;

export interface ReadManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/** The manifest in the bucket; undefined when there is none yet. Failures: MANIFEST_NEWER, MANIFEST_UNREADABLE, the store's. */
export async function readManifest(store: ObjectStore, prefix: string): Promise<ReadManifest | undefined> {
  const key = withPrefix(prefix, manifestKey);
  const reader = createDocumentReader();
  const found = await store.get(key, {onPiece: reader.push});
  if (typeof found !== 'object') return undefined;
  const manifest = reader.end();
  if (manifest) return {manifest, etag: found.etag};
  const whole = await store.get(key);
  if (typeof whole !== 'object') return undefined;
  return {
    manifest: parseManifest(Buffer.from(whole.body).toString('utf8'), manifestAddress(store, prefix)),
    etag: whole.etag,
  };
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
