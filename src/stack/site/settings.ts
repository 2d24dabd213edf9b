import type {Config, DistributionSettings} from '../../config/types.js';
import {
  structureOf,
  completed,
  siteTag,
  toApi,
  type BuildContext,
  type NamedConfigs,
  type NamedKind,
  type ReferenceKind,
  type WantedFunction,
} from '../../distribution/index.js';
import {desiredBucket, type EncryptionSettings} from '../../bucket/index.js';
import {bucketName, originAccessControlName} from '../names.js';

/** A site's config with everything in it that lies outside: presets expanded, the code of functions read. */
export interface SiteSettings {
  /** Names the resources and the tag. */
  readonly name: string;
  readonly config: Config;
  /** Code of the functions that lie in files, by their key in the config. */
  readonly code: ReadonlyMap<string, string>;
}

export interface WantedNamed {
  readonly kind: NamedKind;
  /** At AWS. */
  readonly name: string;
  readonly config: NamedConfigs[NamedKind];
}

export interface WantedBucket {
  readonly name: string;
  /** Where the config says it is; undefined: where it is, or the region of the profile. */
  readonly region: string | undefined;
  readonly isMain: boolean;
}

const sections = {
  'cache policy': 'cachePolicies',
  'origin request policy': 'originRequestPolicies',
  'response headers policy': 'responseHeadersPolicies',
  'origin access control': 'originAccessControls',
} as const satisfies Record<NamedKind, keyof Config>;

export const namedKinds = Object.keys(sections) as NamedKind[];

/** Ends the comment of what frontctl made by name, so that it is known again when the config no longer has it. */
export const mark = (name: string): string => `(frontctl: ${name})`;

const marked = (comment: string | undefined, name: string): string => {
  const text = comment ?? '';
  const room = 128 - mark(name).length - 1;
  return text === '' ? mark(name) : `${text.slice(0, room)} ${mark(name)}`;
};

const awsName = (name: string, key: string): string => `${name}-${key}`;

/** Whether frontctl makes and manages the distribution as a whole, rather than some fields of one that is there. */
export const isWhole = ({config}: SiteSettings): boolean => config.distribution?.id === undefined;

/** The fields of an existing distribution that the config manages; none for one that it only names. */
export function managedFields({config}: SiteSettings): DistributionSettings {
  const {id: _id, ...fields} = config.distribution ?? {};
  return fields;
}

const namesBucketOrigin = (origins: DistributionSettings['origins']): boolean =>
  origins?.some(({bucket}) => bucket !== undefined) === true;

/** The stack looks after the bucket: it makes it, keeps it private, lets the distribution read it. */
export function managesBucket(settings: SiteSettings): boolean {
  const {config} = settings;
  const origins = config.distribution?.origins;
  if (!isWhole(settings)) return namesBucketOrigin(origins);
  return origins === undefined || namesBucketOrigin(origins) || config.bucket?.name !== undefined;
}

/** As the config says it; undefined where it leaves the encryption as it is. */
export function encryptionOf({config}: SiteSettings): EncryptionSettings | undefined {
  return config.bucket?.encryption === undefined
    ? undefined
    : desiredBucket(config.bucket, {name: ''}).encryption;
}

export function wantedBuckets(settings: SiteSettings): readonly WantedBucket[] {
  if (!managesBucket(settings)) return [];
  const {name, config} = settings;
  const main = {name: config.bucket?.name ?? bucketName(name), region: config.bucket?.region, isMain: true};
  const replicas = (config.bucket?.replicas ?? []).map(each => ({...each, isMain: false}));
  return [main, ...replicas];
}

/** Policies and origin access controls that the config defines. */
export function wantedNamed(settings: SiteSettings): readonly WantedNamed[] {
  const {name, config} = settings;
  const own = namedKinds.flatMap(kind =>
    Object.entries(config[sections[kind]] ?? {}).map(([key, form]): WantedNamed => {
      const isControl = kind === 'origin access control';
      const note = isControl ? 'description' : 'comment';
      const given = form as Readonly<Record<string, unknown>>;
      const comment = marked(typeof given[note] === 'string' ? given[note] : undefined, name);
      const whole = completed(kind, {...given, name: awsName(name, key), [note]: comment});
      return {
        kind,
        name: awsName(name, key),
        config: toApi(structureOf(kind), whole),
      };
    }),
  );
  const needsControl = managesBucket(settings) && usesMainControl(settings);
  return needsControl ? [mainControl(name), ...own] : own;
}

const usesMainControl = ({config}: SiteSettings): boolean =>
  (config.distribution?.origins ?? [{bucket: true as const}]).some(
    origin =>
      origin.bucket !== undefined && !('originAccessControlId' in origin && origin.originAccessControlId),
  );

const mainControl = (name: string): WantedNamed => ({
  kind: 'origin access control',
  name: originAccessControlName(name),
  config: {
    Name: originAccessControlName(name),
    Description: 'Made by frontctl',
    OriginAccessControlOriginType: 's3',
    SigningBehavior: 'always',
    SigningProtocol: 'sigv4',
  },
});

export function wantedFunctions({name, config, code}: SiteSettings): readonly WantedFunction[] {
  return Object.entries(config.functions ?? {}).map(([key, {runtime, comment, code: inline}]) => ({
    name: awsName(name, key),
    code: inline ?? code.get(key) ?? '',
    runtime: runtime ?? 'cloudfront-js-2.0',
    comment: marked(comment, name),
  }));
}

/** Alternate domain names, lower case. */
export const hostsOf = ({config}: SiteSettings): readonly string[] =>
  (config.distribution?.aliases ?? []).map(alias => alias.toLowerCase());

/** Names to be on a certificate that ACM issues; undefined where the config names a certificate itself, or no alias. */
export function certificateNames(settings: SiteSettings): readonly string[] | undefined {
  const {config} = settings;
  const hosts = hostsOf(settings);
  if (hosts.length === 0 || config.certificate?.arn !== undefined) return undefined;
  if (config.distribution?.viewerCertificate !== undefined || config.distribution?.raw?.ViewerCertificate)
    return undefined;
  return config.certificate?.names ?? hosts;
}

/** Tags of everything that can have some. */
export const tagsOf = ({name, config}: SiteSettings): Readonly<Record<string, string>> => ({
  ...config.tags,
  [siteTag]: name,
});

/** What building the DistributionConfig takes. `regions`: of the buckets, by name. */
export function buildContext(
  settings: SiteSettings,
  regions: ReadonlyMap<string, string>,
  certificate: string | undefined,
): BuildContext {
  const {name, config} = settings;
  const [main] = wantedBuckets(settings);
  return {
    name,
    bucket: main && {
      name: main.name,
      region: regions.get(main.name) ?? main.region ?? 'us-east-1',
      prefix: config.bucket?.prefix ?? '',
    },
    regions,
    defined: (kind, key) => definedName(settings, kind, key),
    accessControl: originAccessControlName(name),
    hasCacheTags: config.site?.rules?.some(({cacheTags = []}) => cacheTags.length > 0) === true,
    certificate: hostsOf(settings).length === 0 ? undefined : (config.certificate?.arn ?? certificate),
  };
}

function definedName({name, config}: SiteSettings, kind: ReferenceKind, key: string): string | undefined {
  const section =
    kind === 'function'
      ? config.functions
      : kind in sections
        ? config[sections[kind as NamedKind]]
        : undefined;
  return section !== undefined && Object.hasOwn(section, key) ? awsName(name, key) : undefined;
}
