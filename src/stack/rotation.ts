import {Failure} from '../failure.js';
import {
  groupMark,
  readNote,
  readRotated,
  type KeyGroup,
  type PublicKeyEntry,
  type RotationNote,
} from '../signing/index.js';
import type {KeyOrigin} from './rotate-types.js';

/** The group as a command line takes it: by its name where a shell leaves that alone. */
export const groupWord = ({name, id}: Pick<KeyGroup, 'name' | 'id'>): string =>
  /^[A-Za-z0-9_][\w.-]*$/.test(name) ? name : id;

const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The flag that names a new key on a command line. */
export const keyFlag = (key: KeyOrigin | undefined): string =>
  key === undefined ? '--out FILE' : `--${key.from === 'pair' ? 'out' : 'public-key'} ${shellWord(key.path)}`;

/** A rotation under way, as CloudFront's resources tell it. */
export interface Rotation {
  readonly note: RotationNote;
  readonly newKey: PublicKeyEntry;
}

/** Failure ROTATION_UNCLEAR (exit 4) where two runs started one at the same time. */
export function findRotation(group: KeyGroup, keys: readonly PublicKeyEntry[]): Rotation | undefined {
  const found = keys.flatMap((newKey): readonly Rotation[] => {
    const note = readNote(newKey.comment);
    return note?.group === groupMark(group.id) ? [{note, newKey}] : [];
  });
  const [only, second] = found;
  if (only === undefined || second === undefined) return only;
  const idle = found.find(({newKey}) => !group.keyIds.includes(newKey.id));
  throw new Failure(
    'conflict',
    'ROTATION_UNCLEAR',
    `Two rotations of the key group ${group.name} were started: with ${only.newKey.id} and with ${second.newKey.id}.`,
    {
      hint:
        idle === undefined
          ? 'Empty the comment of the one that signers do not use (`aws cloudfront update-public-key`), then go on with the other.'
          : `Drop the one that is not in the group yet: frontctl key delete ${idle.newKey.id}`,
    },
  );
}

/** The key that the last rotation of the group brought in. */
export function lastRotated(
  group: KeyGroup,
  keys: readonly PublicKeyEntry[],
): {readonly newKey: PublicKeyEntry; readonly oldKey: string; readonly at: string} | undefined {
  return keys
    .flatMap(newKey => {
      const note = readRotated(newKey.comment);
      const counts = note?.group === groupMark(group.id) && group.keyIds.includes(newKey.id);
      return note !== undefined && counts ? [{newKey, oldKey: note.oldKey, at: note.at}] : [];
    })
    .sort((a, b) => a.at.localeCompare(b.at))
    .at(-1);
}

/** When every URL that the old key signed has expired, epoch milliseconds; undefined before signers have switched. */
export function removableAt({switched, longestSeconds}: RotationNote): number | undefined {
  return switched === undefined ? undefined : Date.parse(switched) + longestSeconds * 1000;
}

/**
 * What is next, whoever did what came before:
 *
 *     adding -> serving -> (switched) -> expiring -> removing -> leaving -> over
 *        \________\______ (aborted) -> withdrawing -> withdrawn -> over
 */
export type Phase =
  /** The new key is to enter the group. */
  | 'adding'
  /** Both are in it; signers use the old one, or both. */
  | 'serving'
  /** Signers use the new one; URLs of the old one may be under way. */
  | 'expiring'
  /** No such URL is valid any more: the old key is to leave. */
  | 'removing'
  /** The old key is out of the group and to be deleted. */
  | 'leaving'
  /** Aborted: the new key is to leave the group. */
  | 'withdrawing'
  /** Aborted, and to be deleted. */
  | 'withdrawn';

/** Failure NEW_KEY_GONE (exit 4) when somebody took the new key out after signers had switched to it. */
export function phaseOf(group: KeyGroup, {note, newKey}: Rotation, now: number): Phase {
  const isIn = group.keyIds.includes(newKey.id);
  if (note.aborted !== undefined) return isIn ? 'withdrawing' : 'withdrawn';
  const dueAt = removableAt(note);
  if (dueAt === undefined) return isIn ? 'serving' : 'adding';
  if (!isIn) {
    throw new Failure(
      'conflict',
      'NEW_KEY_GONE',
      `Signers use ${newKey.id}, but it is no longer in the key group ${group.name}: viewers are refused.`,
      {hint: `Put it back at once: aws cloudfront update-key-group --id ${group.id}`},
    );
  }
  if (!group.keyIds.includes(note.oldKey)) return 'leaving';
  return now < dueAt ? 'expiring' : 'removing';
}

/** Which key is to leave. Failures: OLD_KEY_UNCLEAR, NOT_IN_GROUP (exit 2). */
export function chooseOldKey(
  group: KeyGroup,
  wanted: string | undefined,
  newKey: string | undefined,
): string {
  const candidates = group.keyIds.filter(id => id !== newKey);
  if (wanted !== undefined) {
    if (candidates.includes(wanted)) return wanted;
    throw new Failure('usage', 'NOT_IN_GROUP', `${wanted} is not an old key of the group ${group.name}.`, {
      hint: `Its keys are ${group.keyIds.join(', ')}.`,
    });
  }
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  throw new Failure(
    'usage',
    'OLD_KEY_UNCLEAR',
    `The key group ${group.name} holds ${candidates.length} keys that could leave: ${candidates.join(', ')}.`,
    {hint: 'Name the one with --old.'},
  );
}
