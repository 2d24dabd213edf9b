import type {ServerSideEncryptionConfiguration} from '@aws-sdk/client-s3';

import {allowsKey} from '../../kms/access.js';
import {aliasesOf, findKey, keyArn, managedAlias, parseKeyName, type StoredKey} from '../../kms/keys.js';
import {ApiError, type CallContext} from '../../types.js';
import {invalidArgument, notImplemented} from '../errors.js';
import type {BucketRecord, ObjectRecord, StoredEncryption} from '../records.js';
import type {Room} from '../room.js';

/** The members by which a write asks for an encryption. */
export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
}

const header = 'x-amz-server-side-encryption';

/** What S3 passes on of KMS: `KMS.` before KMS's own name. */
const fromKms = (name: string, message: string): ApiError => new ApiError(`KMS.${name}`, message, 400);

/** The key by which the bucket's region knows `given`, if it can be used. */
const usableKey = (room: Room, region: string, given: string): StoredKey => {
  const name = parseKeyName(given);
  if (name?.region !== undefined && name.region !== region)
    throw fromKms('NotFoundException', `Invalid arn ${region}`);
  const key = name && findKey(room.store, room.clock.now(), region, name);
  if (!key) throw fromKms('NotFoundException', `Key '${given}' does not exist`);
  if (key.deletionAt !== undefined)
    throw fromKms('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`);
  if (!key.enabled) throw fromKms('DisabledException', `${keyArn(key)} is disabled.`);
  return key;
};

/**
 * Whether the caller may use the key for one object. The key policy decides for CloudFront; an origin access identity is
 * nobody that KMS knows, and anonymous requests carry no signature.
 * Developer guide, "Restrict access to an Amazon S3 origin", SSE-KMS.
 */
const requireKey = (
  room: Room,
  context: CallContext,
  bucket: BucketRecord,
  objectKey: string,
  key: StoredKey,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
  bucketKey: boolean,
): void => {
  const {caller} = context;
  if (caller.kind === 'anonymous')
    throw invalidArgument(
      'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
      'Authorization',
      'null',
    );
  if (caller.kind === 'access-identity')
    throw fromKms('UnrecognizedClientException', 'No account found for the given parameters');
  const bucketArn = `arn:aws:s3:::${bucket.name}`;
  const subject = {key, aliases: () => aliasesOf(room.store, key)};
  const allowed = allowsKey(context, room.clock.now(), action, subject, {
    'kms:ViaService': `s3.${bucket.region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': bucketKey ? bucketArn : `${bucketArn}/${objectKey}`,
  });
  if (allowed) return;
  const who =
    caller.kind === 'identity' ? `User: ${caller.arn}` : `The service principal ${caller.principal}`;
  throw new ApiError(
    'AccessDenied',
    `${who} is not authorized to perform: ${action} on resource: ${keyArn(key)} because of the key policy`,
    403,
  );
};

interface Wish {
  readonly algorithm: StoredEncryption['ServerSideEncryption'];
  readonly keyId: string | undefined;
  readonly bucketKey: boolean;
}

/** The request's own headers, else the bucket's default encryption. */
const wishOf = (room: Room, bucket: BucketRecord, input: EncryptionInput): Wish => {
  const stored = room.tables.settings.get(`${bucket.name}/Encryption`) as
    {readonly ServerSideEncryptionConfiguration?: ServerSideEncryptionConfiguration} | undefined;
  const rule = stored?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const asked = input.ServerSideEncryption;
  const {SSEAlgorithm = 'AES256', KMSMasterKeyID} = rule?.ApplyServerSideEncryptionByDefault ?? {};
  const bucketKey = input.BucketKeyEnabled ?? rule?.BucketKeyEnabled ?? false;
  if (asked === undefined) {
    if (input.SSEKMSKeyId !== undefined)
      throw invalidArgument(
        `Server Side Encryption with AWS KMS managed key requires HTTP header ${header} : aws:kms`,
        header,
        null,
      );
    return {algorithm: SSEAlgorithm, keyId: KMSMasterKeyID, bucketKey};
  }
  if (asked !== 'AES256' && asked !== 'aws:kms' && asked !== 'aws:kms:dsse')
    throw invalidArgument('The encryption method specified is not supported', header, asked);
  if (asked === 'AES256' && input.SSEKMSKeyId !== undefined)
    throw invalidArgument(
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${header} : aws:kms`,
      header,
      asked,
    );
  return {algorithm: asked, keyId: input.SSEKMSKeyId, bucketKey};
};

/**
 * How a new object is encrypted. A KMS key must be usable in the bucket's region, and by the caller; without one it is the
 * AWS managed key `aws/s3`. Answers name the key by its ARN, whatever the request or the bucket calls it.
 */
export const encryptionFor = (
  room: Room,
  context: CallContext,
  bucket: BucketRecord,
  objectKey: string,
  input: EncryptionInput,
): StoredEncryption => {
  if (input.SSECustomerAlgorithm !== undefined) throw notImplemented('SSE-C');
  const {algorithm, keyId, bucketKey} = wishOf(room, bucket, input);
  if (algorithm === 'AES256') return {ServerSideEncryption: algorithm};
  const key = usableKey(room, bucket.region, keyId ?? managedAlias);
  // Bucket keys are for SSE-KMS alone, not for its dual-layer form.
  const withBucketKey = bucketKey && algorithm === 'aws:kms';
  requireKey(room, context, bucket, objectKey, key, 'kms:GenerateDataKey', withBucketKey);
  return {
    ServerSideEncryption: algorithm,
    SSEKMSKeyId: keyArn(key),
    ...(withBucketKey && {BucketKeyEnabled: true}),
  };
};

/** Throws unless the caller may have the bytes of an object decrypted; only KMS keys ask. */
export const requireDecryption = (
  room: Room,
  context: CallContext,
  bucket: BucketRecord,
  objectKey: string,
  {encryption}: ObjectRecord,
): void => {
  if (encryption.SSEKMSKeyId === undefined) return;
  const key = usableKey(room, bucket.region, encryption.SSEKMSKeyId);
  requireKey(room, context, bucket, objectKey, key, 'kms:Decrypt', encryption.BucketKeyEnabled ?? false);
};
