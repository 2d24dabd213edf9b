/** `frontctl permissions`: from flags and config to the policy of a role. Asks AWS for nothing. */
import {expandPresets} from '../../config/presets/index.js';
import type {Config} from '../../config/types.js';
import {Failure} from '../../failure.js';
import {
  parseTrust,
  partitionOf,
  permissionsFor,
  policyDocument,
  trustPolicy,
  type PermissionJob,
  type PermissionSubject,
  type PolicyDocument,
  type TrustPolicy,
} from '../../stack/permissions/index.js';
import {bucketFor, prefixFor} from '../deploy/input.js';
import type {Session} from '../session.js';
import {siteSettings} from '../stack/site-settings.js';

export interface PermissionsRequest {
  readonly for: PermissionJob;
  readonly bucket: string | undefined;
  readonly prefix: string | undefined;
  readonly distribution: readonly string[] | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly prune: boolean;
  readonly trust: string | undefined;
}

/** The `--json` result. */
export type PermissionsResult =
  | {
      readonly for: PermissionJob;
      readonly policy: PolicyDocument;
      /** Every action on every resource, and what frontctl does with it. */
      readonly actions: readonly {readonly action: string; readonly resource: string; readonly why: string}[];
    }
  /** With --trust. */
  | {readonly trust: TrustPolicy};

/** Failures: those of the config, NO_BUCKET, USAGE, NO_CONFIG, NO_NAME, NO_DISTRIBUTION (exit 2), NOT_OURS (exit 6). */
export async function describePermissions(
  session: Session,
  request: PermissionsRequest,
): Promise<PermissionsResult> {
  if (request.trust !== undefined) {
    const trust = parseTrust(request.trust);
    const {config} = await session.config();
    const partition = partitionOf(request.region ?? config.bucket?.region);
    return {trust: trustPolicy(trust, {partition, account: request.account ?? ''})};
  }
  const permissions = permissionsFor(request.for, await subjectOf(session, request));
  return {
    for: request.for,
    policy: policyDocument(permissions),
    actions: permissions.map(({action, resource, why}) => ({action, resource, why})),
  };
}

async function subjectOf(session: Session, request: PermissionsRequest): Promise<PermissionSubject> {
  const {account, prune} = request;
  const loaded = await session.config();
  const config = expandPresets(loaded.config);
  const region = request.region ?? config.bucket?.region;
  const common = {partition: partitionOf(region), account, prune, config, name: config.name};
  switch (request.for) {
    case 'sign':
      return {...common, buckets: [], prefix: '', distributions: []};
    case 'plan':
    case 'apply':
    case 'destroy': {
      // Refuses what these commands would refuse, in their words.
      const {name} = await siteSettings(session, {local: false});
      const {id} = config.distribution ?? {};
      if (id !== undefined && request.for === 'destroy') throw notOurs(id);
      const prefix = config.bucket?.prefix ?? '';
      return {...common, name, buckets: [], prefix, distributions: id === undefined ? 'by name' : [id]};
    }
    case 'deploy':
    case 'invalidate': {
      const distributions = distributionsOf(config, request.distribution);
      if (request.for === 'invalidate' && distributions.length === 0) throw noDistribution();
      const isBucketNeeded = request.for === 'deploy' || knowsBucket(config, request);
      const main = isBucketNeeded ? [{name: bucketFor(request.bucket, loaded), region}] : [];
      const buckets = [...main, ...(config.bucket?.replicas ?? [])];
      return {...common, buckets, prefix: prefixFor(request.prefix, config), distributions};
    }
  }
}

const knowsBucket = (config: Config, {bucket}: PermissionsRequest): boolean =>
  (bucket ?? config.bucket?.name ?? config.name) !== undefined;

/** As `deploy` finds them. */
function distributionsOf(
  config: Config,
  flags: readonly string[] | undefined,
): PermissionSubject['distributions'] {
  const named = flags ?? [config.distribution?.id, ...(config.invalidation?.distributions ?? [])];
  const ids = [...new Set(named.filter(id => id !== undefined))];
  const wrong = ids.find(id => !/^[A-Z0-9]+$/.test(id));
  if (wrong !== undefined) {
    throw new Failure('usage', 'USAGE', `--distribution "${wrong}" is not the id of a distribution.`, {
      hint: 'A policy names distributions by their ids, such as E2QWRUHAPOMQZL; `frontctl distribution list` shows them.',
    });
  }
  const isFound = flags === undefined && config.distribution?.id === undefined && config.name !== undefined;
  return isFound ? 'by name' : ids;
}

const noDistribution = (): Failure =>
  new Failure('usage', 'NO_DISTRIBUTION', 'No distribution is named.', {
    hint: 'Name it with --distribution ID, or distribution.id in the config.',
  });

const notOurs = (id: string): Failure =>
  new Failure(
    'refused',
    'NOT_OURS',
    `The config names distribution ${id}, which frontctl did not make: it is not destroyed.`,
  );
