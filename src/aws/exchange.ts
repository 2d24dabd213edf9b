import type {AwsCredentialIdentity} from '@smithy/types';
import type {BucketAddress} from './address.js';
import type {Connection, HttpResponse} from './connection.js';
import type {Credentials} from './credentials.js';
import {withOrigin} from './failures.js';
import type {CallOrigin} from './known-errors.js';
import type {Limiter, Outcome} from './limiter.js';
import {backoffMs, errorFacts, errorKind, outcomeOf, S3AnswerError} from './retry.js';
import {createSigner, encodeKey, encodeQuery, sha256} from './sigv4.js';
import {parseErrorDocument} from './xml.js';

interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Undefined: the bucket itself. */
  readonly key?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Lowercase names. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  /**
   * SHA-256 of the body, lowercase hex. Undefined: hashed only where others could change it on its way; else TLS, or a
   * checksum among the headers, guards it.
   */
  readonly payloadHash: string | undefined;
  /** Statuses besides 2xx that are an answer and no error. */
  readonly accept?: readonly number[] | undefined;
  /** CopyObject can answer 200 and put the error into the body. */
  readonly errorInBody?: boolean | undefined;
  /** See `ObjectStore.get`. */
  readonly onPiece?: ((piece: Uint8Array, isFirst: boolean) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface S3Response extends HttpResponse {
  /** An earlier attempt ended without an answer: the service may have carried it out. */
  readonly isRepeat: boolean;
}

export interface ExchangeOptions {
  readonly region: string;
  /** The bucket's address in a region. */
  readonly addressIn: (region: string) => Promise<BucketAddress>;
  readonly credentials: Credentials;
  readonly connection: Connection;
  readonly limiter: Limiter;
  readonly maxAttempts: number;
  /** The same once the service has answered: what fails then is likely to pass. */
  readonly maxAttemptsOnceAnswered: number;
  readonly origin: CallOrigin;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** One signed request with retries. Rejects with S3AnswerError or the network's own error. */
export type Exchange = (request: S3Request) => Promise<S3Response>;

interface ExchangeWithClock {
  readonly exchange: Exchange;
  /** See `ObjectStore.serverNow`. */
  readonly serverNow: () => number;
}

/** A bucket can redirect to its region once, and a bucket that was just made anew elsewhere once more. */
const maxRedirects = 2;

function answerError(method: string, {status, headers, body}: HttpResponse): S3AnswerError {
  const requestId = headers['x-amz-request-id'];
  const region = headers['x-amz-bucket-region'];
  const text = body.toString('utf8');
  const document = parseErrorDocument(text);
  if (document !== undefined) {
    return new S3AnswerError(document.code, document.message, status, requestId, region ?? document.region);
  }
  const isForeign = method !== 'HEAD' && text !== '' && requestId === undefined;
  return new S3AnswerError(isForeign ? 'NotAws' : 'Unknown', `HTTP ${status}`, status, requestId, region);
}

const noHeaders = {};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function bodyHash(origin: string, body: Uint8Array | undefined): string {
  const isPrivate = /^https:|^http:\/\/(?:127\.[\d.]+|\[::1\]|localhost)(?::|$)/.test(origin);
  return isPrivate ? 'UNSIGNED-PAYLOAD' : sha256(body ?? '');
}

const isAboutRegion = (status: number, name: string): boolean =>
  status === 301 ||
  status === 307 ||
  (status === 400 &&
    (name === 'Unknown' || /^(?:AuthorizationHeaderMalformed|IllegalLocationConstraint)/.test(name)));

/**
 * Signs with the region the bucket turns out to live in, with a clock corrected by the server's, and with fresh
 * credentials after ExpiredToken; each correction holds for all later requests. Retries throttling, 5xx and lost
 * connections with full jitter, outside its concurrency slot.
 */
export function createExchange(options: ExchangeOptions): ExchangeWithClock {
  const {credentials, connection, limiter, now} = options;
  const signer = createSigner();
  let skewMs = 0;
  let hasAnswered = false;
  /** The last Date header and when it came; read only when somebody asks. */
  let lastDate = '';
  let lastDateAt = 0;
  let {region} = options;
  let address = options.addressIn(region);
  address.catch(() => undefined); // told to the requests that await it
  let known: BucketAddress | undefined;

  const send = (
    request: S3Request,
    there: BucketAddress,
    keys: AwsCredentialIdentity,
  ): Promise<HttpResponse> => {
    const path =
      request.key === undefined ? there.basePath || '/' : `${there.basePath}/${encodeKey(request.key)}`;
    const headers = signer.sign(
      {
        method: request.method,
        path,
        query: request.query,
        host: there.host,
        headers: request.headers ?? noHeaders,
        payloadHash: request.payloadHash ?? bodyHash(there.origin, request.body),
      },
      keys,
      {region: there.region, service: there.service, time: now() + skewMs},
    );
    return connection.send(there.origin, {
      method: request.method,
      path: request.query === undefined ? path : `${path}?${encodeQuery(request.query)}`,
      headers,
      body: request.body,
      onPiece: request.onPiece,
      signal: request.signal,
    });
  };

  const once = (request: S3Request): Promise<HttpResponse> => {
    const keys = credentials.current();
    if (known !== undefined && keys !== undefined) return send(request, known, keys);
    return (async () => {
      const asked = address;
      const there = await asked;
      if (asked === address) known = there; // not when the bucket turned out to live elsewhere meanwhile
      return send(request, there, await credentials.provider());
    })();
  };

  const isAnswer = ({status, body}: HttpResponse, request: S3Request): boolean =>
    (status >= 200 &&
      status < 300 &&
      !(request.errorInBody === true && /<Error[\s>]/.test(body.toString('utf8')))) ||
    (request.accept?.includes(status) ?? false);

  /** Puts right what the answer says is wrong with us; true: try again at once. */
  const correct = async (error: S3AnswerError, response: HttpResponse): Promise<boolean> => {
    if (isAboutRegion(response.status, error.name) && error.region !== undefined) {
      if (error.region !== region) {
        region = error.region;
        known = undefined;
        address = options.addressIn(region);
      }
      return true;
    }
    if (error.name === 'RequestTimeTooSkewed') {
      const serverTime = Date.parse(response.headers['date'] ?? '');
      if (Number.isNaN(serverTime)) return false;
      skewMs = serverTime - now();
      return true;
    }
    if (error.name === 'ExpiredToken') {
      await credentials.refresh();
      return true;
    }
    return false;
  };

  const noteDate = ({headers}: HttpResponse): void => {
    const date = headers['date'];
    if (date === undefined) return;
    lastDate = date;
    lastDateAt = now();
  };

  const serverNow = (): number => {
    const time = now();
    const at = Date.parse(lastDate);
    return Number.isNaN(at) ? time : at + (time - lastDateAt);
  };

  const exchange: Exchange = async request => {
    const corrected = new Map<string, number>();
    let isRepeat = false;
    for (let attempt = 1; ; attempt += 1) {
      const slot = limiter.acquire();
      const startedAt = typeof slot === 'number' ? slot : await slot;
      let outcome: Outcome = 'ok';
      let error: unknown;
      try {
        const response = await once(request);
        noteDate(response);
        if (isAnswer(response, request)) {
          hasAnswered = true;
          return isRepeat ? {...response, isRepeat} : Object.assign(response, {isRepeat});
        }
        const refusal = answerError(request.method, response);
        error = refusal;
        const times = corrected.get(refusal.name) ?? 0;
        if (times < maxRedirects && (await correct(refusal, response))) {
          corrected.set(refusal.name, times + 1);
          continue;
        }
      } catch (thrown) {
        error = thrown;
        isRepeat = true;
      } finally {
        if (error !== undefined) outcome = outcomeOf(errorFacts(error));
        limiter.release(startedAt, outcome);
      }
      withOrigin(error, options.origin);
      const kind = errorKind(errorFacts(error));
      const most = hasAnswered ? options.maxAttemptsOnceAnswered : options.maxAttempts;
      if (kind === 'lasting' || attempt >= most) throw error;
      await options.sleep(backoffMs(attempt, kind, options.random));
    }
  };
  return {exchange, serverNow};
}
