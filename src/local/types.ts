/** What the rooms of the embedded cloud share. Nothing here imports anything of frontctl but `failure`. */

/** Milliseconds since the epoch on the cloud's own clock. Tests move it with `advance`; timers due by then fire. */
export interface Clock {
  now(): number;
  /** Runs `task` once `delayMs` of cloud time have passed (0: as soon as possible, never synchronously). */
  after(delayMs: number, task: () => void): void;
  advance(ms: number): void;
}

/** What IAM lets an identity do. `keys`: the condition keys of the request, in lower case; built only when a statement asks. */
export interface IdentityPolicy {
  allows(action: string, resource: string, keys?: () => ReadonlyMap<string, readonly string[]>): boolean;
}

/** Who signed a request. */
export type Caller =
  | {readonly kind: 'anonymous'}
  | {
      readonly kind: 'identity';
      readonly accessKeyId: string;
      readonly accountId: string;
      readonly arn: string;
      /** Absent: it may do everything in its account. */
      readonly policy?: IdentityPolicy;
    }
  /** An AWS service on behalf of a resource: the edge reading S3 through OAC. */
  | {
      readonly kind: 'service';
      readonly principal: string;
      readonly sourceArn: string;
      readonly sourceAccount: string;
    }
  /** The edge reading S3 as an origin access identity of CloudFront. */
  | {readonly kind: 'access-identity'; readonly id: string; readonly canonicalUserId: string};

export interface CallContext {
  readonly caller: Caller;
  readonly requestId: string;
  /** Request headers, lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Scheme, host and port that the client used, without a slash at the end. */
  readonly origin: string;
}

export type Handler<I, O> = (input: I, context: CallContext) => Promise<O> | O;

/**
 * Handlers by operation name, typed by the SDK's aggregated client (`CloudFront`, `S3`, `ACM`, `Route53`):
 * `{CreateInvalidation(input: CreateInvalidationCommandInput): CreateInvalidationCommandOutput}`.
 * An operation without a handler answers the service's NotImplemented error. `$metadata` need not be returned.
 */
export type Handlers<Client> = {
  readonly [K in keyof Client as K extends string ? Capitalize<K> : never]?: Client[K] extends (
    args: infer I,
    options: infer _Options,
    cb: (error: unknown, data?: infer O) => void,
  ) => void
    ? Handler<I, Omit<NonNullable<O>, '$metadata'>>
    : never;
};

/** An error answer in the service's own protocol. `code` is AWS's name for it (`NoSuchDistribution`). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    /** More members of the error shape or of S3's error document (`Key`, `BucketName`, ...). */
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** The one account of the embedded cloud. */
export const accountId = '000000000000';

/** Ordered map with string keys, in UTF-8 byte order. Reads are synchronous; writes only inside `Store.write`. */
export interface Table<V> {
  get(key: string): V | undefined;
  put(key: string, value: V): void;
  delete(key: string): void;
  /** Keys that start with `prefix`, after `after` (exclusive) or from `from` (inclusive), ascending, at most `limit`. */
  range(options?: {
    readonly prefix?: string;
    readonly after?: string;
    readonly from?: string;
    readonly limit?: number;
  }): Iterable<readonly [key: string, value: V]>;
}

export interface Store {
  table<V>(name: string): Table<V>;
  /**
   * Runs `change` as one atomic transaction (a throw rolls it back and rejects). Resolves once a kill -9 can no longer
   * lose it. `change` is synchronous and sees its own writes.
   */
  write<T>(change: () => T): Promise<T>;
  /** Bodies too large for a table value: files, written whole or not at all (temporary name, then rename). */
  readonly blobs: Blobs;
  close(): Promise<void>;
}

export interface Blobs {
  /** Where a new body is written. Not visible to readers until a table entry names its id. */
  create(): Promise<BlobWriter>;
  /** Reads `[start, end)` bytes, the whole body by default. */
  read(id: string, range?: {readonly start: number; readonly end: number}): NodeJS.ReadableStream;
  delete(id: string): Promise<void>;
}

export interface BlobWriter {
  readonly id: string;
  write(chunk: Uint8Array): Promise<void>;
  /** After this the body survives kill -9. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}
