import type {FileHeaders} from '../site/index.js';

export interface ManifestEntry {
  /** Lowercase hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly headers: FileHeaders;
  /** As S3 answered it, with quotes. The entry counts only while the live object has this ETag. */
  readonly etag: string;
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
}
