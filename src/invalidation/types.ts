import type {Aws} from '../aws/index.js';

/** One CreateInvalidation. */
export interface Batch {
  readonly id: string;
  /** `InProgress` or `Completed`. */
  readonly status: string;
}

/** Pauses between polls, milliseconds. */
export interface Pace {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

export interface SubmitOptions {
  readonly aws: Aws;
  readonly distributionId: string;
  /** Viewer paths, encoded (`encodePath`). */
  readonly paths: readonly string[];
  /** The same reference with the same paths returns the same invalidations, at no further cost. */
  readonly reference: string;
  /** How long TooManyInvalidationsInProgress is waited out, milliseconds. */
  readonly timeoutMs: number;
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: (() => number) | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

export interface WaitForInvalidationsOptions {
  readonly aws: Aws;
  readonly distributionId: string;
  readonly ids: readonly string[];
  /** The hint of a timeout or an interruption. Default: the `invalidation wait` command. */
  readonly resumeHint?: string | undefined;
  readonly timeoutMs: number;
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: (() => number) | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

export interface InvalidationSummary {
  readonly id: string;
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
}
