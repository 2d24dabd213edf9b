import type {ACMClient} from '@aws-sdk/client-acm';
import type {CloudFrontClient} from '@aws-sdk/client-cloudfront';
import type {KMSClient} from '@aws-sdk/client-kms';
import type {Route53Client} from '@aws-sdk/client-route-53';
import type {S3Client} from '@aws-sdk/client-s3';

/** The flags that choose an account, a region and an endpoint. What is left out comes from the SDK's own environment and files. */
export interface AwsOptions {
  /** --profile; wins over AWS_PROFILE. */
  readonly profile?: string | undefined;
  /** --region; wins over AWS_REGION and the profile's region. */
  readonly region?: string | undefined;
  /** --endpoint-url; one endpoint for every service, wins over AWS_ENDPOINT_URL(_S3, ...). */
  readonly endpointUrl?: string | undefined;
  /** The embedded cloud: its endpoint and its fixed key pair, whatever the environment says. */
  readonly local?: {readonly endpoint: string} | undefined;
  /** Where the AWS_* variables that this folder reads itself are looked up. Default: process.env. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** The AWS services of one account. Every client is made, and its package loaded, on first use. */
export interface Aws {
  /** --region, the SDK's environment, the profile, else us-east-1. Failure PROFILE_NOT_FOUND, CONFIG_UNREADABLE. */
  readonly region: () => Promise<string>;
  /** Follows a bucket to its own region by itself; `region` is for buckets that are still to be made. Default: `region()`. */
  readonly s3: (region?: string) => Promise<S3Client>;
  /** Signs for us-east-1 whatever the region. */
  readonly cloudfront: () => Promise<CloudFrontClient>;
  /** us-east-1: the only region whose certificates CloudFront takes. */
  readonly acm: () => Promise<ACMClient>;
  readonly route53: () => Promise<Route53Client>;
  /** Of one region: a key is used where it was made, in the bucket's region. Default: `region`. Memoised by region. */
  readonly kms: (region?: string) => Promise<KMSClient>;
  /** The objects of one bucket without the SDK's S3 client. Memoised by bucket name. */
  readonly objects: (bucket: string) => Promise<ObjectStore>;
  /** CloudFront, ACM, Route 53 or KMS answered this process, be it with an error: its endpoint is right, an outage is one. */
  readonly hasAnswered: (service: Exclude<ServiceId, 's3'>) => boolean;
  /** By --endpoint-url, --local, or AWS_ENDPOINT_URL(_*) in the environment. An endpoint in the shared config file is honoured but not seen here. */
  readonly isEndpointOverridden: boolean;
  /** See `commandFlags`: what a command that frontctl tells people to run next has to say. */
  readonly commandFlags: string;
  /** Closes sockets. Calls that still run fail. */
  readonly close: () => Promise<void>;
}

export type ServiceId = 's3' | 'cloudfront' | 'acm' | 'route53' | 'kms';

/** What a call does, for error texts: the API's own operation name (`CreateInvalidation`) and whom it concerns (`distribution E123`, `bucket site`). */
export interface CallSubject {
  readonly service: ServiceId;
  readonly operation: string;
  readonly resource: string;
}

export interface PutObject {
  /** Any key S3 takes: up to 1,024 bytes of UTF-8, no leading-slash or dot-segment rules. */
  readonly key: string;
  readonly body: Uint8Array;
  /** SHA-256 of `body`, lowercase hex. Also the SigV4 payload hash, so S3 refuses a body that differs (BadDigest, XAmzContentSHA256Mismatch). */
  readonly sha256: string;
  /** Lowercase names: `content-type`, `cache-control`, `content-encoding`, `x-amz-meta-*`, `x-amz-server-side-encryption`, ... */
  readonly headers: Readonly<Record<string, string>>;
  /** An ETag as S3 gave it, quotes included. Another object under the key: Failure PRECONDITION_FAILED (exit 4). */
  readonly ifMatch?: string | undefined;
  /** Write only where no object is. */
  readonly ifNoneMatch?: '*' | undefined;
}

/** Server-side copy of one object onto a key of the same bucket; `headers` replace the source's (MetadataDirective REPLACE). */
interface CopyObject {
  readonly from: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Copies only if the source still has this ETag: else Failure PRECONDITION_FAILED. */
  readonly sourceIfMatch?: string | undefined;
}

export interface StoredObject {
  readonly body: Uint8Array;
  /** With its quotes, as in every ETag here. */
  readonly etag: string;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One part of an object. */
export interface SentPart {
  /** From 1. */
  readonly number: number;
  readonly etag: string;
  /** Base64, where the service told it. */
  readonly crc32: string | undefined;
}

/** An object in parts: nobody sees any of it before `complete`, and S3 bills what was sent until `abort`. */
export interface ObjectParts {
  /** `headers` as in `put`. `isRepeat`: an attempt before may have begun another upload. */
  readonly create: (
    key: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<{readonly uploadId: string; readonly isRepeat: boolean}>;
  /** `number` from 1 to 10,000. */
  readonly send: (part: {
    readonly key: string;
    readonly uploadId: string;
    readonly number: number;
    readonly body: Uint8Array;
    /** Of the body; it is compared on the other side. */
    readonly crc32: number;
    /** Ends the request. */
    readonly signal?: AbortSignal | undefined;
  }) => Promise<SentPart>;
  /** In any order. */
  readonly complete: (
    key: string,
    uploadId: string,
    parts: readonly SentPart[],
  ) => Promise<{readonly etag: string}>;
  /** An upload that is gone is no error. */
  readonly abort: (key: string, uploadId: string) => Promise<void>;
}

export interface ObjectHead {
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** A whole listing, in the order of the keys' UTF-8 bytes (S3's own), without duplicates. */
export type Listing = readonly ListedObject[];

/** A key that a delete of many did not delete. */
export interface UndeletedKey {
  readonly key: string;
  /** `AccessDenied`, `InternalError`, ... */
  readonly code: string;
  readonly message: string;
}

/** How many requests may be in flight at a time, as last adapted. */
export interface Concurrency {
  readonly limit: number;
  readonly inFlight: number;
}

/**
 * One bucket over lean signed HTTP: small bodies, adaptive concurrency, retries with full jitter. Calls beyond the
 * concurrency limit queue inside. Every method throws Failure; a missing bucket is NO_SUCH_BUCKET, a missing object `undefined`.
 */
export interface ObjectStore {
  readonly bucket: string;
  readonly put: (object: PutObject) => Promise<{readonly etag: string}>;
  /** The whole body in memory: manifests and the like. `not-modified` answers `ifNoneMatch` only. */
  readonly get: (
    key: string,
    options?: {
      readonly ifNoneMatch?: string | undefined;
      /** Takes a 200's body as it comes; the answer has an empty one. `isFirst` again after a lost connection. */
      readonly onPiece?: ((piece: Uint8Array, isFirst: boolean) => void) | undefined;
    },
  ) => Promise<StoredObject | 'not-modified' | undefined>;
  readonly parts: ObjectParts;
  readonly head: (key: string) => Promise<ObjectHead | undefined>;
  readonly copy: (copy: CopyObject) => Promise<{readonly etag: string}>;
  /** Deletes one object, with If-Match where given (Failure PRECONDITION_FAILED). A missing one is no error. */
  readonly delete: (key: string, options?: {readonly ifMatch?: string | undefined}) => Promise<void>;
  /** DeleteObjects in batches of 1,000; answers the keys that S3 refused, never throws for those. */
  readonly deleteMany: (keys: readonly string[]) => Promise<readonly UndeletedKey[]>;
  /**
   * ListObjectsV2, paged. `splitAt`, asked when there is more than one page, answers keys (any order, full keys) between
   * which ranges are listed in parallel: take them at regular steps from the sorted keys that are expected. They change the
   * speed only, never the result.
   */
  readonly list: (options?: {
    readonly prefix?: string | undefined;
    readonly splitAt?: (() => Promise<readonly string[]>) | undefined;
    /** Reads no further page once it has so many: the first ones, perhaps some more. Only without `splitAt`. */
    readonly atLeast?: number | undefined;
  }) => Promise<Listing>;
  readonly concurrency: Concurrency;
  /**
   * Milliseconds since the epoch by the service's clock, from the `Date` of its last answer: up to a second and the answer's
   * way behind, never ahead. This machine's clock until something has answered.
   */
  readonly serverNow: () => number;
  readonly close: () => Promise<void>;
}

/** One look at something remote: finished with a value, or the status to show while waiting. */
export type Poll<T> =
  {readonly done: true; readonly value: T} | {readonly done: false; readonly status: string};

export interface WaitOptions<T> {
  readonly poll: (signal: AbortSignal) => Promise<Poll<T>>;
  /** Step id of the `wait` events. */
  readonly id: string;
  /** What is waited for, for the timeout's text: `invalidation I123 of distribution E1`. Default: `id`. */
  readonly subject?: string | undefined;
  /** What to run to go on waiting; the timeout's hint. */
  readonly resumeHint?: string | (() => string) | undefined;
  /**
   * Nothing of the service has answered yet: until it does, three refused connections in a row end the wait with the
   * error of the last, since the endpoint may be wrong. Default false: outages are waited out.
   */
  readonly isFirstContact?: boolean | undefined;
  readonly timeoutMs: number;
  /** Pause after the first poll, its growth and its limit, milliseconds. */
  readonly delay: {readonly firstMs: number; readonly factor: number; readonly maxMs: number};
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}
