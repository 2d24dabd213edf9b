import type {IncomingMessage, ServerResponse} from 'node:http';
import {pipeline, Readable} from 'node:stream';

import type {WireRequest, WireResponse} from './types.js';

/** A request of node:http as the dispatcher takes it. `origin`: what the client reached, where it sent no Host. */
export function wireRequest(request: IncomingMessage, origin: string): WireRequest {
  const {headers} = request;
  // The head is plain text to the dispatcher: a repeated header is one list (RFC 9110 section 5.3).
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  const host = headers.host;
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: headers as Record<string, string>,
    body: headers['content-length'] === '0' ? undefined : request,
    origin: host === undefined ? origin : `http://${host}`,
  };
}

/** Sends an answer; resolves once it is handed to the socket or the client is gone. A failing body cuts the connection. */
export function sendWireResponse(answer: WireResponse, response: ServerResponse): Promise<void> {
  const {status, headers, body} = answer;
  return new Promise(resolve => {
    response.on('close', resolve);
    if (body instanceof Readable) {
      response.writeHead(status, headers);
      pipeline(body, response, () => {
        resolve();
      });
      return;
    }
    if (body === undefined) {
      response.writeHead(status, headers);
      response.end();
      return;
    }
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    response.writeHead(status, {...headers, 'content-length': String(bytes.byteLength)});
    response.end(bytes);
  });
}
