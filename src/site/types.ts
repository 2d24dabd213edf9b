import type {SiteConfig} from '../config/types.js';

/**
 * How a file may be replaced. `fingerprinted`: the name holds a hash of the content, so the bytes under this key never
 * change. `html`: an entry point that names other files: a page, a service worker. `asset`: the rest.
 */
export type FileKind = 'fingerprinted' | 'asset' | 'html';

/** The response headers that are stored with the object, exactly as S3 will answer them. */
export interface FileHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
  /**
   * The metadata `cache-tag`, its tags separated by commas; absent without tags. A `{release}` stands as it is written in
   * the rule, so that a new release alone changes no header; the object gets the id of the release that writes it.
   */
  readonly cacheTags?: string;
  /**
   * What else S3 keeps with the object, by lowercase name of S3's header: `content-encoding`, `content-language`,
   * `content-disposition`, `x-amz-website-redirect-location`, `x-amz-storage-class`, `x-amz-meta-*`. Absent without any.
   */
  readonly others?: Readonly<Record<string, string>>;
}

/** One file of a build, ready to upload. */
export interface SiteFile {
  /**
   * Path relative to the build folder, `/`-separated on every platform, no leading slash, not percent-encoded. The
   * characters are those on disk: no Unicode normalisation, because S3 keys and URLs are compared byte by byte and the
   * HTML links to the name that the build wrote.
   */
  readonly key: string;
  /** Absolute path, to read the bytes from. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lowercase hex. */
  readonly sha256: string;
  /** The bytes as they were hashed, where there was room for them. Read them through `keptBody`. */
  readonly kept?: KeptBytes;
  /** Of a large file that was at rest when it was hashed: while it has this stamp, its bytes are those. See `stampOf`. */
  readonly stamp?: string;
  readonly kind: FileKind;
  readonly headers: FileHeaders;
  /** Why these headers, for `--dry-run` and `--json`: `fingerprint (vite)`, `html`, `default`, `config rule 2: *.pdf`. */
  readonly rule: string;
}

export interface KeptBytes {
  readonly body: Uint8Array;
  /** Of the file when it was found: another one means that it was written since. */
  readonly stamp: string;
}

/** A file that is in the build folder and not deployed. */
export interface SkippedFile {
  /** Like a key: relative, `/`-separated. A skipped folder ends in `/` and stands for everything in it. */
  readonly path: string;
  /** One clause: `dotfile`, `ignored by site.ignore`, `symbolic link to a place outside the build folder`. */
  readonly reason: string;
}

/** A file that looks as if it must not be public. */
export interface Suspect {
  readonly key: string;
  /** Completes "KEY ...": `holds a private key`. Nothing of the secret is in it. */
  readonly why: string;
}

export interface Site {
  /** Absolute path of the build folder. */
  readonly dir: string;
  /** Sorted by key in UTF-8 byte order, the order in which S3 lists. Never empty. */
  readonly files: readonly SiteFile[];
  /** Sorted like `files`. */
  readonly skipped: readonly SkippedFile[];
  /** Files that look like secrets (see secrets.ts), sorted like `files`. */
  readonly suspects: readonly Suspect[];
  /** Sum of the sizes. */
  readonly bytes: number;
}

/**
 * Hashes of earlier runs, so that a file whose size and times did not move need not be read again. A cache only makes
 * things faster: losing it changes no result.
 */
export interface HashCache {
  /** The digests stored for exactly this key, size and stamp, or undefined. */
  get(key: string, size: number, stamp: string): Digests | undefined;
  set(key: string, size: number, stamp: string, digests: Digests): void;
  /** Every file is read: nothing more is asked. */
  save?(): Promise<void>;
}

/** What is known of a file once its bytes were read. */
export interface Digests {
  /** Lowercase hex. */
  readonly sha256: string;
  /** Why its content looks like a secret; absent: it does not. Kept by caches, whose format must change with secrets.ts. */
  readonly suspect?: string;
}

export interface ReadSiteOptions {
  /** Build folder; relative paths are relative to the working directory. */
  readonly dir: string;
  readonly site: SiteConfig;
  /** Worker threads for hashing large files, the main thread not counted; 0 hashes everything on the main thread. Default: cores - 1, at most 4. */
  readonly concurrency?: number;
  readonly hashCache?: HashCache;
  /**
   * Keys (or `/`-paths) that the distribution serves as custom error responses: `customErrorResponses[].responsePagePath`.
   * They get no `s-maxage` (see `cacheControl` in rules.ts). `404.html` and its like are known without being named.
   */
  readonly errorPages?: readonly string[];
  /** Called now and then with absolute counts of what is hashed so far. */
  readonly onProgress?: (hashed: {
    readonly files: number;
    readonly bytes: number;
    readonly totalFiles: number;
    readonly totalBytes: number;
  }) => void;
  /** Stops the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
