/**
 * Verifies AWS Signature Version 4: header-signed, presigned and chunk-signed requests.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 *
 * The cloud accepts any access key id as an identity and cannot know everybody's secret. So: the signature is compared
 * where the secret is known (the pair that `--local` uses, and the pairs that strict authentication names); for any
 * other key only form, scope, date (15 minutes) and payload hash are checked. Strict authentication refuses other keys.
 */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto';

import {accountId, ApiError, type Caller, type IdentityPolicy} from '../types.js';
import type {QueryParameter, WireTarget} from './target.js';
import {speaksJson, type ServiceName} from './types.js';

/** The key pair that `--local` signs with. */
export const localCredentials = {accessKeyId: 'local', secretAccessKey: 'local'} as const;

const algorithm = 'AWS4-HMAC-SHA256';
const skewMs = 15 * 60 * 1000;
/** Seven days, the longest that a presigned URL may live. */
const longestExpirySeconds = 604_800;
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

export interface Authentication {
  /** Secrets by access key id, besides `localCredentials`. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Refuse access keys that `secrets` does not name (`localCredentials` included). */
  readonly strict: boolean;
  /** Real time in milliseconds: signatures are made with the client's clock, which knows nothing of the cloud's. */
  readonly now: () => number;
  /** The cloud's own time: SDKs correct their clock by the Date of its answers. */
  readonly cloudNow?: (() => number) | undefined;
  /** By access key id: identities that may not do everything. */
  readonly policies?: ReadonlyMap<string, IdentityPolicy> | undefined;
}

/** What a request says about its signature, before anything is believed. */
export interface Credential {
  readonly accessKeyId: string;
  /** `20261121` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly presigned: boolean;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

export interface Verified {
  readonly caller: Caller;
  /** How later chunks of the body are to be verified; undefined when the secret is not known. */
  readonly chunks: ChunkSigner | undefined;
}

/** Signs the chunks of an aws-chunked body, each over the one before. */
export interface ChunkSigner {
  chunk(sha256: string): string;
  trailer(sha256: string): string;
}

/** Reads the Authorization header or the X-Amz-* query; undefined for an unsigned request. */
export function credentialOf(
  headers: Readonly<Record<string, string>>,
  target: WireTarget,
): Credential | undefined {
  const {authorization} = headers;
  if (authorization !== undefined) return fromHeader(authorization);
  if (target.rawQuery.includes('X-Amz-Signature')) return fromQuery(target);
  // Signature version 2, which buckets made since June 2020 do not take.
  if (target.query.has('AWSAccessKeyId') && target.query.has('Signature')) throw unsupported();
  return undefined;
}

function fromHeader(authorization: string): Credential {
  if (!authorization.startsWith(`${algorithm} `)) throw unsupported();
  const fields = new Map(
    authorization
      .slice(algorithm.length + 1)
      .split(',')
      .map(field => {
        const at = field.indexOf('=');
        return [field.slice(0, at).trim(), field.slice(at + 1).trim()] as const;
      }),
  );
  return credential(fields.get('Credential'), fields.get('SignedHeaders'), fields.get('Signature'), false);
}

