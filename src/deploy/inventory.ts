import type {Aws} from '../aws/index.js';
import type {Distribution} from '../distribution/index.js';

export interface InventoryOptions {
  /** Default: the bucket of the distribution's S3 origins; of several the first with a manifest, else the first. */
  readonly bucket?: string | undefined;
  /** Default: the origin path. */
  readonly prefix?: string | undefined;
  /** Pages of 1,000 objects that a listing may take. Default 20. */
  readonly maxPages?: number | undefined;
}

/** What is live in the bucket behind a distribution. */
export interface Inventory {
  /** `key` is relative to the prefix; `size` in bytes. */
  readonly objects: readonly {readonly key: string; readonly size: number}[];
  readonly bucket: string;
  readonly prefix: string;
  readonly source: 'manifest' | 'listing';
  /** False: the listing stopped at its limit, there are more. */
  readonly isComplete: boolean;
}

/** One GET where a deploy left its manifest, else a bounded listing. Undefined when there is no bucket or it may not be read. */
export function readInventory(
  aws: Aws,
  distribution: Distribution,
  options: InventoryOptions = {},
): Promise<Inventory | undefined> {
  return Promise.reject(new Error(`${aws.commandFlags}${distribution.id}${options.bucket ?? ''}`));
}
