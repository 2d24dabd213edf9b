import {randomUUID} from 'node:crypto';
import type {KMS} from '@aws-sdk/client-kms';
import {ApiError, type CallContext, type Clock, type Handlers, type Store} from '../types.js';
import {allowsKey, policyVerdict} from './access.js';
import {
  aliasesOf,
  aliasTable,
  arnIn,
  findKey,
  isThere,
  keyArn,
  keyTable,
  parseKeyName,
  type StoredKey,
} from './keys.js';
import {defaultPolicy, malformed, parseKeyPolicy} from './policy.js';
import {aliasEntry, mergeTags, metadata, pageOf} from './views.js';

export interface KmsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId?: () => string;
}

const refuse = (code: string, message: string): ApiError => new ApiError(code, message, 400);
const day = 86_400_000;

/** The region that a call was signed for: KMS has nothing that is known everywhere. */
const regionOf = ({headers}: CallContext): string =>
  /Credential=[^/]+\/\d+\/([a-z0-9-]+)\/kms\//.exec(headers['authorization'] ?? '')?.[1] ?? 'us-east-1';

/**
 * Key Management Service, as far as the encryption of buckets needs it: symmetric keys with policies, aliases and tags,
 * each in its region. Nothing is encrypted: S3 asks whether a caller may use a key.
 */
