import {createServer, type IncomingHttpHeaders} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** As sent, query included. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer =
  | {readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string}
  /** The connection is cut without an answer. */
  | 'reset';

export interface FakeServer {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A plain HTTP server that answers what `answer` says: AWS answers that no emulator gives on demand. */
export async function startFakeServer(
  answer: (request: SeenRequest, index: number) => Answer,
): Promise<FakeServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {method = '', url = '', headers} = request;
      const given: SeenRequest = {method, url, headers, body: Buffer.concat(chunks)};
      const reply = answer(given, seen.length);
      seen.push(given);
      if (reply === 'reset') {
        request.socket.destroy();
        return;
      }
      response.writeHead(reply.status, reply.headers);
      response.end(method === 'HEAD' ? undefined : reply.body);
    });
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** S3's error document. */
export const s3Error = (
  status: number,
  code: string,
  more = '',
  headers: Record<string, string> = {},
): Answer => ({
  status,
  headers: {'content-type': 'application/xml', 'x-amz-request-id': 'REQ1', ...headers},
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code} it is</Message>${more}</Error>`,
});
