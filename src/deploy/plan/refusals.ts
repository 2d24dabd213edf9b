import type {Distribution} from '../../distribution/index.js';
import type {Failure} from '../../failure.js';
import type {Site} from '../../site/index.js';
import {defaultMaxDelete, guardRefusal} from '../guards/index.js';
import {newerIsLive, olderThan, type Origin} from '../lock/order.js';
import {siteAddress, type ReadManifest, type Release} from '../manifest/manifest.js';
import type {DeployInput, DeployPlan} from '../types.js';

export interface Proposal {
  readonly input: DeployInput;
  readonly site: Site;
  readonly next: Release;
  readonly plan: DeployPlan;
  readonly recorded: ReadManifest | undefined;
  readonly distributions: readonly Distribution[];
}

/** Why this deploy must not happen: what the guards say, and a newer release that is live. */
export async function refusalsOf(proposal: Proposal): Promise<readonly Failure[]> {
  const refusals = [guarded(proposal), await outdated(proposal)];
  return refusals.filter(refusal => refusal !== undefined);
}

function guarded({input, site, plan, recorded, distributions}: Proposal): Failure | undefined {
  const manifest = recorded?.manifest;
  const leaves = plan.steps.filter(step => {
    const entry = step.action === 'delete' ? manifest?.files.get(step.key) : undefined;
    // Old fingerprinted files that are collected left the build long ago; what a killed deploy sent was in no release.
    return entry !== undefined && entry.left === undefined && entry.etag === step.replaces;
  });
  const replaced = plan.steps.filter(step => step.action !== 'delete' && step.replaces !== undefined);
  return guardRefusal({
    site: input.name,
    distributions: input.distributionIds,
    recorded: manifest && {site: manifest.site, distributions: manifest.distributions},
    force: input.force ?? false,
    files: site.files.length,
    liveFiles: manifest?.releases[0]?.files ?? 0,
    deletions: leaves.map(step => step.key),
    rootObjects: distributions.map(({config}) => config.DefaultRootObject || 'index.html'),
    maxDelete: input.maxDelete ?? defaultMaxDelete,
    suspects: site.suspects,
    allowSecrets: input.allowSecrets ?? [],
    overwrites: replaced.map(step => step.key),
    protect: input.protect ?? [],
  });
}

async function outdated({input, next, recorded}: Proposal): Promise<Failure | undefined> {
  const live = recorded?.manifest.releases[0];
  if (live === undefined || input.force === true) return undefined;
  const {commit} = next;
  const isComparable = commit !== undefined && live.commit !== undefined && commit !== live.commit;
  const isAncestor = isComparable ? await input.isAncestor?.(commit, live.commit ?? '') : undefined;
  const older = olderThan(originOf(next), originOf(live), isAncestor);
  return older && newerIsLive(originOf(next), originOf(live), older, siteAddress(input.bucket, input.prefix));
}

const originOf = ({id, createdAt, ...rest}: Release): Origin => ({
  ...rest,
  release: id,
  startedAt: createdAt,
});
