import type {Aws} from '../aws/index.js';
import type {KeyType} from '../signing/index.js';
import type {Waiting} from './key-arrival.js';

/** Where a public key comes from: a pair in a file, made where there is none, or the public key of a pair made elsewhere. */
export type KeyOrigin =
  | {
      readonly from: 'pair';
      readonly path: string;
      /** Default: rsa. */
      readonly keyType?: KeyType | undefined;
      readonly passphrase?: string | undefined;
    }
  | {readonly from: 'public'; readonly path: string};

export interface RotateKeyInput extends Omit<Waiting, 'now'> {
  readonly aws: Aws;
  /** Name or id of the key group. */
  readonly group: string;
  /**
   * `go on` starts a rotation or takes the next step of one; `switched` records that all signers use the new key, `not
   * switched` takes that back; `abort` takes the new key out again.
   */
  readonly action: 'go on' | 'switched' | 'not switched' | 'abort';
  /** The new key: needed to start; on a later run it must be the same. */
  readonly key?: KeyOrigin | undefined;
  /** Key to leave, where the group has several. */
  readonly old?: string | undefined;
  /** The longest that a URL or cookie lives: needed to start; on a later run it must be the same. */
  readonly longestExpiryMs?: number | undefined;
  /** Stays until the old key has left, however long that takes. */
  readonly untilDone?: boolean | undefined;
  /** CloudFront's clock; default: its Date header, counted on by this machine. */
  readonly now?: (() => number) | undefined;
}

/**
 * `ready`: signers may use the new key. `waiting`: they do, and the old key stays until `removableAt`. `done`: the old key
 * has left. `aborted`: the new key has.
 */
export type RotationStatus = 'ready' | 'waiting' | 'done' | 'aborted';

export interface RotateKeyResult {
  readonly group: {readonly id: string; readonly name: string};
  readonly status: RotationStatus;
  /** What signers put into Key-Pair-Id from `ready` on. */
  readonly newKey: string;
  readonly oldKey: string;
  /** ISO 8601, null where it does not apply (any more). */
  readonly since: string | null;
  readonly switchedAt: string | null;
  readonly removableAt: string | null;
  readonly longestExpirySeconds: number | null;
  /** Known to the run that was given --out. */
  readonly privateKeyFile: string | null;
  readonly publicKeyFile: string | null;
  /** The command that goes on; null when there is nothing left to do. */
  readonly next: string | null;
}
