import type {Failure} from '../failure.js';
import type {Work} from '../events.js';
import type {Aws, AwsOptions, CallSubject, WaitOptions} from './types.js';

export type * from './types.js';

/** Clients and object stores for one choice of account, region and endpoint. Nothing is loaded or read before first use. */
export declare function createAws(options: AwsOptions): Aws;

/** Runs one SDK call; whatever it throws leaves as a Failure that says what to do. */
export declare function call<T>(what: CallSubject, run: () => Promise<T>): Promise<T>;

/** An error of an SDK call, of the object store or of the network as a Failure. A Failure passes unchanged. */
export declare function toFailure(error: unknown, what: CallSubject): Failure;

/**
 * Polls until done. Yields a `wait` event after every look. Throttling, 5xx and network errors while polling are
 * tolerated until the timeout; any other error ends the wait at once. Failure WAIT_TIMEOUT (exit 5).
 */
export declare function waitFor<T>(options: WaitOptions<T>): Work<T>;

/**
 * Runs `task` over `items`, at most `limit` at a time (a function is asked again before every start), and yields the
 * results as they finish. After the first error no further item starts; the running ones are awaited, then it is thrown.
 */
export declare function mapConcurrent<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number | (() => number),
  task: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R, void, void>;
