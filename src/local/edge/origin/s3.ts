import {Readable} from 'node:stream';
import type {FetchS3} from '../types.js';
import {viewerHostAtS3} from '../choices.js';
import type {S3Origin} from './address.js';
import {OriginFailure, type Arrival, type OriginRequest} from './request.js';

/**
 * Asks the emulated S3, signed as the origin's OAC says (facts §11): `always` replaces the viewer's Authorization,
 * `no-override` signs only without one, `never` does not sign. An origin access identity signs like `always`; without
 * either the request is anonymous. The viewer's Host never gets there.
 */
export const askS3 = async (origin: S3Origin, request: OriginRequest, fetchS3: FetchS3): Promise<Arrival> => {
  if (request.headers['host'] !== origin.domainName) return hostMismatch();
  const {authorization, ...headers} = request.headers;
  const asDistribution =
    origin.signing === 'always' || (origin.signing === 'no-override' && authorization === undefined);
  const signs = asDistribution || origin.identity !== undefined;
  const response = await fetchS3({
    bucket: origin.bucket,
    path: origin.path + request.target,
    method: request.method,
    headers: signs || authorization === undefined ? headers : {...headers, authorization},
    signedAs: asDistribution
      ? {distributionArn: request.distributionArn}
      : origin.identity && {identity: origin.identity},
    body: request.body,
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OriginFailure(502, 503, `The emulated S3 failed: ${reason}`, 'never');
  });
  const body = response.body instanceof Readable ? response.body : new Readable().wrap(response.body);
  return {status: response.status, headers: response.headers, body, s3: true};
};

const hostMismatch = (): Arrival => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${viewerHostAtS3.code}</Code><Message>The request signature we calculated does not match the signature you provided: the Host header of the viewer was forwarded to an S3 origin.</Message></Error>`;
  return {
    status: viewerHostAtS3.status,
    headers: {
      'content-type': 'application/xml',
      'content-length': String(Buffer.byteLength(xml)),
      server: 'AmazonS3',
    },
    body: Readable.from([Buffer.from(xml)]),
    s3: true,
  };
};
