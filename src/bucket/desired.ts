import type {BucketConfig} from '../config/types.js';
import {diff, type FieldChange} from '../diff/index.js';
import {spelledOut, type FormValue} from '../distribution/form/index.js';
import type {BucketSettings, EncryptionSettings, LiveBucket} from './state.js';

/** Tag of everything that belongs to a site; the value is the site's name. */
const siteTag = 'frontctl:site';

const allBlocked = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
} as const;

/**
 * What the config says, and what keeps a bucket private: all public access blocked, ACLs off. What the config leaves out
 * (lifecycle, CORS, versioning, encryption) is missing here and stays as it is on the bucket; so do tags of others.
 */
export function desiredBucket(
  config: BucketConfig,
  {name, tags = {}}: {readonly name: string; readonly tags?: Readonly<Record<string, string>> | undefined},
): BucketSettings {
  const {versioning, encryption, lifecycle, cors} = config;
  return {
    publicAccessBlock: allBlocked,
    ownership: 'BucketOwnerEnforced',
    ...(versioning === undefined ? {} : {versioning}),
    ...(encryption === undefined
      ? {}
      : {
          encryption: {
            ...encryption,
            algorithm: encryption.algorithm ?? (encryption.kmsKeyId === undefined ? 'AES256' : 'aws:kms'),
          },
        }),
    ...(lifecycle === undefined ? {} : {lifecycle: lifecycle.map(rule => lifecycleRule(rule))}),
    ...(cors === undefined ? {} : {cors: cors.map(rule => spelledOut('CORSRule', rule))}),
    tags: {...tags, [siteTag]: name},
  };
}

const isFields = (value: unknown): value is FormValue => typeof value === 'object' && value !== null;

/** With what S3 takes for granted, so that rules compare: `Enabled`, and the deprecated `prefix` as the filter that it is. */
function lifecycleRule(given: object): FormValue {
  const {prefix, ...rule} = spelledOut('LifecycleRule', given);
  const filter = isFields(rule['filter']) ? rule['filter'] : {};
  return {
    ...rule,
    status: rule['status'] ?? 'Enabled',
    filter: prefix === undefined || 'and' in filter ? filter : {...filter, prefix},
  };
}

/**
 * What `desired` changes of the bucket, field by field (`versioning`, `publicAccessBlock.blockPublicAcls`,
 * `lifecycle[old-logs].expiration.days`, `tags.team`). `live`: undefined for a bucket that is still to be made. What the
 * endpoint cannot tell is not compared.
 */
export function bucketDiff(live: LiveBucket | undefined, desired: BucketSettings): readonly FieldChange[] {
  const now: BucketSettings = live?.settings ?? {};
  const compared = (Object.keys(desired) as (keyof BucketSettings)[]).filter(
    setting => live?.unknown.includes(setting) !== true,
  );
  return compared.flatMap(setting => {
    switch (setting) {
      case 'tags':
        return diff(only(now.tags ?? {}, Object.keys(desired.tags ?? {})), desired.tags, 'tags');
      case 'encryption':
        return diff(now.encryption, settled(now.encryption, desired.encryption), 'encryption');
      case 'lifecycle': {
        const before = (now.lifecycle ?? []).map(lifecycleRule);
        return diff(before, withIds(desired.lifecycle ?? [], before), 'lifecycle');
      }
      default:
        return diff(now[setting], desired[setting], setting);
    }
  });
}

const only = (tags: Readonly<Record<string, string>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)));

/** Ids and ARNs of one key. */
const isSameKey = (a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  const bare = (key: string): string =>
    key.replace(/^arn:[^/]*:key\//, '').replace(/^arn:[^/]*:alias\//, 'alias/');
  return bare(a) === bare(b);
};

/** The wish with what it leaves open as it is now. */
function settled(
  now: EncryptionSettings | undefined,
  wish: EncryptionSettings | undefined,
): EncryptionSettings | undefined {
  if (now === undefined || wish === undefined) return wish;
  const {kmsKeyId = wish.kmsKeyId, bucketKeyEnabled} = now;
  return {
    ...wish,
    ...(kmsKeyId !== undefined && isSameKey(now.kmsKeyId, wish.kmsKeyId) ? {kmsKeyId} : {}),
    ...(wish.bucketKeyEnabled === undefined && bucketKeyEnabled !== undefined ? {bucketKeyEnabled} : {}),
  };
}

/** S3 gives a rule without an id one of its own: a rule that is otherwise the same has that id. */
function withIds(rules: readonly FormValue[], live: readonly FormValue[]): readonly FormValue[] {
  const taken = new Set<unknown>(rules.map(rule => rule['id']).filter(id => id !== undefined));
  return rules.map(rule => {
    if (rule['id'] !== undefined) return rule;
    const same = live.find(({id, ...rest}) => !taken.has(id) && diff([rest], [rule]).length === 0);
    if (same === undefined) return rule;
    taken.add(same['id']);
    return {id: same['id'], ...rule};
  });
}
