import type {IncomingMessage, ServerResponse} from 'node:http';

import {
  ConnectionReset,
  sendWireResponse,
  wireRequest,
  type Dispatch,
  type ServiceName,
} from './wire/index.js';

/** One served request. No query: it may hold signatures. */
export interface LogEntry {
  readonly at: Date;
  readonly by: ServiceName | 'edge' | 'admin';
  /** AWS's name of the operation, `-` where there is none; of the edge the distribution and the word of X-Cache. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** 0: the connection was cut without an answer. */
  readonly status: number;
  readonly ms: number;
}

type Log = (entry: LogEntry) => void;

interface ServeApiOptions {
  readonly dispatch: Dispatch;
  readonly origin: string;
  readonly now: () => number;
  readonly log: Log | undefined;
}

/**
 * One call of an AWS API, from the wire to the wire. `origin`: what the client reached, where it sent no Host. `now`: the
 * cloud's clock, which S3's Date and Last-Modified share, so that the age of an object can be told from one answer.
 */
export async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  {dispatch, origin, now, log}: ServeApiOptions,
): Promise<void> {
  const started = performance.now();
  const {method = 'GET', url = '/'} = request;
  const entry = (by: ServiceName, operation: string, status: number): LogEntry => {
    const path = pathOf(url);
    return {at: new Date(), by, operation, method, path, status, ms: performance.now() - started};
  };
  try {
    const answer = await dispatch(wireRequest(request, origin));
    if (answer.operation?.service === 's3') response.setHeader('date', new Date(now()).toUTCString());
    await sendWireResponse(answer, response);
    log?.(entry(answer.operation?.service ?? 's3', answer.operation?.name ?? '-', answer.status));
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    request.socket.resetAndDestroy();
    log?.(entry('s3', '-', 0));
  }
}

/** What a foreign web page gets that wants to change something. */
export function refuseForeign(
  request: IncomingMessage,
  response: ServerResponse,
  log: Log | undefined,
): void {
  const {method = '', url = '/'} = request;
  response.writeHead(403, {'content-type': 'text/plain'});
  response.end('The embedded cloud takes no changes from web pages that are not on this machine.\n');
  log?.({at: new Date(), by: 's3', operation: '-', method, path: pathOf(url), status: 403, ms: 0});
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;
