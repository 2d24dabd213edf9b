import type {Clock} from '../types.js';
import type {CompiledBehavior, CompiledDistribution} from './compile.js';
import type {Reply, ViewerRequest} from './message.js';

/** One viewer request on its way through the edge. */
export interface Exchange {
  readonly viewer: ViewerRequest;
  readonly distribution: CompiledDistribution;
  /** Chosen by the viewer's own path; a rewrite does not change it. */
  readonly behavior: CompiledBehavior;
  /** Raw path that cache and origin are asked for: the viewer's, or the default root object. */
  readonly path: string;
  /** A custom error page on its way to replace an error: its fetch waits for no viewer's, which may be waiting for it. */
  readonly errorPage: boolean;
  /** Port of real HTTPS, named in redirects when the viewer's Host names a port. */
  readonly tlsPort: number | undefined;
  /** Cloud time, for what a request may outlive. */
  readonly clock: Clock;
  /** Milliseconds of `performance.now()` at arrival. */
  readonly startedAt: number;
}

/** A step's early end. `customPage`: a custom error response may replace it (geo blocks do, refusals of §2 do not). */
export interface Verdict {
  readonly reply: Reply;
  readonly customPage: boolean;
}

/** The request goes on as a function rewrote it. */
export interface Rewrite {
  readonly next: Exchange;
}

/** One step between the viewer and the cache, in the order of facts/edge.md: undefined lets the request pass. */
export type Step = (
  exchange: Exchange,
) => Verdict | Rewrite | undefined | Promise<Verdict | Rewrite | undefined>;
