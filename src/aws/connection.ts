import type {Dispatcher, Pool} from 'undici';

interface HttpRequest {
  readonly method: string;
  /** Encoded path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Takes the body of a 200 as it comes: the response has an empty one then. */
  readonly onPiece?: ((piece: Uint8Array, isFirst: boolean) => void) | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lowercase names; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ConnectionOptions {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** Longest silence of the server: until the headers, and between two pieces of the body. */
  readonly responseTimeoutMs: number;
}

/** HTTP/1.1 keep-alive connections to one origin at a time. Errors are undici's own (`code` UND_ERR_* or the socket's). */
export interface Connection {
  /** `origin`: scheme, host and port. */
  send(origin: string, request: HttpRequest): Promise<HttpResponse>;
  /** Ends idle connections at once and running requests with an error. */
  close(): Promise<void>;
}

const text = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

/** Collects one response. A handler object instead of `pool.request`: a readable stream for each answer costs more than the request. */
function responseHandler(
  resolve: (response: HttpResponse) => void,
  reject: (error: unknown) => void,
  onPiece: HttpRequest['onPiece'],
): Dispatcher.DispatchHandler {
  let status = 0;
  let headers: Record<string, string> = {};
  const chunks: Buffer[] = [];
  let isFirst = true;
  return {
    onRequestStart() {},
    onResponseStart(_controller, statusCode, incoming) {
      status = statusCode;
      headers = {};
      for (const name in incoming) headers[name] = text(incoming[name]);
    },
    onResponseData(_controller, chunk) {
      if (onPiece === undefined || status !== 200) chunks.push(chunk);
      else onPiece(chunk, isFirst);
      isFirst = false;
    },
    onResponseEnd() {
      const [first] = chunks;
      resolve({
        status,
        headers,
        body: first === undefined ? Buffer.alloc(0) : chunks.length === 1 ? first : Buffer.concat(chunks),
      });
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  };
}

/**
 * undici parses HTTP in WebAssembly. V8 11 (Node 20) hands its one large function to the optimising compiler after a few
 * hundred kilobytes of answers: 50 to 70 ms of CPU and 40 MB that no deploy of a few thousand files earns back, and the
 * process cannot end before it is done. A hundred times that budget keeps it for runs that are long enough. The budget is
 * read when the module is instantiated, so this comes before undici is loaded.
 */
async function delayOptimisation(): Promise<void> {
  if (!process.versions.v8.startsWith('11.')) return;
  const {setFlagsFromString} = await import('node:v8');
  setFlagsFromString('--wasm-tiering-budget=200000000');
}

export function createConnection(options: ConnectionOptions): Connection {
  const pools = new Map<string, Promise<Pool>>();
  const open = async (origin: string): Promise<Pool> => {
    await delayOptimisation();
    const {default: PoolClass} = await import('undici/lib/dispatcher/pool.js');
    return new PoolClass(origin, {
      connections: options.connections,
      pipelining: 1,
      connectTimeout: options.connectTimeoutMs,
      headersTimeout: options.responseTimeoutMs,
      bodyTimeout: options.responseTimeoutMs,
    });
  };
  const ready = new Map<string, Pool>();

  const dispatch = (pool: Pool, request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const {method, path, headers, body, onPiece} = request;
      pool.dispatch({method, path, headers, body: body ?? null}, responseHandler(resolve, reject, onPiece));
    });

  const dispatchOnceOpen = async (origin: string, request: HttpRequest): Promise<HttpResponse> => {
    let opening = pools.get(origin);
    if (opening === undefined) {
      opening = open(origin);
      pools.set(origin, opening);
    }
    const pool = await opening;
    ready.set(origin, pool);
    return dispatch(pool, request);
  };

  return {
    send(origin, request) {
      const pool = ready.get(origin);
      return pool === undefined ? dispatchOnceOpen(origin, request) : dispatch(pool, request);
    },
    async close() {
      const all = [...pools.values()];
      pools.clear();
      ready.clear();
      await Promise.all(all.map(async pool => (await pool).destroy()));
    },
  };
}
