import {accountId, type Store, type Table} from '../types.js';

/** A KMS key. Times are milliseconds of cloud time. */
export interface StoredKey {
  readonly id: string;
  /** Keys are used only where they were made. */
  readonly region: string;
  readonly description: string;
  /** As it was written. */
  readonly policy: string;
  readonly createdAt: number;
  readonly enabled: boolean;
  /** When it is deleted; undefined unless its deletion is scheduled. */
  readonly deletionAt?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** `aws/s3`, which AWS manages: its policy cannot be changed. */
  readonly managed?: true;
}

export interface StoredAlias {
  /** `alias/site` */
  readonly name: string;
  readonly keyId: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** By `region/id` and `region/name`. */
export const keyTable = (store: Store): Table<StoredKey> => store.table('kms.key');
export const aliasTable = (store: Store): Table<StoredAlias> => store.table('kms.alias');

export const arnIn = (region: string, rest: string): string => `arn:aws:kms:${region}:${accountId}:${rest}`;
export const keyArn = ({region, id}: StoredKey): string => arnIn(region, `key/${id}`);

export const managedAlias = 'alias/aws/s3';

/** The AWS managed key of S3, there without being made. KMS developer guide, "AWS managed keys". */
export const managedKey = (region: string): StoredKey => ({
  id: '5afe0000-0000-4000-8000-000000000053',
  region,
  description: 'Default key that protects my S3 objects when no other key is defined',
  policy: JSON.stringify({
    Version: '2012-10-17',
    Id: 'auto-s3-2',
    Statement: [
      {
        Sid: 'Allow access through S3 for all principals in the account that are authorized to use S3',
        Effect: 'Allow',
        Principal: {AWS: '*'},
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: {'kms:CallerAccount': accountId, 'kms:ViaService': `s3.${region}.amazonaws.com`},
        },
      },
    ],
  }),
  createdAt: 0,
  enabled: true,
  tags: {},
  managed: true,
});

/** A key identifier taken apart: what it names, and the region of an ARN. */
export interface KeyName {
  readonly kind: 'key' | 'alias';
  /** `1234abcd-…` or `alias/site`. */
  readonly name: string;
  readonly region: string | undefined;
}

/** A key id, a key ARN, an alias name or an alias ARN of this account; undefined for anything else. */
export function parseKeyName(given: string): KeyName | undefined {
  const arn = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(.+)$/.exec(given);
  if (given.startsWith('arn:') && arn?.[2] !== accountId) return undefined;
  const rest = arn?.[3] ?? given;
  const region = arn?.[1];
  if (/^alias\/[\w/-]+$/.test(rest)) return {kind: 'alias', name: rest, region};
  const id = arn === null ? rest : /^key\/(.+)$/.exec(rest)?.[1];
  return id !== undefined && /^[\w-]{1,256}$/.test(id) ? {kind: 'key', name: id, region} : undefined;
}

/** The key behind a name in one region, as long as it is not deleted. */
export function findKey(store: Store, now: number, region: string, found: KeyName): StoredKey | undefined {
  if (found.region !== undefined && found.region !== region) return undefined;
  const managed = managedKey(region);
  if (found.name === managedAlias || found.name === managed.id) return managed;
  const id = found.kind === 'key' ? found.name : aliasTable(store).get(`${region}/${found.name}`)?.keyId;
  const key = id === undefined ? undefined : keyTable(store).get(`${region}/${id}`);
  return key !== undefined && isThere(key, now) ? key : undefined;
}

/** Names of the aliases that lead to a key. */
export const aliasesOf = (store: Store, {region, id}: StoredKey): readonly string[] =>
  [...aliasTable(store).range({prefix: `${region}/`})].flatMap(([, {name, keyId}]) =>
    keyId === id ? [name] : [],
  );

export const isThere = ({deletionAt}: StoredKey, now: number): boolean =>
  deletionAt === undefined || now < deletionAt;
