/** A viewer that sends and shows exactly what is on the wire: no header of its own, nothing decoded. */
import http2 from 'node:http2';
import {brotliDecompressSync, gunzipSync} from 'node:zlib';
import {request} from 'undici';

export interface Answer {
  readonly status: number;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Every segment of a key percent-encoded, as RFC 3986 asks of a path. */
export const pathOf = (key: string): string => `/${key.split('/').map(encodeURIComponent).join('/')}`;

export async function view(
  url: string | URL,
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Answer> {
  const answer = await request(url, {method, headers});
  const body = Buffer.from(await answer.body.arrayBuffer());
  return {status: answer.statusCode, headers: flat(answer.headers), body};
}

/** The body without its Content-Encoding. */
export function decoded({headers, body}: Answer): Buffer {
  switch (headers['content-encoding']) {
    case undefined:
      return body;
    case 'br':
      return brotliDecompressSync(body);
    case 'gzip':
      return gunzipSync(body);
    default:
      throw new Error(`unknown Content-Encoding ${headers['content-encoding']}`);
  }
}

export interface Http2Viewer {
  readonly protocol: string | undefined;
  view(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

/** One HTTP/2 connection over TLS to `host` (SNI and :authority), which listens on a port of this machine. */
export function http2Viewer(host: string, port: number): Promise<Http2Viewer> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`https://127.0.0.1:${port}`, {servername: host, rejectUnauthorized: false});
    session.once('error', reject);
    session.once('connect', () => {
      resolve({
        protocol: session.alpnProtocol,
        view: (path, headers) => stream(session, {':authority': host, ':path': path, ...headers}),
        close: () => new Promise(closed => session.close(closed)),
      });
    });
  });
}

function stream(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answer = session.request(headers, {endStream: true});
    const chunks: Buffer[] = [];
    let received: http2.IncomingHttpHeaders = {};
    answer.once('response', got => (received = got));
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.once('error', reject);
    answer.once('end', () =>
      resolve({
        status: Number(received[':status']),
        headers: flat(received),
        body: Buffer.concat(chunks),
      }),
    );
  });
}

function flat(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'object' ? value.join(', ') : value,
    ]),
  );
}
