import {createAws, type Aws} from '../../../src/aws/index.js';
import {identityPolicy} from '../../../src/local/iam/policy.js';
import type {IdentityPolicy} from '../../../src/local/types.js';
import {globMatches} from '../../../src/local/wildcard.js';
import {bucketName} from '../../../src/stack/index.js';
import {
  permissionsFor,
  policyDocument,
  type Permission,
  type PermissionJob,
  type PermissionSubject,
} from '../../../src/stack/permissions/index.js';
import type {Config} from '../../../src/config/types.js';
import {openWorld, type World} from '../../deploy/world.js';

const accessKeyId = 'AKIADEPLOYER';

/** What a policy says too little and too much, against all that was asked of IAM. */
export function compare(
  permissions: readonly Permission[],
  {allowed, denied}: Pick<GuardedWorld, 'allowed' | 'denied'>,
): {readonly denied: readonly string[]; readonly unused: readonly string[]} {
  const asked = [...allowed].map(each => each.split(' '));
  const isUsed = ({action, resource}: Permission): boolean =>
    asked.some(([name, on = '']) => name === action && globMatches(resource, on));
  return {
    denied: [...denied].sort(),
    unused: permissions.filter(each => !isUsed(each)).map(({action, resource}) => `${action} ${resource}`),
  };
}

export interface GuardedWorld extends World {
  /** An identity that may only do what `permit` said last; everything before that. `World.aws` may do everything. */
  readonly guarded: Aws;
  /** `action resource` of all that was asked of IAM for it, allowed and denied, since `permit`. */
  readonly allowed: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  permit(policy?: string): void;
}

export async function openGuardedWorld(): Promise<GuardedWorld> {
  const allowed = new Set<string>();
  const denied = new Set<string>();
  let inForce: IdentityPolicy = {allows: () => true};
  const recorded: IdentityPolicy = {
    allows(action, resource, keys) {
      const isAllowed = inForce.allows(action, resource, keys);
      (isAllowed ? allowed : denied).add(`${action} ${resource}`);
      return isAllowed;
    },
  };
  const world = await openWorld({identityPolicies: new Map([[accessKeyId, recorded]])});
  const guarded = createAws({
    endpointUrl: world.cloud.endpoint,
    env: {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: 'secret'},
  });
  return {
    ...world,
    guarded,
    allowed,
    denied,
    permit(policy) {
      inForce = policy === undefined ? {allows: () => true} : identityPolicy(policy);
      allowed.clear();
      denied.clear();
    },
    async close() {
      await guarded.close();
      await world.close();
    },
  };
}

/** Of a site that `apply` made of the config. */
export const subjectOf = (config: Config, more: Partial<PermissionSubject> = {}): PermissionSubject => ({
  partition: 'aws',
  account: undefined,
  config,
  name: config.name,
  buckets: [{name: bucketName(config.name ?? ''), region: 'us-east-1'}, ...(config.bucket?.replicas ?? [])],
  prefix: config.bucket?.prefix ?? '',
  distributions: 'by name',
  prune: true,
  ...more,
});

/** Puts the policy of a job in force and answers what it was made from. */
export function permit(
  world: GuardedWorld,
  job: PermissionJob,
  subject: PermissionSubject,
): readonly Permission[] {
  const permissions = permissionsFor(job, subject);
  world.permit(JSON.stringify(policyDocument(permissions)));
  world.calls.length = 0;
  return permissions;
}

export const code = 'function handler(event) { return event.request; }';

/** Everything that a config can have made. */
export const full = (kmsKeyId: string): Config => ({
  name: 'shop',
  bucket: {
    versioning: true,
    encryption: {algorithm: 'aws:kms', kmsKeyId},
    lifecycle: [{filter: {prefix: 'tmp/'}, expiration: {days: 3}}],
    cors: [{allowedOrigins: ['*'], allowedMethods: ['GET']}],
  },
  cachePolicies: {c: {minTTL: 0}, old: {minTTL: 0}},
  originRequestPolicies: {o: {}, old: {}},
  responseHeadersPolicies: {
    r: {customHeadersConfig: [{header: 'x-a', value: 'b', override: true}]},
    old: {customHeadersConfig: [{header: 'x-a', value: 'b', override: true}]},
  },
  originAccessControls: {
    a: {originAccessControlOriginType: 's3', signingBehavior: 'always', signingProtocol: 'sigv4'},
    old: {originAccessControlOriginType: 's3', signingBehavior: 'always', signingProtocol: 'sigv4'},
  },
  functions: {f: {code}, old: {code}},
  distribution: {
    aliases: ['www.example.com'],
    defaultCacheBehavior: {
      cachePolicyId: 'c',
      originRequestPolicyId: 'o',
      responseHeadersPolicyId: 'r',
      functionAssociations: [{eventType: 'viewer-request', functionARN: 'f'}],
    },
  },
  tags: {team: 'web'},
});
