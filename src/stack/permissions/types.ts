import type {Config} from '../../config/types.js';

/** What a role may be for. */
export const permissionJobs = ['deploy', 'invalidate', 'plan', 'apply', 'destroy', 'sign'] as const;
export type PermissionJob = (typeof permissionJobs)[number];

/** `{StringLike: {'s3:prefix': ['www/*']}}` */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One action that a job asks AWS for. */
export interface Permission {
  /** As IAM spells it: `s3:PutObject`. */
  readonly action: string;
  /** An ARN, with wildcards where it is not known before; `*` for actions that IAM allows on everything only. */
  readonly resource: string;
  /** One clause: what frontctl does with it. */
  readonly why: string;
  readonly condition?: Condition | undefined;
}

/** A bucket of the site. */
export interface PermittedBucket {
  /** Its name, or the ARN of an access point. */
  readonly name: string;
  readonly region: string | undefined;
}

/** The site that a role is for. */
export interface PermissionSubject {
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
  /** Twelve digits; undefined: any account, since a role reaches its own alone. */
  readonly account: string | undefined;
  /** Presets expanded. */
  readonly config: Config;
  /** By which `apply` knows the site; undefined where the config has none. */
  readonly name: string | undefined;
  /** The bucket that a deploy writes, and its replicas. */
  readonly buckets: readonly PermittedBucket[];
  /** Without slashes at its ends; '' for whole buckets. */
  readonly prefix: string;
  /** `by name`: found by the tag `frontctl:site`, so their ids are not known yet. Empty: the site has none. */
  readonly distributions: readonly string[] | 'by name';
  /** A deploy deletes what left the build. */
  readonly prune: boolean;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

/** An identity policy, as `aws iam create-policy --policy-document` takes it. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}
