import type {CloudFront, InvalidationBatch} from '@aws-sdk/client-cloudfront';
import type {Handlers} from '../types.js';
import {createDeadlines} from './deadlines.js';
import type {Distributions} from './distributions.js';
import {demand, fault} from './faults.js';
import {location, sha256, shortId} from './identifiers.js';
import {markedList, take} from './page.js';
import type {ResourceDependencies} from './resources.js';
import {checkQuantities, fingerprint, items} from './shape.js';

/** The former quota of invalidations in progress per distribution, which older accounts and other emulators enforce. */
export interface InvalidationQuota {
  readonly paths: number;
  readonly wildcards: number;
}

export interface InvalidationOptions extends ResourceDependencies {
  readonly distributions: Distributions;
  readonly invalidationDelayMs: number;
  readonly invalidationQuota: InvalidationQuota | undefined;
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

const largestBatch = 3000;
const isWildcard = (path: string) => path.endsWith('*') && !path.startsWith('#');

/** Developer guide, "Invalidate files to remove content"; `#tag` items: "Invalidating content by cache tags". */
export function createInvalidations(options: InvalidationOptions): Invalidations {
  const {store, clock, random, distributions, purge} = options;
  const table = store.table<StoredInvalidation>('cloudfront.invalidation');
  const counts = store.table<number>('cloudfront.invalidation.count');
  const byReference = store.table<string>('cloudfront.invalidation.reference');
  const pending = new Map<string, StoredInvalidation>();

  const deadlines = createDeadlines(clock, key => {
    const found = pending.get(key);
    pending.delete(key);
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
    if (found.effectiveAt === undefined) return;
    pending.set(key, found);
    deadlines.set(key, found.effectiveAt);
  };
  for (const [key, found] of table.range()) watch(key, found);

  const ofDistribution = (id: string) => [...table.range({prefix: `${id}/`})];
  const isPending = (found: StoredInvalidation) =>
    found.effectiveAt !== undefined && found.effectiveAt > clock.now();

  const create = async (distributionId: string, batch: InvalidationBatch): Promise<Made> => {
    const made = await store.write((): Made => {
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
      if (options.invalidationQuota) {
        const running = ofDistribution(distributionId).flatMap(([, found]) =>
          isPending(found) ? found.paths : [],
        );
        checkQuota([...running, ...paths], options.invalidationQuota);
      }
      const stored: StoredInvalidation = {
        id: shortId(random, 'I'),
        callerReference: reference,
        paths,
        fingerprint: print,
        createdAt: clock.now(),
        ordinal: (counts.get(distributionId) ?? 0) + 1,
        effectiveAt: clock.now() + options.invalidationDelayMs,
      };
      table.put(`${distributionId}/${stored.id}`, stored);
      byReference.put(referenceKey, stored.id);
      counts.put(distributionId, stored.ordinal);
      return {found: stored, isNew: true};
    });
    if (made.isNew) watch(`${distributionId}/${made.found.id}`, made.found);
    return made;
  };

  return {
    handlers: handlersOf({
      distributions,
      create,
      find: (distributionId, id) => table.get(`${distributionId}/${id}`),
      all: id => ofDistribution(id).map(([, found]) => found),
      completed(found) {
        deadlines.settle();
        return !isPending(found);
      },
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
      }
      counts.delete(id);
      for (const [key] of [...byReference.range({prefix: `${id}/`})]) byReference.delete(key);
    },
    close: deadlines.close,
  };
}

const distributionOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** CloudFront takes `~` in a path, in any spelling, and then finds nothing under it. */
const isEffective = (path: string): boolean => path.startsWith('#') || !/~|%7e/i.test(path);

function checkBatch(batch: InvalidationBatch, tagged: boolean): readonly string[] {
  demand(!!batch.CallerReference, 'InvalidArgument', 'The parameter CallerReference is required.');
  checkQuantities(batch, 'InvalidationBatch');
  const paths = items(batch.Paths);
  demand(paths.length > 0, 'InvalidArgument', 'Your request contains no invalidation paths.');
  demand(
    paths.length <= largestBatch,
    'BatchTooLarge',
    `Invalidation batch specified is too large: ${paths.length} paths, at most ${largestBatch} are allowed.`,
  );
  const seen = new Set<string>();
  for (const path of paths) {
    demand(!seen.has(path), 'InvalidArgument', `Your request contains the invalidation path ${path} twice.`);
    seen.add(path);
    if (path.startsWith('#')) checkTag(path, tagged);
    else checkPath(path);
  }
  return paths;
}

function checkPath(path: string): void {
  const invalid = (why: string) =>
    fault(
      'InvalidArgument',
      `Your request contains one or more invalid invalidation paths: "${path.slice(0, 200)}" ${why}.`,
    );
  if (!path.startsWith('/')) throw invalid('does not begin with /');
  if (path.length > 4000) throw invalid('has more than 4000 characters');
  // Unsafe in a URL (RFC 1738, section 2.2) or not ASCII: these must be sent percent-encoded.
  if (/[^!-~]|[<>"#{}|\\^`]/.test(path)) throw invalid('has characters that must be URL-encoded');
}

function checkTag(item: string, tagged: boolean): void {
  demand(
    tagged,
    'InvalidArgument',
    `The distribution has no CacheTagConfig with a HeaderName: it cannot be invalidated by the tag ${item}.`,
  );
  demand(
    /^[!-+\--~]{1,256}$/.test(item.slice(1)),
    'InvalidArgument',
    `The cache tag "${item.slice(1, 200)}" must have 1 to 256 printable ASCII characters without spaces and commas.`,
  );
}

function checkQuota(paths: readonly string[], quota: InvalidationQuota): void {
  const wildcards = paths.filter(isWildcard).length;
  demand(
    paths.length - wildcards <= quota.paths && wildcards <= quota.wildcards,
    'TooManyInvalidationsInProgress',
    'Processing your request will cause you to exceed the maximum number of in-progress invalidations: ' +
      `at most ${quota.paths} paths and ${quota.wildcards} wildcards are in progress for a distribution.`,
  );
}

interface Made {
  readonly found: StoredInvalidation;
  readonly isNew: boolean;
}

interface InvalidationAccess {
  readonly distributions: Distributions;
  readonly create: (distributionId: string, batch: InvalidationBatch) => Promise<Made>;
  readonly find: (distributionId: string, id: string) => StoredInvalidation | undefined;
  readonly all: (distributionId: string) => readonly StoredInvalidation[];
  readonly completed: (found: StoredInvalidation) => boolean;
}

function handlersOf({distributions, create, find, all, completed}: InvalidationAccess) {
  const view = (found: StoredInvalidation, status: string) => ({
    Id: found.id,
    Status: status,
    CreateTime: new Date(found.createdAt),
    InvalidationBatch: {
      Paths: {Quantity: found.paths.length, Items: [...found.paths]},
      CallerReference: found.callerReference,
    },
  });
  const status = (found: StoredInvalidation) => (completed(found) ? 'Completed' : 'InProgress');
  return {
    async CreateInvalidation(input) {
      const {id} = distributions.resources.get(input.DistributionId);
      demand(input.InvalidationBatch !== undefined, 'MissingBody', 'This operation requires a body.');
      const {found, isNew} = await create(id, input.InvalidationBatch);
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
      return {Invalidation: view(found, status(found))};
    },
    ListInvalidations(input) {
      const {id} = distributions.resources.get(input.DistributionId);
      // Newest first.
      const sorted = all(id).toSorted((a, b) => b.ordinal - a.ordinal);
      const marker = sorted.findIndex(found => found.id === input.Marker);
      return {
        InvalidationList: markedList(
          take(sorted.slice(marker + 1), found => found.id, input),
          found => ({Id: found.id, CreateTime: new Date(found.createdAt), Status: status(found)}),
        ),
      };
    },
  } satisfies Handlers<CloudFront>;
}
