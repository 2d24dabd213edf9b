import {createPublicKey} from 'node:crypto';
import type {Aws} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {
  changeKeyComment,
  deletePublicKey,
  ensureKeyPair,
  ensurePublicKey,
  findKeyPair,
  fingerprintOf,
  groupMark,
  isoSeconds,
  keysWith,
  listPublicKeys,
  readKeyGroup,
  readNote,
  readPublicFile,
  readRotated,
  writeNote,
  type KeyGroup,
  type KeyPairFiles,
  type KeyType,
  type PublicKeyEntry,
} from '../signing/index.js';
import type {KeyOrigin, RotateKeyInput} from './rotate-types.js';
import {chooseOldKey, findRotation, groupWord, keyFlag, type Rotation} from './rotation.js';

/** A key group with all public keys of the account, as they are now. */
export interface State {
  readonly group: KeyGroup;
  readonly keys: readonly PublicKeyEntry[];
  readonly rotation: Rotation | undefined;
  /** CloudFront's clock, epoch milliseconds. */
  readonly time: number | undefined;
}

export interface Running extends State {
  readonly rotation: Rotation;
}

/** Failures: NO_SUCH_KEY_GROUP, ROTATION_UNCLEAR. */
export async function readState(aws: Aws, named: string): Promise<State> {
  const [group, {keys, time}] = await Promise.all([readKeyGroup(aws, named), listPublicKeys(aws)]);
  return {group, keys, time, rotation: findRotation(group, keys)};
}

/**
 * Makes the new key known to CloudFront with the note that a rotation has begun; it is in no group yet. Nothing is written,
 * neither file nor key, before all that can be refused has been looked at. `over`: this key is what an earlier rotation
 * has brought in.
 */
export async function* startRotation(
  input: RotateKeyInput,
  state: State,
  now: () => number,
): Work<KeyPairFiles | undefined | 'over'> {
  const {aws, key, longestExpiryMs} = input;
  const {group, keys} = state;
  if (key === undefined) return incomplete(input, state);
  const fingerprint = await existingFingerprint(key);
  const same = fingerprint === undefined ? undefined : keys.find(each => each.fingerprint === fingerprint);
  const isMember = same !== undefined && group.keyIds.includes(same.id);
  if (isMember && readRotated(same.comment)?.group === groupMark(group.id)) return 'over';
  if (longestExpiryMs === undefined) return incomplete(input, state);
  if (same !== undefined) checkUsable(group, same);
  const oldKey = chooseOldKey(group, input.old, same?.id);
  keysWith(group, same?.id ?? 'the new key');

  yield {type: 'done', id: 'rotation', detail: `${oldKey} is to leave`};
  yield {type: 'step', id: 'key', title: 'Make the new public key'};
  const like = keys.find(({id}) => id === oldKey)?.keyType;
  const {files, pem} = await materialOf(fingerprint === undefined ? ofType(key, like) : key);
  for (const message of files?.warnings ?? []) yield {type: 'warning', message};
  const note = writeNote({
    oldKey,
    group: groupMark(group.id),
    longestSeconds: Math.ceil(longestExpiryMs / 1000),
    since: isoSeconds(now()),
  });
  const {key: made, created} = await ensurePublicKey(aws, {pem, comment: note});
  if (created) {
    // Another machine may have begun at the same moment: then neither goes on with two.
    const rival = (await listPublicKeys(aws)).keys.find(
      each => each.id !== made.id && readNote(each.comment)?.group === groupMark(group.id),
    );
    if (rival !== undefined) {
      await deletePublicKey(aws, made.id);
      throw running(group, rival.id, 'by another run at the same moment');
    }
  } else if (readNote(made.comment) === undefined) {
    if (made.comment !== '') {
      yield {
        type: 'warning',
        message: `The comment of public key ${made.id} ("${made.comment}") gives way to the notes of the rotation.`,
      };
    }
    await changeKeyComment(aws, made.id, note);
  }
  yield {type: 'done', id: 'key', detail: made.id};
  return files;
}

