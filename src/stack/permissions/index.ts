/** The IAM permissions of a job, for the config at hand. Pure: nothing is asked of AWS. */
import {deployPermissions, invalidatePermissions} from './deploy.js';
import {applyPermissions} from './apply.js';
import {destroyPermissions} from './destroy.js';
import {planPermissions} from './plan.js';
import type {Permission, PermissionJob, PermissionSubject} from './types.js';

export type * from './types.js';
export {permissionJobs} from './types.js';
export {partitionOf} from './arns.js';
export {policyDocument} from './document.js';
export {parseTrust, trustPolicy, type TrustPolicy} from './trust.js';

const ofJob: Readonly<Record<PermissionJob, (subject: PermissionSubject) => readonly Permission[]>> = {
  deploy: deployPermissions,
  invalidate: invalidatePermissions,
  plan: planPermissions,
  apply: applyPermissions,
  destroy: destroyPermissions,
  sign: () => [
    {
      action: 'cloudfront:GetPublicKey',
      resource: '*',
      why: 'for `sign verify` without --public-key: to look the key up; signing itself asks AWS for nothing',
    },
  ],
};

/** Each action on each resource once, in the order in which the job comes to them. */
export function permissionsFor(job: PermissionJob, subject: PermissionSubject): readonly Permission[] {
  const found = new Map<string, Permission>();
  for (const permission of ofJob[job](subject)) {
    const key = JSON.stringify([permission.action, permission.resource, permission.condition]);
    if (!found.has(key)) found.set(key, permission);
  }
  return [...found.values()];
}
