import type {
  AccessList,
  AttachResult,
  MigrateResult,
  MigrationStep,
  OriginUser,
} from '../../stack/origin-access/index.js';
import type {AccessControl} from '../../distribution/index.js';
import {chalk} from '../colour.js';
import {columns, count} from '../format.js';

const usersText = (users: readonly OriginUser[]): string =>
  users.length === 0
    ? 'nobody'
    : users.map(({distributionId, host, originId}) => `${distributionId} ${originId} (${host})`).join(', ');

export function accessListText({controls, identities}: AccessList): string {
  const tables: string[] = [];
  if (controls.length === 0)
    tables.push('There are no origin access controls. `frontctl oac create NAME` makes one.');
  else {
    const rows = controls.map(({id, name, type, signing, users}) => [
      id,
      name,
      type,
      signing,
      usersText(users),
    ]);
    tables.push(columns([['OAC', 'NAME', 'TYPE', 'SIGNS', 'USED BY'], ...rows]));
  }
  if (identities.length > 0) {
    const rows = identities.map(({id, comment, users}) => [
      id,
      comment === '' ? '-' : comment,
      usersText(users),
    ]);
    tables.push(columns([['OAI (legacy)', 'COMMENT', 'USED BY'], ...rows]));
  }
  return tables.join('\n\n');
}

export const madeControlText = ({
  id,
  name,
  type,
  created,
}: AccessControl & {readonly created: boolean}): string =>
  `${chalk.green(created ? 'Made' : 'Found')} origin access control ${chalk.bold(name)} (${id}, ${type}, always signs)`;

export function attachedText({
  distributionId,
  originId,
  control,
  changed,
  openedBucket,
  status,
}: AttachResult): string {
  const head = changed
    ? `${chalk.green('Attached')} ${control.name} to origin ${originId} of ${distributionId}${status === 'Deployed' ? '' : ` (${status})`}`
    : `${chalk.green('There')}: origin ${originId} of ${distributionId} has ${control.name} already`;
  const rows = [
    ['Control', `${control.id}${control.created ? ', new' : ''}`],
    ...(openedBucket === null ? [] : [['Policy', `bucket ${openedBucket} lets ${distributionId} read`]]),
  ];
  return `${head}\n${columns(rows, '  ')}`;
}

function stepText(step: MigrationStep): string {
  switch (step.action) {
    case 'allow-key':
      return `let the distribution use KMS key ${step.keyId} of bucket ${step.bucket}`;
    case 'allow':
      return `allow the distribution in the policy of bucket ${step.bucket}, beside the identity (${step.statements.map(({Sid}) => Sid).join(', ')})`;
    case 'create-control':
      return `make the origin access control ${step.name}`;
    case 'attach':
      return `attach ${step.control} to origin${step.origins.length === 1 ? '' : 's'} ${step.origins.join(', ')}, in place of the identity`;
    case 'wait':
      return `wait until ${step.distributions.join(', ')} ${step.distributions.length === 1 ? 'is' : 'are'} deployed`;
    case 'drop':
      return `take ${step.identities.join(', ')} out of the policy of bucket ${step.bucket}`;
    case 'keep':
      return `leave ${step.identity} in the policy of bucket ${step.bucket}: ${step.usedBy.join(', ')} read${step.usedBy.length === 1 ? 's' : ''} with it`;
    case 'delete-identity':
      return `delete the origin access identity ${step.identity}`;
  }
}

export function migratedText({distributionId, status, steps, idleIdentities}: MigrateResult): string {
  if (status === 'nothing')
    return `${chalk.green('Nothing to do')}: ${distributionId} reads its buckets without origin access identities`;
  const head =
    status === 'planned'
      ? `${count(steps.length, 'step')} from OAI to OAC for ${distributionId}:`
      : `${chalk.green('Done')}: ${distributionId} reads with an origin access control`;
  const lines = steps.map((step, index) => `  ${index + 1}. ${stepText(step)}`);
  const isOne = idleIdentities.length === 1;
  const idle =
    idleIdentities.length === 0
      ? []
      : [
          status === 'planned'
            ? `Then no distribution uses ${idleIdentities.join(', ')}: --delete-oai deletes ${isOne ? 'it' : 'them'}.`
            : `No distribution uses ${idleIdentities.join(', ')} any more: aws cloudfront delete-cloud-front-origin-access-identity deletes ${isOne ? 'it' : 'them'}.`,
        ];
  return [head, ...lines, ...idle].join('\n');
}
