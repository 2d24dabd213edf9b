import type {Grant} from '@aws-sdk/client-s3';
import {createHash} from 'node:crypto';

import {ApiError, accountId, type Caller} from '../../types.js';
import {accessDenied, invalidArgument, malformedXml} from '../errors.js';
import type {BucketRecord} from '../records.js';

/** The account's canonical user id, as Owner carries it. */
export const owner = {ID: createHash('sha256').update(`canonical-user ${accountId}`).digest('hex')} as const;

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

const toOwner: Grant = {Grantee: {Type: 'CanonicalUser', ID: owner.ID}, Permission: 'FULL_CONTROL'};
const toGroup = (URI: string, Permission: NonNullable<Grant['Permission']>): Grant => ({
  Grantee: {Type: 'Group', URI},
  Permission,
});

const canned: Readonly<Record<string, readonly Grant[]>> = {
  private: [toOwner],
  'bucket-owner-full-control': [toOwner],
  'bucket-owner-read': [toOwner],
  'aws-exec-read': [toOwner],
  'public-read': [toOwner, toGroup(allUsers, 'READ')],
  'public-read-write': [toOwner, toGroup(allUsers, 'READ'), toGroup(allUsers, 'WRITE')],
  'authenticated-read': [toOwner, toGroup(authenticatedUsers, 'READ')],
  'log-delivery-write': [toOwner, toGroup(logDelivery, 'WRITE'), toGroup(logDelivery, 'READ_ACP')],
};

export const ownerOnly: readonly Grant[] = [toOwner];

/** The ways a request may name an ACL. */
export interface AclInput {
  readonly ACL?: string | undefined;
  readonly AccessControlPolicy?: {readonly Grants?: readonly Grant[] | undefined} | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
}

const fromHeader = (header: string, permission: NonNullable<Grant['Permission']>): readonly Grant[] =>
  header.split(',').map(item => {
    const match = /^\s*(id|uri)\s*=\s*"?([^"]+)"?\s*$/.exec(item);
    const value = match?.[2];
    if (value === undefined) throw invalidArgument('Argument format not recognized', 'x-amz-grant', header);
    return match?.[1] === 'uri'
      ? toGroup(value, permission)
      : {Grantee: {Type: 'CanonicalUser', ID: value}, Permission: permission};
  });

const named = (input: AclInput): readonly Grant[] | undefined => {
  const headers = (
    [
      [input.GrantFullControl, 'FULL_CONTROL'],
      [input.GrantRead, 'READ'],
      [input.GrantReadACP, 'READ_ACP'],
      [input.GrantWrite, 'WRITE'],
      [input.GrantWriteACP, 'WRITE_ACP'],
    ] as const
  ).flatMap(([header, permission]) => (header === undefined ? [] : fromHeader(header, permission)));
  if (input.ACL !== undefined) {
    if (headers.length > 0)
      throw new ApiError(
        'InvalidRequest',
        'Specifying both Canned ACLs and Header Grants is not allowed',
        400,
      );
    const grants = canned[input.ACL];
    if (!grants) throw invalidArgument('Invalid argument', 'x-amz-acl', input.ACL);
    return grants;
  }
  if (headers.length > 0) return headers;
  if (input.AccessControlPolicy === undefined) return undefined;
  if (!input.AccessControlPolicy.Grants) throw malformedXml();
  return input.AccessControlPolicy.Grants;
};

/** Most writes name no ACL at all. */
const asks = (input: AclInput): boolean =>
  input.ACL !== undefined ||
  input.GrantRead !== undefined ||
  input.GrantFullControl !== undefined ||
  input.GrantReadACP !== undefined ||
  input.GrantWrite !== undefined ||
  input.GrantWriteACP !== undefined ||
  input.AccessControlPolicy !== undefined;

const isPublic = (grants: readonly Grant[]): boolean =>
  grants.some(({Grantee}) => Grantee?.URI === allUsers || Grantee?.URI === authenticatedUsers);

const isOwnerOnly = (grants: readonly Grant[]): boolean =>
  grants.every(({Grantee, Permission}) => Grantee?.ID === owner.ID && Permission === 'FULL_CONTROL');

/**
 * The grants a request asks for; undefined for the owner alone. Where ACLs are off (BucketOwnerEnforced, the default
 * since 2023) anything but the owner's full control is AccessControlListNotSupported; a public ACL is AccessDenied
 * under BlockPublicAcls.
 */
export const requestedGrants = (
  input: AclInput,
  bucket: Pick<BucketRecord, 'ownership' | 'publicAccessBlock'>,
): readonly Grant[] | undefined => {
  const grants = asks(input) ? named(input) : undefined;
  if (!grants || isOwnerOnly(grants)) return undefined;
  if (bucket.ownership === 'BucketOwnerEnforced')
    throw new ApiError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
  if (bucket.publicAccessBlock?.BlockPublicAcls === true && isPublic(grants)) throw accessDenied();
  return grants;
};

/** Which actions each permission of an ACL opens, on objects and on buckets. */
const objectActions: Readonly<Record<string, string>> = {
  's3:GetObject': 'READ',
  's3:GetObjectVersion': 'READ',
  's3:GetObjectAcl': 'READ_ACP',
  's3:PutObjectAcl': 'WRITE_ACP',
};
const bucketActions: Readonly<Record<string, string>> = {
  's3:ListBucket': 'READ',
  's3:ListBucketVersions': 'READ',
  's3:ListBucketMultipartUploads': 'READ',
  's3:PutObject': 'WRITE',
  's3:DeleteObject': 'WRITE',
  's3:GetBucketAcl': 'READ_ACP',
  's3:PutBucketAcl': 'WRITE_ACP',
};

/** Whether ACLs open `action` to callers who are not the owner. Objects are asked for their own grants. */
export const aclAllows = (
  bucket: BucketRecord,
  objectGrants: readonly Grant[] | undefined,
  action: string,
  caller: Caller,
): boolean => {
  if (bucket.ownership === 'BucketOwnerEnforced') return false;
  const ignoresPublic = bucket.publicAccessBlock?.IgnorePublicAcls === true;
  const names = ({Grantee}: Grant): boolean =>
    Grantee?.URI === undefined
      ? caller.kind === 'access-identity' && Grantee?.ID === caller.canonicalUserId
      : !ignoresPublic &&
        (Grantee.URI === allUsers || (caller.kind === 'identity' && Grantee.URI === authenticatedUsers));
  const opens = (grants: readonly Grant[] | undefined, permission: string | undefined): boolean =>
    permission !== undefined &&
    (grants ?? []).some(
      grant => names(grant) && (grant.Permission === permission || grant.Permission === 'FULL_CONTROL'),
    );
  return opens(objectGrants, objectActions[action]) || opens(bucket.grants, bucketActions[action]);
};
