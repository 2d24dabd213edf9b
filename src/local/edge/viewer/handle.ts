import type http from 'node:http';
import type {Clock} from '../../types.js';
import type {CompiledDistribution} from '../compile.js';
import type {Mark, Reply} from '../message.js';
import {refuse} from './pages.js';
import type {Pipeline} from '../pipeline.js';
import {send, type ServerReply} from './send.js';
import {newRequestId, viewerRequest, type ServerRequest} from './viewer.js';

/** Which side of which distribution a request came in on. */
export interface HandleOptions {
  readonly distributionId: string;
  readonly scheme: 'http' | 'https';
  /** Host header (or :authority), with its port if it names one. */
  readonly viewerHost: string;
}

/** Serves one request, from the wire to the wire; never throws, whatever the request, the config or the origin. */
export type Handle = (req: ServerRequest, res: ServerReply, side: HandleOptions) => void;

/** Country of a viewer (ISO 3166 alpha-2), undefined where unknown. */
export type ViewerCountry = (address: string, headers: http.IncomingHttpHeaders) => string | undefined;

export interface Served {
  readonly distributionId: string;
  readonly method: string;
  /** Raw, without query: it may hold signatures. */
  readonly path: string;
  readonly status: number;
  /** The word of X-Cache. */
  readonly mark: Mark;
  /** From the arrival of the request to the head of the answer, in real milliseconds. */
  readonly ms: number;
}

export interface HandleParts {
  readonly distributions: (id: string) => CompiledDistribution | undefined;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  readonly onServed: ((served: Served) => void) | undefined;
  readonly viewerCountry: ViewerCountry | undefined;
}

const ignore = (): void => undefined;

const unknownVia = 'local.cloudfront.net (CloudFront)';
const unknownHost = 'Bad request. No distribution answers to this host name.';

const explain = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

export const createHandle = (parts: HandleParts): Handle => {
  const {distributions, pipeline, onServed, viewerCountry} = parts;
  const httpDate = createHttpDate(parts.clock);

  const serve = async (req: ServerRequest, res: ServerReply, side: HandleOptions): Promise<void> => {
    const startedAt = performance.now();
    const country = viewerCountry?.(req.socket.remoteAddress ?? '', req.headers);
    const viewer = viewerRequest(req, {scheme: side.scheme, host: side.viewerHost, country});
    const distribution = distributions(side.distributionId);
    const reply: Reply =
      distribution === undefined
        ? refuse({status: 403, reason: unknownHost}, viewer.id)
        : await pipeline(distribution, viewer);
    const via = distribution?.via ?? unknownVia;
    send(res, viewer.method, reply, {via, requestId: viewer.id, date: httpDate()});
    onServed?.({
      distributionId: side.distributionId,
      method: viewer.method,
      path: viewer.path,
      status: reply.status,
      mark: reply.mark,
      ms: performance.now() - startedAt,
    });
  };

  return (req, res, side) => {
    req.on('error', ignore);
    res.on('error', ignore);
    serve(req, res, side).catch((error: unknown) => {
      parts.log(`${req.method ?? ''} ${(req.url ?? '').split('?', 1)[0] ?? ''}: ${explain(error)}`);
      if (res.headersSent) {
        res.destroy();
        return;
      }
      const id = newRequestId();
      const page = refuse({status: 500, reason: 'The edge failed on this request.'}, id);
      send(res, req.method ?? 'GET', page, {via: unknownVia, requestId: id, date: httpDate()});
    });
  };
};

/** The current HTTP date, formatted once a second. */
const createHttpDate = (clock: Clock): (() => string) => {
  let second = -1;
  let text = '';
  return () => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1000).toUTCString();
    }
    return text;
  };
};
