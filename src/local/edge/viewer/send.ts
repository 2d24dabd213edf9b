import type http from 'node:http';
import type http2 from 'node:http2';
import {pipeline} from 'node:stream';
import {popName} from '../choices.js';
import type {Fields, Reply} from '../message.js';

export type ServerReply = http.ServerResponse | http2.Http2ServerResponse;

const canonical = new Map<string, string>([
  ['etag', 'ETag'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['content-md5', 'Content-MD5'],
  ['x-xss-protection', 'X-XSS-Protection'],
  ['x-dns-prefetch-control', 'X-DNS-Prefetch-Control'],
]);

/** `content-type` to `Content-Type`, for HTTP/1.1; x-amz-* stay lowercase as S3 writes them. */
export const canonicalName = (name: string): string => {
  const known = canonical.get(name);
  if (known !== undefined) return known;
  const written = name.startsWith('x-amz-')
    ? name
    : name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase());
  if (canonical.size < 1024) canonical.set(name, written);
  return written;
};

const flattened = new WeakMap<Fields, readonly string[]>();

/** Names and values alternating; remembered, since a stored copy's headers are written again and again. */
const flatten = (headers: Fields): readonly string[] => {
  const known = flattened.get(headers);
  if (known !== undefined) return known;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [canonicalName(name), value]
      : value.flatMap(one => [canonicalName(name), one]),
  );
  flattened.set(headers, lines);
  return lines;
};

/** The edge's own marks on every answer (facts §5). */
export interface Marks {
  /** `<id>.cloudfront.net (CloudFront)` */
  readonly via: string;
  readonly requestId: string;
  /** HTTP date, for answers whose origin sent none. */
  readonly date: string;
}

const isHttp2 = (res: ServerReply): res is http2.Http2ServerResponse => 'stream' in res;

const writeHead = (res: ServerReply, reply: Reply, marks: Marks): void => {
  if (isHttp2(res)) {
    res.writeHead(reply.status, {
      ...(reply.headers as Record<string, string | string[]>),
      ...('date' in reply.headers ? {} : {date: marks.date}),
      'x-cache': `${reply.mark} from cloudfront`,
      via: `1.1 ${marks.via}`,
      'x-amz-cf-pop': popName,
      'x-amz-cf-id': marks.requestId,
      ...(reply.age === undefined ? {} : {age: String(reply.age)}),
    });
    return;
  }
  const lines = [...flatten(reply.headers)];
  if (!('date' in reply.headers)) lines.push('Date', marks.date);
  lines.push('X-Cache', `${reply.mark} from cloudfront`, 'Via', `1.1 ${marks.via}`, 'X-Amz-Cf-Pop', popName);
  lines.push('X-Amz-Cf-Id', marks.requestId);
  if (reply.age !== undefined) lines.push('Age', String(reply.age));
  if (reply.close === true) lines.push('Connection', 'close');
  if (reply.reason === undefined) res.writeHead(reply.status, lines);
  else res.writeHead(reply.status, reply.reason, lines);
};

const bodiless = (method: string, status: number): boolean =>
  method === 'HEAD' || status === 204 || status === 304;

/**
 * Writes a reply. Streams respect the viewer's pace and are let go when the viewer leaves; an origin that breaks off
 * mid-body ends the connection (or resets the stream), so that the viewer does not take half an object for a whole one.
 */
export const send = (res: ServerReply, method: string, reply: Reply, marks: Marks): void => {
  const {body} = reply;
  if (res.destroyed || res.closed) {
    if (body.kind === 'stream') body.discard();
    return;
  }
  try {
    writeHead(res, reply, marks);
  } catch (error) {
    if (body.kind === 'stream') body.discard();
    throw error;
  }
  if (body.kind === 'none' || bodiless(method, reply.status)) {
    if (body.kind === 'stream') body.discard();
    res.end();
  } else if (body.kind === 'bytes') res.end(body.bytes);
  else pipeline(body.open(), res as NodeJS.WritableStream, () => undefined);
};
