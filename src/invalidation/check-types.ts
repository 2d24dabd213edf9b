import type {Pace} from './types.js';

/** One look at a URL through the edge. */
export type Seen = SeenAnswer | SeenNothing;

export interface SeenAnswer {
  readonly answered: true;
  /** Epoch milliseconds: when it was asked, and when the headers were there. */
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Seconds. */
  readonly age: number | undefined;
  readonly date: string | undefined;
  /** `Hit from cloudfront`. */
  readonly xCache: string | undefined;
  /** Edge location: `FRA56-P7`. */
  readonly pop: string | undefined;
  /** Of the body, or of its first 10 MB. */
  readonly sha256: string;
}

export interface SeenNothing {
  readonly answered: false;
  readonly askedAt: number;
  /** `ECONNREFUSED`, `TimeoutError`. */
  readonly error: string;
}

export interface CheckOptions {
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long one answer may take, milliseconds. Default 15,000. */
  readonly answerTimeoutMs?: number | undefined;
}

/** A check that has begun. */
export interface Check {
  /** Origin and path: no credentials, no query. */
  readonly url: string;
  readonly before: Seen;
  readonly now: () => number;
  readonly look: (signal: AbortSignal | undefined) => Promise<Seen>;
}

export interface AwaitFreshOptions {
  /** Epoch milliseconds, by the `now` of the check: when CreateInvalidation was about to be called. */
  readonly sentAt: number;
  readonly timeoutMs: number;
  /** Default: 1 s growing to 5 s. */
  readonly pace?: Pace | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The hint of an interruption. */
  readonly resumeHint?: string | undefined;
}

export interface CheckResult {
  readonly url: string;
  readonly fresh: boolean;
  /** From `sentAt` to the answer that decided. */
  readonly afterMs: number;
  /** One clause: `fetched from the origin (X-Cache: Miss from cloudfront)`. */
  readonly reason: string;
  readonly before: Seen;
  readonly after: Seen;
}
