import type {Aws} from '../aws/index.js';
import type {Pace} from '../invalidation/index.js';
import type {SiteSettings} from './site/settings.js';

export interface EnsureSiteInput {
  readonly aws: Aws;
  /** `distribution.id` names an existing distribution: then nothing but the bucket and its policy is made. */
  readonly settings: SiteSettings;
  /** Waits until the distribution is Deployed. */
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: (() => number) | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

export interface SiteResources {
  readonly bucket: string;
  readonly distributionId: string;
  readonly distributionArn: string;
  /** `d111111abcdef8.cloudfront.net` */
  readonly domainName: string;
  /** What this run made, in order: `bucket x`, `origin access control y`, ... Empty when all was there. */
  readonly created: readonly string[];
}
