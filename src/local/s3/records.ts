import type {Grant, ObjectLockMode, ServerSideEncryption, StorageClass, Tag} from '@aws-sdk/client-s3';

import type {Clock, Store, Table} from '../types.js';
import type {ChecksumAlgorithm, ChecksumType} from './objects/checksum.js';

/** A run of body bytes: a value of the inline table or a blob of the store. */
export interface Segment {
  readonly id: string;
  readonly size: number;
  readonly blob: boolean;
}

export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, with `-N` when composite. */
  readonly value: string;
  readonly type: ChecksumType;
}

/** The system headers that come back as they were sent. `Expires` in milliseconds. */
export interface ObjectHeaders {
  readonly ContentType: string;
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly Expires?: number;
  readonly WebsiteRedirectLocation?: string;
}

export interface StoredEncryption {
  readonly ServerSideEncryption: ServerSideEncryption;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
}

export interface StoredPart {
  readonly number: number;
  readonly size: number;
  readonly checksum?: string;
}

export interface ObjectRecord {
  readonly kind: 'object';
  /** `null` for an object written while versioning was off or suspended. */
  readonly versionId: string;
  readonly modified: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly segments: readonly Segment[];
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
  readonly encryption: StoredEncryption;
  readonly tags: readonly Tag[];
  readonly checksum?: StoredChecksum;
  /** Of a multipart upload. */
  readonly parts?: readonly StoredPart[];
  /** Absent: the owner alone. */
  readonly grants?: readonly Grant[];
  /** No delete with its version id until then (cloud time). */
  readonly retention?: {readonly mode: ObjectLockMode; readonly until: number};
}

export interface DeleteMarker {
  readonly kind: 'marker';
  readonly versionId: string;
  readonly modified: number;
}

export type Version = ObjectRecord | DeleteMarker;

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

export interface BucketRecord {
  readonly name: string;
  readonly created: number;
  readonly region: string;
  readonly ownership?: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  readonly publicAccessBlock?: PublicAccessBlock;
  readonly policy?: string;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** Object Lock is on; `retention`: of every new version. */
  readonly objectLock?: {readonly retention?: {readonly mode: ObjectLockMode; readonly days: number}};
  /** Absent: the owner alone. */
  readonly grants?: readonly Grant[];
}

export interface UploadRecord {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly object: Pick<
    ObjectRecord,
    'headers' | 'metadata' | 'storageClass' | 'encryption' | 'tags' | 'grants'
  >;
  readonly checksum?: {readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType};
}

export interface PartRecord {
  readonly number: number;
  readonly modified: number;
  readonly size: number;
  readonly etag: string;
  readonly segments: readonly Segment[];
  readonly checksum?: {readonly algorithm: ChecksumAlgorithm; readonly value: string};
}

/** All state of the room. Keys: `bucket/key` and, where several stand under one key, `bucket/key NUL order-or-id`. */
export interface Tables {
  readonly buckets: Table<BucketRecord>;
  /** `bucket/CORS`: settings that are stored and given back, and have no effect. */
  readonly settings: Table<Readonly<Record<string, unknown>>>;
  /** Current versions that are not delete markers. */
  readonly objects: Table<ObjectRecord>;
  /** Noncurrent versions and delete markers, newest first under each key. */
  readonly versions: Table<Version>;
  readonly inline: Table<Uint8Array>;
  /** Ids of blobs in use. */
  readonly blobs: Table<true>;
  readonly uploads: Table<UploadRecord>;
  /** `upload-id/00001`. */
  readonly parts: Table<PartRecord>;
}

export const openTables = (store: Store): Tables => ({
  buckets: store.table('s3.bucket'),
  settings: store.table('s3.setting'),
  objects: store.table('s3.object'),
  versions: store.table('s3.version'),
  inline: store.table('s3.inline'),
  blobs: store.table('s3.blob'),
  uploads: store.table('s3.upload'),
  parts: store.table('s3.part'),
});

export interface CreateS3 {
  readonly store: Store;
  readonly clock: Clock;
  /** Where buckets live whose CreateBucket names no LocationConstraint; `us-east-1` by default. */
  readonly region?: string;
}
