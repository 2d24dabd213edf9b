import type {Outcome} from './limiter.js';

/** S3's error, in the shape of the SDK's service exceptions, so that one table turns both into Failures. */
export class S3AnswerError extends Error {
  readonly $metadata: {readonly httpStatusCode: number; readonly requestId: string | undefined};

  constructor(
    override readonly name: string,
    message: string,
    status: number,
    requestId: string | undefined,
    /** The region that the bucket lives in, where the answer tells. */
    readonly region?: string,
  ) {
    super(message);
    this.$metadata = {httpStatusCode: status, requestId};
  }
}

/** Lost connections and silence: the request may or may not have been carried out. */
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

const throttlingNames = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const transientNames = new Set([
  'ConditionalRequestConflict',
  'InternalError',
  'InternalFailure',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'TimeoutError',
]);

export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** errno or undici code, also of a cause or of the first of several attempts (happy eyeballs). */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly region: string | undefined;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
const textField = (value: unknown, name: string): string | undefined => {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
};

/** What any error of the SDK, undici or Node tells, in one shape. */
export function errorFacts(error: unknown): ErrorFacts {
  const metadata = field(error, '$metadata');
  const status = field(metadata, 'httpStatusCode');
  const inner =
    field(error, 'cause') ?? (error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined);
  const headers = field(field(error, '$response'), 'headers');
  return {
    name: textField(error, 'name') ?? 'Error',
    message: textField(error, 'message') ?? (typeof error === 'string' ? error : ''),
    code: textField(error, 'code') ?? textField(inner, 'code'),
    status: typeof status === 'number' ? status : undefined,
    requestId: textField(metadata, 'requestId'),
    region:
      textField(headers, 'x-amz-bucket-region') ?? textField(error, 'region') ?? textField(error, 'Region'),
  };
}

/** `throttled`: the service wants less. `transient`: the same request may well succeed. `lasting`: it will not. */
export type ErrorKind = 'throttled' | 'transient' | 'lasting';

export function errorKind({name, code, status}: ErrorFacts): ErrorKind {
  if (throttlingNames.has(name) || status === 429) return 'throttled';
  if (status === 503 && name !== 'NotImplemented') return 'throttled';
  if (transientNames.has(name)) return 'transient';
  if (status !== undefined)
    return status === 500 || status === 502 || status === 504 ? 'transient' : 'lasting';
  return code !== undefined && transientCodes.has(code) ? 'transient' : 'lasting';
}

/** A lost connection may be the sign of an overrun server as much as SlowDown is. */
export const outcomeOf = (facts: ErrorFacts): Outcome =>
  errorKind(facts) === 'throttled' || (facts.status === undefined && errorKind(facts) === 'transient')
    ? 'throttled'
    : 'ok';

/**
 * Full jitter: anything up to the exponential bound. `attempt` counts from 1 (the pause after the first failure).
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffMs(attempt: number, kind: ErrorKind, random: () => number): number {
  const base = kind === 'throttled' ? 500 : 100;
  return random() * Math.min(20_000, base * 2 ** (attempt - 1));
}
