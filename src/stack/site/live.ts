import {customerKey, readBucket, readKeyPolicy, type KeyPolicy, type LiveBucket} from '../../bucket/index.js';
import {
  chooseCertificate,
  listCertificates,
  readCertificate,
  readCertificateTags,
  type Certificate,
  type Choice,
  type ListedCertificate,
} from '../../certificate/index.js';
import type {Aws} from '../../aws/index.js';
import {
  findFunction,
  findManaged,
  findSiteDistribution,
  keyGroupIds,
  listFunctions,
  listNamed,
  namedFields,
  readDistribution,
  readFunctionCode,
  readTags,
  reference,
  referencesIn,
  siteTag,
  wholeConfig,
  type Distribution,
  type Named,
  type NamedKind,
  type Reference,
} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {
  buildContext,
  certificateNames,
  encryptionOf,
  isWhole,
  managedFields,
  mark,
  namedKinds,
  wantedBuckets,
  wantedFunctions,
  type SiteSettings,
} from './settings.js';

export interface LiveFunction {
  readonly name: string;
  readonly arn: string;
  readonly runtime: string;
  readonly comment: string;
  /** Of the LIVE stage; undefined where it was never published. */
  readonly code: string | undefined;
}

/** What there is of a site, and of what its config refers to. */
export interface LiveSite {
  /** Where a bucket is made that names no region. */
  readonly region: string;
  /** By name; those that are there. */
  readonly buckets: ReadonlyMap<string, LiveBucket>;
  /** Policies of the customer managed keys that encrypt the buckets, by bucket. */
  readonly keyPolicies: ReadonlyMap<string, KeyPolicy>;
  /** The account's own policies and origin access controls that the config defines or frontctl once made for the site. */
  readonly named: readonly Named[];
  readonly functions: readonly LiveFunction[];
  /** Ids and ARNs of everything that the config refers to and that is there, by `reference(...)`. */
  readonly ids: ReadonlyMap<string, string>;
  readonly certificate: Choice<ListedCertificate> | undefined;
  /** The one that the distribution presents now, where frontctl requested it for the site. */
  readonly presented: Certificate | undefined;
  readonly distribution: Distribution | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Looks at everything in one round of parallel calls. Failures: NO_SUCH_DISTRIBUTION, AMBIGUOUS_SITE, BUCKET_FORBIDDEN,
 * WRONG_REGION, NO_SUCH_REFERENCE (exit 2) for a policy, function or key group that neither the config nor AWS has.
 */
export async function readSiteStack(aws: Aws, settings: SiteSettings): Promise<LiveSite> {
  const [region, buckets, functions, certificate, found, referred] = await Promise.all([
    aws.region(),
    readBuckets(aws, settings),
    readFunctions(aws, settings),
    findCertificate(aws, settings),
    readLiveDistribution(aws, settings),
    readReferences(aws, settings),
  ]);
  const ids = new Map(referred.ids);
  for (const each of functions)
    if (each.code !== undefined) ids.set(reference('function', each.name), each.arn);
  const [keyPolicies, presented] = await Promise.all([
    readKeyPolicies(aws, settings, buckets),
    readPresented(aws, settings, found.distribution),
  ]);
  return {
    region,
    buckets,
    keyPolicies,
    functions,
    certificate,
    presented,
    named: referred.named,
    ids,
    ...found,
  };
}

/** The key that a bucket is to be encrypted with, or is where the config leaves that open. */
export const keyOf = (settings: SiteSettings, bucket: LiveBucket | undefined): string | undefined =>
  customerKey(encryptionOf(settings) ?? bucket?.settings.encryption);

/** Failures: KMS_MANAGED_KEY (exit 6), NOT_FOUND, ACCESS_DENIED. */
async function readKeyPolicies(
  aws: Aws,
  settings: SiteSettings,
  buckets: LiveSite['buckets'],
): Promise<LiveSite['keyPolicies']> {
  const found = await Promise.all(
    wantedBuckets(settings).map(async ({name, region}) => {
      const keyId = keyOf(settings, buckets.get(name));
      return keyId === undefined
        ? undefined
        : ([name, await readKeyPolicy(aws, keyId, buckets.get(name)?.region ?? region)] as const);
    }),
  );
  return new Map(found.filter(each => each !== undefined));
}

async function readBuckets(aws: Aws, settings: SiteSettings): Promise<ReadonlyMap<string, LiveBucket>> {
  const found = await Promise.all(
    wantedBuckets(settings).map(({name, region}) => readBucket(aws, name, {region})),
  );
  return new Map(found.flatMap(bucket => (bucket === undefined ? [] : [[bucket.name, bucket]])));
}

/** Those of the config, and those that frontctl made for the site earlier. */
async function readFunctions(aws: Aws, settings: SiteSettings): Promise<readonly LiveFunction[]> {
  const wanted = wantedFunctions(settings).map(({name}) => name);
  const hasOwn = isWhole(settings) || wanted.length > 0;
  const listed = hasOwn ? await ifKnown(aws, () => listFunctions(aws)) : [];
  const ours = listed.filter(
    ({name, comment}) => wanted.includes(name) || comment.endsWith(mark(settings.name)),
  );
  return Promise.all(
    ours.map(async ({name}) => {
      const [draft, code] = await Promise.all([findFunction(aws, name), readFunctionCode(aws, name)]);
      return {
        name,
        arn: draft?.arn ?? '',
        runtime: draft?.runtime ?? '',
        comment: draft?.comment ?? '',
        code,
      };
    }),
  );
}

/** Emulators do not know every kind of resource: what they cannot list they do not have. */
async function ifKnown<T>(aws: Aws, list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (aws.isEndpointOverridden && error instanceof Failure && error.code === 'NOT_AWS') return [];
    throw error;
  }
}

