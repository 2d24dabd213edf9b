import type {FieldChange} from '../diff/index.js';

export type Action = 'create' | 'update' | 'replace' | 'delete' | 'none';

/** What a plan does to one resource. Values of custom headers to origins are hidden in `diff`. */
export interface Change {
  /** `distribution E123`, `cache policy coffee-assets`, `record www.example.com A`. */
  readonly resource: string;
  readonly action: Action;
  /** One clause: `not there yet`, `2 fields differ`. */
  readonly reason: string;
  /** What visitors notice, one sentence; absent where they notice nothing. */
  readonly impact?: string | undefined;
  readonly diff: readonly FieldChange[];
}
