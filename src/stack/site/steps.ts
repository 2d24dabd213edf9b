import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import type {BucketSettings} from '../../bucket/index.js';
import type {RequestedKey} from '../../certificate/index.js';
import type {Distribution, NamedConfigs, NamedKind, WantedFunction} from '../../distribution/index.js';
import type {PreparedAliases, PreparedRemoval} from '../../dns/index.js';
import type {Change} from '../change.js';

/**
 * When a step runs. Everything of one phase is independent of each other; a phase begins once the one before it is whole:
 * stopped after any step, what visitors see is whole, and a rerun goes on.
 */
export const phases = [
  'prepare',
  'allow',
  'certificate',
  'unpoint',
  'distribution',
  'access',
  'deployed',
  'point',
  'clean-up',
] as const;
export type Phase = (typeof phases)[number];

interface Planned {
  readonly phase: Phase;
  readonly change: Change;
}

export interface BucketStep extends Planned {
  readonly type: 'bucket';
  readonly bucket: string;
  readonly region: string | undefined;
  readonly settings: BucketSettings;
  readonly exists: boolean;
}

export interface NamedStep extends Planned {
  readonly type: 'named';
  readonly kind: NamedKind;
  readonly name: string;
  readonly config: NamedConfigs[NamedKind];
  /** Undefined: to be made. */
  readonly id: string | undefined;
}

export interface FunctionStep extends Planned {
  readonly type: 'function';
  readonly wanted: WantedFunction;
}

export interface CertificateStep extends Planned {
  readonly type: 'certificate';
  readonly names: readonly string[];
  readonly keyAlgorithm: RequestedKey | undefined;
}

export interface DistributionStep extends Planned {
  readonly type: 'distribution';
  /** With references in the place of what is still to be made. */
  readonly config: DistributionConfig;
  /** Undefined: to be made. */
  readonly live: Distribution | undefined;
}

export interface TagsStep extends Planned {
  readonly type: 'tags';
  readonly set: Readonly<Record<string, string>>;
}

export interface PolicyStep extends Planned {
  readonly type: 'policy';
  readonly bucket: string;
  readonly prefix: string;
}

export interface KeyPolicyStep extends Planned {
  readonly type: 'key policy';
  readonly keyId: string;
  /** Of the bucket. */
  readonly region: string | undefined;
}

export interface PointStep extends Planned {
  readonly type: 'point';
  readonly prepared: PreparedAliases;
}

export interface UnpointStep extends Planned {
  readonly type: 'unpoint';
  readonly prepared: PreparedRemoval;
}

export interface DropStep extends Planned {
  readonly type: 'drop';
  readonly what:
    | {readonly kind: NamedKind; readonly id: string}
    | {readonly kind: 'function'; readonly name: string}
    | {readonly kind: 'certificate'; readonly arn: string};
}

export type Step =
  | BucketStep
  | NamedStep
  | FunctionStep
  | CertificateStep
  | DistributionStep
  | TagsStep
  | PolicyStep
  | KeyPolicyStep
  | PointStep
  | UnpointStep
  | DropStep;
