import type {Body} from './body.js';
import {cacheBytes, copyOverheadBytes} from '../choices.js';
import {Catalogue} from './catalogue.js';
import type {Invalidation} from '../rules/invalidation.js';
import type {Fields} from '../message.js';

/** One stored response. Times are milliseconds of the cloud's clock. */
export interface Copy {
  readonly distributionId: string;
  /** Unique in the whole cache. */
  readonly id: string;
  /** Path and keyed query, for invalidations. */
  readonly target: string;
  /** Cache tags, as `qualifiedTag` makes them. */
  readonly tags: readonly string[];
  readonly status: number;
  /** As the viewer gets them, without the edge's own marks; lowercase names. */
  readonly headers: Fields;
  readonly body: Body;
  readonly receivedAt: number;
  /** Seconds spent in other caches before. */
  readonly initialAge: number;
  readonly freshUntil: number;
  readonly whileRevalidateUntil: number;
  readonly ifErrorUntil: number;
  /** Conditions of a revalidation, from the origin's own ETag and Last-Modified. */
  readonly validators: Readonly<Record<string, string>>;
  /** An error, or the custom page that replaces one. */
  readonly error: boolean;
}

interface Entry {
  readonly copy: Copy;
  readonly weight: number;
  readonly onDisk: number;
  readonly release: () => void;
}

export interface CacheLimits {
  /** Bytes of bodies and overhead in memory. */
  readonly memory: number;
  /** Bytes of bodies in spill files. */
  readonly disk: number;
}

/** Stored copies, the least recently used leave first. */
export class Cache {
  readonly #entries = new Map<string, Entry>();
  readonly #catalogues = new Map<string, Catalogue>();
  #memory = 0;
  #disk = 0;

  constructor(readonly limits: CacheLimits = {memory: cacheBytes, disk: 16 * cacheBytes}) {}

  get(id: string): Copy | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry.copy;
  }

  /** Stores a copy whose body is complete, in place of an earlier one. */
  put(copy: Copy): void {
    this.delete(copy.id);
    const size = copy.body.size ?? 0;
    const headers = Object.entries(copy.headers).reduce(
      (sum, [name, value]) => sum + name.length + String(value).length,
      0,
    );
    const tags = copy.tags.reduce((sum, tag) => sum + tag.length, 0);
    const weight = copyOverheadBytes + copy.id.length + headers + tags + (copy.body.inFile ? 0 : size);
    const onDisk = copy.body.inFile ? size : 0;
    this.#entries.set(copy.id, {copy, weight, onDisk, release: copy.body.retain()});
    const catalogue = this.#catalogues.get(copy.distributionId) ?? new Catalogue();
    this.#catalogues.set(copy.distributionId, catalogue);
    catalogue.add(copy);
    this.#memory += weight;
    this.#disk += onDisk;
    for (const id of this.#entries.keys()) {
      if (this.#memory <= this.limits.memory && this.#disk <= this.limits.disk) break;
      this.delete(id);
    }
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const {distributionId} = entry.copy;
    const catalogue = this.#catalogues.get(distributionId);
    catalogue?.remove(entry.copy);
    if (catalogue?.isEmpty) this.#catalogues.delete(distributionId);
    this.#memory -= entry.weight;
    this.#disk -= entry.onDisk;
    entry.release();
  }

  /** Removes what the invalidation covers, every variant; returns how many copies left. */
  purge(distributionId: string, invalidation: Invalidation): number {
    const covered = this.#catalogues.get(distributionId)?.find(invalidation) ?? new Set<string>();
    for (const id of covered) this.delete(id);
    return covered.size;
  }

  clear(): void {
    for (const id of this.#entries.keys()) this.delete(id);
  }

  get usedBytes(): number {
    return this.#memory;
  }

  get count(): number {
    return this.#entries.size;
  }
}
