import {createPublicKey, type KeyObject} from 'node:crypto';
import type {CloudFront, KeyGroupConfig, PublicKeyConfig} from '@aws-sdk/client-cloudfront';
import type {Handlers} from '../types.js';
import {demand} from './faults.js';
import {location, shortId, uuid} from './identifiers.js';
import {plainList} from './page.js';
import {createResources, type Resource, type ResourceDependencies, type Resources} from './resources.js';

/** A change of a key group on its way to the edge; null: none was ever made. */
export type KeyGroupState = {
  /** In milliseconds of cloud time. */
  readonly effectiveAt: number;
  /** What the edge holds until then. */
  readonly live: KeyGroupConfig;
} | null;

type KeyGroupResource = Resource<KeyGroupConfig, KeyGroupState>;

export interface Keys {
  readonly publicKeys: Resources<PublicKeyConfig, null>;
  readonly groups: Resources<KeyGroupConfig, KeyGroupState>;
  /** A group as the edge holds it now. The same object until it changes. */
  readonly liveGroup: (id: string) => KeyGroupConfig | undefined;
  /** Ids of groups whose change has not reached the edge: the distributions that trust them are InProgress. */
  readonly changingGroups: () => readonly string[];
}

export interface KeysOptions extends ResourceDependencies {
  /** Cloud time from the update of a key group until the edge knows, in milliseconds. */
  readonly deployDelayMs: number;
}

/** Public keys and the groups that behaviors trust. Developer guide, "Specify signers". */
export function createKeys(dependencies: KeysOptions, groupUsers: (id: string) => readonly string[]): Keys {
  const {clock, deployDelayMs} = dependencies;
  const liveConfig = ({config, state}: KeyGroupResource): KeyGroupConfig =>
    state !== null && state.effectiveAt > clock.now() ? state.live : config;
  const publicKeys: Resources<PublicKeyConfig, null> = createResources<PublicKeyConfig, null>(
    {
      table: 'cloudfront.PublicKey',
      noun: 'public key',
      noSuch: 'NoSuchPublicKey',
      alreadyExists: 'PublicKeyAlreadyExists',
      inUse: 'PublicKeyInUse',
      quota: {code: 'TooManyPublicKeys', max: 10},
      newId: () => shortId(dependencies.random, 'K'),
      accept: acceptPublicKey,
      state: () => null,
      callerReference: config => config.CallerReference,
      name: config => config.Name,
      users: id =>
        [...groups.custom()]
          .filter(group => [group.config, liveConfig(group)].some(config => config.Items?.includes(id)))
          .map(group => group.id),
    },
    dependencies,
  );
  const groups: Keys['groups'] = createResources<KeyGroupConfig, KeyGroupState>(
    {
      table: 'cloudfront.KeyGroup',
      noun: 'key group',
      noSuch: 'NoSuchResource',
      alreadyExists: 'KeyGroupAlreadyExists',
      inUse: 'ResourceInUse',
      quota: {code: 'TooManyKeyGroups', max: 10},
      newId: () => uuid(dependencies.random),
      accept: given => acceptGroup(given, id => publicKeys.find(id) !== undefined),
      state: before =>
        before === undefined ? null : {effectiveAt: clock.now() + deployDelayMs, live: liveConfig(before)},
      name: config => config.Name,
      users: groupUsers,
    },
    dependencies,
  );
  const known = new Map<string, KeyGroupResource>();
  for (const group of groups.custom()) known.set(group.id, group);
  groups.onCommit((id, group) => {
    if (group === undefined) known.delete(id);
    else known.set(id, group);
  });
  return {
    publicKeys,
    groups,
    liveGroup(id) {
      const found = known.get(id);
      return found && liveConfig(found);
    },
    changingGroups: () =>
      [...known.values()].filter(group => liveConfig(group) !== group.config).map(({id}) => id),
  };
}

