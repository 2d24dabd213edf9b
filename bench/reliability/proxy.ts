/** Stands between a client and the embedded cloud: sees every call, and breaks what it is told to. */
import {createServer, request as forward, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export interface Call {
  readonly method: string;
  /** As it was sent: path and query. */
  readonly target: string;
  readonly service: 's3' | 'cloudfront';
  /** S3 and CloudFront read by GET and HEAD. */
  readonly isWrite: boolean;
}

/** `cut`: the connection ends without an answer. A number: this status, with the error code that S3 and CloudFront give it. */
export type Verdict = 'pass' | 'cut' | 503 | 500;

export interface ProxyOptions {
  /** `http://127.0.0.1:4510` */
  readonly to: string;
  /** Before the call reaches the cloud. */
  readonly onCall?: (call: Call) => Verdict | Promise<Verdict>;
  /** It has taken effect and its answer is about to go out. */
  readonly onDone?: (call: Call, status: number) => Verdict | Promise<Verdict>;
}

export interface Proxy {
  readonly endpoint: string;
  close(): void;
}

export async function openProxy({to, onCall, onDone}: ProxyOptions): Promise<Proxy> {
  const {port} = new URL(to);
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const {method = 'GET', url: target = '/', headers} = incoming;
    const service = /^\/20\d\d-\d\d-\d\d\//.test(target) ? 'cloudfront' : 's3';
    const call: Call = {method, target, service, isWrite: !/^(?:GET|HEAD)$/.test(method)};
    const end = (verdict: Verdict): boolean => {
      if (verdict === 'pass') return false;
      if (verdict === 'cut') incoming.socket.resetAndDestroy();
      else refuse(incoming, answer, call, verdict);
      return true;
    };
    if (end((await onCall?.(call)) ?? 'pass')) return;
    const outgoing = forward({host: '127.0.0.1', port, method, path: target, headers}, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => answer.destroy());
      response.on('end', () => {
        const status = response.statusCode ?? 500;
        void (async () => {
          if (end((await onDone?.(call, status)) ?? 'pass')) return;
          answer.writeHead(status, response.headers).end(Buffer.concat(chunks));
        })();
      });
    });
    outgoing.on('error', () => answer.destroy());
    // A client that dies in the middle of a body: the cloud sees it die, too.
    incoming.on('close', () => {
      if (!incoming.complete) outgoing.destroy();
    });
    incoming.pipe(outgoing);
  };
  const server = createServer({keepAliveTimeout: 120_000, requestTimeout: 0}, (incoming, answer) => {
    void serve(incoming, answer);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As the service says it, once the body is in: an answer in the middle of a body would be a cut connection to most clients. */
function refuse(incoming: IncomingMessage, answer: ServerResponse, {service}: Call, status: 503 | 500): void {
  const code =
    service === 's3'
      ? {503: 'SlowDown', 500: 'InternalError'}[status]
      : {503: 'ServiceUnavailable', 500: 'InternalFailure'}[status];
  const error = `<Error><Code>${code}</Code><Message>Please try again.</Message></Error>`;
  const body =
    service === 's3' ? error : `<ErrorResponse>${error}<RequestId>bench</RequestId></ErrorResponse>`;
  incoming.resume();
  incoming.on('end', () => {
    answer.writeHead(status, {'content-type': 'application/xml', 'x-amz-request-id': 'bench'});
    answer.end(incoming.method === 'HEAD' ? undefined : body);
  });
}
