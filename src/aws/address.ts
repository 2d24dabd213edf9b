import type {S3Client} from '@aws-sdk/client-s3';
import {Failure} from '../failure.js';
import {encodeKey} from './sigv4.js';

/** Where a bucket is reached and how requests to it are signed. */
export interface BucketAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Value of the Host header. */
  readonly host: string;
  /** Encoded, starts with `/`, ends without one: empty for a virtual-hosted bucket. */
  readonly basePath: string;
  readonly region: string;
  /** Signing name. */
  readonly service: string;
}

/**
 * Regions of the aws and aws-cn partitions, whose S3 host names follow one rule. Everything else (GovCloud, isolated
 * and sovereign partitions) is left to the SDK's endpoint rules.
 */
const plainRegion = /^(?:us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;
const chinaRegion = /^cn-[a-z]+-\d+$/;

/** Bucket names that can be a host label; with a dot they are one only without TLS, so AWS's rules take the path then. */
const hostLabel = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;
/** Names with rules of their own: S3 Express, access point aliases and the like. */
const specialSuffix = /--(?:x-s3|xa-s3|op-s3|ol-s3)$|-s3alias$/;

function at(url: URL, basePath: string, region: string): BucketAddress {
  return {origin: url.origin, host: url.host, basePath, region, service: 's3'};
}

/** A bucket at an endpoint that replaces AWS's own: always path style. */
export function customAddress(endpoint: URL, bucket: string, region: string): BucketAddress {
  return at(endpoint, `${endpoint.pathname.replace(/\/+$/, '')}/${encodeKey(bucket)}`, region);
}

/**
 * A bucket at AWS by the rules that hold for nearly everyone, or undefined: ask the SDK (ARNs, access points, special
 * buckets, other partitions).
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function standardAddress(bucket: string, region: string): BucketAddress | undefined {
  const suffix = plainRegion.test(region)
    ? 'amazonaws.com'
    : chinaRegion.test(region)
      ? 'amazonaws.com.cn'
      : undefined;
  if (suffix === undefined || specialSuffix.test(bucket) || bucket.startsWith('arn:')) return undefined;
  return hostLabel.test(bucket)
    ? at(new URL(`https://${bucket}.s3.${region}.${suffix}`), '', region)
    : at(new URL(`https://s3.${region}.${suffix}`), `/${encodeKey(bucket)}`, region);
}

interface AuthScheme {
  readonly name: string;
  readonly signingName?: string;
  readonly signingRegion?: string;
}

/**
 * The address by the SDK's own endpoint rules: FIPS, dual stack, access points, other partitions. Failure
 * UNSUPPORTED_BUCKET for buckets that want another signature than SigV4 (S3 Express, multi-region access points).
 */
export function sdkAddress(
  {config}: S3Client,
  bucket: string,
  region: string,
  {fips, dualStack}: {readonly fips: boolean; readonly dualStack: boolean},
): BucketAddress {
  const {url, properties} = config.endpointProvider({
    Bucket: bucket,
    Region: region,
    UseFIPS: fips,
    UseDualStack: dualStack,
  });
  const schemes = properties?.['authSchemes'] as readonly AuthScheme[] | undefined;
  const scheme = schemes?.find(({name}) => name === 'sigv4');
  if (schemes !== undefined && scheme === undefined) {
    throw new Failure(
      'usage',
      'UNSUPPORTED_BUCKET',
      `${bucket} is a kind of bucket that no site can be served from`,
      {
        hint: 'Use a general purpose S3 bucket.',
      },
    );
  }
  return {
    ...at(url, url.pathname.replace(/\/+$/, ''), scheme?.signingRegion ?? region),
    service: scheme?.signingName ?? 's3',
  };
}
