import type {Aws, ObjectStore} from '../aws/index.js';
import type {InvalidationConfig} from '../config/types.js';
import type {Distribution} from '../distribution/index.js';
import type {Failure} from '../failure.js';
import type {Batch, Pace, Quota} from '../invalidation/index.js';
import type {Cover} from '../invalidation/plan/index.js';
import type {FileHeaders, ReadSiteOptions, Site, SiteFile} from '../site/index.js';
import type {Manifest, PendingInvalidation, ReadManifest} from './manifest/manifest.js';
import type {MaxDelete} from './guards/index.js';
import type {Holder, LockOptions} from './lock/types.js';
import type {Keep} from './plan/release.js';

/** Hard barriers, in this order: nothing of a later phase starts before all of the earlier one is done. */
export type Phase = 'fingerprinted' | 'asset' | 'html' | 'delete';

/** One changed response header: `cache-control`, `content-type`. */
export interface HeaderChange {
  readonly header: string;
  readonly before: string;
  readonly after: string;
}

export type StepReason =
  /** No object under the key. */
  | {readonly type: 'new'}
  | {readonly type: 'content changed'}
  /** An object that no manifest describes, with an ETag that is not an MD5 (multipart, SSE-KMS): its bytes cannot be compared. */
  | {readonly type: 'content unknown'}
  | {readonly type: 'headers changed'; readonly changes: readonly HeaderChange[]}
  /** Deployed by frontctl earlier, not in the build any more. */
  | {readonly type: 'not in the build'};

/** `key` is relative to the prefix, as in the build folder. `replaces`: the ETag of the live object, with quotes. */
export type DeployStep =
  | {
      readonly action: 'upload';
      readonly phase: Exclude<Phase, 'delete'>;
      readonly key: string;
      readonly reason: StepReason;
      readonly file: SiteFile;
      readonly replaces: string | undefined;
    }
  | {
      /** Same bytes, other headers: a copy of the object onto itself inside S3. */
      readonly action: 'update';
      readonly phase: Exclude<Phase, 'delete'>;
      readonly key: string;
      readonly reason: StepReason;
      readonly file: SiteFile;
      readonly replaces: string;
    }
  | {
      readonly action: 'delete';
      readonly phase: 'delete';
      readonly key: string;
      readonly reason: StepReason;
      /** Bytes. */
      readonly size: number;
      readonly kind: 'fingerprinted' | 'other';
      readonly replaces: string;
    };

export interface DeployPlan {
  /** In the order of the phases, then of the keys. */
  readonly steps: readonly DeployStep[];
  readonly unchanged: number;
  /** Live objects that are not in the build and stay: of others, protected, or ours with `prune: false`. */
  readonly kept: number;
  /** Fingerprinted files of earlier releases that stay for pages loaded before. */
  readonly retained: number;
  /** Bytes that the uploads send. */
  readonly bytes: number;
  /** The manifest that describes the bucket once all steps are done, but for the ETags of the steps. */
  readonly files: Manifest['files'];
  /** And its releases, newest first. */
  readonly releases: Manifest['releases'];
  /** Something changes for viewers; else the live release goes on, at most under another name. */
  readonly isNewRelease: boolean;
  /** The manifest in the bucket does not say what `files` says, even without a step: it is written. */
  readonly manifestStale: boolean;
}

