import type {Aws} from '../aws/index.js';
import {listDistributions, patternsTrusting} from '../distribution/index.js';
import {Failure} from '../failure.js';
import {groupMark, listKeyGroups, listPublicKeys, readNote, type KeyType} from '../signing/index.js';

/** A behavior that trusts a key group; `*` is the default behavior. */
export interface KeyUser {
  readonly distributionId: string;
  /** An alias where there is one, else the domain name. */
  readonly host: string;
  readonly pathPattern: string;
}

export interface ListedKeyGroup {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** Null: unknown, for lack of permission. */
  readonly users: readonly KeyUser[] | null;
}

export interface ListedKey {
  readonly id: string;
  readonly name: string;
  /** Null for keys that cannot sign. */
  readonly type: KeyType | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly comment: string;
  /** Names; null: unknown. */
  readonly groups: readonly string[] | null;
  /** Of all its groups; null: unknown. */
  readonly users: readonly KeyUser[] | null;
  /** Part of a rotation under way. */
  readonly rotation: {readonly role: 'new' | 'old'; readonly group: string} | null;
}

export interface KeyList {
  /** Oldest first. */
  readonly keys: readonly ListedKey[];
  /** Null: unknown, for lack of permission. */
  readonly groups: readonly ListedKeyGroup[] | null;
  /** What could not be read, one sentence each. */
  readonly unknown: readonly string[];
}

/** Every public key with what uses it. What the caller may not read is unknown, and no error. Failures of ListPublicKeys. */
export async function listKeys(aws: Aws): Promise<KeyList> {
  const unknown: string[] = [];
  const orUnknown = async <T>(reading: Promise<T>): Promise<T | null> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'ACCESS_DENIED') throw error;
      unknown.push([error.message, error.hint].join('. '));
      return null;
    }
  };
  const [{keys}, groups, distributions] = await Promise.all([
    listPublicKeys(aws),
    orUnknown(listKeyGroups(aws)),
    orUnknown(readTrust(aws)),
  ]);
  const listed = groups?.map(({id, name, keyIds}): ListedKeyGroup => ({
    id,
    name,
    keys: keyIds,
    users: distributions?.(id) ?? null,
  }));
  const rotations = keys.flatMap(({id, comment}) => {
    const note = readNote(comment);
    const group = note && groups?.find(each => groupMark(each.id) === note.group);
    return note && group ? [{newKey: id, oldKey: note.oldKey, group: group.name}] : [];
  });
  const roleOf = (id: string): ListedKey['rotation'] => {
    const found = rotations.find(({newKey, oldKey}) => newKey === id || oldKey === id);
    return found === undefined ? null : {role: found.newKey === id ? 'new' : 'old', group: found.group};
  };
  return {
    keys: keys
      .map(({id, name, keyType, createdAt, comment}): ListedKey => {
        const own = listed?.filter(group => group.keys.includes(id));
        const users = own?.flatMap(group => group.users ?? []);
        return {
          id,
          name,
          type: keyType ?? null,
          createdAt,
          comment,
          groups: own?.map(group => group.name) ?? null,
          users: distributions === null ? null : (users ?? null),
          rotation: roleOf(id),
        };
      })
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
    groups: listed ?? null,
    unknown,
  };
}

/** Answers the behaviors that trust a group. */
async function readTrust(aws: Aws): Promise<(groupId: string) => readonly KeyUser[]> {
  const found: {
    readonly id: string;
    readonly host: string;
    readonly patterns: (groupId: string) => readonly string[];
  }[] = [];
  for await (const summary of listDistributions(aws)) {
    const [alias] = summary.Aliases?.Items ?? [];
    found.push({
      id: summary.Id ?? '',
      host: alias ?? summary.DomainName ?? '',
      patterns: groupId => patternsTrusting(summary, groupId),
    });
  }
  return groupId =>
    found.flatMap(({id, host, patterns}) =>
      patterns(groupId).map(pathPattern => ({distributionId: id, host, pathPattern})),
    );
}
