import {Readable} from 'node:stream';

import type {FetchS3, OriginResponse, S3OriginRequest} from './edge/types.js';
import {accountId, type Caller} from './types.js';
import type {Dispatch, WireResponse} from './wire/index.js';

/**
 * S3 as the edge's origin: in-process, yet through S3's own HTTP semantics. A request that OAC signs comes from the
 * CloudFront service on behalf of the distribution, one through an origin access identity from that identity; any other
 * speaks for itself (a viewer's own signature, or nobody).
 */
export function createFetchS3(dispatch: Dispatch): FetchS3 {
  return async ({bucket, path, method, headers, signedAs, body}) => {
    const caller = signedAs ? signer(signedAs) : callerOf(headers, path);
    const answer = await dispatch(
      {
        method,
        target: path,
        headers: {...headers, host: `${bucket}.s3.amazonaws.com`},
        body: body && readable(body),
        origin: 'https://s3.amazonaws.com',
      },
      caller,
    );
    return originResponse(answer);
  };
}

const signer = (signedAs: NonNullable<S3OriginRequest['signedAs']>): Caller =>
  'identity' in signedAs
    ? {kind: 'access-identity', ...signedAs.identity}
    : {
        kind: 'service',
        principal: 'cloudfront.amazonaws.com',
        sourceArn: signedAs.distributionArn,
        sourceAccount: accountId,
      };

/** Undefined: let the dispatcher judge the signature that the request carries. */
const callerOf = (headers: Readonly<Record<string, string>>, path: string): Caller | undefined =>
  headers['authorization'] !== undefined || path.includes('X-Amz-Signature=')
    ? undefined
    : {kind: 'anonymous'};

const readable = (body: NodeJS.ReadableStream): Readable =>
  body instanceof Readable ? body : new Readable({objectMode: false}).wrap(body);

function originResponse({status, headers, body}: WireResponse): OriginResponse {
  if (body instanceof Readable) return {status, headers, body};
  if (body === undefined) return {status, headers, body: Readable.from([], {objectMode: false})};
  const bytes = Buffer.from(body);
  return {
    status,
    headers: {...headers, 'content-length': String(bytes.length)},
    body: Readable.from(bytes.length === 0 ? [] : [bytes], {objectMode: false}),
  };
}
