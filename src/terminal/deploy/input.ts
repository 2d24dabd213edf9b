/** From flags, config, environment and checkout to what a deploy is told. */
import {relative, resolve} from 'node:path';
import {keyPrefix} from '../../config/index.js';
import {expandPresets} from '../../config/presets/index.js';
import type {Config, LoadedConfig} from '../../config/types.js';
import {parseMaxDelete, releaseId, type DeployInput, type MaxDelete} from '../../deploy/index.js';
import {findByTag} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import type {ReadSiteOptions} from '../../site/index.js';
import {bucketName, siteName, type EnsureSiteInput} from '../../stack/index.js';
import {holderFacts} from '../ci/run.js';
import {isAncestor, readCommit, type Commit} from '../commit.js';
import {parseDuration} from '../format.js';
import type {Session} from '../session.js';
import {functionCode} from '../stack/site-settings.js';

/** What the flags of `deploy` say; undefined where the config or a default decides. */
export interface DeployRequest {
  readonly dir: string | undefined;
  readonly bucket: string | undefined;
  readonly distribution: readonly string[] | undefined;
  readonly prefix: string | undefined;
  readonly local: boolean;
  readonly prune: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly concurrency: number | undefined;
  readonly release: string | undefined;
  readonly commit: string | undefined;
  readonly verify: boolean;
  readonly force: boolean;
  readonly 'max-delete': MaxDelete | undefined;
  /** Milliseconds. */
  readonly 'lock-timeout': number | undefined;
  readonly 'source-maps': boolean | undefined;
}

export type CommonInput = Omit<DeployInput, 'site' | 'bucket' | 'distributionIds'> & {
  readonly site: ReadSiteOptions;
};

export async function commonInput(session: Session, request: DeployRequest): Promise<CommonInput> {
  const {config: given, root} = await session.config();
  const config = expandPresets(given);
  const prefix = prefixFor(request.prefix, config);
  if (request.release !== undefined && !/^[\w.-]{1,64}$/.test(request.release)) {
    throw badFlag('release', request.release, '1 to 64 letters, digits, dots, hyphens and underscores');
  }
  const errorPages = config.distribution?.customErrorResponses ?? [];
  const dir = request.dir === undefined ? configuredDir(config.site?.dir, root) : resolve(request.dir);
  const sourceMaps = request['source-maps'] ?? config.site?.sourceMaps;
  const {keep, maxDelete, protect, allowSecrets, lockTimeout} = config.deploy ?? {};
  const [aws, built] = await Promise.all([session.aws(), readCommit(dir, process.env)]);
  const timeoutMs =
    request['lock-timeout'] ?? (lockTimeout === undefined ? undefined : parseDuration(lockTimeout));
  return {
    aws,
    site: {
      dir,
      site: {...config.site, ...(sourceMaps !== undefined && {sourceMaps})},
      errorPages: errorPages.flatMap(page => page.responsePagePath ?? []),
    },
    keep,
    maxDelete: request['max-delete'] ?? parseMaxDelete(String(maxDelete ?? '')),
    protect,
    allowSecrets,
    force: request.force,
    holder: holderFacts(process.env),
    lock: {...(timeoutMs !== undefined && {timeoutMs})},
    isAncestor: (older, newer) => isAncestor(dir, older, newer),
    ...commitOf(request.commit, built),
    prefix,
    prune: request.prune,
    concurrency: request.concurrency,
    invalidation: config.invalidation,
    cleanUrls: config.site?.cleanUrls,
    wait: request.wait,
    timeoutMs: request.timeoutMs,
    ...(config.name !== undefined && {name: config.name}),
    verify: request.verify,
    release: request.release ?? releaseId(Date.now(), Math.random),
    isNamed: request.release !== undefined,
    signal: session.signal,
  };
}

