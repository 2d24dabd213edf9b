import type {KeyAlgorithm} from '@aws-sdk/client-acm';
import type {
  CacheBehavior,
  CachePolicyConfig,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import type {CORSRule, LifecycleRule} from '@aws-sdk/client-s3';
import type {Form} from './form.js';
import type {storageClasses} from './formats.js';

/** Headers for the files whose key matches. The first rule that matches a key and names a header decides it. */
export interface HeaderRule {
  /** Glob(s) on the key, `/`-separated, `**` across folders: `assets/**`, `*.html`, `**\/*.pdf`. A pattern without `/` matches in every folder. */
  readonly match: string | readonly string[];
  readonly cacheControl?: string;
  readonly contentType?: string;
  /**
   * Tags of the files for `frontctl invalidate '#TAG'`: 1 to 256 printable ASCII characters each, without spaces and
   * commas; at most 50. An empty list: none. `{release}` stands for the id of the release that writes the file.
   */
  readonly cacheTags?: readonly string[];
  /** `gzip`, `br`, `zstd`, `deflate`, or several in the order in which they were applied. `identity`: none. */
  readonly contentEncoding?: string;
  /** BCP 47 tags, separated by commas. */
  readonly contentLanguage?: string;
  /** RFC 6266: `inline`, `attachment`, `attachment; filename="report.pdf"`. */
  readonly contentDisposition?: string;
  /** `/path` or an HTTP URL; only S3 website endpoints send viewers there. */
  readonly redirect?: string;
  /** By name without `x-amz-meta-`; printable ASCII, at most 2 KB with the cache tags. An empty object: none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** `STANDARD` when left out. */
  readonly storageClass?: (typeof storageClasses)[number];
}

export interface SiteConfig {
  /** Build folder, relative to the config file. */
  readonly dir?: string;
  /** gitignore-style patterns of files that are never deployed. */
  readonly ignore?: readonly string[];
  /** Tried before the built-in rules. */
  readonly rules?: readonly HeaderRule[];
  /** Globs of keys whose content never changes under the same name, beyond what is recognised by itself. */
  readonly fingerprinted?: readonly string[];
  /**
   * Whether `/about` and `/about/` show `about/index.html`, and `/about` shows `about.html`, so that they are invalidated
   * with it. Left out: as the distribution suggests (an S3 website endpoint or Lambda@Edge before the cache or the origin).
   */
  readonly cleanUrls?: boolean;
  /** Whether source maps (`*.js.map`, `*.css.map`) are deployed; false when left out. */
  readonly sourceMaps?: boolean;
}

/** How changed files become invalidation items. */
export interface InvalidationConfig {
  /** `balanced` when left out. */
  readonly strategy?: 'exact' | 'balanced' | 'frugal';
  /**
   * Most items of one invalidation; a wildcard counts as one, as in CloudFront's price. A deploy that both replaces and
   * deletes files shares it between the two that it sends. `balanced`: 100 items, 15 of them wildcards, unless told.
   */
  readonly budget?: number;
  /** Most wildcards among them. */
  readonly maxWildcards?: number;
  /** Ids of further distributions in front of the same bucket, which a deploy invalidates too. */
  readonly distributions?: readonly string[];
}

/** What a deploy keeps, and what it refuses to do. */
export interface DeployConfig {
  /** How long fingerprinted files stay that are no longer in the build, so that open pages still load them. */
  readonly keep?: {
    /** Releases that keep theirs, the live one counted; 5 when left out. */
    readonly releases?: number;
    /** Days that those of a release stay after the next one. */
    readonly days?: number;
  };
  /** Most files that a deploy may delete, or the percentage of the live ones (`25%`, the default; `100%`: no limit). */
  readonly maxDelete?: number | `${number}%`;
  /** Globs of keys that a deploy neither overwrites nor deletes. */
  readonly protect?: readonly string[];
  /** Globs of files that are deployed although they look like secrets. */
  readonly allowSecrets?: readonly string[];
  /** How long a deploy waits for another one of the same site: `90s`, `10m`. */
  readonly lockTimeout?: string;
}

/** What encrypts objects that are uploaded without a wish of their own. */
export interface BucketEncryption {
  /** `AES256` (SSE-S3) when left out, as S3's own default. */
  readonly algorithm?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** Key id, ARN or alias. Its key policy must let CloudFront decrypt: `apply` adds the statement. */
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
}

/** A second bucket with the settings of the first, in another region. */
export interface ReplicaBucket {
  readonly name: string;
  readonly region: string;
}

export interface BucketConfig {
  readonly name?: string;
  readonly region?: string;
  /** Key prefix of the site inside the bucket, without slashes at the ends. */
  readonly prefix?: string;
  /** Keeps former versions of objects; replication needs it. */
  readonly versioning?: boolean;
  readonly encryption?: BucketEncryption;
  /** Replaces all lifecycle rules of the bucket; an empty list: none. S3's LifecycleRule in camelCase. */
  readonly lifecycle?: readonly Form<LifecycleRule>[];
  /** Replaces all CORS rules of the bucket; an empty list: none. S3's CORSRule in camelCase. */
  readonly cors?: readonly Form<CORSRule>[];
  readonly replicas?: readonly ReplicaBucket[];
}

export interface CertificateConfig {
  /** An existing certificate in us-east-1; nothing is requested then. */
  readonly arn?: string;
  /** Names on the certificate; the aliases when left out. At most 10 unless AWS has raised the quota. */
  readonly names?: readonly string[];
  /** `RSA_2048` when left out. */
  readonly keyAlgorithm?: Extract<KeyAlgorithm, 'RSA_2048' | 'EC_prime256v1' | 'EC_secp384r1'>;
}

export interface DnsConfig {
  /** `route53`: records are written (default). `none`: they are printed, for another DNS host. */
  readonly provider?: 'route53' | 'none';
  /** Id or name of the hosted zone; the one with the longest matching name when left out. */
  readonly zone?: string;
  /** Record types that point at the distribution; when left out A, AAAA where IPv6 is on, HTTPS where HTTP/3 is. */
  readonly types?: readonly ('A' | 'AAAA' | 'HTTPS')[];
}

/** Code that runs at the edge. Behaviors name it in `functionAssociations[].functionARN`. */
export interface FunctionConfig {
  /** Relative to the config file. */
  readonly file?: string;
  /** The code itself, in place of a file. */
  readonly code?: string;
  /** `cloudfront-js-2.0` when left out. */
  readonly runtime?: 'cloudfront-js-1.0' | 'cloudfront-js-2.0';
  readonly comment?: string;
}

/** An origin; `bucket` in place of `domainName` stands for an S3 bucket behind the stack's origin access control. */
export type OriginSettings = Form<Origin> & {
  /** `true`: the bucket of the config, under its prefix. */
  readonly bucket?: string | true;
  /** Fields that have none of their own here, in CloudFront's own spelling; they win. */
  readonly raw?: Partial<Origin>;
};

/**
 * Policies may be given by id, by the name of one of AWS's own, or by the name that they have in the config; functions and key
 * groups by id or ARN, or by the name that they have in the config or at AWS. Without `targetOriginId` the first origin answers.
 */
export type DefaultBehaviorSettings = Form<DefaultCacheBehavior> & {
  readonly raw?: Partial<DefaultCacheBehavior>;
};
export type BehaviorSettings = Form<CacheBehavior> & {readonly raw?: Partial<CacheBehavior>};

/**
 * The DistributionConfig in camelCase, with plain lists in place of `{Quantity, Items}`. Without `id` frontctl makes the
 * distribution and manages all of it: what is left out has CloudFront's default. With `id` it manages the top-level fields
 * that are named here and leaves all others as they are; with nothing but `id` it changes nothing.
 */
export type DistributionSettings = Omit<
  Form<DistributionConfig>,
  'callerReference' | 'origins' | 'defaultCacheBehavior' | 'cacheBehaviors'
> & {
  /** An existing distribution. */
  readonly id?: string;
  readonly origins?: readonly OriginSettings[];
  readonly defaultCacheBehavior?: DefaultBehaviorSettings;
  readonly cacheBehaviors?: readonly BehaviorSettings[];
  /** Any DistributionConfig field, in CloudFront's own spelling; it takes the place of the whole field. */
  readonly raw?: Partial<DistributionConfig>;
};

/** A static site of pages. */
export interface StaticSitePreset {
  readonly use: 'static-site';
  /** `/about` and `/about/` show `about/index.html`, by a function at the edge. Default true. */
  readonly cleanUrls?: boolean;
  /** AWS's SecurityHeadersPolicy. Default true. */
  readonly securityHeaders?: boolean;
}

/** A single-page app: paths without a file extension show the app; a missing asset stays a 404 (403 from S3). */
export interface SpaPreset {
  readonly use: 'spa';
  /** `/index.html` when left out. */
  readonly fallback?: string;
  readonly securityHeaders?: boolean;
}

/** An API: never cached, all methods, the viewer's headers, query and cookies forwarded. */
export interface ApiPreset {
  readonly use: 'api';
  /** Host name of the API: a load balancer, API Gateway, any server. */
  readonly origin: string;
  /** Path patterns that go to it: `/api/*` when left out beside a site, everything otherwise. */
  readonly paths?: readonly string[];
  /** Sent to the origin with every request, which refuses requests without it: nobody gets around the distribution. */
  readonly secretHeader?: {readonly name: string; readonly value: string};
}

/** HLS and DASH: playlists live for seconds, segments for a day or more. */
export interface VideoPreset {
  readonly use: 'video';
  /** Seconds; default 2. */
  readonly playlistTTL?: number;
  /** Seconds; default a day. */
  readonly segmentTTL?: number;
  /** Origins of players on other hosts; `*` when left out. */
  readonly allowOrigins?: readonly string[];
}

/** A second origin that answers when the first fails. */
export interface FailoverPreset {
  readonly use: 'failover';
  /** A replica of the config's bucket (`bucket.replicas`), by name, or the host name of another server. */
  readonly secondary: string;
  /** Host name of the first server; the config's bucket when left out. */
  readonly primary?: string;
  /** Default 500, 502, 503, 504. */
  readonly statusCodes?: readonly number[];
}

export type Preset = StaticSitePreset | SpaPreset | ApiPreset | VideoPreset | FailoverPreset;
/** A preset without settings may be named alone. */
export type PresetSetting = Preset | 'static-site' | 'spa' | 'video';

/** Defaults of `sign url` and `sign cookies`. */
export interface SigningConfig {
  /** The private key: a file, relative to the config file, or `env:NAME`. Never the key itself. */
  readonly key?: string;
  /** Id of its public key in CloudFront. */
  readonly keyPairId?: string;
  /** `sha1` when left out, as CloudFront's own default. */
  readonly hash?: 'sha1' | 'sha256';
}

export interface Config {
  readonly $schema?: string;
  /** Names the site in tags, default resource names and messages. Lowercase letters, digits, hyphens. */
  readonly name?: string;
  readonly site?: SiteConfig;
  readonly bucket?: BucketConfig;
  /** Common shapes, one or several. They set what the rest of the config leaves open; `plan` shows what they became. */
  readonly preset?: PresetSetting | readonly PresetSetting[];
  readonly distribution?: DistributionSettings;
  readonly certificate?: CertificateConfig;
  readonly dns?: DnsConfig;
  /** By name; at AWS `<site>-<name>`. Fields of the API in camelCase. */
  readonly cachePolicies?: Readonly<Record<string, Form<Omit<CachePolicyConfig, 'Name'>>>>;
  readonly originRequestPolicies?: Readonly<Record<string, Form<Omit<OriginRequestPolicyConfig, 'Name'>>>>;
  readonly responseHeadersPolicies?: Readonly<
    Record<string, Form<Omit<ResponseHeadersPolicyConfig, 'Name'>>>
  >;
  readonly originAccessControls?: Readonly<Record<string, Form<Omit<OriginAccessControlConfig, 'Name'>>>>;
  readonly functions?: Readonly<Record<string, FunctionConfig>>;
  readonly deploy?: DeployConfig;
  readonly invalidation?: InvalidationConfig;
  readonly signing?: SigningConfig;
  readonly tags?: Readonly<Record<string, string>>;
}

/** As written in the file: `environments.<name>` overrides deeply; `${env.NAME}` interpolates in any string. */
export interface ConfigFile extends Config {
  readonly environments?: Readonly<Record<string, Config>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path; undefined when the project has no config file. */
  readonly file: string | undefined;
  /** Folder that relative paths in the config are relative to (the file's folder, else the working directory). */
  readonly root: string;
  /** Selected environment name. */
  readonly environment: string | undefined;
}
