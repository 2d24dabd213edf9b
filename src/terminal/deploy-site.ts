import {relative, resolve} from 'node:path';
import {
  countFor,
  deploy,
  describeFirstDeploy,
  describePlan,
  prepareDeploy,
  releaseId,
} from '../deploy/index.js';
import type {DeployInput, DeployResult, PlanDescription, PreparedDeploy} from '../deploy/index.js';
import {keyPrefix} from '../config/index.js';
import type {Work} from '../events.js';
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
    const target = await awsTarget(session, request);
    return session.follow(warned(await unused(session), deploy({...common, ...target})));
  }
  // Read before anything is made: a missing or empty folder leaves nothing behind.
  const site = await readSite({...common.site, signal: session.signal});
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
    return described(await session.follow(warned(await unused(session), prepareDeploy(input))));
  }
  const site = await readSite({...common.site, signal: session.signal});
  const found = await findSite(await localSite(session, request, common));
  if (found === undefined) return describeFirstDeploy(site);
  const {bucket, distributionId} = found;
  return described(await session.follow(prepareDeploy({...common, site, bucket, distributionId})));
}

async function described(prepared: PreparedDeploy): Promise<PlanDescription> {
  return describePlan(prepared, await countFor(prepared));
}

async function* warned<T>(warning: string | undefined, work: Work<T>): Work<T> {
  if (warning !== undefined) yield {type: 'warning', message: warning};
  return yield* work;
}

/** Says what of the config has no effect on AWS: a deploy makes and changes no distribution there. */
async function unused(session: Session): Promise<string | undefined> {
  const {config} = await session.config();
  // Of customErrorResponses a deploy knows which files are error pages.
  const keys = Object.keys(config.distribution ?? {})
    .filter(key => key !== 'id' && key !== 'customErrorResponses')
    .map(key => `distribution.${key}`);
  if (config.tags !== undefined) keys.push('tags');
  if (keys.length === 0) return undefined;
  return `${keys.join(', ')} of the config ${keys.length === 1 ? 'has' : 'have'} no effect here: a distribution is made from the config under --local only, and none on AWS is changed.`;
}

type CommonInput = Omit<DeployInput, 'site' | 'bucket' | 'distributionId'> & {readonly site: ReadSiteOptions};

async function commonInput(session: Session, request: DeployRequest): Promise<CommonInput> {
  const {config, root} = await session.config();
  const prefix = (request.prefix ?? config.bucket?.prefix ?? '').replaceAll(/^\/+|\/+$/g, '');
  if (prefix !== '' && !keyPrefix.test(prefix)) {
    throw badFlag(
      'prefix',
      prefix,
      'a key prefix such as sites/www: no empty segments, "." or "..", and not .frontctl',
    );
  }
  if (request.release !== undefined && !/^[\w.-]{1,64}$/.test(request.release)) {
    throw badFlag('release', request.release, '1 to 64 letters, digits, dots, hyphens and underscores');
  }
  const errorPages = config.distribution?.customErrorResponses ?? [];
  return {
    aws: await session.aws(),
    site: {
      dir: request.dir === undefined ? configuredDir(config.site?.dir, root) : resolve(request.dir),
      site: config.site ?? {},
      errorPages: errorPages.flatMap(page => page.responsePagePath ?? []),
    },
    prefix,
    prune: request.prune,
    concurrency: request.concurrency,
    invalidation: config.invalidation,
    cleanUrls: config.site?.cleanUrls,
    wait: request.wait,
    timeoutMs: request.timeoutMs,
    release: request.release ?? releaseId(Date.now(), Math.random),
    commit: request.commit,
    signal: session.signal,
  };
}

function badFlag(flag: string, value: string, allowed: string): Failure {
  return new Failure('usage', 'USAGE', `--${flag} "${value}" is not ${allowed}.`);
}

/** A bucket's name, an access point's ARN or alias. A slash would go on as part of every key. */
function checkedBucket(flag: string | undefined): string | undefined {
  if (flag === undefined || /^(?:arn:\S+|\w[\w.-]*)$/.test(flag)) return flag;
  throw badFlag('bucket', flag, 'a bucket name; folders inside the bucket go into --prefix');
}

async function awsTarget(
  session: Session,
  request: DeployRequest,
): Promise<Pick<DeployInput, 'bucket' | 'distributionId'>> {
  const {config, file} = await session.config();
  const bucket = checkedBucket(request.bucket) ?? config.bucket?.name;
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
    bucket: checkedBucket(request.bucket) ?? config.bucket?.name,
    prefix: common.prefix,
    // The config's id and aliases belong to AWS; the embedded cloud has a distribution of its own.
    distribution: {...config.distribution, id: request.distribution, aliases: []},
    hasCacheTags: config.site?.rules?.some(({cacheTags = []}) => cacheTags.length > 0),
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
