import type {Invalidation} from '../rules/invalidation.js';

export interface Catalogued {
  readonly id: string;
  readonly target: string;
  readonly tags: readonly string[];
}

/**
 * The copies of one distribution by what invalidations name: an exact path or a tag is found at once however many copies
 * there are, and only wildcards look at every target.
 */
export class Catalogue {
  readonly #byTarget = new Map<string, Set<string>>();
  readonly #byTag = new Map<string, Set<string>>();

  add({id, target, tags}: Catalogued): void {
    include(this.#byTarget, target, id);
    for (const tag of tags) include(this.#byTag, tag, id);
  }

  remove({id, target, tags}: Catalogued): void {
    exclude(this.#byTarget, target, id);
    for (const tag of tags) exclude(this.#byTag, tag, id);
  }

  /** Ids of the copies that the invalidation covers. */
  find(invalidation: Invalidation): ReadonlySet<string> {
    const found = new Set<string>();
    const take = (ids: ReadonlySet<string> | undefined): void => {
      if (ids !== undefined) for (const id of ids) found.add(id);
    };
    for (const target of invalidation.exact) take(this.#byTarget.get(target));
    for (const tag of invalidation.tags) take(this.#byTag.get(tag));
    if (invalidation.hasWildcards) {
      for (const [target, ids] of this.#byTarget) if (invalidation.coversByWildcard(target)) take(ids);
    }
    return found;
  }

  get isEmpty(): boolean {
    return this.#byTarget.size === 0;
  }
}

const include = (map: Map<string, Set<string>>, key: string, id: string): void => {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, new Set([id]));
  else ids.add(id);
};

const exclude = (map: Map<string, Set<string>>, key: string, id: string): void => {
  const ids = map.get(key);
  ids?.delete(id);
  if (ids?.size === 0) map.delete(key);
};
