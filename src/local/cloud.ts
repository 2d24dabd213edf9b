import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {createAcm} from './acm/index.js';
import {answerAdmin, isAdmin, type Administration, type CloudStatus} from './admin.js';
import {createClock} from './clock.js';
import {createCloudFront, formerQuota, todaysRate} from './cloudfront/index.js';
import {createEdge, type RunningEdge} from './edge/index.js';
import {distributionOf} from './edge/viewer/tls.js';
import type {ControlPlane, Edge, FetchS3} from './edge/types.js';
import {splitHost} from './edge/viewer/viewer.js';
import {injectFaults, type Fault} from './fault.js';
import {createFetchS3} from './fetch-s3.js';
import {isForeignWrite} from './foreign.js';
import {createKms} from './kms/index.js';
import {createRoute53} from './route53/index.js';
import {createS3, liveBlobs} from './s3/index.js';
import {graceMs, listenExactly, listenNear, loopback, stopListening} from './listen.js';
import {openStore} from './store/index.js';
import type {Clock, IdentityPolicy, Store} from './types.js';
import {refuseForeign, serveApi, type LogEntry} from './serve-api.js';
import {createDispatcher, type Dispatch} from './wire/index.js';

export type {LogEntry} from './serve-api.js';

export type InvalidationQuotaName = 'in-progress' | 'rate';

export interface CloudOptions {
  /** State directory; without one the state lives as long as the cloud. */
  readonly dir?: string | undefined;
  /** Port on 127.0.0.1; 0 for any free one. */
  readonly port: number;
  /** Take any free port when `port` is taken. */
  readonly anyPort?: boolean;
  /** Port that serves HTTPS by host name; any free one by default. */
  readonly tlsPort?: number | undefined;
  /** Cloud time until a changed distribution is Deployed, in milliseconds. */
  readonly deployDelayMs?: number | undefined;
  /** Cloud time until an invalidation is Completed, in milliseconds. */
  readonly invalidationDelayMs?: number | undefined;
  /** Cloud time until a requested certificate shows its validation records, in milliseconds. */
  readonly validationRecordDelayMs?: number | undefined;
  /**
   * Limits on invalidations, none by default: `in-progress` is the former one of 3,000 paths and 15 wildcards per
   * distribution, `rate` today's of 150 paths or tags and 1 wildcard a second per account.
   */
  readonly invalidationQuotas?: readonly InvalidationQuotaName[] | undefined;
  readonly clock?: Clock;
  readonly faults?: readonly Fault[];
  /** Decides which calls a fault hits; yields [0, 1). */
  readonly random?: () => number;
  /** Secrets by access key id: no other key is accepted. */
  readonly strictAuth?: ReadonlyMap<string, string> | undefined;
  /** By access key id, read at every call: identities that may do only what their policy (`identityPolicy`) allows. */
  readonly identityPolicies?: ReadonlyMap<string, IdentityPolicy> | undefined;
  readonly log?: (entry: LogEntry) => void;
  /** Told about what should not happen inside the cloud. */
  readonly onUnexpected?: (error: unknown, where: string) => void;
  /** Called for POST /_frontctl/stop once it is answered. */
  readonly onStop?: () => void;
  readonly version?: string;
}

