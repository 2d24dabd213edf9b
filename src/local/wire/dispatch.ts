import {randomBytes} from 'node:crypto';
import {Readable} from 'node:stream';

import {requirePermission} from '../iam/operations.js';
import {isDiskFull} from '../store/index.js';
import {ApiError, type CallContext, type Caller, type Handler} from '../types.js';
import {answer, answerError} from './answers.js';
import {
  bodyFormat,
  checkDigests,
  decodedLength,
  decodeWhole,
  readWhole,
  streamBody,
  type BodyFormat,
} from './body.js';
import {restRouter, s3Router, targetRouter, type Route} from './routes.js';
import type {Members, Operation} from './sdk-schemas.js';
import {
  credentialOf,
  sha256Hex,
  unsignedPayload,
  verify,
  type Authentication,
  type ChunkSigner,
  type Credential,
} from './sigv4.js';
import {bucketOfHost, parseTarget, s3Address, serviceOf, type WireTarget} from './target.js';
import {
  bufferedBody,
  speaksJson,
  type Services,
  type ServiceName,
  type WireRequest,
  type WireResponse,
} from './types.js';

export interface DispatchOptions {
  /** Default: any key, real time. */
  readonly authentication?: Partial<Authentication>;
  /** Called before each operation: may wait (latency), throw an ApiError, or throw ConnectionReset. */
  readonly beforeCall?: (service: ServiceName, operation: string) => Promise<void> | undefined;
  /** Told about errors that no ApiError describes; the client sees InternalError. */
  readonly onUnexpected?: (error: unknown, operation: string) => void;
}

/** Thrown through the dispatcher: the connection is to be cut without an answer. */
export class ConnectionReset extends Error {}

export type Dispatch = (request: WireRequest, caller?: Caller) => Promise<WireResponse>;

/** Documents (XML, JSON, bucket policies) are read whole; the largest, a full DeleteObjects, stays far below. */
const largestDocument = 8 * 1024 * 1024;

/**
 * Turns HTTP requests into typed calls of the handlers, and their results and errors into HTTP answers in the protocol
 * of each service. With `caller` the request is believed as it is (in-process calls); without, its signature decides.
 * Rejects only with ConnectionReset.
 */
export function createDispatcher(services: Services, options: DispatchOptions = {}): Dispatch {
  const authentication: Authentication = {
    secrets: options.authentication?.secrets ?? new Map(),
    strict: options.authentication?.strict ?? false,
    now: options.authentication?.now ?? Date.now,
    cloudNow: options.authentication?.cloudNow,
    policies: options.authentication?.policies,
  };
  const route = createRouter();
  const handlerOf = (operation: Operation): Handler<Members, Members> | undefined =>
    (services[operation.service] as Readonly<Record<string, Handler<Members, Members>>> | undefined)?.[
      operation.name
    ];

  return async (request, knownCaller) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    let service: ServiceName = 's3';
    let operation: Operation | undefined;
    let body: Call['body'] | undefined;
    try {
      const target = parseTarget(request.target);
      const hostBucket = bucketOfHost(request.headers['host']);
      const credential = knownCaller ? undefined : credentialOf(request.headers, target);
      service =
        serviceOf(credential?.service, request.headers, target, hostBucket) ?? unknownService(credential);
      const found = route(service, request, target, hostBucket);
      operation = found?.operation;
      const streams = operation?.input.payload?.kind === 'stream';

      const call = knownCaller
        ? await believe(request, knownCaller, streams)
        : await authenticate(request, service, target, credential, streams, authentication);
      ({body} = call);
      if (!found || !operation) throw noSuchOperation(service, request.method);
      await options.beforeCall?.(service, operation.name);
      const handler = handlerOf(operation);
      if (!handler)
        throw new ApiError(
          'NotImplemented',
          `frontctl's local cloud does not implement ${operation.name}.`,
          501,
        );

      const input = readInput(found, target, call);
      requirePermission(operation, input, call.caller);
      const context: CallContext = {
        caller: call.caller,
        requestId,
        headers: call.headers,
        origin: request.origin,
      };
      return answer(operation, await handler(input, context), requestId);
    } catch (error) {
      if (error instanceof ConnectionReset) throw error;
      if (!(error instanceof ApiError)) options.onUnexpected?.(error, operation?.name ?? request.method);
      return answerError(service, operation, asApiError(error), requestId, request.method);
    } finally {
      // A body that the handler did not want is read and dropped, so that the connection stays usable.
      if (body instanceof Readable) body.destroy();
    }
  };
}

