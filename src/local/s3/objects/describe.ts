import type {
  ObjectCannedACL,
  ObjectLockLegalHoldStatus,
  ObjectLockMode,
  StorageClass,
} from '@aws-sdk/client-s3';
import {createHash, randomBytes} from 'node:crypto';

import {requestedGrants} from '../buckets/acl.js';
import type {EncryptionInput} from './encryption.js';
import {invalidRequest, metadataTooLarge, notImplemented} from '../errors.js';
import {checksumMembers} from './integrity.js';
import type {BucketRecord, ObjectHeaders, ObjectRecord, StoredEncryption, UploadRecord} from '../records.js';
import {retentionMembers} from './retention.js';
import {parseTagging} from '../buckets/tags.js';
import {ApiError} from '../../types.js';

/** The members by which PutObject, CopyObject and CreateMultipartUpload describe an object. */
export interface DescriptionInput extends EncryptionInput {
  readonly ACL?: ObjectCannedACL | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly StorageClass?: StorageClass | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Tagging?: string | undefined;
  readonly ObjectLockMode?: ObjectLockMode | undefined;
  readonly ObjectLockLegalHoldStatus?: ObjectLockLegalHoldStatus | undefined;
}

export type Description = UploadRecord['object'];

const storageClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

/** Content-Encoding as it is kept: `aws-chunked` frames the request and is no part of the object. */
const contentEncoding = (header: string | undefined): string | undefined => {
  if (!header?.toLowerCase().includes('aws-chunked')) return header === '' ? undefined : header;
  const kept = header
    .split(',')
    .map(token => token.trim())
    .filter(token => token !== '' && token.toLowerCase() !== 'aws-chunked')
    .join(',');
  return kept === '' ? undefined : kept;
};

export const headersOf = (input: DescriptionInput): ObjectHeaders => {
  const encoding = contentEncoding(input.ContentEncoding);
  const redirect = input.WebsiteRedirectLocation;
  if (redirect !== undefined && !/^(\/|https?:\/\/)/.test(redirect))
    throw new ApiError(
      'InvalidRedirectLocation',
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
      400,
    );
  return {
    ContentType:
      input.ContentType === undefined || input.ContentType === '' ? 'binary/octet-stream' : input.ContentType,
    ...(input.CacheControl !== undefined && {CacheControl: input.CacheControl}),
    ...(input.ContentDisposition !== undefined && {ContentDisposition: input.ContentDisposition}),
    ...(encoding !== undefined && {ContentEncoding: encoding}),
    ...(input.ContentLanguage !== undefined && {ContentLanguage: input.ContentLanguage}),
    ...(input.Expires !== undefined && {Expires: input.Expires.getTime()}),
    ...(redirect !== undefined && {WebsiteRedirectLocation: redirect}),
  };
};

/** User metadata with lowercase names, at most 2 KB of names and values together (MetadataTooLarge). */
export const metadataOf = (input: DescriptionInput): Readonly<Record<string, string>> => {
  if (!input.Metadata) return {};
  const entries = Object.entries(input.Metadata).map(([name, value]) => [name.toLowerCase(), value] as const);
  const size = entries.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (size > 2048) throw metadataTooLarge(size);
  return Object.fromEntries(entries);
};

/** Everything a request says about the object besides its bytes, checked. `encryption`: see `encryptionFor`. */
export const describe = (
  input: DescriptionInput,
  bucket: BucketRecord,
  encryption: StoredEncryption,
): Description => {
  if (input.ObjectLockMode !== undefined || input.ObjectLockLegalHoldStatus !== undefined) {
    if (bucket.objectLock) throw notImplemented('Retention or a legal hold of a single object');
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
  const storageClass = input.StorageClass ?? 'STANDARD';
  if (!storageClasses.has(storageClass))
    throw new ApiError('InvalidStorageClass', 'The storage class you specified is not valid', 400);
  const grants = requestedGrants(input, bucket);
  return {
    headers: headersOf(input),
    metadata: metadataOf(input),
    storageClass,
    encryption,
    tags: parseTagging(input.Tagging),
    ...(grants && {grants}),
  };
};

/** The ETag of a whole object: its MD5, but nothing one can compute under SSE-KMS. */
export const etagOf = (md5: Buffer, encryption: StoredEncryption): string =>
  encryption.ServerSideEncryption === 'AES256'
    ? md5.toString('hex')
    : createHash('md5').update(md5).update(randomBytes(16)).digest('hex');

/** The version id as answers carry it: only once the bucket has known versioning. */
export const versionMember = (
  bucket: BucketRecord,
  versionId: string | undefined,
): {readonly VersionId?: string} =>
  bucket.versioning === undefined || versionId === undefined ? {} : {VersionId: versionId};

/** The members that GetObject and HeadObject share. */
export const objectMembers = (bucket: BucketRecord, object: ObjectRecord, withChecksum: boolean) => {
  const {Expires: expires, ...headers} = object.headers;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(object.modified),
    ContentLength: object.size,
    ETag: `"${object.etag}"`,
    ...headers,
    ...(expires !== undefined && {
      Expires: new Date(expires),
      ExpiresString: new Date(expires).toUTCString(),
    }),
    ...object.encryption,
    Metadata: {...object.metadata},
    ...(object.storageClass !== 'STANDARD' && {StorageClass: object.storageClass}),
    ...(object.tags.length > 0 && {TagCount: object.tags.length}),
    ...(withChecksum && checksumMembers(object.checksum)),
    ...retentionMembers(object),
    ...versionMember(bucket, object.versionId),
  };
};