export interface DeployInput {
  readonly aws: Aws;
  /** How to read the build folder, or the build as it was read already. */
  readonly site: ReadSiteOptions | Site;
  /** `name` of the config. A bucket that holds another site is refused. */
  readonly name?: string | undefined;
  readonly bucket: string;
  /** Buckets of other regions that hold the same site under the same prefix. */
  readonly replicas?: readonly string[] | undefined;
  /** Without slashes at the ends; '' for the whole bucket. */
  readonly prefix: string;
  /** The first is where the site is seen. Empty: upload only, nothing is invalidated. */
  readonly distributionIds: readonly string[];
  /** Deletes objects that an earlier deploy put there and that are not in the build. Objects of others always stay. */
  readonly prune: boolean;
  /** How long fingerprinted files of earlier releases stay. Default: those of the last 5 releases. */
  readonly keep?: Partial<Keep> | undefined;
  /** Most files of the live release that may be deleted. Default: 25 %, and 10 in any case. */
  readonly maxDelete?: MaxDelete | undefined;
  /** Globs of keys that are never overwritten nor deleted. */
  readonly protect?: readonly string[] | undefined;
  /** Globs of files that may look like secrets. */
  readonly allowSecrets?: readonly string[] | undefined;
  /** Looks at the headers of every live object that the build has, in case somebody changed them in place. */
  readonly verify?: boolean | undefined;
  /** Uploads at a time; the object store adapts below it. */
  readonly concurrency?: number | undefined;
  /** How changed files become invalidation paths. Default: balanced. */
  readonly invalidation?: InvalidationConfig | undefined;
  /** `site.cleanUrls` of the config; undefined: as the distribution suggests. */
  readonly cleanUrls?: boolean | undefined;
  /** Waits until the invalidation is Completed. */
  readonly wait: boolean;
  /** Limit of that wait, milliseconds. */
  readonly timeoutMs: number;
  /** Names this release, in the manifest and in CallerReferences: `[A-Za-z0-9._-]{1,64}`. */
  readonly release: string;
  /** The name was given, not made from the time. */
  readonly isNamed?: boolean | undefined;
  readonly commit?: string | undefined;
  /** Of the commit, ISO 8601. */
  readonly committedAt?: string | undefined;
  /** Whether one commit is an ancestor of another; undefined where that is not known. Default: never known. */
  readonly isAncestor?: ((older: string, newer: string) => Promise<boolean | undefined>) | undefined;
  /** Goes live although a newer release is, and into a bucket that holds another site. */
  readonly force?: boolean | undefined;
  /** How others are told who deploys. */
  readonly holder?: Pick<Holder, 'host' | 'user' | 'runUrl'> | undefined;
  /** How long another deploy of the site is waited for, milliseconds (default: 10 minutes), and when it counts as dead. */
  readonly lock?: Partial<Pick<LockOptions, 'timeoutMs' | 'ttlMs' | 'isAlive'>> | undefined;
  /** Asked of every plan right before it is applied: what was reviewed may not hold any more. Throws to refuse. */
  readonly approve?: ((prepared: PreparedDeploy) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now?: (() => number) | undefined;
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Pauses between polls of an invalidation: `awsPace` or `localPace`. Default: by `aws.isEndpointOverridden`. */
  readonly pace?: Pace | undefined;
  /** Where a person sees the distribution. Default: its first alias, else its own domain name, over HTTPS. */
  readonly siteUrl?: ((distribution: Distribution) => string | Promise<string>) | undefined;
}

/** The plan of one of the two invalidations that a deploy sends: of what it replaces, then of what it deletes. */
export interface CoverOf extends Cover {
  readonly what: 'replaced' | 'deleted';
}

/** One bucket that a deploy writes. */
export interface PreparedPlace {
  readonly store: ObjectStore;
  readonly plan: DeployPlan;
  /** The manifest found in the bucket, and its ETag for the compare-and-swap of the next write. */
  readonly recorded: ReadManifest | undefined;
}

/** One distribution whose cache a deploy makes wrong. */
export interface PreparedInvalidation {
  readonly distribution: Distribution;
  /** Invalidation items of what the plan replaces, and of earlier deploys that were recorded and certainly never sent. */
  readonly paths: readonly string[];
  /** Invalidation items of what the plan deletes. */
  readonly deletedPaths: readonly string[];
  /** How those of this deploy were chosen. */
  readonly covers: readonly CoverOf[];
}

/** What was read and decided; `applyDeploy` does it, `describePlan` shows it. */
export interface PreparedDeploy {
  readonly input: DeployInput;
  readonly site: Site;
  /** The bucket, whose manifest is the one that counts, and then its replicas. */
  readonly places: readonly [PreparedPlace, ...PreparedPlace[]];
  /** In the order of `input.distributionIds`. */
  readonly invalidations: readonly PreparedInvalidation[];
  /** Perhaps sent by a deploy that did not finish: sent again under their own CallerReference, which costs nothing twice. */
  readonly resent: readonly PendingInvalidation[];
  /** Recorded ones that this deploy does not touch (it has no distribution). */
  readonly untouched: readonly PendingInvalidation[];
  /** Where the site is seen; null without a distribution. */
  readonly url: string | null;
  /** Why it must not be applied, if it must not. */
  readonly refusals: readonly Failure[];
  /** The lock was there when the bucket was listed: a deploy is under way, or was killed at its end. */
  readonly isLocked: boolean;
  /** By the local clock, for `durationMs`. */
  readonly startedAt: number;
  /** By the bucket's clock, for the order of releases. */
  readonly began: number;
}

export interface DistributionBatch extends Batch {
  readonly distributionId: string;
}

/** The `--json` result of `deploy`. */
export interface DeployResult {
  readonly release: string;
  readonly url: string | null;
  readonly bucket: string;
  /** The first of them. */
  readonly distributionId: string | null;
  /** Of the bucket; those of its replicas stand in `replicas`. */
  readonly counts: {
    /** Files sent, new or with new content. */
    readonly uploaded: number;
    /** Headers alone changed. */
    readonly updated: number;
    readonly unchanged: number;
    readonly deleted: number;
    readonly kept: number;
    /** Fingerprinted files of earlier releases that stay for pages loaded before. */
    readonly retained: number;
  };
  /** Absent without any. */
  readonly replicas?: readonly {readonly bucket: string; readonly counts: DeployResult['counts']}[];
  /** To all buckets. */
  readonly bytesUploaded: number;
  readonly invalidation: {
    readonly paths: readonly string[];
    /** Of all distributions. */
    readonly batches: readonly DistributionBatch[];
    /** Never less than AWS charges: the most that it can be where `quota` does not tell. */
    readonly costUSD: number;
    /** Null: not known by the time the deploy was done. */
    readonly quota: Quota | null;
  } | null;
  readonly durationMs: number;
}

/** The `--json` result of `deploy --dry-run`. */
export interface PlanDescription {
  readonly plan: {
    readonly steps: readonly {
      readonly action: DeployStep['action'];
      readonly key: string;
      /** One clause: `new`, `content changed`, `cache-control changed (a -> b)`. */
      readonly reason: string;
      readonly bytes?: number;
      readonly headers?: FileHeaders;
    }[];
    readonly invalidation: {
      readonly paths: readonly string[];
      readonly costUSD: number;
      readonly quota: Quota | null;
      /** `12 paths, 140 of 1,000 free used this month: $0.00`. */
      readonly price: string;
      /** Other plans that the same changes allow, from fewest to most paths; `needless`: unchanged objects that are purged. */
      readonly covers: readonly Omit<CoverOf, 'paths'>[];
    } | null;
    readonly counts: DeployResult['counts'];
    /** Absent without any. */
    readonly replicas?: DeployResult['replicas'];
    /** Why a deploy would not do it. Absent where it would. */
    readonly refused?: readonly {readonly code: string; readonly message: string}[];
  };
}
