/** The resources of one site, made in an order that leaves a rerun able to finish wherever it stopped. */
import type {Work} from '../events.js';
import type {EnsureSiteInput, SiteResources} from './types.js';

export type * from './types.js';

/** Name for a site without config: `<folder>-<6 hex of the absolute path>`; a folder named like a build output (`dist`) gives its parent's name. */
export declare function siteName(dir: string): string;

/** `frontctl-<name>-<account or path hash>`: at most 63 characters, lowercase. */
export declare function bucketName(name: string): string;

/**
 * Makes what is missing: bucket -> public access block -> ownership -> OAC -> distribution -> bucket policy -> wait deployed.
 * Found again by bucket name, OAC name and the tag `frontctl:site`. Existing distributions are read, not changed.
 */
export declare function ensureSite(input: EnsureSiteInput): Work<SiteResources>;
