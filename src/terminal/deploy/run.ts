/** `frontctl deploy`, with and without --dry-run. */
import {
  countFor,
  deploy,
  describeFirstDeploy,
  describePlan,
  prepareDeploy,
  type DeployResult,
  type PlanDescription,
  type PreparedDeploy,
} from '../../deploy/index.js';
import type {Failure} from '../../failure.js';
import {readSite} from '../../site/index.js';
import {ensureLocalZones, ensureSite, findSite} from '../../stack/index.js';
import type {Session} from '../session.js';
import {localAddress} from '../stack/local-address.js';
import {awsTarget, commonInput, localSite, type CommonInput, type DeployRequest} from './input.js';
import {approvalOf, saveDeployPlan} from './plan-file.js';
import {withHashes} from './with-hashes.js';

/** A build goes live. Under --local, bucket and distribution are made when they are missing. `planFile`: only as it was planned there. */
export async function deploySite(
  session: Session,
  request: DeployRequest,
  planFile: string | undefined,
): Promise<DeployResult> {
  const common = {
    ...(await commonInput(session, request)),
    ...(planFile !== undefined && {approve: await approvalOf(planFile)}),
  };
  return withHashes(common, withCache => deployTo(session, request, withCache));
}

async function deployTo(
  session: Session,
  request: DeployRequest,
  common: CommonInput,
): Promise<DeployResult> {
  if (!request.local) {
    const target = await awsTarget(session, request);
    return session.follow(deploy({...common, ...target}));
  }
  // Read before anything is made: a missing or empty folder leaves nothing behind.
  const site = await readSite({...common.site, signal: session.signal});
  const wanted = await localSite(session, request, common);
  if (request.distribution === undefined) {
    await session.follow(ensureLocalZones(common.aws, wanted.settings));
  }
  const {bucket, distributionId} = await session.follow(ensureSite(wanted));
  return session.follow(
    deploy({
      ...common,
      site,
      bucket,
      distributionIds: [distributionId],
      siteUrl: async ({id}) => (await localAddress(session, id)) ?? '',
    }),
  );
}

export interface Planned {
  readonly description: PlanDescription;
  /** What a guard says: such a build is not to go on through a pipeline. */
  readonly refusal: Failure | undefined;
}

/** The same as a plan. Changes nothing, and makes nothing under --local. `out`: the file that the plan is saved in. */
export async function planSite(
  session: Session,
  request: DeployRequest,
  out: string | undefined,
): Promise<Planned> {
  const common = await commonInput(session, request);
  return withHashes(common, withCache => planFor(session, request, withCache, out));
}

async function planFor(
  session: Session,
  request: DeployRequest,
  common: CommonInput,
  out: string | undefined,
): Promise<Planned> {
  if (!request.local) {
    const input = {...common, ...(await awsTarget(session, request))};
    return planned(await session.follow(prepareDeploy(input)), out);
  }
  const site = await readSite({...common.site, signal: session.signal});
  const found = await findSite(await localSite(session, request, common));
  if (found === undefined) return {description: describeFirstDeploy(site), refusal: undefined};
  const {bucket, distributionId} = found;
  const input = {...common, site, bucket, distributionIds: [distributionId]};
  return planned(await session.follow(prepareDeploy(input)), out);
}

async function planned(prepared: PreparedDeploy, out: string | undefined): Promise<Planned> {
  const description = describePlan(prepared, await countFor(prepared));
  if (out !== undefined) await saveDeployPlan(out, prepared, description, new Date());
  return {description, refusal: prepared.refusals.find(({exit}) => exit === 'refused')};
}