export interface Cloud {
  /** `http://127.0.0.1:4510` */
  readonly endpoint: string;
  readonly ports: {readonly http: number; readonly tls: number | undefined};
  readonly clock: Clock;
  /** Of the moment: a reset replaces them. */
  readonly edge: Edge;
  readonly store: Store;
  readonly controlPlane: ControlPlane;
  status(): Promise<CloudStatus>;
  /** Empties the cloud: buckets, distributions, certificates, zones, caches. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Everything that a reset replaces. */
interface House {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly controlPlane: ControlPlane;
  readonly edge: RunningEdge;
  close(): Promise<void>;
}

const host = loopback;
/** Longer than clients keep idle connections, so that none meets a closing one. */
const keepAliveMs = 120_000;

/**
 * Starts the whole embedded cloud on 127.0.0.1: S3, CloudFront, ACM, Route 53 and KMS on one port, which also answers the
 * host names of the distributions with plain HTTP; the edge listens on ports of its own besides.
 *
 * Fails with PORT_TAKEN, and with what `openStore` fails with (STATE_VERSION, STATE_LOCKED, STATE_UNREADABLE).
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const clock = options.clock ?? createClock();
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'frontctl-cloud-')));
  let port = options.port;
  let house = await build(options, clock, dir, () => port);
  let rebuilding: Promise<void> | undefined;
  const calls = new Set<Promise<void>>();
  const tracked = (call: Promise<void>): Promise<void> => {
    calls.add(call);
    return call.finally(() => calls.delete(call));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (rebuilding) await rebuilding;
    const viewerHost = request.headers.host ?? '';
    const distribution = distributionOf(house.controlPlane, splitHost(viewerHost).host);
    if (distribution)
      house.edge.handle(request, response, {distributionId: distribution.id, scheme: 'http', viewerHost});
    else if (isAdmin(request)) await answerAdmin(request, response, administration);
    else if (isForeignWrite(request)) refuseForeign(request, response, options.log);
    else {
      const {dispatch} = house;
      await tracked(
        serveApi(request, response, {dispatch, origin, now: () => clock.now(), log: options.log}),
      );
    }
  };

  const server = createServer(
    {maxHeaderSize: 64 * 1024, keepAliveTimeout: keepAliveMs, requestTimeout: 0},
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        options.onUnexpected?.(error, request.url ?? '');
        request.socket.destroy();
      });
    },
  );
  try {
    port = options.anyPort
      ? await listenNear(server, host, options.port)
      : await listenExactly(server, host, options.port, '--port');
  } catch (error) {
    await house.close();
    throw error;
  }
  const origin = `http://${host}:${port}`;

  const reset = async (): Promise<void> => {
    if (rebuilding) return rebuilding;
    rebuilding = (async () => {
      // Calls under way may end first, for a while; later ones wait for the new house.
      await Promise.race([Promise.allSettled(calls), sleep(graceMs, undefined, {ref: false})]);
      await house.close();
      for (const part of stateParts) await rm(join(dir, part), {recursive: true, force: true, maxRetries: 3});
      house = await build(options, clock, dir, () => port);
    })();
    try {
      await rebuilding;
    } finally {
      rebuilding = undefined;
    }
  };

  const status = async (): Promise<CloudStatus> => {
    const {controlPlane, edge} = house;
    const live = [...controlPlane.distributions()];
    // A distribution that was made a moment ago may not listen yet.
    await edge.settled();
    return {
      version: options.version ?? '0.0.0',
      pid: process.pid,
      endpoint: origin,
      tlsPort: edge.tlsPort,
      dir,
      distributions: live.map(({id, domainName, config}) => ({
        id,
        domainName,
        aliases: config.Aliases?.Items ?? [],
        url: `http://${host}:${edge.portOf(id) ?? port}/`,
      })),
    };
  };
  const administration: Administration = {
    status,
    reset,
    advance: ms => clock.advance(ms),
    stop: () => options.onStop?.(),
    log: (method, path, statusCode, ms) =>
      options.log?.({at: new Date(), by: 'admin', operation: '-', method, path, status: statusCode, ms}),
  };

  return {
    endpoint: origin,
    ports: {
      http: port,
      get tls() {
        return house.edge.tlsPort;
      },
    },
    clock,
    get edge() {
      return house.edge;
    },
    get store() {
      return house.store;
    },
    get controlPlane() {
      return house.controlPlane;
    },
    status,
    reset,
    async close() {
      if (rebuilding) await rebuilding;
      await stopListening(server);
      await house.close();
      if (options.dir === undefined) await rm(dir, {recursive: true, force: true});
    },
  };
}

/** What of the state directory belongs to the cloud's content. */
const stateParts = ['meta', 'blobs', 'edge', 'format.json'];

async function build(
  options: CloudOptions,
  clock: Clock,
  dir: string,
  sharedPort: () => number,
): Promise<House> {
  const store = await openStore({dir, liveBlobs});
  try {
    const {faults = [], random = Math.random, strictAuth, onUnexpected} = options;
    let purge: Edge['purge'] = () => 0;
    const cloudfront = createCloudFront({
      store,
      clock,
      deployDelayMs: options.deployDelayMs ?? 200,
      invalidationDelayMs: options.invalidationDelayMs ?? 100,
      invalidationQuota: options.invalidationQuotas?.includes('in-progress') ? formerQuota : undefined,
      invalidationRate: options.invalidationQuotas?.includes('rate') ? todaysRate : undefined,
      purge: (distributionId, paths) => purge(distributionId, paths),
    });
    const dispatch = createDispatcher(
      {
        s3: createS3({store, clock}),
        cloudfront: cloudfront.handlers,
        acm: createAcm({store, clock, validationRecordDelayMs: options.validationRecordDelayMs}),
        route53: createRoute53({store, clock}),
        kms: createKms({store, clock}),
      },
      {
        authentication: {
          cloudNow: () => clock.now(),
          ...(strictAuth && {secrets: strictAuth, strict: true}),
          policies: options.identityPolicies,
        },
        ...(faults.length > 0 && {beforeCall: injectFaults(faults, random)}),
        ...(onUnexpected && {onUnexpected}),
      },
    );
    const fetchS3: FetchS3 = createFetchS3(dispatch);
    const {controlPlane} = cloudfront;
    const edge = await createEdge({
      controlPlane,
      fetchS3,
      clock,
      dir: join(dir, 'edge'),
      host,
      log: message => onUnexpected?.(message, 'edge'),
      sharedPort,
      onServed: ({distributionId, mark, ...served}) =>
        options.log?.({...served, at: new Date(), by: 'edge', operation: `${distributionId} ${mark}`}),
      ...(options.tlsPort !== undefined && {tlsPort: options.tlsPort}),
    });
    purge = (distributionId, paths) => edge.purge(distributionId, paths);
    return {
      store,
      dispatch,
      controlPlane,
      edge,
      async close() {
        await edge.close();
        cloudfront.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