function acceptPublicKey(
  given: PublicKeyConfig,
  before: Resource<PublicKeyConfig, null> | undefined,
): PublicKeyConfig {
  demand(!!given.CallerReference, 'InvalidArgument', 'The parameter CallerReference is required.');
  demand(!!given.Name, 'InvalidArgument', 'The parameter Name is required.');
  checkComment(given.Comment);
  demand(
    isSigningKey(given.EncodedKey ?? ''),
    'InvalidArgument',
    'The parameter EncodedKey must be a PEM public key: RSA of 2048 bits or ECDSA on P-256.',
  );
  if (before !== undefined) {
    for (const name of ['CallerReference', 'Name', 'EncodedKey'] as const) {
      demand(
        before.config[name] === given[name],
        'CannotChangeImmutablePublicKeyFields',
        `You can't change the value of a public key: ${name} cannot change.`,
      );
    }
  }
  return {Comment: '', ...given};
}

function checkComment(comment = ''): void {
  demand(
    comment.length <= 128,
    'InvalidArgument',
    `The Comment has at most 128 characters, not ${comment.length}.`,
  );
}

const onePublicKey = /^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

function isSigningKey(pem: string): boolean {
  if (!onePublicKey.test(pem)) return false;
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return false;
  }
  const details = key.asymmetricKeyDetails;
  return key.asymmetricKeyType === 'rsa'
    ? details?.modulusLength === 2048
    : key.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1';
}

function acceptGroup(given: KeyGroupConfig, exists: (id: string) => boolean): KeyGroupConfig {
  const ids = given.Items ?? [];
  demand(!!given.Name, 'InvalidArgument', 'The parameter Name is required.');
  checkComment(given.Comment);
  demand(ids.length > 0, 'InvalidArgument', 'A key group needs at least one public key.');
  demand(
    ids.length <= 5,
    'TooManyPublicKeysInKeyGroup',
    `A key group has at most 5 public keys, not ${ids.length}.`,
  );
  demand(
    new Set(ids).size === ids.length,
    'InvalidArgument',
    'A public key is listed twice in the key group.',
  );
  for (const id of ids) {
    demand(exists(id), 'InvalidArgument', `The public key ${id} of the key group does not exist.`);
  }
  return {Comment: '', ...given};
}

export function keyHandlers({publicKeys, groups}: Keys) {
  const publicKey = (found: Resource<PublicKeyConfig, null>) => ({
    PublicKey: {Id: found.id, CreatedTime: new Date(found.createdAt), PublicKeyConfig: found.config},
    ETag: found.etag,
  });
  const keyGroup = (found: KeyGroupResource) => ({
    KeyGroup: {Id: found.id, LastModifiedTime: new Date(found.modifiedAt), KeyGroupConfig: found.config},
  });
  return {
    async CreatePublicKey(input) {
      const made = await publicKeys.create(input.PublicKeyConfig);
      return {...publicKey(made), Location: location(`public-key/${made.id}`)};
    },
    GetPublicKey: input => publicKey(publicKeys.get(input.Id)),
    GetPublicKeyConfig(input) {
      const found = publicKeys.get(input.Id);
      return {PublicKeyConfig: found.config, ETag: found.etag};
    },
    UpdatePublicKey: async input =>
      publicKey(await publicKeys.update(input.Id, input.IfMatch, input.PublicKeyConfig)),
    async DeletePublicKey(input) {
      await publicKeys.delete(input.Id, input.IfMatch);
      return {};
    },
    ListPublicKeys: input => ({
      PublicKeyList: plainList(publicKeys.list(input), found => ({
        Id: found.id,
        Name: found.config.Name,
        CreatedTime: new Date(found.createdAt),
        EncodedKey: found.config.EncodedKey,
        Comment: found.config.Comment,
      })),
    }),

    async CreateKeyGroup(input) {
      const made = await groups.create(input.KeyGroupConfig);
      return {...keyGroup(made), ETag: made.etag, Location: location(`key-group/${made.id}`)};
    },
    GetKeyGroup(input) {
      const found = groups.get(input.Id);
      return {...keyGroup(found), ETag: found.etag};
    },
    GetKeyGroupConfig(input) {
      const found = groups.get(input.Id);
      return {KeyGroupConfig: found.config, ETag: found.etag};
    },
    async UpdateKeyGroup(input) {
      const made = await groups.update(input.Id, input.IfMatch, input.KeyGroupConfig);
      return {...keyGroup(made), ETag: made.etag};
    },
    async DeleteKeyGroup(input) {
      await groups.delete(input.Id, input.IfMatch);
      return {};
    },
    ListKeyGroups: input => ({KeyGroupList: plainList(groups.list(input), keyGroup)}),
  } satisfies Handlers<CloudFront>;
}