function createRouter(): (
  service: ServiceName,
  request: WireRequest,
  target: WireTarget,
  hostBucket: string | undefined,
) => Route | undefined {
  const s3 = s3Router();
  const rest = {cloudfront: restRouter('cloudfront'), route53: restRouter('route53')};
  const json = {acm: targetRouter('acm'), kms: targetRouter('kms')};
  return (service, {method, headers}, target, hostBucket) => {
    if (service === 's3') return s3(method, target, s3Address(target, hostBucket), headers);
    if (!speaksJson(service)) return rest[service](method, target, headers);
    const operation = json[service](headers['x-amz-target']);
    return operation && {operation, labels: {}};
  };
}

/** A believed request: who calls, its headers without transfer framing, and its body, whole or streaming. */
interface Call {
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | Readable;
}

async function believe(request: WireRequest, caller: Caller, streams: boolean): Promise<Call> {
  const body =
    streams && request.body instanceof Readable
      ? streamBody(request.body, {kind: 'plain', sha256: undefined}, undefined, undefined)
      : await readWhole(request.body, largestDocument);
  return {caller, headers: request.headers, body};
}

async function authenticate(
  request: WireRequest,
  service: ServiceName,
  target: WireTarget,
  credential: Credential | undefined,
  streams: boolean,
  authentication: Authentication,
): Promise<Call> {
  const {headers} = request;
  const contentSha256 = headers['x-amz-content-sha256'] ?? target.query.get('X-Amz-Content-Sha256');
  const format = bodyFormat(contentSha256);
  const check = (payloadHash: string): {caller: Caller; chunks: ChunkSigner | undefined} => {
    if (credential)
      return verify(
        credential,
        {method: request.method, headers, target},
        service,
        payloadHash,
        authentication,
      );
    if (service === 's3') return {caller: {kind: 'anonymous'}, chunks: undefined};
    throw new ApiError('MissingAuthenticationToken', 'Missing Authentication Token', 403);
  };

  if (contentSha256 === undefined && service !== 's3') {
    // Only S3 asks for the header; elsewhere the body's own hash is what was signed.
    const body = await readWhole(request.body, largestDocument);
    return {...check(sha256Hex(body)), headers, body};
  }
  if (contentSha256 === undefined && credential && !credential.presigned)
    throw new ApiError(
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
      400,
    );

  const {caller, chunks} = check(contentSha256 ?? unsignedPayload);
  const length = decodedLength(headers, format);
  const plain = withoutFraming(headers, format, length);
  const {body} = request;
  if (streams && length === undefined && headers['transfer-encoding'] !== undefined)
    throw new ApiError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  if (streams && body instanceof Readable && (length ?? 0) > bufferedBody)
    return {caller, headers: plain, body: streamBody(body, format, length, chunks)};
  // Framing costs a line of at most 100 bytes a chunk; chunks of a few bytes are nobody's habit.
  const limit = streams ? 16 * bufferedBody : largestDocument;
  const whole = decodeWhole(await readWhole(body, limit), format, length, chunks);
  return {caller, headers: {...plain, ...whole.trailers}, body: whole.bytes};
}