async function readPresented(
  aws: Aws,
  settings: SiteSettings,
  distribution: Distribution | undefined,
): Promise<Certificate | undefined> {
  const arn = distribution?.config.ViewerCertificate?.ACMCertificateArn;
  if (arn === undefined || arn === '' || !isWhole(settings)) return undefined;
  const tags = await readCertificateTags(aws, arn);
  return tags[siteTag] === settings.name ? readCertificate(aws, arn) : undefined;
}

async function findCertificate(
  aws: Aws,
  settings: SiteSettings,
): Promise<Choice<ListedCertificate> | undefined> {
  const names = certificateNames(settings);
  if (names === undefined) return undefined;
  const {keyAlgorithm} = settings.config.certificate ?? {};
  return chooseCertificate(await listCertificates(aws), names, {keyAlgorithm});
}

async function readLiveDistribution(
  aws: Aws,
  settings: SiteSettings,
): Promise<Pick<LiveSite, 'distribution' | 'tags'>> {
  const {id} = settings.config.distribution ?? {};
  const [main] = wantedBuckets(settings);
  const distribution =
    id === undefined
      ? await findSiteDistribution(aws, settings.name, main?.name)
      : await readDistribution(aws, id);
  const tags = distribution === undefined ? {} : await readTags(aws, distribution.arn);
  return {distribution, tags};
}

interface Referred {
  readonly named: readonly Named[];
  readonly ids: ReadonlyMap<string, string>;
}

async function readReferences(aws: Aws, settings: SiteSettings): Promise<Referred> {
  const context = buildContext(settings, new Map(), reference('certificate', 'new'));
  const config = isWhole(settings)
    ? wholeConfig(settings.config.distribution ?? {}, context)
    : namedFields(managedFields(settings), context);
  const references = referencesIn(config);
  const ids = new Map<string, string>();
  const lists = await Promise.all(
    namedKinds.map(async kind => {
      const isNeeded = isWhole(settings) || references.some(each => each.kind === kind);
      return isNeeded ? ifKnown(aws, () => listNamed(aws, kind)) : [];
    }),
  );
  const named = lists.flat();
  for (const each of named) ids.set(reference(each.kind, each.name), each.id);
  if (references.some(({kind}) => kind === 'key group')) {
    for (const [name, id] of await keyGroupIds(aws)) ids.set(reference('key group', name), id);
  }
  for (const each of references) await lookUp(aws, settings, each, ids);
  return {named, ids};
}

/** What the config defines itself may be missing still; all else has to be there. */
async function lookUp(
  aws: Aws,
  settings: SiteSettings,
  {kind, name}: Reference,
  ids: Map<string, string>,
): Promise<void> {
  const key = reference(kind, name);
  if (ids.has(key) || kind === 'certificate') return;
  if (name.startsWith(`${settings.name}-`) || name === `frontctl-${settings.name}`) return;
  if (kind === 'function') {
    const arn = (await findFunction(aws, name, 'LIVE'))?.arn;
    if (arn === undefined) throw noSuch(kind, name);
    ids.set(key, arn);
    return;
  }
  const id = (namedKinds as readonly string[]).includes(kind)
    ? await findManaged(aws, kind as NamedKind, name)
    : undefined;
  if (id === undefined) throw noSuch(kind, name);
  ids.set(key, id);
}

function noSuch(kind: string, name: string): Failure {
  return new Failure(
    'usage',
    'NO_SUCH_REFERENCE',
    `The config names the ${kind} "${name}", which neither it nor the account has.`,
    {hint: `Name one that is there, by its name or id, or define it in the config.`},
  );
}
