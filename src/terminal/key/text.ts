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
            `${attached.distributionId} ${attached.pathPattern}${attached.changed ? '' : ', did already'}`,
          ],
        ]),
    ...(privateKeyFile === null ? [] : [['Private key', privateKeyFile]]),
  ];
  return rows.length === 0 ? head : `${head}\n${columns(rows, '  ')}`;
}

const usersShown = 3;

function usersText(users: readonly KeyUser[] | null): string {
  if (users === null) return 'unknown';
  if (users.length === 0) return 'nobody';
  const shown = users.slice(0, usersShown).map(({host, pathPattern}) => `${host} ${pathPattern}`);
  const more = users.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` + ${more} more` : '');
}

const groupsText = ({groups}: ListedKey): string =>
  groups === null ? 'unknown' : groups.length === 0 ? '-' : groups.join(', ');

const roleText = ({rotation}: ListedKey): string =>
  rotation === null ? '' : rotation.role === 'new' ? ' (being rotated in)' : ' (being rotated out)';

export function listText({keys, groups}: KeyList, now: number): string {
  const lines: string[] = [];
  if (keys.length === 0) {
    lines.push('There are no public keys. `frontctl key create --generate FILE --group NAME` makes one.');
  } else {
    const rows = keys.map(key => [
      key.id,
      key.type ?? 'other',
      ageText(key.createdAt, now),
      key.name,
      groupsText(key) + roleText(key),
      usersText(key.users),
    ]);
    lines.push(columns([['ID', 'TYPE', 'AGE', 'NAME', 'GROUPS', 'TRUSTED BY'], ...rows]));
  }
  const unused = (groups ?? []).filter(({users}) => users !== null && users.length === 0);
  if (unused.length > 0) {
    lines.push('', `Key groups that no behavior trusts: ${unused.map(({name}) => name).join(', ')}`);
  }
  return lines.join('\n');
}

export function rotatedText(result: RotateKeyResult, now: number): string {
  const {status, group, newKey, oldKey, removableAt, privateKeyFile, next} = result;
  switch (status) {
    case 'ready':
      return [
        `${chalk.green('Ready')}: the edge takes ${chalk.bold(newKey)} for ${group.name}, and ${oldKey} as before`,
        ...(privateKeyFile === null ? [] : [`  Private key  ${privateKeyFile}`]),
        `Let every signer use ${newKey}, then say so: ${next ?? ''}`,
      ].join('\n');
    case 'waiting': {
      const left = removableAt === null ? 0 : Math.max(0, Date.parse(removableAt) - now);
      return [
        `${chalk.yellow('Waiting')}: ${oldKey} stays in ${group.name} until ${removableAt ?? ''} (${formatDuration(left)}), when the last URL that it signed has expired`,
        `Then: ${next ?? ''}`,
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
