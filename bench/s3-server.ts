/**
 * A plain S3 server in memory, for measuring clients: real MD5 ETags, listings, multipart, no signature checks, no disk.
 *
 *     node --import tsx bench/s3-server.ts [--port N] [--latency MS] [--keep BYTES]
 *
 * `--latency` is added to every answer; bodies larger than `--keep` (64 MiB) are hashed and counted, not held.
 * Prints its URL on one line once it listens. `POST /?reset` empties it, `POST /?latency=MS` changes the latency,
 * `POST /?overlap` answers how the requests since the last such question overlapped.
 */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {parseArgs} from 'node:util';
import {answer, type Answer} from './s3/routes.js';
import {emptyWorld} from './s3/store.js';
import {createTrace} from './s3/trace.js';

const {values} = parseArgs({
  options: {
    port: {type: 'string', default: '0'},
    latency: {type: 'string', default: '0'},
    keep: {type: 'string', default: String(64 << 20)},
  },
});
const keep = Number(values.keep);
let latencyMs = Number(values.latency);
let world = emptyWorld();
let requests = 0;
const trace = createTrace();

function send(response: ServerResponse, {status, headers, body}: Answer): void {
  requests += 1;
  const length = Buffer.byteLength(body ?? '');
  const sized = status === 204 || status === 304 || headers?.['content-length'] !== undefined;
  response.writeHead(status, {
    'x-amz-request-id': requests.toString(36),
    ...(sized ? {} : {'content-length': length}),
    ...headers,
  });
  response.end(body);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const control =
    request.method === 'POST' ? /^\/\?(reset|overlap|latency=(\d+))$/.exec(request.url ?? '') : null;
  if (control !== null) {
    if (control[1] === 'reset') world = emptyWorld();
    else if (control[2] !== undefined) latencyMs = Number(control[2]);
    send(response, {status: 200, body: JSON.stringify(trace.read())});
    return;
  }
  response.once('close', trace.begin());
  const result = await answer(world, request, keep);
  if (latencyMs === 0) send(response, result);
  else setTimeout(send, latencyMs, response, result);
}

const server = createServer({keepAliveTimeout: 120_000, requestTimeout: 0}, (request, response) => {
  handle(request, response).catch((error: unknown) => {
    if (!request.destroyed) console.error(error);
    response.destroy();
  });
});
server.listen(Number(values.port), '127.0.0.1', 4096, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => process.exit(0));
