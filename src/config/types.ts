import type {
  CacheTagConfig,
  CustomErrorResponse,
  DistributionConfig,
  HttpVersion,
  PriceClass,
} from '@aws-sdk/client-cloudfront';

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
}

export interface BucketConfig {
  readonly name?: string;
  readonly region?: string;
  /** Key prefix of the site inside the bucket, without slashes at the ends. */
  readonly prefix?: string;
}

export interface DistributionSettings {
  /** An existing distribution. */
  readonly id?: string;
  readonly aliases?: readonly string[];
  readonly comment?: string;
  readonly defaultRootObject?: string;
  readonly priceClass?: PriceClass;
  readonly httpVersion?: HttpVersion;
  readonly customErrorResponses?: readonly CustomErrorResponse[];
  /** The header of the origin that carries cache tags. */
  readonly cacheTagConfig?: CacheTagConfig;
  /** Any DistributionConfig field that has no field of its own here, in CloudFront's own spelling; merged last. */
  readonly raw?: Partial<DistributionConfig>;
}

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
  readonly distribution?: DistributionSettings;
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
