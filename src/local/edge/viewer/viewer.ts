import {randomBytes} from 'node:crypto';
import type http from 'node:http';
import type http2 from 'node:http2';
import type {TLSSocket} from 'node:tls';
import type {ViewerRequest} from '../message.js';

export type ServerRequest = http.IncomingMessage | http2.Http2ServerRequest;

/** What the listener knows about the side a request came in on. */
export interface Side {
  readonly scheme: 'http' | 'https';
  /** Host or :authority, with its port if it names one. */
  readonly host: string;
  readonly country?: string | undefined;
}

/** An X-Amz-Cf-Id: opaque, 56 characters, ends `==`. */
export const newRequestId = (): string => randomBytes(40).toString('base64url') + '==';

/** Host and port of a Host header; the host in lowercase without a trailing dot. */
export const splitHost = (value: string): {readonly host: string; readonly port: string | undefined} => {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(value.trim());
  const host = (match?.[1] ?? value).toLowerCase().replace(/\.$/, '');
  return {host, port: match?.[2] === '' ? undefined : match?.[2]};
};

const isHttp2 = (req: ServerRequest): req is http2.Http2ServerRequest => 'stream' in req;

/** Path and query of a request target; the absolute form (`GET http://host/path`) loses scheme and host. */
export const splitTarget = (url: string): {readonly path: string; readonly query: string} => {
  let target = url;
  if (!url.startsWith('/')) {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0];
    if (authority !== undefined) {
      const rest = url.slice(authority.length);
      target = rest.startsWith('/') ? rest : `/${rest}`;
    }
  }
  const hash = target.indexOf('#');
  if (hash !== -1) target = target.slice(0, hash);
  const mark = target.indexOf('?');
  return mark === -1
    ? {path: target, query: ''}
    : {path: target.slice(0, mark), query: target.slice(mark + 1)};
};

const hasBody = (req: ServerRequest): boolean => {
  if (isHttp2(req)) return !req.stream.endAfterHeaders;
  if (req.headers['transfer-encoding'] !== undefined) return true;
  const length = req.headers['content-length'];
  return length !== undefined && length !== '0';
};

const versions: Readonly<Record<string, ViewerRequest['httpVersion']>> = {
  '1.0': '1.0',
  '1.1': '1.1',
  '2.0': '2.0',
};

const tlsOf = (socket: Partial<TLSSocket>): string | undefined => {
  if (socket.encrypted !== true || socket.getProtocol === undefined || socket.getCipher === undefined)
    return undefined;
  const resumed = socket.isSessionReused?.() === true ? 'sessionResumed' : 'fullHandshake';
  return `${socket.getProtocol() ?? ''}:${socket.getCipher().name}:${resumed}`;
};

/** Reads a request off the wire. Never throws: nothing in it is decoded here. */
export const viewerRequest = (req: ServerRequest, side: Side): ViewerRequest => {
  const socket = (isHttp2(req) ? req.stream.session?.socket : req.socket) as Partial<TLSSocket> | undefined;
  const {path, query} = splitTarget(req.url ?? '/');
  const {host, port} = splitHost(side.host);
  const address = socket?.remoteAddress ?? '127.0.0.1';
  return {
    method: req.method ?? 'GET',
    scheme: side.scheme,
    httpVersion: versions[req.httpVersion] ?? '1.1',
    host,
    port,
    path,
    query,
    headers: req.headers,
    rawHeaders: req.rawHeaders,
    address: address.startsWith('::ffff:') ? address.slice(7) : address,
    addressPort: socket?.remotePort ?? 0,
    get tls() {
      return socket === undefined ? undefined : tlsOf(socket);
    },
    country: side.country,
    body: hasBody(req) ? req : undefined,
    id: newRequestId(),
  };
};
