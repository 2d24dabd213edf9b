import type {ObjectStore} from '../../aws/index.js';

/** Who deploys, as others are told. */
export interface Holder {
  readonly host: string;
  readonly user: string;
  readonly pid: number;
  /** Of the CI job. */
  readonly runUrl?: string | undefined;
  readonly release: string;
  /** `deploy`. */
  readonly command: string;
  /** ISO 8601 by the service's clock; shown, never judged by. */
  readonly since: string;
  /** Boot id and pid namespace: where `pid` means something. Linux only. Default in a lock of this process: `thisProcess()`. */
  readonly machine?: string | undefined;
  /** Tells two processes apart that were given the same pid. Linux only. */
  readonly started?: string | undefined;
}

/** Ends early by rejecting once `signal` is aborted. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface LockOptions {
  readonly store: ObjectStore;
  /** The site's. */
  readonly prefix: string;
  readonly holder: Omit<Holder, 'since'>;
  /** How long the lock outlives its last renewal. Default 60 s; kept between 10 s and 10 min. */
  readonly ttlMs?: number | undefined;
  /** Longest wait for another deploy; 0: none. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly sleep?: Sleep | undefined;
  /** Milliseconds that only go forward, also while the machine sleeps. Default: its uptime. */
  readonly now?: (() => number) | undefined;
  /** For the jitter of pauses; in [0, 1). */
  readonly random?: (() => number) | undefined;
  /** False: that process is certainly gone. Undefined: it cannot be told from here. Default: by `/proc`, on its own machine. */
  readonly isAlive?: ((holder: Holder) => boolean | undefined) | undefined;
}

export interface Lock {
  /** Another deploy was waited for: what was read of the site before is old. */
  readonly waited: boolean;
  /** Aborted with the Failure LOCK_LOST once the lock is no longer certainly ours. */
  readonly signal: AbortSignal;
  /** To be called before each step that must not run twice at a time. Failure LOCK_LOST, also after the process stood still for too long. */
  check(): void;
  /** Lets the next one in, as far as it can be done within some seconds. Never rejects; never touches a lock that is no longer ours. */
  release(): Promise<void>;
}
