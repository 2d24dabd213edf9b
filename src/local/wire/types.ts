import type {ACM} from '@aws-sdk/client-acm';
import type {CloudFront} from '@aws-sdk/client-cloudfront';
import type {KMS} from '@aws-sdk/client-kms';
import type {Route53} from '@aws-sdk/client-route-53';
import type {S3} from '@aws-sdk/client-s3';
import type {Readable} from 'node:stream';

import type {Handlers} from '../types.js';

export type ServiceName = 's3' | 'cloudfront' | 'acm' | 'route53' | 'kms';

/** Whether a service speaks awsJson 1.1: one path, X-Amz-Target, JSON. */
export const speaksJson = (service: ServiceName): service is 'acm' | 'kms' =>
  service === 'acm' || service === 'kms';

export interface Services {
  readonly s3?: Handlers<S3>;
  readonly cloudfront?: Handlers<CloudFront>;
  readonly acm?: Handlers<ACM>;
  readonly route53?: Handlers<Route53>;
  readonly kms?: Handlers<KMS>;
}

/** An HTTP request as it came in. */
export interface WireRequest {
  readonly method: string;
  /** Path and query as sent: `/bucket/a%20b.html?x-id=GetObject`. */
  readonly target: string;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | Uint8Array | undefined;
  /** Scheme, host and port that the client used, without a slash at the end. */
  readonly origin: string;
}

export interface WireResponse {
  readonly status: number;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | Uint8Array | string | undefined;
  /** What was called, for the request log; undefined when no operation matched. */
  readonly operation: {readonly service: ServiceName; readonly name: string} | undefined;
}

/**
 * What a handler finds in a streaming input member (`PutObject`'s and `UploadPart`'s `Body`):
 *
 * - `Uint8Array`: the whole body (up to `bufferedBody` bytes, empty bodies included). The payload hash and every chunk
 *   signature are already verified, and trailers have become ordinary members (`input.ChecksumCRC32`).
 * - `StreamedBody`: a larger body. The aws-chunked framing is removed. It ends only when everything has been verified;
 *   else it fails with the ApiError to answer (XAmzContentSHA256Mismatch, SignatureDoesNotMatch, IncompleteBody): the
 *   handler throws away what it wrote and rethrows. `trailers()` is complete once the stream has ended.
 */
export interface StreamedBody extends Readable {
  /** Trailer fields of an aws-chunked body, lowercase: `{'x-amz-checksum-crc32': '…'}`. Empty before `end`. */
  trailers(): Readonly<Record<string, string>>;
}

/** Bodies of up to this many bytes reach handlers as one Uint8Array. */
export const bufferedBody = 256 * 1024;
