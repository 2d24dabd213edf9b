import type {CloudFront, InvalidationBatch} from '@aws-sdk/client-cloudfront';
import type {Handlers} from '../types.js';
import {createDeadlines} from './deadlines.js';
import type {Distributions} from './distributions.js';
import {demand, fault} from './faults.js';
import {location, sha256, shortId} from './identifiers.js';
import {checkBatch} from './invalidation-batch.js';
import {
  addLoad,
  checkInProgress,
  createRate,
  loadOf,
  noLoad,
  type InvalidationQuota,
  type InvalidationRate,
  type Load,
} from './invalidation-quotas.js';
import {markedList, take} from './page.js';
import type {ResourceDependencies} from './resources.js';
import {fingerprint} from './shape.js';

export interface InvalidationOptions extends ResourceDependencies {
  readonly distributions: Distributions;
  readonly invalidationDelayMs: number;
  readonly invalidationQuota: InvalidationQuota | undefined;
  readonly invalidationRate: InvalidationRate | undefined;
  /** Removes from the edge's caches what the paths and tags name. */
  readonly purge: (distributionId: string, paths: readonly string[]) => number;
}

interface StoredInvalidation {
  readonly id: string;
  readonly callerReference: string;
  readonly paths: readonly string[];
  readonly fingerprint: string;
  readonly createdAt: number;
  /** Counts the invalidations of a distribution, for their order. */
  readonly ordinal: number;
  /** When it takes effect, in milliseconds of cloud time; undefined once it has. */
  readonly effectiveAt: number | undefined;
}

export interface Invalidations {
  readonly handlers: ReturnType<typeof handlersOf>;
  readonly inProgress: (distributionId: string) => number;
  /** Inside the transaction that deletes the distribution. */
  forget(distributionId: string): void;
  close(): void;
}

/** Developer guide, "Invalidate files to remove content"; `#tag` items: "Invalidating content by cache tags". */
export function createInvalidations(options: InvalidationOptions): Invalidations {
  const {store, clock, random, distributions, purge} = options;
  const table = store.table<StoredInvalidation>('cloudfront.invalidation');
  const counts = store.table<number>('cloudfront.invalidation.count');
  const byReference = store.table<string>('cloudfront.invalidation.reference');
  const pending = new Map<string, StoredInvalidation>();
  /** What is in progress or just being written, by key: counted while there is a quota. */
  const running = new Map<string, Load>();
  /** Ids of each distribution's invalidations, the one with ordinal 1 first. */
  const order = new Map<string, string[]>();
  const takeShare = options.invalidationRate && createRate(options.invalidationRate, clock);

  const deadlines = createDeadlines(clock, key => {
    const found = pending.get(key);
    pending.delete(key);
    running.delete(key);
    if (found === undefined) return;
    purge(distributionOf(key), found.paths.filter(isEffective));
    // Only spares the next start a second purge: the status never depends on it.
    store
      .write(() => {
        if (table.get(key) !== undefined) table.put(key, {...found, effectiveAt: undefined});
      })
      .catch(() => undefined);
  });
  const watch = (key: string, found: StoredInvalidation): void => {
    const ids = order.get(distributionOf(key)) ?? [];
    ids[found.ordinal - 1] = found.id;
    order.set(distributionOf(key), ids);
    if (found.effectiveAt === undefined) return;
    pending.set(key, found);
    if (options.invalidationQuota) running.set(key, loadOf(found.paths));
    deadlines.set(key, found.effectiveAt);
  };
  for (const [key, found] of table.range()) watch(key, found);

  const ofDistribution = (id: string) => [...table.range({prefix: `${id}/`})];
  const loadInProgress = (id: string): Load =>
    [...running].reduce(
      (sum, [key, load]) => (distributionOf(key) === id ? addLoad(sum, load) : sum),
      noLoad,
    );
  const isPending = (found: StoredInvalidation) =>
    found.effectiveAt !== undefined && found.effectiveAt > clock.now();

  const create = async (distributionId: string, batch: InvalidationBatch): Promise<Made> => {
    deadlines.settle();
    let reserved: string | undefined;
    const write = store.write((): Made => {
      const distribution = distributions.resources.get(distributionId);
      const reference = batch.CallerReference ?? '';
      const referenceKey = `${distributionId}/${sha256(reference)}`;
      const print = fingerprint(batch);
      const again = byReference.get(referenceKey);
      const existing = again === undefined ? undefined : table.get(`${distributionId}/${again}`);
      if (existing !== undefined) {
        if (existing.fingerprint === print) return {found: existing, isNew: false};
        throw fault(
          'InvalidationBatchAlreadyExists',
          `An invalidation with the CallerReference "${reference}" and another batch already exists: ${existing.id}.`,
        );
      }
      const paths = checkBatch(batch, distribution.config.CacheTagConfig?.HeaderName !== undefined);
      const load = loadOf(paths);
      if (options.invalidationQuota)
        checkInProgress(addLoad(loadInProgress(distributionId), load), options.invalidationQuota);
      takeShare?.(load);
      const stored: StoredInvalidation = {
        id: shortId(random, 'I'),
        callerReference: reference,
        paths,
        fingerprint: print,
        createdAt: clock.now(),
        ordinal: (counts.get(distributionId) ?? 0) + 1,
        effectiveAt: clock.now() + options.invalidationDelayMs,
      };
      const key = `${distributionId}/${stored.id}`;
      // At once: the next change of this very commit counts it, too.
      if (options.invalidationQuota) running.set(key, load);
      reserved = key;
      table.put(key, stored);
      byReference.put(referenceKey, stored.id);
      counts.put(distributionId, stored.ordinal);
      return {found: stored, isNew: true};
    });
    const made = await write.catch((error: unknown) => {
      if (reserved !== undefined) running.delete(reserved);
      throw error;
    });
    if (made.isNew) watch(`${distributionId}/${made.found.id}`, made.found);
    return made;
  };

  return {
    handlers: handlersOf({
      distributions,
      create,
      find: (distributionId, id) => table.get(`${distributionId}/${id}`),
      *after(distributionId, marker) {
        const ids = order.get(distributionId) ?? [];
        const last = table.get(`${distributionId}/${marker ?? ''}`)?.ordinal ?? ids.length + 1;
        for (let at = last - 2; at >= 0; at--) {
          const found = table.get(`${distributionId}/${ids[at] ?? ''}`);
          if (found !== undefined) yield found;
        }
      },
      settle: deadlines.settle,
      isPending,
    }),
    inProgress(id) {
      deadlines.settle();
      return [...pending.keys()].filter(key => distributionOf(key) === id).length;
    },
    forget(id) {
      for (const [key] of ofDistribution(id)) {
        table.delete(key);
        deadlines.clear(key);
        pending.delete(key);
        running.delete(key);
      }
      order.delete(id);
      counts.delete(id);
      for (const [key] of [...byReference.range({prefix: `${id}/`})]) byReference.delete(key);
    },
    close: deadlines.close,
  };
}

const distributionOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** CloudFront takes `~` in a path, in any spelling, and then finds nothing under it. */
const isEffective = (path: string): boolean => path.startsWith('#') || !/~|%7e/i.test(path);

interface Made {
  readonly found: StoredInvalidation;
  readonly isNew: boolean;
}

interface InvalidationAccess {
  readonly distributions: Distributions;
  readonly create: (distributionId: string, batch: InvalidationBatch) => Promise<Made>;
  readonly find: (distributionId: string, id: string) => StoredInvalidation | undefined;
  /** Newest first, from the one made before `marker` on; all of them without a marker or with an unknown one. */
  readonly after: (distributionId: string, marker: string | undefined) => Iterable<StoredInvalidation>;
  /** Lets everything take effect that is due: before `isPending` is asked. */
  readonly settle: () => void;
  readonly isPending: (found: StoredInvalidation) => boolean;
}

function handlersOf({distributions, create, find, after, settle, isPending}: InvalidationAccess) {
  const view = (found: StoredInvalidation, status: string) => ({
    Id: found.id,
    Status: status,
    CreateTime: new Date(found.createdAt),
    InvalidationBatch: {
      Paths: {Quantity: found.paths.length, Items: [...found.paths]},
      CallerReference: found.callerReference,
    },
  });
  const status = (found: StoredInvalidation) => (isPending(found) ? 'InProgress' : 'Completed');
  return {
    async CreateInvalidation(input) {
      const {id} = distributions.resources.get(input.DistributionId);
      demand(input.InvalidationBatch !== undefined, 'MissingBody', 'This operation requires a body.');
      const {found, isNew} = await create(id, input.InvalidationBatch);
      settle();
      return {
        Location: location(`distribution/${id}/invalidation/${found.id}`),
        // Even without any delay the answer to a create is InProgress.
        Invalidation: view(found, isNew ? 'InProgress' : status(found)),
      };
    },
    GetInvalidation(input) {
      const {id} = distributions.resources.get(input.DistributionId);
      const found = find(id, input.Id ?? '');
      if (found === undefined) {
        throw fault('NoSuchInvalidation', `The specified invalidation does not exist: ${input.Id ?? ''}.`);
      }
      settle();
      return {Invalidation: view(found, status(found))};
    },
    ListInvalidations(input) {
      const {id} = distributions.resources.get(input.DistributionId);
      settle();
      return {
        InvalidationList: markedList(
          take(after(id, input.Marker), found => found.id, input),
          found => ({Id: found.id, CreateTime: new Date(found.createdAt), Status: status(found)}),
        ),
      };
    },
  } satisfies Handlers<CloudFront>;
}
