import type {Aws} from '../aws/index.js';
import {listTrusting} from '../distribution/index.js';
import {Failure} from '../failure.js';
import {
  deleteKeyGroup,
  deletePublicKey,
  findKeyGroup,
  groupMark,
  listKeyGroups,
  listPublicKeys,
  readNote,
} from '../signing/index.js';
import {groupWord} from './rotation.js';

export interface DeleteKeyResult {
  readonly deleted: string;
  readonly kind: 'key' | 'group';
  readonly name: string;
}

/**
 * Deletes a public key that no group holds, or a key group that no behavior trusts.
 * Failures: NO_SUCH_PUBLIC_KEY, NAME_AMBIGUOUS (exit 2), KEY_IN_GROUP, KEY_GROUP_TRUSTED (exit 6), PUBLIC_KEY_IN_USE, KEY_GROUP_IN_USE (exit 4).
 */
export async function deleteKey(aws: Aws, named: string): Promise<DeleteKeyResult> {
  const [{keys}, groups] = await Promise.all([listPublicKeys(aws), listKeyGroups(aws)]);
  const key = keys.find(({id, name}) => id === named || name === named);
  if (key === undefined) return deleteGroup(aws, named);
  const namesake = groups.find(({name}) => name === named);
  if (namesake !== undefined && key.id !== named) {
    throw new Failure(
      'usage',
      'NAME_AMBIGUOUS',
      `Both the public key ${key.id} and the key group ${namesake.id} are named "${named}".`,
      {hint: 'Name the one to delete by its id.'},
    );
  }
  const holding = groups.filter(({keyIds}) => keyIds.includes(key.id));
  const [first] = holding;
  if (first !== undefined) {
    const names = holding.map(({name}) => name).join(', ');
    const trusting = (await Promise.all(holding.map(({id}) => listTrusting(aws, id)))).flat();
    const rotation = keys.find(each => readNote(each.comment)?.oldKey === key.id);
    const flags = aws.commandFlags;
    const what =
      trusting.length === 0
        ? `is in the key group ${names}`
        : `lets viewers in: it is in the key group ${names}, which ${trusting.join(', ')} trust${trusting.length === 1 ? 's' : ''}`;
    const hint =
      rotation !== undefined
        ? `A rotation is taking it out; go on with it: frontctl key rotate ${groupWord(first)}${flags}`
        : trusting.length > 0
          ? `Replace it first: frontctl key rotate ${groupWord(first)} --out FILE --longest-expiry 7d${flags}`
          : `No behavior trusts the group: delete that first (frontctl key delete ${groupWord(first)}${flags}).`;
    throw new Failure('refused', 'KEY_IN_GROUP', `Public key ${key.id} ${what}.`, {hint});
  }
  const note = readNote(key.comment);
  const running = note && groups.find(({id}) => groupMark(id) === note.group);
  if (running && running.keyIds.includes(note.oldKey) && !isRival(key.id, note.group, keys)) {
    throw new Failure(
      'refused',
      'ROTATION_RUNNING',
      `${key.id} is the new key of a rotation of ${running.name}.`,
      {
        hint: `Take the rotation back instead: frontctl key rotate ${groupWord(running)} --abort${aws.commandFlags}`,
      },
    );
  }
  await deletePublicKey(aws, key.id);
  return {deleted: key.id, kind: 'key', name: key.name};
}

/** Another key claims to be the new one of the same group: deleting this one clears that up. */
const isRival = (
  id: string,
  group: string,
  keys: readonly {readonly id: string; readonly comment: string}[],
): boolean => keys.some(each => each.id !== id && readNote(each.comment)?.group === group);

async function deleteGroup(aws: Aws, named: string): Promise<DeleteKeyResult> {
  const group = await findKeyGroup(aws, named);
  if (group === undefined) {
    throw new Failure(
      'usage',
      'NO_SUCH_PUBLIC_KEY',
      `There is no public key or key group "${named}" in this account.`,
      {
        hint: '`frontctl key list` shows both.',
      },
    );
  }
  const trusting = await listTrusting(aws, group.id);
  if (trusting.length > 0) {
    throw new Failure(
      'refused',
      'KEY_GROUP_TRUSTED',
      `The key group ${group.name} lets viewers of ${trusting.join(', ')} in.`,
      {hint: 'Take it off the behaviors first; `frontctl key list` shows them.'},
    );
  }
  await deleteKeyGroup(aws, group);
  return {deleted: group.id, kind: 'group', name: group.name};
}
