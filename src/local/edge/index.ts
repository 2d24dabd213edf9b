import http from 'node:http';
import type http2 from 'node:http2';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Socket} from 'node:net';
import type {Clock} from '../types.js';
import {Cache, type CacheLimits} from './cache/cache.js';
import {maxHeadBytes} from './choices.js';
import {createDeadlines} from './deadlines.js';
import {createDistributions} from './distributions.js';
import {createRefusedOutcome} from './cache/error-outcome.js';
import {listenExactly, listenNear} from '../listen.js';
import {createListeners} from './viewer/listeners.js';
import {createConnections} from './origin/custom.js';
import {createHandle, type Handle, type Served, type ViewerCountry} from './viewer/handle.js';
import {errorPage} from './viewer/pages.js';
import {compileInvalidation} from './rules/invalidation.js';
import {createPipeline} from './pipeline.js';
import {createRetrieve} from './cache/retrieve.js';
import {viewerSteps} from './steps.js';
import {createTlsServer, distributionOf} from './viewer/tls.js';
import type {ControlPlane, Edge, FetchS3} from './types.js';
import {newRequestId, splitHost} from './viewer/viewer.js';

export interface EdgeOptions {
  readonly controlPlane: ControlPlane;
  readonly fetchS3: FetchS3;
  readonly clock: Clock;
  /** For ports, certificate and spilled bodies. */
  readonly dir: string;
  readonly log?: (message: string) => void;
  readonly host?: string;
  /** Port of real HTTPS; any free one by default, or when it is taken. */
  readonly tlsPort?: number;
  /** Port of the plain HTTP side: a redirect from it names the TLS port. Without it every port is taken for that side. */
  readonly sharedPort?: () => number;
  readonly cacheLimits?: CacheLimits;
  /** Country of a viewer (ISO 3166 alpha-2) by address and request headers; loopback has none. */
  readonly viewerCountry?: ViewerCountry;
  /** 0 <= n < 1, for sampled Server-Timing. */
  readonly random?: () => number;
  /** Told of every answer when its head is written. */
  readonly onServed?: (served: Served) => void;
  /** Real time in milliseconds, for certificates. */
  readonly realNow?: () => number;
}

export interface RunningEdge extends Edge {
  /** Serves a request that came in elsewhere: cloud.ts calls it for the plain HTTP side on the shared port. */
  readonly handle: Handle;
  readonly tlsPort: number | undefined;
  /** Resolves once every distribution that lives now has its listener. */
  settled(): Promise<void>;
}

const ignore = (): void => undefined;

/** Headers above the edge's own limit, up to this, get its page; above this the parser ends the connection. */
const parserLimit = maxHeadBytes + 16_384;

/** Longer than clients keep idle connections, so that none meets a closing one. */
const idleMs = 120_000;

/** The port in a file that this edge wrote; 0 (any free one) where there is none. */
const readPort = async (file: string): Promise<number> => {
  const port = Number(await readFile(file, 'utf8').catch(() => '0'));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
};

/** Starts the data plane: a listener per distribution, one for TLS, a cold cache (spill files of earlier runs go). */
export const createEdge = async (options: EdgeOptions): Promise<RunningEdge> => {
  const {controlPlane, clock, dir, host = '127.0.0.1', log = ignore} = options;
  const spillDir = join(dir, 'spill');
  await mkdir(dir, {recursive: true});
  await rm(spillDir, {recursive: true, force: true});
  const cache = new Cache(options.cacheLimits);
  const connections = createConnections();
  const origins = {fetchS3: options.fetchS3, connections, startDeadline: createDeadlines(clock)};
  const retrieve = createRetrieve({cache, clock, origins, spillDir});
  const distributions = createDistributions(controlPlane);
  const tlsPort: {value: number | undefined} = {value: undefined};
  const pipeline = createPipeline({
    steps: viewerSteps,
    retrieve,
    replaceRefusal: createRefusedOutcome(retrieve, () => clock.now()),
    clock,
    random: options.random ?? Math.random,
    tlsPort: viewerPort =>
      options.sharedPort === undefined || viewerPort === String(options.sharedPort())
        ? tlsPort.value
        : undefined,
  });
  const handle = createHandle({
    distributions,
    pipeline,
    clock,
    log,
    onServed: options.onServed,
    viewerCountry: options.viewerCountry,
  });

  const createServer = (distributionId: string): http.Server =>
    guarded(
      http.createServer(
        {maxHeaderSize: parserLimit, keepAliveTimeout: idleMs, requestTimeout: 0},
        (req, res) => {
          handle(req, res, {distributionId, scheme: 'https', viewerHost: req.headers.host ?? ''});
        },
      ),
    );

  const listeners = await createListeners({dir, host, createServer, log});
  const reconcile = (): Promise<void> =>
    listeners.reconcile([...controlPlane.distributions()].map(({id}) => id));
  const stopListening = controlPlane.onChange(() => void reconcile());
  await reconcile();

  const tls = guarded(
    await createTlsServer({
      dir,
      controlPlane,
      realNow: options.realNow ?? Date.now,
      maxHeaderSize: parserLimit,
    }),
  );
  const sessions = new Set<http2.ServerHttp2Session>();
  const sockets = new Set<Socket>();
  tls.on('session', session => {
    sessions.add(session);
    session.on('error', ignore).once('close', () => sessions.delete(session));
  });
  tls.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  tls.on('sessionError', ignore).on('tlsClientError', ignore);
  tls.on('request', (req, res) => {
    const viewerHost = req.httpVersionMajor === 2 ? req.authority : (req.headers.host ?? '');
    const distributionId = distributionOf(controlPlane, splitHost(viewerHost).host)?.id ?? '';
    handle(req, res, {distributionId, scheme: 'https', viewerHost});
  });
  // Kept across restarts while it is free, so that commands pasted once go on working.
  const tlsPortFile = join(dir, 'tls.port');
  try {
    tlsPort.value =
      options.tlsPort === undefined
        ? await listenNear(tls, host, await readPort(tlsPortFile))
        : await listenExactly(tls, host, options.tlsPort, '--tls-port');
    await writeFile(tlsPortFile, String(tlsPort.value));
  } catch (error) {
    stopListening();
    await listeners.close();
    throw error;
  }

  return {
    handle,
    tlsPort: tlsPort.value,
    portOf: listeners.portOf,
    purge: (distributionId, items) =>
      retrieve.purge(distributionId, compileInvalidation(items, distributions(distributionId)?.tagHeader)),
    settled: reconcile,
    async close() {
      stopListening();
      await listeners.close();
      const tlsClosed = new Promise<void>(resolve => {
        tls.close(() => {
          resolve();
        });
      });
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await tlsClosed;
      connections.close();
      cache.clear();
      await rm(spillDir, {recursive: true, force: true});
    },
  };
};

/** Unreadable requests get the edge's page and the end of the connection: 494 for a huge head, else 400. */
const guarded = <S extends http.Server | http2.Http2SecureServer>(server: S): S => {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 494 : 400;
    const page = errorPage({status, reason: 'Bad request.'}, newRequestId());
    socket.end(
      `HTTP/1.1 ${status} ${status === 494 ? 'Request Header Too Large' : 'Bad Request'}\r\nServer: CloudFront\r\nContent-Type: text/html\r\nContent-Length: ${Buffer.byteLength(page)}\r\nX-Cache: Error from cloudfront\r\nConnection: close\r\n\r\n${page}`,
    );
  });
  return server;
};
