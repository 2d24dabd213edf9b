/** Which distributions, or tenants of one, a command means. */
import type {Aws} from '../../aws/index.js';
import {
  findByAlias,
  findByTag,
  listDistributions,
  readDistribution,
  readTenant,
  siteTag,
  taggedIds,
  type Distribution,
} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import type {Owner} from '../../invalidation/index.js';
import {findCloud} from '../embedded-cloud.js';
import type {Session} from '../session.js';

export interface TargetFlags {
  /** Ids, host names, tags `KEY=VALUE` or site names. */
  readonly distribution: readonly string[] | undefined;
  /** Ids of distribution tenants. */
  readonly tenant: readonly string[] | undefined;
  readonly local: boolean;
}

export interface Target extends Owner {
  /** Its whole config, read on first use: a role that may only invalidate needs no more. */
  readonly distribution: () => Promise<Distribution>;
  /** Host names that it answers for, read on first use. */
  readonly hosts: () => Promise<readonly string[]>;
  /** The config file describes it: its bucket, prefix and clean URLs hold. */
  readonly isConfigured: boolean;
}

/** What people call it. */
export const nameOf = ({
  distributionId,
  tenantId,
}: {
  readonly distributionId: string;
  readonly tenantId?: string | undefined;
}): string => tenantId ?? distributionId;

/** A typed word that is a whole URL. */
export const asUrl = (word: string): URL | undefined =>
  /^https?:\/\//i.test(word) && URL.canParse(word) ? new URL(word) : undefined;

/**
 * --tenant, --distribution, else the config's id, else the distribution tagged with the config's name, else the one that
 * serves the first of `urls`, else, in the embedded cloud, the only one there is. At least one, none twice.
 * Failures: NO_DISTRIBUTION, NO_SUCH_DISTRIBUTION, NO_SUCH_TENANT, AMBIGUOUS_SITE.
 */
export async function findTargets(
  session: Session,
  flags: TargetFlags,
  urls: readonly URL[] = [],
): Promise<readonly Target[]> {
  const aws = await session.aws();
  const tenants = [...new Set(flags.tenant)];
  if (tenants.length > 0) return tenantTargets(aws, tenants, flags.distribution);
  try {
    return await distributionTargets(session, aws, flags, urls);
  } catch (error) {
    throw error instanceof Failure && error.code === 'ACCESS_DENIED' ? orById(error) : error;
  }
}

/** An id asks nothing of AWS: it helps a role that may only invalidate. */
function orById({exit, code, message, hint = '', cause}: Failure): Failure {
  const byId = 'name the distribution by its id: --distribution E...';
  const allowed = hint.replace(/\.$/, '');
  return new Failure(exit, code, message, {hint: allowed === '' ? byId : `${allowed}, or ${byId}`, cause});
}

async function distributionTargets(
  session: Session,
  aws: Aws,
  flags: TargetFlags,
  urls: readonly URL[],
): Promise<readonly Target[]> {
  if (flags.distribution === undefined) return [await defaultTarget(session, flags.local, urls)];
  const [{config}, ...ids] = await Promise.all([
    session.config(),
    ...flags.distribution.map(named => idsOf(aws, named)),
  ]);
  const configured = flags.local ? undefined : config.distribution?.id;
  return [...new Set(ids.flat())].map(id => distributionTarget(aws, id, id === configured));
}

/** The same where the command takes one only. */
export async function findTarget(session: Session, flags: TargetFlags): Promise<Target> {
  const [only, second] = await findTargets(session, flags);
  if (only !== undefined && second === undefined) return only;
  throw new Failure('usage', 'ONE_DISTRIBUTION', 'An invalidation id belongs to one distribution.', {
    hint: 'Name that one with --distribution.',
  });
}

function distributionTarget(aws: Aws, id: string, isConfigured = false): Target {
  let reading: Promise<Distribution> | undefined;
  const distribution = (): Promise<Distribution> => (reading ??= readDistribution(aws, id));
  return {distributionId: id, distribution, hosts: async () => hostsOf(await distribution()), isConfigured};
}

const hostsOf = ({domainName, config}: Distribution): readonly string[] => [
  domainName,
  ...(config.Aliases?.Items ?? []),
];

function tenantTargets(
  aws: Aws,
  tenants: readonly string[],
  distributions: readonly string[] | undefined,
): Promise<readonly Target[]> {
  const [named, second] = distributions ?? [];
  if (second !== undefined) {
    throw new Failure(
      'usage',
      'ONE_DISTRIBUTION',
      'A tenant belongs to one distribution; --distribution names several.',
    );
  }
  return Promise.all(
    tenants.map(async tenantId => {
      const [known] = named === undefined ? [] : await idsOf(aws, named);
      const tenant = known === undefined ? await readTenant(aws, tenantId) : undefined;
      const hosts = async (): Promise<readonly string[]> =>
        (tenant ?? (await readTenant(aws, tenantId))).domains;
      return {...distributionTarget(aws, known ?? tenant?.distributionId ?? ''), tenantId, hosts};
    }),
  );
}

