import type {KeyGroup as Answer} from '@aws-sdk/client-cloudfront';
import {call, toFailure, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';

/** A key group as CloudFront holds it; the edge knows a change of it some minutes later. */
export interface KeyGroup {
  readonly id: string;
  readonly name: string;
  readonly comment: string | undefined;
  readonly keyIds: readonly string[];
  /** Of its last change, by CloudFront's clock: epoch milliseconds. */
  readonly modifiedAt: number;
  /** For If-Match; undefined where it came from a listing. */
  readonly etag: string | undefined;
}

/** Developer guide, "Quotas on signed URLs and signed cookies": public keys in a key group. */
export const mostKeysInAGroup = 5;

const subject = (operation: string, resource: string) =>
  ({service: 'cloudfront', operation, resource}) as const;

async function open(aws: Aws) {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  return {sdk, client};
}

const readAnswer = (found: Answer | undefined, etag?: string): KeyGroup => ({
  id: found?.Id ?? '',
  name: found?.KeyGroupConfig?.Name ?? '',
  comment: found?.KeyGroupConfig?.Comment,
  keyIds: found?.KeyGroupConfig?.Items ?? [],
  modifiedAt: found?.LastModifiedTime?.getTime() ?? 0,
  etag,
});

/** Every key group of the account, without ETags. */
export async function listKeyGroups(aws: Aws): Promise<readonly KeyGroup[]> {
  const {sdk, client} = await open(aws);
  const groups: KeyGroup[] = [];
  let marker: string | undefined;
  do {
    const {KeyGroupList: page} = await call(subject('ListKeyGroups', 'all key groups'), () =>
      client.send(new sdk.ListKeyGroupsCommand({Marker: marker, MaxItems: 100})),
    );
    for (const {KeyGroup: found} of page?.Items ?? []) groups.push(readAnswer(found));
    marker = page?.NextMarker;
  } while (marker !== undefined && marker !== '');
  return groups;
}

/** By name or id, with its ETag; undefined when there is none. */
export async function findKeyGroup(aws: Aws, named: string): Promise<KeyGroup | undefined> {
  const listed = (await listKeyGroups(aws)).find(({id, name}) => id === named || name === named);
  if (listed === undefined) return undefined;
  const {sdk, client} = await open(aws);
  const {KeyGroup: found, ETag} = await call(subject('GetKeyGroup', `key group ${listed.name}`), () =>
    client.send(new sdk.GetKeyGroupCommand({Id: listed.id})),
  );
  return readAnswer(found, ETag);
}

/** Failure NO_SUCH_KEY_GROUP (exit 2). */
export async function readKeyGroup(aws: Aws, named: string): Promise<KeyGroup> {
  const found = await findKeyGroup(aws, named);
  if (found !== undefined) return found;
  throw new Failure('usage', 'NO_SUCH_KEY_GROUP', `There is no key group "${named}" in this account.`, {
    hint: '`frontctl key list` shows the groups; `frontctl key create --generate FILE --group NAME` makes one.',
  });
}

/** Names are unique in an account. Failures: KEY_GROUP_EXISTS (exit 4), QUOTA_EXCEEDED. */
export async function createKeyGroup(
  aws: Aws,
  name: string,
  keyIds: readonly [string, ...string[]],
): Promise<KeyGroup> {
  const {sdk, client} = await open(aws);
  const config = {Name: name, Items: [...keyIds], Comment: 'Made by frontctl'};
  const {KeyGroup: made, ETag} = await call(subject('CreateKeyGroup', `key group ${name}`), () =>
    client.send(new sdk.CreateKeyGroupCommand({KeyGroupConfig: config})),
  );
  return readAnswer(made, ETag);
}

/** The group's keys with this one; the same list where it is there already. Failure KEY_GROUP_FULL (exit 6). */
export function keysWith({name, keyIds}: KeyGroup, id: string): readonly string[] {
  if (keyIds.includes(id)) return keyIds;
  if (keyIds.length < mostKeysInAGroup) return [...keyIds, id];
  throw new Failure(
    'refused',
    'KEY_GROUP_FULL',
    `The key group ${name} holds ${keyIds.length} keys (${keyIds.join(', ')}), the most that CloudFront allows.`,
    {hint: 'Take out a key that nobody signs with any more, or use another group.'},
  );
}

/** The group's keys without this one. Failure LAST_KEY (exit 6): a group without keys lets nobody in. */
export function keysWithout({name, keyIds}: KeyGroup, id: string): readonly string[] {
  const left = keyIds.filter(each => each !== id);
  if (left.length > 0) return left;
  throw new Failure('refused', 'LAST_KEY', `${id} is the last key of the group ${name}.`, {
    hint: 'Rotate it instead: `frontctl key rotate` adds a new key before the old one leaves.',
  });
}

/** Failure PRECONDITION_FAILED (exit 4) when someone else changed the group since it was read. */
export async function changeKeyGroup(
  aws: Aws,
  group: KeyGroup,
  keyIds: readonly string[],
): Promise<KeyGroup> {
  const {sdk, client} = await open(aws);
  const {KeyGroup: made, ETag} = await call(subject('UpdateKeyGroup', `key group ${group.name}`), () =>
    client.send(
      new sdk.UpdateKeyGroupCommand({
        Id: group.id,
        IfMatch: group.etag,
        KeyGroupConfig: {Name: group.name, Items: [...keyIds], Comment: group.comment},
      }),
    ),
  );
  return readAnswer(made, ETag);
}

/** Failure KEY_GROUP_IN_USE (exit 4) while a behavior trusts it. */
export async function deleteKeyGroup(aws: Aws, group: KeyGroup): Promise<void> {
  const {sdk, client} = await open(aws);
  try {
    await client.send(new sdk.DeleteKeyGroupCommand({Id: group.id, IfMatch: group.etag}));
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUse') {
      throw new Failure(
        'conflict',
        'KEY_GROUP_IN_USE',
        `A behavior still trusts the key group ${group.name}.`,
        {
          hint: 'A behavior that has just let go of it counts until its distribution is deployed: try again in some minutes.',
          cause: error,
        },
      );
    }
    throw toFailure(error, subject('DeleteKeyGroup', `key group ${group.name}`));
  }
}
