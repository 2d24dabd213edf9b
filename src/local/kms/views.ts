import type {AliasListEntry, KeyMetadata, Tag} from '@aws-sdk/client-kms';
import {accountId, ApiError} from '../types.js';
import {arnIn, keyArn, type StoredAlias, type StoredKey} from './keys.js';

/** As CreateKey and DescribeKey answer it. */
export const metadata = (key: StoredKey): KeyMetadata => ({
  AWSAccountId: accountId,
  KeyId: key.id,
  Arn: keyArn(key),
  CreationDate: new Date(key.createdAt),
  Enabled: key.enabled && key.deletionAt === undefined,
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.deletionAt === undefined ? (key.enabled ? 'Enabled' : 'Disabled') : 'PendingDeletion',
  ...(key.deletionAt !== undefined && {DeletionDate: new Date(key.deletionAt)}),
  Origin: 'AWS_KMS',
  KeyManager: key.managed ? 'AWS' : 'CUSTOMER',
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- KMS still answers it beside its new name
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});

/** As ListAliases answers it. */
export const aliasEntry = (
  region: string,
  {name, keyId, createdAt, changedAt}: StoredAlias,
): AliasListEntry => ({
  AliasName: name,
  AliasArn: arnIn(region, name),
  TargetKeyId: keyId,
  CreationDate: new Date(createdAt),
  LastUpdatedDate: new Date(changedAt),
});

/** At most 50 tags; TagException for one that KMS does not take. */
export function mergeTags(
  before: Readonly<Record<string, string>>,
  added: readonly Tag[],
): Readonly<Record<string, string>> {
  const tags = new Map(Object.entries(before));
  for (const {TagKey: key = '', TagValue: value = ''} of added) {
    if (key === '' || key.length > 128 || value.length > 256 || /^aws:/i.test(key))
      throw new ApiError('TagException', `The tag "${key}" is not valid.`, 400);
    tags.set(key, value);
  }
  if (tags.size > 50) throw new ApiError('LimitExceededException', 'A key has at most 50 tags.', 400);
  return Object.fromEntries(tags);
}

interface Listing {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

/** One page of a list that is sorted by `nameOf`. */
export function pageOf<T>(
  sorted: readonly T[],
  nameOf: (item: T) => string,
  {Limit: limit, Marker: after = ''}: Listing,
  largest: number,
): {readonly items: readonly T[]; readonly Truncated: boolean; readonly NextMarker?: string} {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= largest))
    throw new ApiError('ValidationException', `Limit must be from 1 to ${largest}, not ${limit}.`, 400);
  const rest = sorted.filter(item => nameOf(item) > after);
  const items = rest.slice(0, limit ?? Math.min(largest, 100));
  const last = items.at(-1);
  return last !== undefined && rest.length > items.length
    ? {items, Truncated: true, NextMarker: nameOf(last)}
    : {items, Truncated: false};
}
