import type {
  CachePolicyConfig,
  DistributionConfig,
  KeyGroupConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  PublicKeyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';

/** A distribution as the edge serves it now (the last config that reached Deployed, not the one in progress). */
export interface LiveDistribution {
  readonly id: string;
  readonly arn: string;
  /** `d111111abcdef8.cloudfront.net` */
  readonly domainName: string;
  readonly config: DistributionConfig;
  /** Changes whenever `config` changes: compiled forms may be cached under it. */
  readonly version: string;
}

/** A legacy origin access identity. */
export interface AccessIdentity {
  readonly id: string;
  /** What the identity is called in ACLs and, until S3 rewrites it, in bucket policies. */
  readonly canonicalUserId: string;
}

/** Code of a CloudFront function. */
export interface FunctionCode {
  readonly code: string;
  /** `cloudfront-js-1.0` or `cloudfront-js-2.0` */
  readonly runtime: string;
}

/** What the edge reads from the control plane; called on every request, so each answer is a map look-up. */
export interface ControlPlane {
  distribution(id: string): LiveDistribution | undefined;
  /** By own domain name or alias (wildcard aliases too), lowercase, without port. */
  distributionByHost(host: string): LiveDistribution | undefined;
  distributions(): Iterable<LiveDistribution>;
  cachePolicy(id: string): CachePolicyConfig | undefined;
  originRequestPolicy(id: string): OriginRequestPolicyConfig | undefined;
  responseHeadersPolicy(id: string): ResponseHeadersPolicyConfig | undefined;
  originAccessControl(id: string): OriginAccessControlConfig | undefined;
  /** By the id alone, without `origin-access-identity/cloudfront/`. */
  originAccessIdentity(id: string): AccessIdentity | undefined;
  /** As it reached the edge: a change arrives when the distributions that trust the group are Deployed again. */
  keyGroup(id: string): KeyGroupConfig | undefined;
  publicKey(id: string): PublicKeyConfig | undefined;
  /**
   * By ARN, as it reached the edge: what is published arrives when the distributions that use it are Deployed again. The same
   * object until it changes.
   */
  functionCode(arn: string): FunctionCode | undefined;
  /** Called when the set of live distributions or their configs changed; returns a function that stops it. */
  onChange(listener: () => void): () => void;
}

export interface S3OriginRequest {
  readonly bucket: string;
  /** Raw request path and query as sent to the origin (`/a%20b.html?x=1`), origin path included. */
  readonly path: string;
  readonly method: string;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Set when the origin's OAC signs: the bucket policy then sees cloudfront.amazonaws.com with this AWS:SourceArn; or
   * when the origin has an origin access identity.
   */
  readonly signedAs: {readonly distributionArn: string} | {readonly identity: AccessIdentity} | undefined;
  readonly body: NodeJS.ReadableStream | undefined;
}

export interface OriginResponse {
  readonly status: number;
  /** Lowercase names; repeated headers (Set-Cookie) as arrays. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: NodeJS.ReadableStream;
}

/** The emulated S3, reached in-process but through its own HTTP semantics (XML errors, 403 without list permission). */
export type FetchS3 = (request: S3OriginRequest) => Promise<OriginResponse>;

/** The data plane. */
export interface Edge {
  /** Port of the distribution's own listener, which stands for its HTTPS side; undefined until it listens. */
  portOf(distributionId: string): number | undefined;
  /** Removes what matches each path (trailing `*` = prefix) or `#tag`, every variant; returns how many objects left the cache. */
  purge(distributionId: string, items: readonly string[]): number;
  close(): Promise<void>;
}
