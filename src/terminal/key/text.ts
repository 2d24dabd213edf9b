import type {
  CreateKeyResult,
  DeleteKeyResult,
  KeyList,
  KeyUser,
  ListedKey,
  RotateKeyResult,
} from '../../stack/index.js';
import {chalk} from '../colour.js';
import {columns, formatDuration} from '../format.js';
import {ageText} from '../invalidations-text.js';
import type {GeneratedKey} from './origin.js';

export function generatedText({type, privateKeyFile, publicKeyFile, encrypted}: GeneratedKey): string {
  return columns([
    ['Private key', `${privateKeyFile} (${type}, ${encrypted ? 'encrypted, ' : ''}readable by you only)`],
    ['Public key', publicKeyFile],
  ]);
}

const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** For `frontctl sign`, as they are pasted. */
const signFlags = (file: string, id: string): string => `--key ${shellWord(file)} --key-pair-id ${id}`;

export function createdText(result: CreateKeyResult): string {
  const {keyId, name, type, created, group, attached, privateKeyFile} = result;
  const head = `${chalk.green(created ? 'Made' : 'Found')} public key ${chalk.bold(keyId)} (${type}, ${name})`;
  const rows = [
    ...(group === null
      ? []
      : [
          [
            'Key group',
            `${group.name} (${group.id})${group.created ? ', new' : group.added ? '' : ', held it already'}`,
          ],
        ]),
    ...(attached === null
      ? []
      : [
          [
            'Trusted by',
            `${attached.distributionId} ${attached.pathPattern}${{added: ', a new behavior', changed: '', unchanged: ', did already'}[attached.behavior]}`,
          ],
          ...(attached.staysOpen.length === 0
            ? []
            : [['Still open', `${attached.staysOpen.join(' ')} (tried before it)`]]),
        ]),
    ...(privateKeyFile === null ? [] : [['Sign with', signFlags(privateKeyFile, keyId)]]),
  ];
  return rows.length === 0 ? head : `${head}\n${columns(rows, '  ')}`;
}

/** Patterns by the distribution they belong to: each host is named once. */
function usersText(users: readonly KeyUser[] | null): string {
  if (users === null) return 'unknown';
  if (users.length === 0) return 'nobody';
  const byHost = new Map<string, string[]>();
  for (const {host, pathPattern} of users) byHost.set(host, [...(byHost.get(host) ?? []), pathPattern]);
  return [...byHost].map(([host, patterns]) => `${host} ${patterns.join(' ')}`).join(', ');
}

const groupsText = ({groups}: ListedKey): string =>
  groups === null ? 'unknown' : groups.length === 0 ? '-' : groups.join(', ');

const roleText = ({rotation}: ListedKey): string =>
  rotation === null ? '' : rotation.role === 'new' ? ' (being rotated in)' : ' (being rotated out)';

export function listText({keys, groups}: KeyList, now: number): string {
  const tables: string[] = [];
  if (keys.length === 0) {
    tables.push('There are no public keys. `frontctl key create --generate FILE --group NAME` makes one.');
  } else {
    const rows = keys.map(key => [
      key.id,
      key.type ?? 'other',
      ageText(key.createdAt, now),
      key.name,
      groupsText(key) + roleText(key),
    ]);
    tables.push(columns([['ID', 'TYPE', 'AGE', 'NAME', 'GROUPS'], ...rows]));
  }
  if (groups !== null && groups.length > 0) {
    const rows = groups.map(({name, users}) => [name, usersText(users)]);
    tables.push(columns([['GROUP', 'TRUSTED BY'], ...rows]));
  }
  return tables.join('\n\n');
}

export function rotatedText(result: RotateKeyResult, now: number): string {
  const {status, group, newKey, oldKey, removableAt, privateKeyFile, next} = result;
  switch (status) {
    case 'ready':
      return [
        `${chalk.green('Ready')}: the edge takes ${chalk.bold(newKey)} for ${group.name}, and ${oldKey} as before`,
        ...(privateKeyFile === null ? [] : [`  Sign with  ${signFlags(privateKeyFile, newKey)}`]),
        `Let every signer use ${newKey}, then say so:`,
        `  ${next ?? ''}`,
      ].join('\n');
    case 'waiting': {
      const left = removableAt === null ? 0 : Math.max(0, Date.parse(removableAt) - now);
      return [
        `${chalk.yellow('Waiting')}: ${oldKey} stays in ${group.name} until its last URL has expired`,
        `  At    ${removableAt ?? ''}, in ${formatDuration(left)}`,
        `  Then  ${next ?? ''}`,
      ].join('\n');
    }
    case 'done':
      return `${chalk.green('Done')}: ${newKey} has taken the place of ${oldKey} in ${group.name}`;
    case 'aborted':
      return `${chalk.green('Taken back')}: ${newKey} has left ${group.name}, ${oldKey} signs as before`;
  }
}

export const deletedText = ({deleted, kind, name}: DeleteKeyResult): string =>
  `${chalk.green('Deleted')} ${kind === 'key' ? 'public key' : 'key group'} ${deleted} (${name})`;