/** `--commit` wins; its date is known where it is the one that is checked out. */
function commitOf(
  flag: string | undefined,
  built: Commit | undefined,
): Pick<DeployInput, 'commit' | 'committedAt'> {
  if (flag === undefined) return {...built};
  return built?.commit.startsWith(flag) === true ? {...built, commit: flag} : {commit: flag};
}

/** Without slashes at its ends. Failure USAGE (exit 2). */
export function prefixFor(flag: string | undefined, config: Config): string {
  const prefix = (flag ?? config.bucket?.prefix ?? '').replaceAll(/^\/+|\/+$/g, '');
  if (prefix === '' || keyPrefix.test(prefix)) return prefix;
  throw badFlag(
    'prefix',
    prefix,
    'a key prefix such as sites/www: no empty segments, "." or "..", and not .frontctl',
  );
}

/** Failures NO_BUCKET, USAGE (exit 2). */
export function bucketFor(flag: string | undefined, {config, file}: LoadedConfig): string {
  const {name} = config;
  const bucket =
    checkedBucket(flag) ?? config.bucket?.name ?? (name === undefined ? undefined : bucketName(name));
  if (bucket !== undefined) return bucket;
  const where = file === undefined ? '' : ` in ${relative(process.cwd(), file)}`;
  throw new Failure('usage', 'NO_BUCKET', `No bucket is named${where}.`, {
    hint: 'Name it with --bucket NAME or bucket.name in the config, or add --local to see the site on this machine.',
  });
}

function badFlag(flag: string, value: string, allowed: string): Failure {
  return new Failure('usage', 'USAGE', `--${flag} "${value}" is not ${allowed}.`);
}

/** A bucket's name, an access point's ARN or alias. A slash would go on as part of every key. */
function checkedBucket(flag: string | undefined): string | undefined {
  if (flag === undefined || /^(?:arn:\S+|\w[\w.-]*)$/.test(flag)) return flag;
  throw badFlag('bucket', flag, 'a bucket name; folders inside the bucket go into --prefix');
}

export async function awsTarget(
  session: Session,
  request: DeployRequest,
): Promise<Pick<DeployInput, 'bucket' | 'replicas' | 'distributionIds'>> {
  const loaded = await session.config();
  const {config} = loaded;
  const {name} = config;
  const bucket = bucketFor(request.bucket, loaded);
  const named =
    config.distribution?.id ??
    (request.distribution || name === undefined ? undefined : await ownId(session, name, bucket));
  const own = named === undefined ? [] : [named];
  return {
    bucket,
    replicas: (config.bucket?.replicas ?? []).map(replica => replica.name),
    distributionIds: request.distribution ?? [
      ...new Set([...own, ...(config.invalidation?.distributions ?? [])]),
    ],
  };
}

/** The distribution that `apply` made for the site; a role that may not look for it deploys without one. */
async function ownId(session: Session, name: string, bucket: string): Promise<string | undefined> {
  try {
    return (await findByTag(await session.aws(), name, bucket))?.id;
  } catch (error) {
    if (error instanceof Failure && error.exit === 'access') return undefined;
    throw error;
  }
}

export async function localSite(
  session: Session,
  request: DeployRequest,
  common: CommonInput,
): Promise<EnsureSiteInput> {
  const {config: given} = await session.config();
  const config = expandPresets(given);
  const bucket = checkedBucket(request.bucket) ?? config.bucket?.name;
  // The config's id belongs to AWS; the embedded cloud has a distribution of its own.
  const {id: _id, ...distribution} = config.distribution ?? {};
  return {
    aws: common.aws,
    settings: {
      name: config.name ?? siteName(common.site.dir),
      config: {
        ...config,
        bucket: {...config.bucket, ...(bucket === undefined ? {} : {name: bucket}), prefix: common.prefix},
        distribution: {
          ...distribution,
          ...(request.distribution?.[0] === undefined ? {} : {id: request.distribution[0]}),
        },
      },
      code: await functionCode(session, config),
    },
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
