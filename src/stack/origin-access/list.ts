import type {Aws} from '../../aws/index.js';
import {
  listAccessControls,
  listAccessIdentities,
  listDistributions,
  identityOf,
  originsOf,
  type AccessControl,
} from '../../distribution/index.js';

/** An origin that reads with a control or an identity. */
export interface OriginUser {
  readonly distributionId: string;
  /** An alias where there is one, else the domain name. */
  readonly host: string;
  readonly originId: string;
}

export interface ListedControl extends AccessControl {
  readonly users: readonly OriginUser[];
}

export interface ListedIdentity {
  readonly id: string;
  readonly comment: string;
  readonly users: readonly OriginUser[];
}

export interface AccessList {
  readonly controls: readonly ListedControl[];
  /** Legacy. */
  readonly identities: readonly ListedIdentity[];
}

/** Every origin access control and identity of the account with the origins that use it. */
export async function listOriginAccess(aws: Aws): Promise<AccessList> {
  const [controls, identities, users] = await Promise.all([
    listAccessControls(aws),
    listAccessIdentities(aws),
    readUsers(aws),
  ]);
  return {
    controls: controls.map(each => ({...each, users: users.get(each.id) ?? []})),
    identities: identities.map(({id, comment}) => ({id, comment, users: users.get(id) ?? []})),
  };
}

/** By the id of the control or identity. */
async function readUsers(aws: Aws): Promise<ReadonlyMap<string, readonly OriginUser[]>> {
  const users = new Map<string, OriginUser[]>();
  for await (const summary of listDistributions(aws)) {
    const [alias] = summary.Aliases?.Items ?? [];
    for (const origin of originsOf(summary)) {
      const user = {
        distributionId: summary.Id ?? '',
        host: alias ?? summary.DomainName ?? '',
        originId: origin.Id ?? '',
      };
      for (const id of [origin.OriginAccessControlId ?? '', identityOf(origin) ?? ''])
        if (id !== '') users.set(id, [...(users.get(id) ?? []), user]);
    }
  }
  return users;
}
