import {performance} from 'node:perf_hooks';
import type {Clock} from '../types.js';
import type {CompiledDistribution} from './compile.js';
import type {Exchange, Step} from './exchange.js';
import {throughViewerResponse} from './functions/viewer-response.js';
import type {MutableFields, Reply, ViewerRequest} from './message.js';
import {normalizePath} from './rules/pattern.js';
import {replyTo} from './viewer/reply.js';
import type {Retrieve} from './cache/retrieve.js';
import type {RefusedOutcome} from './cache/error-outcome.js';

export interface PipelineOptions {
  readonly steps: readonly Step[];
  readonly retrieve: Retrieve;
  /** The custom error page of a refusal that may have one; undefined when none is configured. */
  readonly replaceRefusal: RefusedOutcome;
  readonly clock: Clock;
  readonly random: () => number;
  /** TLS port to name in a redirect, given the port in the Host header. */
  readonly tlsPort: (viewerPort: string | undefined) => number | undefined;
}

/** From a viewer request to the reply that is written: steps, cache and origin, response headers policy, function. */
export type Pipeline = (distribution: CompiledDistribution, viewer: ViewerRequest) => Promise<Reply>;

export const createPipeline = (options: PipelineOptions): Pipeline => {
  const decorated = (exchange: Exchange, reply: Reply): Reply => {
    const {decorate} = exchange.behavior;
    if (decorate === undefined || !reply.decorate) return reply;
    const headers: MutableFields = {...reply.headers};
    decorate(headers, {
      viewer: exchange.viewer,
      mark: reply.mark,
      date: new Date(options.clock.now()).toUTCString(),
      elapsedMs: performance.now() - exchange.startedAt,
      random: options.random(),
    });
    return {...reply, headers};
  };

  return async (distribution, viewer) => {
    let exchange: Exchange = {
      viewer,
      distribution,
      behavior: distribution.behaviorFor(normalizePath(viewer.path)),
      path:
        viewer.path === '/' && distribution.rootObject !== undefined ? distribution.rootObject : viewer.path,
      errorPage: false,
      tlsPort: options.tlsPort(viewer.port),
      clock: options.clock,
      startedAt: performance.now(),
    };
    for (const step of options.steps) {
      let verdict = step(exchange);
      if (verdict instanceof Promise) verdict = await verdict;
      if (verdict === undefined) continue;
      if ('next' in verdict) {
        exchange = verdict.next;
        continue;
      }
      const page = verdict.customPage ? await options.replaceRefusal(exchange, verdict.reply) : undefined;
      return decorated(
        exchange,
        page === undefined ? verdict.reply : await replyTo(page, viewer, options.clock),
      );
    }
    const found = options.retrieve(exchange);
    const outcome = found instanceof Promise ? await found : found;
    const reply = replyTo(outcome, exchange.viewer, options.clock);
    return throughViewerResponse(
      exchange,
      decorated(exchange, reply instanceof Promise ? await reply : reply),
    );
  };
};
