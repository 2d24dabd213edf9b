import type {CheckResult} from '../../invalidation/edge-check.js';
import type {Batch, Quota} from '../../invalidation/index.js';
import type {CurvePoint, Strategy} from '../../invalidation/plan/index.js';
import type {ErrorReport} from '../report.js';
import type {InputFlags} from './inputs.js';
import type {TargetFlags} from './target.js';

/** What the flags of `invalidate` say; undefined where the config or a default decides. */
export interface InvalidateRequest extends TargetFlags, InputFlags {
  readonly strategy: Strategy | undefined;
  readonly budget: number | undefined;
  readonly maxWildcards: number | undefined;
  /** CallerReference of the caller's own. */
  readonly reference: string | undefined;
  readonly thenCheck: string | undefined;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  /** --json: nobody is asked. */
  readonly unattended: boolean;
}

/** What is said of each distribution, sent or not. */
interface Told {
  readonly distributionId: string;
  readonly tenantId?: string;
  readonly paths: readonly string[];
  /** Never less than it really costs. */
  readonly costUSD: number;
  /** It may cost less: what is used of the free paths is not known. */
  readonly costIsMost: boolean;
  readonly quota: Quota | null;
}

/** One distribution's part of the `--json` result of `invalidate`. */
export interface Invalidated extends Told {
  readonly batches: readonly Batch[];
  /** `Completed`, `InProgress`, or `Failed` when it was not sent, or not all of it. */
  readonly status: 'Completed' | 'InProgress' | 'Failed';
  /** ISO 8601: when the run began that was cut off and that this one went on with. */
  readonly resumed: string | null;
  /** The command that goes on waiting, on any machine; null when there is nothing to wait for. */
  readonly waitCommand: string | null;
  /** What went wrong after, or beside others that went well. */
  readonly error?: ErrorReport['error'];
}

/** What is said once, however many distributions there are. */
interface Overall {
  readonly check: CheckResult | null;
  readonly durationMs: number;
}

/** The `--json` result of `invalidate`. `error`: what it has sent goes on, but the run did not end well. */
export type InvalidateResult =
  | (Invalidated & Overall)
  | (Overall & {
      readonly distributions: readonly Invalidated[];
      readonly costUSD: number;
      readonly costIsMost: boolean;
      readonly status: Invalidated['status'];
      readonly error?: ErrorReport['error'];
    });

/** One distribution's part of the `--json` result of `invalidate --dry-run`. */
export interface Described extends Told {
  readonly plan: {
    readonly strategy: Strategy;
    readonly budget: number | null;
    /** From fewest to most items. Tags are not among them. */
    readonly curve: readonly CurvePoint[];
    /** Live objects that leave the edge because they changed, whatever the plan; null where they are unknown. */
    readonly changed: number | null;
    readonly refetched: {
      readonly objects: number;
      readonly bytes: number;
      /** False: there are more than these. */
      readonly isComplete: boolean;
    } | null;
  };
}

/** The `--json` result of `invalidate --dry-run`. */
export type DryRunResult =
  | Described
  | {readonly distributions: readonly Described[]; readonly costUSD: number; readonly costIsMost: boolean};
