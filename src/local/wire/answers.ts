import {Readable} from 'node:stream';

import type {ApiError} from '../types.js';
import {hostId, writeError, type Members, type Operation, type Shape} from './sdk-schemas.js';
import {speaksJson, type ServiceName, type WireResponse} from './types.js';

type Headers = Record<string, string>;

/** The request id, under the name that the service's clients read. */
export function idHeaders(service: ServiceName, requestId: string): Headers {
  if (service === 's3')
    return {'x-amz-request-id': requestId, 'x-amz-id-2': hostId(requestId), server: 'AmazonS3'};
  return {'x-amzn-requestid': requestId};
}

const contentTypes: Readonly<Record<ServiceName, string>> = {
  s3: 'application/xml',
  cloudfront: 'text/xml',
  route53: 'text/xml',
  acm: 'application/x-amz-json-1.1',
  kms: 'application/x-amz-json-1.1',
};

/** An operation's result as HTTP: status, header members and body of its output schema. */
export function answer(operation: Operation, output: Members, requestId: string): WireResponse {
  const {service, name} = operation;
  const headers = {...idHeaders(service, requestId), ...headersOf(operation.output, output)};
  const status = statusOf(operation, output);
  const response = {status, headers, operation: {service, name}};
  if (status === 204 || status === 304) return {...response, body: undefined};
  if (operation.method === 'HEAD') return {...response, body: undefined};
  const {payload, document} = operation.output;
  if (payload?.kind === 'stream' || payload?.kind === 'bytes') {
    const body = output[payload.member];
    return {
      ...response,
      body: body instanceof Readable || body instanceof Uint8Array ? body : Buffer.from(asText(body)),
    };
  }
  const write = payload ?? document;
  const skip =
    payload !== undefined && (output[payload.member] === undefined || output[payload.member] === null);
  if (!write || skip) {
    if (!speaksJson(service)) return {...response, body: ''};
    return {...response, headers: {...headers, 'content-type': contentTypes[service]}, body: '{}'};
  }
  const contentType = payload?.kind === 'text' ? 'application/json' : contentTypes[service];
  return {...response, headers: {...headers, 'content-type': contentType}, body: write.write(output)};
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : '');

/** S3 answers 206 where the result says which range it is. */
function statusOf(operation: Operation, output: Members): number {
  const ranged = operation.name === 'GetObject' || operation.name === 'HeadObject';
  return ranged && operation.service === 's3' && output['ContentRange'] !== undefined
    ? 206
    : operation.status;
}

function headersOf(shape: Shape, output: Members): Headers {
  const headers: Headers = {};
  for (const {member, name, write} of shape.headers) {
    const value = output[member];
    // The SDK's own addition: the Expires header as it was stored, a date or not.
    if (value !== undefined && value !== null)
      headers[name === 'expiresstring' ? 'expires' : name] = headerText(write(value));
  }
  for (const {member, prefix} of shape.prefixes) {
    const values = output[member];
    if (typeof values !== 'object' || values === null) continue;
    for (const [key, value] of Object.entries(values)) headers[prefix + key] = headerText(String(value));
  }
  return headers;
}

/** Headers carry Latin-1; S3 answers anything else encoded by RFC 2047. Control characters cannot travel at all. */
function headerText(text: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text;
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** An error in the service's own protocol. Answers to HEAD and 304 have no body. */
export function answerError(
  service: ServiceName,
  operation: Operation | undefined,
  error: ApiError,
  requestId: string,
  method: string,
): WireResponse {
  const {status, code, message, details} = error;
  const called = operation && {service, name: operation.name};
  const headers = {...idHeaders(service, requestId), ...error.headers};
  if (method === 'HEAD' || status === 304) return {status, headers, body: undefined, operation: called};
  const fault = status >= 500 ? 'Receiver' : 'Sender';
  const body = writeError(service, {code, message, fault, requestId, details});
  return {
    status,
    headers: {
      ...headers,
      'content-type': contentTypes[service],
      ...(speaksJson(service) && {'x-amzn-errortype': code}),
    },
    body,
    operation: called,
  };
}