/** One id for an id, a host name or a site name; every distribution that carries a tag. */
async function idsOf(aws: Aws, named: string): Promise<readonly string[]> {
  if (/^E[A-Z0-9]{5,}$/.test(named)) return [named];
  const equals = named.indexOf('=');
  if (equals > 0) {
    const [key, value] = [named.slice(0, equals), named.slice(equals + 1)];
    const ids = await taggedIds(aws, {key, value});
    if (ids.length === 0) throw noSuch(`carries the tag ${named}`);
    return ids;
  }
  const host = asUrl(named)?.hostname ?? named.replace(/\/$/, '');
  if (host.includes('.')) {
    const found = await findByAlias(aws, host);
    if (found === undefined) throw noSuch(`has the domain name or alias ${host}`);
    return [found.id];
  }
  const found = await findByTag(aws, named);
  if (found !== undefined) return [found.id];
  // Emulators begin their ids with any letter.
  if (/^[A-Z][A-Z0-9]{12,13}$/.test(named)) return [named];
  throw noSuch(`carries the tag ${siteTag}=${named}`);
}

const noSuch = (what: string): Failure =>
  new Failure('usage', 'NO_SUCH_DISTRIBUTION', `No distribution of this account ${what}.`, {
    hint: 'Name it by its id (--distribution E...), and check the account (--profile).',
  });

async function defaultTarget(session: Session, local: boolean, urls: readonly URL[]): Promise<Target> {
  const {config} = await session.config();
  const aws = await session.aws();
  // Under --local the config's id belongs to another cloud.
  if (config.distribution?.id !== undefined && !local) {
    return distributionTarget(aws, config.distribution.id, true);
  }
  if (config.name !== undefined) {
    const found = await findByTag(aws, config.name, config.bucket?.name);
    if (found !== undefined) return distributionTarget(aws, found.id, true);
  }
  const [url] = urls;
  if (url !== undefined) {
    const served = local ? await localUrls(session) : [];
    const id = idAt(url, served) ?? (await findByAlias(aws, url.hostname))?.id;
    if (id === undefined && local && isLoopback(url)) throw notServedLocally(url, served);
    if (id === undefined) throw noSuch(`has the domain name or alias ${url.hostname}`);
    return distributionTarget(aws, id);
  }
  if (local) {
    const ids: string[] = [];
    for await (const {Id} of listDistributions(aws)) if (Id !== undefined) ids.push(Id);
    if (ids.length === 1 && ids[0] !== undefined) return distributionTarget(aws, ids[0], true);
    if (ids.length > 1) {
      throw new Failure('usage', 'NO_DISTRIBUTION', `The embedded cloud has ${ids.length} distributions.`, {
        hint: `Name one with --distribution: ${ids.slice(0, 5).join(', ')}`,
      });
    }
    throw new Failure('usage', 'NO_DISTRIBUTION', 'The embedded cloud has no distribution yet.', {
      hint: 'Make one: frontctl deploy DIR --local',
    });
  }
  throw new Failure('usage', 'NO_DISTRIBUTION', 'No distribution is named.', {
    hint: 'Name it with --distribution (its id, host name or a tag KEY=VALUE), or distribution.id in the config.',
  });
}

interface LocalUrl {
  readonly id: string;
  readonly url: string;
}

/** The embedded cloud's distributions and where each is served. */
export async function localUrls(session: Session): Promise<readonly LocalUrl[]> {
  return (await findCloud(await session.location()))?.distributions ?? [];
}

/** An address of this machine, of which only the port tells one distribution from another. */
export const isLoopback = ({hostname}: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);

/** The distribution that answers on the port of `url`. */
export function idAt(url: URL, served: readonly LocalUrl[]): string | undefined {
  if (!isLoopback(url)) return undefined;
  return served.find(each => new URL(each.url).port === url.port)?.id;
}

/** `wanted`: what may be named instead. */
export function notServedLocally(url: URL, served: readonly LocalUrl[], wanted = served): Failure {
  const other = idAt(url, served);
  const what = other === undefined ? 'is no address of the embedded cloud' : `serves distribution ${other}`;
  const urls = wanted.slice(0, 5).map(({id, url: at}) => `${at} (${id})`);
  return new Failure('usage', 'HOST_NOT_SERVED', `${url.origin} ${what}.`, {
    hint:
      urls.length === 0
        ? 'Make a distribution: frontctl deploy DIR --local'
        : `Take a URL of ${urls.join(' or ')}.`,
  });
}
