import type {Client, Dispatcher} from 'undici';

interface HttpRequest {
  readonly method: string;
  /** Encoded path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** Takes the body of a 200 as it comes: the response has an empty one then. */
  readonly onPiece?: ((piece: Uint8Array, isFirst: boolean) => void) | undefined;
  /** Ends the request with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lowercase names; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ConnectionOptions {
  readonly connectTimeoutMs: number;
  /** Longest silence of the server: until the headers, and between two pieces of the body. */
  readonly responseTimeoutMs: number;
}

/** HTTP/1.1 keep-alive connections. Errors are undici's own (`code` UND_ERR_* or the socket's). */
export interface Connection {
  /** `origin`: scheme, host and port. As many connections as requests in flight: whoever calls bounds them. */
  send(origin: string, request: HttpRequest): Promise<HttpResponse>;
  /** Ends idle connections at once and running requests with an error. */
  close(): Promise<void>;
}

/** Bytes a millisecond of one of several connections over a slow line. */
const slowestUpload = 32;
/** Smaller bodies are out before it matters. Bytes. */
const countedBytes = 64 * 1024;

const text = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

/**
 * Collects one response; `free` is called before. A handler object instead of `client.request`: a readable stream for each answer
 * costs more than the request.
 */
function responseHandler(
  {onPiece, signal}: HttpRequest,
  resolve: (response: HttpResponse) => void,
  reject: (error: unknown) => void,
  free: () => void,
): Dispatcher.DispatchHandler {
  let status = 0;
  let headers: Record<string, string> = {};
  const chunks: Buffer[] = [];
  let isFirst = true;
  let onAbort: (() => void) | undefined;
  const settled = (): void => {
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    free();
  };
  return {
    onRequestStart(controller) {
      if (signal === undefined) return;
      onAbort = () => {
        controller.abort(signal.reason as Error);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, {once: true});
    },
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
      settled();
      resolve({
        status,
        headers,
        body: first === undefined ? Buffer.alloc(0) : chunks.length === 1 ? first : Buffer.concat(chunks),
      });
    },
    onResponseError(_controller, error) {
      settled();
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

/** The connections to one origin. A client of undici is one connection, which it opens again when it is lost. */
interface Clients {
  readonly all: Client[];
  /** Those without a request. The last used comes first: its connection is the least likely to be closed by the server. */
  readonly idle: Client[];
  readonly make: () => Client;
}

export function createConnection(options: ConnectionOptions): Connection {
  const opened = new Map<string, Promise<Clients>>();
  const ready = new Map<string, Clients>();

  const open = async (origin: string): Promise<Clients> => {
    await delayOptimisation();
    const [{default: ClientClass}, {default: buildConnector}] = await Promise.all([
      import('undici/lib/dispatcher/client.js'),
      import('undici/lib/core/connect.js'),
    ]);
    // One for all, so that they resume each other's TLS sessions.
    const connect = buildConnector({timeout: options.connectTimeoutMs});
    const make = (): Client =>
      new ClientClass(origin, {
        connect,
        pipelining: 1,
        headersTimeout: options.responseTimeoutMs,
        bodyTimeout: options.responseTimeoutMs,
      });
    return {all: [], idle: [], make};
  };

  /** undici counts the time in which the body goes out, too. */
  const timeoutFor = (bytes: number): {readonly headersTimeout?: number} =>
    bytes < countedBytes ? {} : {headersTimeout: options.responseTimeoutMs + bytes / slowestUpload};

  // undici's Pool would look through all its clients for a free one, at every request.
  const dispatch = ({all, idle, make}: Clients, request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const {method, path, headers, body} = request;
      let client = idle.pop();
      if (client === undefined) all.push((client = make()));
      const own = client;
      const free = (): void => void idle.push(own);
      client.dispatch(
        {method, path, headers, body: body ?? null, ...timeoutFor(body?.length ?? 0)},
        responseHandler(request, resolve, reject, free),
      );
    });

  const dispatchOnceOpen = async (origin: string, request: HttpRequest): Promise<HttpResponse> => {
    let opening = opened.get(origin);
    if (opening === undefined) {
      opening = open(origin);
      opened.set(origin, opening);
    }
    const clients = await opening;
    ready.set(origin, clients);
    return dispatch(clients, request);
  };

  return {
    send(origin, request) {
      const clients = ready.get(origin);
      return clients === undefined ? dispatchOnceOpen(origin, request) : dispatch(clients, request);
    },
    async close() {
      const origins = [...opened.values()];
      opened.clear();
      ready.clear();
      await Promise.all(
        origins.map(async clients => Promise.all((await clients).all.map(client => client.destroy()))),
      );
    },
  };
}
