import type {Aws} from '../aws/index.js';

/** Whose cache: a distribution's, or with `tenantId` that of one tenant of a multi-tenant distribution. */
export interface Owner {
  readonly distributionId: string;
  readonly tenantId?: string | undefined;
}

/** One CreateInvalidation. */
export interface Batch {
  readonly id: string;
  /** `InProgress` or `Completed`. */
  readonly status: string;
  /** Paths, wildcards and tags in it: each costs as much as the other. */
  readonly paths: number;
}

/** Pauses between polls, milliseconds. */
export interface Pace {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** What CloudFront takes each second; a batch never holds more. `paths`: exact paths and tags. */
export interface Rate {
  readonly paths: number;
  readonly wildcards: number;
}

/**
 * What an earlier run of the same job learned before it was cut off, by CallerReference. Whatever is noted is kept at
 * once, as well as it can be.
 */
export interface Memory {
  /** Invalidation ids of the batches that were accepted. */
  readonly sent: ReadonlyMap<string, string>;
  /** Batches that CloudFront refused as too large: their halves were sent in their place. */
  readonly split: ReadonlySet<string>;
  noteSent(reference: string, id: string): Promise<void>;
  noteSplit(reference: string): Promise<void>;
  /** The job still runs, though nothing was accepted for a while. */
  noteWaiting(): Promise<void>;
}

/** What a job was said to cost when it began, and what was used of the free paths until then. */
export interface Priced {
  readonly price: Price;
  readonly usage: Usage | undefined;
}

/** The CallerReferences of one job: those of the run of the same job that was cut off, where there was one. */
export interface Job {
  readonly reference: string;
  /** ISO 8601: when the run began that was cut off; undefined for a new job. */
  readonly resumedFrom: string | undefined;
  /** Of the run that began it: what that one sent is in this month's count by now, and would be counted twice. */
  readonly priced: Priced | undefined;
  /** For `SubmitOptions.memory`. */
  readonly memory: Memory;
  /** Every batch was accepted: the next run of the same paths purges again. */
  settled(): Promise<void>;
}

interface Timing {
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that only grow. */
  readonly now?: (() => number) | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** A batch that CloudFront has, with what it purges. */
export interface Accepted {
  readonly batch: Batch;
  readonly items: readonly string[];
  /**
   * Milliseconds since the epoch by CloudFront's clock, Infinity where it does not tell; undefined for those that `Memory`
   * knows of an earlier run.
   */
  readonly createdAt: number | undefined;
}

export interface SubmitOptions extends Owner, Timing {
  readonly aws: Aws;
  /** Viewer paths and wildcards, encoded (`encodePath`), and `#tags`. */
  readonly paths: readonly string[];
  /** The same reference with the same paths returns the same invalidations, at no further cost. */
  readonly reference: string;
  /** How long the refusals of one batch are waited out, milliseconds. */
  readonly timeoutMs: number;
  /** Default: what AWS takes, 150 paths or tags and 1 wildcard a second. */
  readonly rate?: Rate | undefined;
  /** Of `openJob`. */
  readonly memory?: Memory | undefined;
  /** Told of each batch once it is accepted, also where a later one fails. */
  readonly onAccepted?: ((accepted: Accepted) => void) | undefined;
}

export interface WaitForInvalidationsOptions extends Owner, Timing {
  readonly aws: Aws;
  /** At least one. */
  readonly ids: readonly string[];
  /** The hint of a timeout or an interruption. Default: the `invalidation wait` command. */
  readonly resumeHint?: string | undefined;
  readonly timeoutMs: number;
}

export interface InvalidationSummary {
  readonly id: string;
  readonly status: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly paths: readonly string[];
  /** CallerReference. */
  readonly reference: string;
}

/** Paths, wildcards and tags invalidated in this calendar month (UTC). */
export interface Usage {
  readonly used: number;
  /** `distribution`: those of the other distributions of the account could not be counted. */
  readonly scope: 'account' | 'distribution';
  /** Counting stopped at 1,000 or more: from there on the exact number changes no price. */
  readonly isLeast: boolean;
}

/** Of the account's 1,000 free paths of this month; `distribution`: the other distributions could not be counted. */
export interface Quota {
  readonly usedThisMonth: number;
  readonly scope: Usage['scope'];
}

export interface Price {
  readonly usd: number;
  /** It may be less: what is used of the free paths is not known. */
  readonly isMost: boolean;
}
