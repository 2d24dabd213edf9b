import {managedPolicies, managedPolicyId} from '../../config/index.js';
import type {NamedKind} from './types.js';

const sections = {
  'cache policy': 'cachePolicies',
  'origin request policy': 'originRequestPolicies',
  'response headers policy': 'responseHeadersPolicies',
} as const;

const sectionOf = (kind: NamedKind) => (kind === 'origin access control' ? undefined : sections[kind]);

/** `CachingOptimized` or `Managed-CachingOptimized` -> its id, the same in every account. */
export function managedId(kind: NamedKind, name: string): string | undefined {
  const section = sectionOf(kind);
  return section && managedPolicyId(section, name);
}

/** The name of AWS's own policy under an id, without `Managed-`. */
export function managedName(kind: NamedKind, id: string): string | undefined {
  const section = sectionOf(kind);
  const policies: Readonly<Record<string, string>> = section === undefined ? {} : managedPolicies[section];
  return Object.entries(policies).find(([, each]) => each === id)?.[0];
}

/** `name` as AWS lists its own policy. */
export const listedName = (name: string): string => `Managed-${name.replace(/^Managed-/, '')}`;