export function createKms({store, clock, newId = randomUUID}: KmsOptions): Handlers<KMS> {
  const keys = keyTable(store);
  const aliases = aliasTable(store);
  const row = (key: StoredKey): string => `${key.region}/${key.id}`;

  /** The key that the caller may do `action` with. Most operations take no alias. */
  const open = (
    given: string | undefined,
    context: CallContext,
    action: string,
    byAlias: 'by-alias' | 'by-id' = 'by-id',
  ): StoredKey => {
    const region = regionOf(context);
    const name = parseKeyName(given ?? '');
    if (name === undefined || (name.kind === 'alias' && byAlias === 'by-id'))
      throw refuse('NotFoundException', `Invalid keyId '${given ?? ''}'`);
    const found = findKey(store, clock.now(), region, name);
    if (found === undefined) {
      const missing =
        name.region !== undefined && name.region !== region
          ? `Invalid arn ${region}`
          : name.kind === 'alias'
            ? `Alias ${arnIn(region, name.name)} is not found.`
            : `Key '${arnIn(region, `key/${name.name}`)}' does not exist`;
      throw refuse('NotFoundException', missing);
    }
    const {caller} = context;
    const subject = {key: found, aliases: () => aliasesOf(store, found)};
    if (caller.kind !== 'identity' || !allowsKey(context, clock.now(), action, subject)) {
      const who = caller.kind === 'identity' ? caller.arn : 'anonymous';
      throw refuse(
        'AccessDeniedException',
        `User: ${who} is not authorized to perform: ${action} on resource: ${keyArn(found)} with an explicit deny in a resource-based policy`,
      );
    }
    return found;
  };

  const change = (
    given: string | undefined,
    context: CallContext,
    action: string,
    apply: (key: StoredKey) => StoredKey,
  ): Promise<StoredKey> =>
    store.write(() => {
      const key = open(given, context, action);
      if (key.managed)
        throw refuse(
          'AccessDeniedException',
          `${keyArn(key)} is an AWS managed key, which cannot be changed.`,
        );
      const changed = apply(key);
      keys.put(row(key), changed);
      return changed;
    });

  const requireNotPending = (key: StoredKey): void => {
    if (key.deletionAt !== undefined)
      throw refuse('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`);
  };

  /** A policy that lets nobody change it again is refused: the caller must stay able to. */
  const requireWayBack = (key: StoredKey, context: CallContext, bypass: boolean | undefined): void => {
    if (bypass === true || policyVerdict(context, clock.now(), 'kms:PutKeyPolicy', key) === 'allow') return;
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
  };

  const setEnabled = async (given: string | undefined, context: CallContext, enabled: boolean) => {
    await change(given, context, enabled ? 'kms:EnableKey' : 'kms:DisableKey', key => {
      requireNotPending(key);
      return {...key, enabled};
    });
    return {};
  };

  const targetOf = (given: string | undefined, context: CallContext, action: string): StoredKey => {
    const key = open(given, context, action);
    requireNotPending(key);
    return key;
  };

  return {
    async CreateKey(input, context) {
      const {KeySpec: spec = 'SYMMETRIC_DEFAULT', KeyUsage: usage} = input;
      if (spec !== 'SYMMETRIC_DEFAULT' || (usage ?? 'ENCRYPT_DECRYPT') !== 'ENCRYPT_DECRYPT')
        throw refuse(
          'UnsupportedOperationException',
          'The embedded cloud has symmetric encryption keys only.',
        );
      if ((input.Origin ?? 'AWS_KMS') !== 'AWS_KMS' || input.MultiRegion === true)
        throw refuse(
          'UnsupportedOperationException',
          'The embedded cloud makes single-region keys of KMS only.',
        );
      const policy = input.Policy ?? defaultPolicy;
      parseKeyPolicy(policy);
      const key: StoredKey = {
        id: newId(),
        region: regionOf(context),
        description: input.Description ?? '',
        policy,
        createdAt: clock.now(),
        enabled: true,
        tags: mergeTags({}, input.Tags ?? []),
      };
      requireWayBack(key, context, input.BypassPolicyLockoutSafetyCheck);
      await store.write(() => {
        keys.put(row(key), key);
      });
      return {KeyMetadata: metadata(key)};
    },

    DescribeKey: (input, context) => ({
      KeyMetadata: metadata(open(input.KeyId, context, 'kms:DescribeKey', 'by-alias')),
    }),

    ListKeys(input, context) {
      const own = [...keys.range({prefix: `${regionOf(context)}/`})].map(([, key]) => key);
      const {items, ...paging} = pageOf(
        own.filter(key => isThere(key, clock.now())),
        key => key.id,
        input,
        1000,
      );
      return {Keys: items.map(key => ({KeyId: key.id, KeyArn: keyArn(key)})), ...paging};
    },

    GetKeyPolicy(input, context) {
      const key = open(input.KeyId, context, 'kms:GetKeyPolicy');
      if ((input.PolicyName ?? 'default') !== 'default')
        throw refuse('NotFoundException', 'No such policy exists');
      return {Policy: key.policy, PolicyName: 'default'};
    },
    async PutKeyPolicy(input, context) {
      if ((input.PolicyName ?? 'default') !== 'default')
        throw refuse('ValidationException', 'The only valid policy name is default.');
      const policy = input.Policy ?? '';
      parseKeyPolicy(policy);
      await change(input.KeyId, context, 'kms:PutKeyPolicy', key => {
        const changed = {...key, policy};
        requireWayBack(changed, context, input.BypassPolicyLockoutSafetyCheck);
        return changed;
      });
      return {};
    },

    EnableKey: (input, context) => setEnabled(input.KeyId, context, true),
    DisableKey: (input, context) => setEnabled(input.KeyId, context, false),
    async ScheduleKeyDeletion(input, context) {
      const days = input.PendingWindowInDays ?? 30;
      if (!Number.isInteger(days) || days < 7 || days > 30)
        throw refuse('ValidationException', `PendingWindowInDays must be from 7 to 30, not ${days}.`);
      const key = await change(input.KeyId, context, 'kms:ScheduleKeyDeletion', found => {
        requireNotPending(found);
        return {...found, deletionAt: clock.now() + days * day};
      });
      return {
        KeyId: keyArn(key),
        DeletionDate: new Date(key.deletionAt ?? 0),
        KeyState: 'PendingDeletion',
        PendingWindowInDays: days,
      };
    },
    async CancelKeyDeletion(input, context) {
      const key = await change(input.KeyId, context, 'kms:CancelKeyDeletion', found => {
        if (found.deletionAt === undefined)
          throw refuse('KMSInvalidStateException', `${keyArn(found)} is not pending deletion.`);
        return {...found, deletionAt: undefined, enabled: false};
      });
      return {KeyId: keyArn(key)};
    },

    async CreateAlias(input, context) {
      const name = input.AliasName ?? '';
      if (!/^alias\/[\w/-]{1,250}$/.test(name) || name.startsWith('alias/aws/'))
        throw refuse('InvalidAliasNameException', `Invalid alias name: ${name}`);
      await store.write(() => {
        const {id: keyId, region} = targetOf(input.TargetKeyId, context, 'kms:CreateAlias');
        if (aliases.get(`${region}/${name}`) !== undefined)
          throw refuse(
            'AlreadyExistsException',
            `An alias with the name ${arnIn(region, name)} already exists`,
          );
        aliases.put(`${region}/${name}`, {name, keyId, createdAt: clock.now(), changedAt: clock.now()});
      });
      return {};
    },
    async UpdateAlias(input, context) {
      await store.write(() => {
        const {id: keyId, region} = targetOf(input.TargetKeyId, context, 'kms:UpdateAlias');
        const before = aliases.get(`${region}/${input.AliasName ?? ''}`);
        if (before === undefined)
          throw refuse('NotFoundException', `Alias ${arnIn(region, input.AliasName ?? '')} is not found.`);
        aliases.put(`${region}/${before.name}`, {...before, keyId, changedAt: clock.now()});
      });
      return {};
    },
    async DeleteAlias(input, context) {
      await store.write(() => {
        const at = `${regionOf(context)}/${input.AliasName ?? ''}`;
        if (aliases.get(at) === undefined)
          throw refuse(
            'NotFoundException',
            `Alias ${arnIn(regionOf(context), input.AliasName ?? '')} is not found.`,
          );
        aliases.delete(at);
      });
      return {};
    },
    ListAliases(input, context) {
      const region = regionOf(context);
      const wanted = input.KeyId === undefined ? undefined : open(input.KeyId, context, 'kms:ListAliases').id;
      const found = [...aliases.range({prefix: `${region}/`})]
        .map(([, alias]) => alias)
        .filter(({keyId}) => {
          const key = keys.get(`${region}/${keyId}`);
          return key !== undefined && isThere(key, clock.now()) && (wanted === undefined || wanted === keyId);
        });
      const {items, ...paging} = pageOf(found, alias => alias.name, input, 100);
      return {Aliases: items.map(alias => aliasEntry(region, alias)), ...paging};
    },

    async TagResource(input, context) {
      await change(input.KeyId, context, 'kms:TagResource', key => {
        requireNotPending(key);
        return {...key, tags: mergeTags(key.tags, input.Tags ?? [])};
      });
      return {};
    },
    async UntagResource(input, context) {
      await change(input.KeyId, context, 'kms:UntagResource', key => {
        requireNotPending(key);
        const dropped = new Set(input.TagKeys);
        return {
          ...key,
          tags: Object.fromEntries(Object.entries(key.tags).filter(([name]) => !dropped.has(name))),
        };
      });
      return {};
    },
    ListResourceTags(input, context) {
      const {tags} = open(input.KeyId, context, 'kms:ListResourceTags');
      return {Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({TagKey, TagValue})), Truncated: false};
    },
  };
}
