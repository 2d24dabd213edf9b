import {relative, resolve} from 'node:path';
import {deploy, describeFirstDeploy, describePlan, prepareDeploy, releaseId} from '../deploy/index.js';
import type {DeployInput, DeployResult, PlanDescription} from '../deploy/index.js';
import {Failure} from '../failure.js';
import {readSite, type ReadSiteOptions} from '../site/index.js';
import {ensureSite, findSite, siteName, type EnsureSiteInput} from '../stack/index.js';
import {findCloud} from './embedded-cloud.js';
import type {Session} from './session.js';

/** What the flags of `deploy` say; undefined where the config or a default decides. */
export interface DeployRequest {
  readonly dir: string | undefined;
  readonly bucket: string | undefined;
  readonly distribution: string | undefined;
  readonly prefix: string | undefined;
  readonly local: boolean;
  readonly prune: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly concurrency: number | undefined;
  readonly release: string | undefined;
  readonly commit: string | undefined;
}

/** A build goes live. Under --local, bucket and distribution are made when they are missing. */
export async function deploySite(session: Session, request: DeployRequest): Promise<DeployResult> {
  const common = await commonInput(session, request);
  if (!request.local) {
    return session.follow(deploy({...common, ...(await awsTarget(session, request))}));
  }
  // Read before anything is made: a missing or empty folder leaves nothing behind.
  const site = await readSite(common.site);
  const {bucket, distributionId} = await session.follow(
    ensureSite(await localSite(session, request, common)),
  );
  return session.follow(
    deploy({...common, site, bucket, distributionId, siteUrl: ({id}) => localUrl(session, id)}),
  );
}

/** The same as a plan. Changes nothing, and makes nothing under --local. */
export async function planSite(session: Session, request: DeployRequest): Promise<PlanDescription> {
  const common = await commonInput(session, request);
  if (!request.local) {
    const input = {...common, ...(await awsTarget(session, request))};
    return describePlan(await session.follow(prepareDeploy(input)));
  }
  const site = await readSite(common.site);
  const found = await findSite(await localSite(session, request, common));
  if (found === undefined) return describeFirstDeploy(site);
  const {bucket, distributionId} = found;
  return describePlan(await session.follow(prepareDeploy({...common, site, bucket, distributionId})));
}

type CommonInput = Omit<DeployInput, 'site' | 'bucket' | 'distributionId'> & {readonly site: ReadSiteOptions};

async function commonInput(session: Session, request: DeployRequest): Promise<CommonInput> {
  const {config, root} = await session.config();
  const errorPages = config.distribution?.customErrorResponses ?? [];
  return {
    aws: await session.aws(),
    site: {
      dir: request.dir === undefined ? configuredDir(config.site?.dir, root) : resolve(request.dir),
      site: config.site ?? {},
      errorPages: errorPages.flatMap(page => page.ResponsePagePath ?? []),
    },
    prefix: (request.prefix ?? config.bucket?.prefix ?? '').replaceAll(/^\/+|\/+$/g, ''),
    prune: request.prune,
    concurrency: request.concurrency,
    wait: request.wait,
    timeoutMs: request.timeoutMs,
    release: request.release ?? releaseId(Date.now(), Math.random),
    commit: request.commit,
    signal: session.signal,
  };
}

async function awsTarget(
  session: Session,
  request: DeployRequest,
): Promise<Pick<DeployInput, 'bucket' | 'distributionId'>> {
  const {config, file} = await session.config();
  const bucket = request.bucket ?? config.bucket?.name;
  if (bucket === undefined) {
    const where = file === undefined ? '' : ` in ${relative(process.cwd(), file)}`;
    throw new Failure('usage', 'NO_BUCKET', `No bucket is named${where}.`, {
      hint: 'Name it with --bucket NAME or bucket.name in the config, or add --local to see the site on this machine.',
    });
  }
  return {bucket, distributionId: request.distribution ?? config.distribution?.id};
}

async function localSite(
  session: Session,
  request: DeployRequest,
  common: CommonInput,
): Promise<EnsureSiteInput> {
  const {config} = await session.config();
  return {
    aws: common.aws,
    name: config.name ?? siteName(common.site.dir),
    bucket: request.bucket ?? config.bucket?.name,
    prefix: common.prefix,
    // The config's id and aliases belong to AWS; the embedded cloud has a distribution of its own.
    distribution: {...config.distribution, id: request.distribution, aliases: []},
    tags: config.tags,
    wait: true,
    timeoutMs: request.timeoutMs,
    signal: session.signal,
  };
}

function configuredDir(dir: string | undefined, root: string): string {
  if (dir !== undefined) return resolve(root, dir);
  throw new Failure('usage', 'NO_DIRECTORY', 'No build folder is named.', {
    hint: 'Name it: frontctl deploy ./dist, or site.dir in the config.',
  });
}

/** The address of a distribution's own port on this machine, which a browser opens without DNS or certificates. */
async function localUrl(session: Session, distributionId: string): Promise<string> {
  const status = await findCloud(await session.location());
  return status?.distributions.find(({id}) => id === distributionId)?.url ?? '';
}
