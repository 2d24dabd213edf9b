import type {Origin, OriginAccessControlConfig} from '@aws-sdk/client-cloudfront';
import type {AccessIdentity} from '../types.js';

interface Common {
  readonly id: string;
  readonly domainName: string;
  /** OriginPath: '' or `/prefix` without a slash at the end. */
  readonly path: string;
  readonly customHeaders: readonly (readonly [name: string, value: string])[];
  readonly attempts: number;
  readonly connectTimeoutMs: number;
  /** Longest silence of the origin, before and within an answer. */
  readonly readTimeoutMs: number;
}

export interface S3Origin extends Common {
  readonly kind: 's3';
  readonly bucket: string;
  /** How OAC signs; undefined without OAC. */
  readonly signing: 'always' | 'never' | 'no-override' | undefined;
  /** The legacy way to sign; never together with OAC. */
  readonly identity: AccessIdentity | undefined;
}

export interface CustomOrigin extends Common {
  readonly kind: 'custom';
  readonly protocolPolicy: 'http-only' | 'https-only' | 'match-viewer';
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly keepaliveMs: number;
}

/** An origin that this edge cannot reach; `why` goes into the error page. */
export interface UnsupportedOrigin extends Common {
  readonly kind: 'unsupported';
  readonly why: string;
}

export type CompiledOrigin = S3Origin | CustomOrigin | UnsupportedOrigin;

const website = /\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/i;

/**
 * The bucket of an S3 REST endpoint (virtual-hosted, with or without region, dual-stack or legacy `s3-region`), or
 * undefined for any other name (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
 */
export const bucketOf = (domainName: string): string | undefined =>
  website.test(domainName)
    ? undefined
    : /^(.+)\.s3(?:[.-](?:dualstack\.)?[a-z]{2,}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?$/i.exec(
        domainName,
      )?.[1];

const signingOf = (access: OriginAccessControlConfig | undefined): S3Origin['signing'] => {
  switch (access?.SigningBehavior) {
    case undefined:
      return undefined;
    case 'never':
    case 'no-override':
      return access.SigningBehavior;
    default:
      return 'always';
  }
};

/** One origin of a distribution with its defaults filled in (facts §7: 3 attempts, 10 s to connect, 30 s to answer). */
export const compileOrigin = (
  origin: Origin,
  access: OriginAccessControlConfig | undefined,
  identity?: AccessIdentity,
): CompiledOrigin => {
  const domainName = origin.DomainName ?? '';
  const custom = origin.CustomOriginConfig;
  const common: Common = {
    id: origin.Id ?? '',
    domainName,
    path: (origin.OriginPath ?? '').replace(/\/+$/, ''),
    customHeaders: (origin.CustomHeaders?.Items ?? []).map(
      header => [(header.HeaderName ?? '').toLowerCase(), header.HeaderValue ?? ''] as const,
    ),
    attempts: origin.ConnectionAttempts ?? 3,
    connectTimeoutMs: (origin.ConnectionTimeout ?? 10) * 1000,
    readTimeoutMs: (custom?.OriginReadTimeout ?? origin.S3OriginConfig?.OriginReadTimeout ?? 30) * 1000,
  };
  if (domainName === '')
    return {...common, kind: 'unsupported', why: 'The behavior names an origin that does not exist.'};
  if (website.test(domainName)) {
    return {
      ...common,
      kind: 'unsupported',
      why: `The embedded cloud has no S3 website endpoints (${domainName}); use the bucket's REST endpoint.`,
    };
  }
  const bucket = bucketOf(domainName);
  if (bucket !== undefined) return {...common, kind: 's3', bucket, signing: signingOf(access), identity};
  return {
    ...common,
    kind: 'custom',
    protocolPolicy: custom?.OriginProtocolPolicy ?? 'match-viewer',
    httpPort: custom?.HTTPPort ?? 80,
    httpsPort: custom?.HTTPSPort ?? 443,
    keepaliveMs: (custom?.OriginKeepaliveTimeout ?? 5) * 1000,
  };
};
