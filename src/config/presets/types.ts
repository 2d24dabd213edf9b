import type {Config} from '../types.js';

/** What a preset knows of the rest of the config. */
export interface Surroundings {
  /** Whether something else than an API answers paths that no behavior names. */
  readonly hasSite: boolean;
  /** Whether that is a site of pages, as static-site and spa make. */
  readonly hasPages: boolean;
  /** Id of the origin of the config's bucket. */
  readonly siteOrigin: string;
  /** Id of the origin or origin group that answers these paths. */
  readonly siteTarget: string;
  /** Whether that is an S3 bucket, or a group whose first origin is one. */
  readonly isBucket: boolean;
  /** Whether a path of the distribution belongs to an API, whose errors are its own. */
  readonly hasApi: boolean;
}

/** What a preset stands for: the part of a config that a user would write. */
export type Fragment = Pick<
  Config,
  'site' | 'bucket' | 'distribution' | 'cachePolicies' | 'responseHeadersPolicies' | 'functions'
>;