/** The headers as if the body had been sent plain: aws-chunked is a transfer framing and no part of the object. */
function withoutFraming(
  headers: Readonly<Record<string, string>>,
  format: BodyFormat,
  length: number | undefined,
): Readonly<Record<string, string>> {
  if (format.kind === 'plain') return headers;
  const rest = Object.entries(headers).filter(
    ([name]) => name !== 'content-encoding' && name !== 'content-length',
  );
  const kept = (headers['content-encoding'] ?? '')
    .split(',')
    .map(coding => coding.trim())
    .filter(coding => coding !== '' && coding !== 'aws-chunked');
  return {
    ...Object.fromEntries(rest),
    ...(kept.length > 0 && {'content-encoding': kept.join(',')}),
    ...(length !== undefined && {'content-length': String(length)}),
  };
}

function readInput({operation, labels}: Route, target: WireTarget, call: Call): Members {
  const {input: shape, service} = operation;
  const input: Members = {...labels};
  const read = (member: (typeof shape.query)[number], text: string | undefined): void => {
    if (text === undefined) return;
    try {
      input[member.member] = member.read(text);
    } catch {
      if (member.lenient) return;
      throw new ApiError(
        'InvalidArgument',
        `The value of ${member.name} is not valid: ${JSON.stringify(text)}.`,
        400,
        {
          ArgumentName: member.name,
          ArgumentValue: text,
        },
      );
    }
  };
  for (const member of shape.labels) if (member.member in labels) read(member, labels[member.member]);
  if (target.parameters.length > 0)
    for (const member of shape.query) read(member, target.query.get(member.name));
  for (const member of shape.headers) read(member, call.headers[member.name]);
  for (const {member, prefix} of shape.prefixes) input[member] = prefixed(call.headers, prefix);

  if (shape.payload?.kind === 'stream') {
    input[shape.payload.member] = call.body;
    return input;
  }
  const body = call.body instanceof Uint8Array ? call.body : Buffer.alloc(0);
  if (operation.checksummed) checkDigests(call.headers, body);
  if (body.byteLength === 0) return input;
  try {
    if (shape.payload) input[shape.payload.member] = shape.payload.read(body);
    else if (shape.document) Object.assign(input, shape.document.read(body));
  } catch (error) {
    throw malformed(service, error);
  }
  return input;
}

function prefixed(headers: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name.startsWith(prefix)) found[name.slice(prefix.length)] = value;
  }
  return found;
}

function malformed(service: ServiceName, cause: unknown): ApiError {
  const reason = cause instanceof Error ? cause.message : 'unreadable';
  switch (service) {
    case 's3':
      return new ApiError('MalformedXML', `The XML you provided was not well-formed (${reason}).`, 400);
    case 'cloudfront':
      return new ApiError(
        'MalformedInput',
        `Unexpected or unreadable XML in the request body (${reason}).`,
        400,
      );
    case 'route53':
      return new ApiError('InvalidInput', `Invalid XML in the request body (${reason}).`, 400);
    case 'acm':
    case 'kms':
      return new ApiError('SerializationException', `The request body is not valid JSON (${reason}).`, 400);
  }
}

function noSuchOperation(service: ServiceName, method: string): ApiError {
  switch (service) {
    case 's3':
      return new ApiError(
        'MethodNotAllowed',
        'The specified method is not allowed against this resource.',
        405,
        {
          Method: method,
          ResourceType: 'SERVICE',
        },
      );
    case 'acm':
    case 'kms':
      return new ApiError('UnknownOperationException', 'X-Amz-Target names no operation.', 400);
    default:
      return new ApiError('UnknownOperation', `There is no operation for ${method} at this path.`, 404);
  }
}

function unknownService(credential: Credential | undefined): never {
  throw new ApiError(
    'NotImplemented',
    `frontctl's local cloud has no service ${JSON.stringify(credential?.service ?? '')}; it has s3, cloudfront, acm, route53 and kms.`,
    501,
  );
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isDiskFull(error))
    return new ApiError(
      'InternalError',
      "The disk that holds the local cloud's state is full; free some space and try again.",
      500,
    );
  return new ApiError('InternalError', 'We encountered an internal error. Please try again.', 500);
}