/**
 * What the run was asked must be what the rotation was begun with. Answers the files of the new key where they are named.
 * Failure ROTATION_RUNNING (exit 4).
 */
export async function checkSame(
  {key, old, longestExpiryMs}: RotateKeyInput,
  {group, rotation: {note, newKey}}: Running,
): Promise<KeyPairFiles | undefined> {
  if (old !== undefined && old !== note.oldKey)
    throw running(group, newKey.id, `to replace ${note.oldKey}, not ${old}`);
  if (longestExpiryMs !== undefined && Math.ceil(longestExpiryMs / 1000) !== note.longestSeconds) {
    throw running(group, newKey.id, `with a longest expiry of ${note.longestSeconds}s`);
  }
  if (key === undefined) return undefined;
  if ((await existingFingerprint(key)) !== newKey.fingerprint)
    throw running(group, newKey.id, 'with another key');
  return (await materialOf(key)).files;
}

const running = (group: KeyGroup, newKey: string, how: string): Failure =>
  new Failure(
    'conflict',
    'ROTATION_RUNNING',
    `A rotation of the key group ${group.name} to ${newKey} was started ${how}, and is not over.`,
    {hint: `Go on with it (frontctl key rotate ${groupWord(group)}) or take it back (--abort).`},
  );

/** What is missing to start, or `over` where a plain run asks how the last rotation stands. */
function incomplete({key, longestExpiryMs, aws}: RotateKeyInput, {group, keys}: State): 'over' {
  const isOver = keys.some(
    each => group.keyIds.includes(each.id) && readRotated(each.comment)?.group === groupMark(group.id),
  );
  if (key === undefined && longestExpiryMs === undefined && isOver) return 'over';
  const [what, missing] =
    key === undefined
      ? ['a new key', '--out FILE (or --public-key FILE of a pair made elsewhere)']
      : ['the longest time that a signed URL or cookie lives', '--longest-expiry 7d'];
  throw new Failure('usage', 'ROTATION_INCOMPLETE', `To rotate a key of ${group.name}, ${what} is needed.`, {
    hint: `Add ${missing}: frontctl key rotate ${groupWord(group)} ${keyFlag(key)} --longest-expiry 7d${aws.commandFlags}`,
  });
}

/** Failure ROTATION_RUNNING, SAME_KEY. */
function checkUsable(group: KeyGroup, key: PublicKeyEntry): void {
  const note = readNote(key.comment);
  if (note !== undefined) {
    throw new Failure(
      'conflict',
      'ROTATION_RUNNING',
      `${key.id} is the new key of a rotation of another group.`,
      {
        hint: 'Rotate with a key of its own for each group.',
      },
    );
  }
  if (group.keyIds.length === 1 && group.keyIds[0] === key.id) {
    throw new Failure('usage', 'SAME_KEY', `${key.id} is the key that the group ${group.name} has already.`, {
      hint: 'Name a file that is not there yet: a new key is written into it.',
    });
  }
}

/** Of a key that exists; undefined where it is still to be made. */
export async function existingFingerprint(key: KeyOrigin): Promise<string | undefined> {
  const pem =
    key.from === 'public'
      ? await readPublicFile(key.path)
      : (await findKeyPair(key.path, key.passphrase))?.publicPem;
  return pem === undefined ? undefined : fingerprintOf(createPublicKey(pem));
}

/** A pair that is still to be made is like the one before it, unless its type was named. */
const ofType = (key: KeyOrigin, like: KeyType | undefined): KeyOrigin =>
  key.from === 'pair' && key.keyType === undefined ? {...key, keyType: like} : key;

/** The public key to upload; a pair that is not there yet is made. */
export async function materialOf(
  key: KeyOrigin,
): Promise<{readonly pem: string; readonly files: KeyPairFiles | undefined}> {
  if (key.from === 'public') return {pem: await readPublicFile(key.path), files: undefined};
  const files = await ensureKeyPair(key);
  return {pem: files.publicPem, files};
}
