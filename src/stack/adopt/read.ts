/** What adopting a distribution takes beside its config. */
import {mapConcurrent, type Aws} from '../../aws/index.js';
import {headBucket} from '../../bucket/index.js';
import {
  listNamed,
  managedName,
  originsOf,
  readNamed,
  readTags,
  siteBucket,
  type Distribution,
  type Named,
  type NamedKind,
} from '../../distribution/index.js';

const policies = [
  ['cache policy', 'CachePolicyId'],
  ['origin request policy', 'OriginRequestPolicyId'],
  ['response headers policy', 'ResponseHeadersPolicyId'],
] as const satisfies readonly (readonly [NamedKind, string])[];

/** Names of the account's own policies and origin access controls that the distribution uses, by id. What may not be read has none. */
export async function namesInUse(aws: Aws, {config}: Distribution): Promise<ReadonlyMap<string, string>> {
  const behaviors = [...(config.CacheBehaviors?.Items ?? []), config.DefaultCacheBehavior];
  const wanted = new Map<string, NamedKind>();
  for (const [kind, field] of policies)
    for (const behavior of behaviors) wanted.set(behavior?.[field] ?? '', kind);
  for (const {OriginAccessControlId: id} of originsOf(config)) wanted.set(id ?? '', 'origin access control');
  wanted.delete('');
  const own = [...wanted].filter(([id, kind]) => managedName(kind, id) === undefined);
  const names = new Map<string, string>();
  const read = async ([id, kind]: readonly [string, NamedKind]) => {
    const found = await readNamed(aws, kind, id).catch(() => undefined);
    return [id, found?.config.Name] as const;
  };
  for await (const [id, name] of mapConcurrent(own, 8, read)) if (name !== undefined) names.set(id, name);
  return names;
}

/** Empty where they may not be read. */
export const tagsOf = (aws: Aws, {arn}: Distribution): Promise<Readonly<Record<string, string>>> =>
  readTags(aws, arn).catch(() => ({}));

/** Region of the bucket that the distribution shows, where the domain name does not tell and S3 does. */
export async function bucketRegion(aws: Aws, {config}: Distribution): Promise<string | undefined> {
  const bucket = siteBucket(config);
  if (bucket === undefined || bucket.region !== undefined) return undefined;
  const found = await headBucket(aws, bucket.name).catch(() => undefined);
  return found?.exists === true ? found.region : undefined;
}

/** Cache and origin request policies: AWS's own, and the names of the account's own. */
export async function listPolicies(
  aws: Aws,
): Promise<{readonly managed: readonly Named[]; readonly taken: ReadonlySet<string>}> {
  const list = async (type: 'managed' | 'custom') =>
    (await Promise.all(migratedKinds.map(kind => listNamed(aws, kind, type)))).flat();
  const [managed, own] = await Promise.all([list('managed'), list('custom')]);
  return {managed, taken: new Set(own.map(({name}) => name))};
}

const migratedKinds = ['cache policy', 'origin request policy'] as const;