const unsupported = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The authorization mechanism you have provided is not supported. Please use ${algorithm}.`,
    400,
  );

function fromQuery(target: WireTarget): Credential {
  const value = (name: string): string | undefined => target.query.get(name);
  if (value('X-Amz-Algorithm') !== algorithm)
    throw new ApiError(
      'AuthorizationQueryParametersError',
      `X-Amz-Algorithm only supports "${algorithm}"`,
      400,
    );
  return credential(value('X-Amz-Credential'), value('X-Amz-SignedHeaders'), value('X-Amz-Signature'), true);
}

function credential(
  scope: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  presigned: boolean,
): Credential {
  // An access key id may itself hold slashes; the scope is the last four parts.
  const parts = scope?.split('/') ?? [];
  const [day, region, service, terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  const complete = accessKeyId && day && region && service && terminator === 'aws4_request';
  if (!complete || !/^\d{8}$/.test(day) || !signedHeaders || !signature)
    throw new ApiError(
      presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed',
      `The ${presigned ? 'query' : 'authorization header'} is malformed; it needs a Credential of the form ` +
        '<access key>/<yyyymmdd>/<region>/<service>/aws4_request, SignedHeaders and a Signature.',
      400,
    );
  return {accessKeyId, day, region, service, presigned, signedHeaders: signedHeaders.split(';'), signature};
}

/**
 * Believes the credential, or throws the ApiError that the service answers. `payloadHash` stands in the canonical
 * request: the value of `x-amz-content-sha256`, or the hash of the body where there is no such header.
 */
export function verify(
  found: Credential,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly target: WireTarget;
  },
  service: ServiceName,
  payloadHash: string,
  authentication: Authentication,
): Verified {
  const {headers, target} = request;
  const date = found.presigned ? target.query.get('X-Amz-Date') : (headers['x-amz-date'] ?? headers['date']);
  const signedAt = parseDate(date);
  if (date === undefined || signedAt === undefined || basicDate(signedAt).slice(0, 8) !== found.day)
    throw new ApiError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header', 403);
  checkTime(found, signedAt, target, service, authentication);
  if (!found.signedHeaders.includes('host'))
    throw new ApiError('SignatureDoesNotMatch', 'The host header must be signed.', 403);

  const secret =
    authentication.secrets.get(found.accessKeyId) ??
    (!authentication.strict && found.accessKeyId === localCredentials.accessKeyId
      ? localCredentials.secretAccessKey
      : undefined);
  if (secret === undefined && authentication.strict) throw unknownKey(service, found.accessKeyId);
  const caller = identity(found.accessKeyId, authentication.policies?.get(found.accessKeyId));
  if (secret === undefined) return {caller, chunks: undefined};

  const scope = `${found.day}/${found.region}/${found.service}/aws4_request`;
  const key = signingKey(secret, found);
  const timestamp = basicDate(signedAt);
  const canonical = canonicalRequest(found, request, service, payloadHash);
  const expected = hmacHex(key, `${algorithm}\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`);
  if (!sameText(expected, found.signature)) throw mismatch(service);
  return {caller, chunks: chunkSigner(key, timestamp, scope, expected)};
}

const identity = (accessKeyId: string, policy: IdentityPolicy | undefined): Caller => ({
  kind: 'identity',
  accessKeyId,
  accountId,
  ...(policy === undefined
    ? {arn: `arn:aws:iam::${accountId}:root`}
    : {arn: `arn:aws:iam::${accountId}:user/${accessKeyId}`, policy}),
});

function checkTime(
  found: Credential,
  signedAt: number,
  target: WireTarget,
  service: ServiceName,
  {now: realNow, cloudNow}: Authentication,
): void {
  const now = realNow();
  if (found.presigned) {
    const expires = Number(target.query.get('X-Amz-Expires'));
    if (!Number.isInteger(expires) || expires < 1 || expires > longestExpirySeconds)
      throw new ApiError(
        'AuthorizationQueryParametersError',
        `X-Amz-Expires must be a number of seconds from 1 to ${longestExpirySeconds}.`,
        400,
      );
    if (now > signedAt + expires * 1000) throw new ApiError('AccessDenied', 'Request has expired', 403);
    if (signedAt - now > skewMs) throw new ApiError('AccessDenied', 'Request is not valid yet', 403);
    return;
  }
  if ([now, cloudNow?.() ?? now].some(time => Math.abs(time - signedAt) <= skewMs)) return;
  if (service === 's3')
    throw new ApiError(
      'RequestTimeTooSkewed',
      "The difference between the request time and the server's time is too large.",
      403,
      {
        RequestTime: basicDate(signedAt),
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: skewMs,
      },
    );
  throw new ApiError(
    speaksJson(service) ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
    `Signature expired: ${basicDate(signedAt)} is not within 15 minutes of ${basicDate(now)}.`,
    403,
  );
}

const mismatch = (service: ServiceName): ApiError =>
  new ApiError(
    speaksJson(service) ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  );

function unknownKey(service: ServiceName, accessKeyId: string): ApiError {
  if (service === 's3')
    return new ApiError(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      403,
      {
        AWSAccessKeyId: accessKeyId,
      },
    );
  const code = speaksJson(service) ? 'UnrecognizedClientException' : 'InvalidClientTokenId';
  return new ApiError(code, 'The security token included in the request is invalid.', 403);
}

function canonicalRequest(
  found: Credential,
  {method, headers, target}: Parameters<typeof verify>[1],
  service: ServiceName,
  payloadHash: string,
): string {
  let lines = '';
  for (const name of found.signedHeaders)
    lines += `${name}:${(headers[name] ?? '').trim().replace(/ {2,}/g, ' ')}\n`;
  const path = service === 's3' ? encodeOnce(target) : encodeTwice(target.rawPath);
  const query = canonicalQuery(target.parameters);
  return `${method}\n${path}\n${query}\n${lines}\n${found.signedHeaders.join(';')}\n${payloadHash}`;
}

const plainPath = /^[A-Za-z0-9\-._~/]*$/;

/** S3 signs the path encoded once, whatever the client left unencoded on the wire. */
const encodeOnce = ({rawPath, path}: WireTarget): string =>
  plainPath.test(rawPath) ? rawPath : path.split('/').map(encodeRfc3986).join('/');

/** Every other service signs the path as sent, encoded again. */
const encodeTwice = (rawPath: string): string =>
  plainPath.test(rawPath) ? rawPath : rawPath.split('/').map(encodeRfc3986).join('/');

function canonicalQuery(parameters: readonly QueryParameter[]): string {
  if (parameters.length === 0) return '';
  return parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
    .sort(byBytes)
    .join('&');
}

/** By name, then value: `=` must not take part in the comparison (`a-b` sorts before `a=`). */
const byBytes = (a: string, b: string): number => {
  const [x, y] = [a.replace('=', '\0'), b.replace('=', '\0')];
  return x < y ? -1 : x > y ? 1 : 0;
};

const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function chunkSigner(key: Buffer, timestamp: string, scope: string, seed: string): ChunkSigner {
  let previous = seed;
  const sign = (kind: string, hashes: string): string =>
    (previous = hmacHex(key, `${kind}\n${timestamp}\n${scope}\n${previous}\n${hashes}`));
  return {
    chunk: sha256 => sign(`${algorithm}-PAYLOAD`, `${emptySha256}\n${sha256}`),
    trailer: sha256 => sign(`${algorithm}-TRAILER`, sha256),
  };
}

let lastKey: {readonly name: string; readonly key: Buffer} | undefined;

/** A client uses one key for a whole day. */
function signingKey(secret: string, {day, region, service}: Credential): Buffer {
  const name = `${secret}/${day}/${region}/${service}`;
  if (lastKey?.name !== name) {
    const hmac = (key: string | Buffer, text: string): Buffer =>
      createHmac('sha256', key).update(text).digest();
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
    lastKey = {name, key};
  }
  return lastKey.key;
}

const hmacHex = (key: Buffer, text: string): string => createHmac('sha256', key).update(text).digest('hex');

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

const emptySha256 = sha256Hex('');

export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** ISO 8601 basic (`20261121T191906Z`) or an HTTP date. */
function parseDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const time = basic
    ? Date.UTC(
        +(basic[1] ?? 0),
        +(basic[2] ?? 0) - 1,
        +(basic[3] ?? 0),
        +(basic[4] ?? 0),
        +(basic[5] ?? 0),
        +(basic[6] ?? 0),
      )
    : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const basicDate = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
