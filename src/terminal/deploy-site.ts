import {relative, resolve} from 'node:path';
import {deploy, describePlan, prepareDeploy, releaseId} from '../deploy/index.js';
import type {DeployInput, DeployResult, PlanDescription} from '../deploy/index.js';
import {Failure} from '../failure.js';
import {ensureSite, siteName} from '../stack/index.js';
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

/** A build goes live; `dryRun` shows the plan instead and changes nothing. */
export async function deploySite(session: Session, request: DeployRequest): Promise<DeployResult> {
  const input = await deployInput(session, request);
  const result = await session.follow(deploy(input));
  return request.local ? {...result, url: await localUrl(session, input.distributionId)} : result;
}

export async function planSite(session: Session, request: DeployRequest): Promise<PlanDescription> {
  const input = await deployInput(session, request);
  return describePlan(await session.follow(prepareDeploy(input)));
}

async function deployInput(session: Session, request: DeployRequest): Promise<DeployInput> {
  const {config, root, file} = await session.config();
  const dir = request.dir === undefined ? configuredDir(config.site?.dir, root) : resolve(request.dir);
  const prefix = (request.prefix ?? config.bucket?.prefix ?? '').replaceAll(/^\/+|\/+$/g, '');
  const aws = await session.aws();
  const bucket = request.bucket ?? config.bucket?.name;
  const common = {
    aws,
    site: {
      dir,
      site: config.site ?? {},
      errorPages: (config.distribution?.customErrorResponses ?? []).flatMap(
        page => page.ResponsePagePath ?? [],
      ),
    },
    prefix,
    prune: request.prune,
    concurrency: request.concurrency,
    wait: request.wait,
    timeoutMs: request.timeoutMs,
    release: request.release ?? releaseId(Date.now(), Math.random),
    commit: request.commit,
    signal: session.signal,
  };
  if (request.local) {
    const resources = await session.follow(
      ensureSite({
        aws,
        name: config.name ?? siteName(dir),
        bucket,
        prefix,
        // The config's id and aliases belong to AWS; the embedded cloud has a distribution of its own.
        distribution: {...config.distribution, id: request.distribution, aliases: []},
        tags: config.tags,
        wait: true,
        timeoutMs: request.timeoutMs,
        signal: session.signal,
      }),
    );
    return {...common, bucket: resources.bucket, distributionId: resources.distributionId};
  }
  if (bucket === undefined) {
    throw new Failure(
      'usage',
      'NO_BUCKET',
      `No bucket is named${file === undefined ? '' : ` in ${relative(process.cwd(), file)}`}.`,
      {
        hint: 'Name it with --bucket NAME or bucket.name in the config, or add --local to see the site on this machine.',
      },
    );
  }
  return {...common, bucket, distributionId: request.distribution ?? config.distribution?.id};
}

function configuredDir(dir: string | undefined, root: string): string {
  if (dir !== undefined) return resolve(root, dir);
  throw new Failure('usage', 'NO_DIRECTORY', 'No build folder is named.', {
    hint: 'Name it: frontctl deploy ./dist, or site.dir in the config.',
  });
}

/** The address of a distribution's own port on this machine, which a browser opens without DNS or certificates. */
async function localUrl(session: Session, distributionId: string | undefined): Promise<string | null> {
  const status = await findCloud(await session.location());
  return status?.distributions.find(({id}) => id === distributionId)?.url ?? null;
}
