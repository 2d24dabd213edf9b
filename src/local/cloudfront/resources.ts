import type {Clock, Store} from '../types.js';
import {demand, fault, type FaultCode} from './faults.js';
import {shortId, type RandomBytes} from './identifiers.js';
import {page, type Page, type PageRequest} from './page.js';
import {checkQuantities, compact, fingerprint} from './shape.js';

/** A stored resource of any kind: what CloudFront keeps about it beside the user's config. Times are milliseconds of cloud time. */
export interface Resource<C, S> {
  readonly id: string;
  readonly etag: string;
  readonly config: C;
  /** What the kind keeps beyond the config. */
  readonly state: S;
  /** Fingerprint of the config it was created with, for CallerReference idempotency. */
  readonly createdWith: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Everything that tells one kind of resource from another. Hooks run inside the transaction that writes. */
export interface Kind<C, S> {
  /** Table in the store. */
  readonly table: string;
  /** As AWS's messages call it: `origin access control`. */
  readonly noun: string;
  readonly noSuch: FaultCode;
  readonly alreadyExists: FaultCode;
  readonly inUse: FaultCode;
  readonly quota: {readonly code: FaultCode; readonly max: number};
  newId(): string;
  /** Checks the config and fills in CloudFront's defaults; `before` is the resource on update. Throws the API's error. */
  accept(config: C, before: Resource<C, S> | undefined): C;
  /** State that belongs to `config`; `before` is the resource on update. */
  state(before: Resource<C, S> | undefined, config: C): S;
  /** The same reference with the same config again creates nothing new. */
  callerReference?(config: C): string | undefined;
  /** Names that are unique in the account. */
  name?(config: C): string | undefined;
  /** Resources that refer to this one and keep it from being deleted. */
  users?(id: string): readonly string[];
  /** Last word before a delete. */
  checkDelete?(resource: Resource<C, S>): void;
  /** AWS's own, by id: listed and readable, never changed. */
  readonly managed?: ReadonlyMap<string, Resource<C, S>>;
}

export interface ResourceDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

export interface Resources<C, S> {
  find(id: string): Resource<C, S> | undefined;
  /** @throws the kind's `noSuch` */
  get(id: string | undefined): Resource<C, S>;
  create(config: C | undefined, andThen?: (made: Resource<C, S>) => void): Promise<Resource<C, S>>;
  /** Replaces the whole config. */
  update(id: string | undefined, ifMatch: string | undefined, config: C | undefined): Promise<Resource<C, S>>;
  /**
   * Changes several in one transaction. `change` gets the resource whose current version the caller knows (any version
   * without `knows`), and `put`, which takes a config as it is: unchecked.
   */
  updateTogether(
    id: string,
    knows: {readonly ifMatch: string | undefined} | undefined,
    change: (
      found: Resource<C, S>,
      put: (before: Resource<C, S>, config: C) => Resource<C, S>,
    ) => Resource<C, S>,
  ): Promise<Resource<C, S>>;
  /** Inside a transaction: a new version of the same config. To be followed by the answer once it is durable. */
  renew(id: string): () => void;
  delete(
    id: string | undefined,
    ifMatch: string | undefined,
    andThen?: (gone: Resource<C, S>) => void,
  ): Promise<void>;
  /** The account's own, by id. */
  custom(): Iterable<Resource<C, S>>;
  managed(): Iterable<Resource<C, S>>;
  /** By id. */
  list(request: PageRequest, from?: Iterable<Resource<C, S>>): Page<Resource<C, S>>;
  /** Called after a change of `id` is durable; `undefined` when it was deleted. */
  onCommit(listener: (id: string, resource: Resource<C, S> | undefined) => void): void;
}

/** Throws InvalidIfMatchVersion or PreconditionFailed unless `ifMatch` names the current version. */
export function checkVersion(noun: string, ifMatch: string | undefined, etag: string): void {
  demand(
    ifMatch !== undefined && /^E[A-Z0-9]{2,}$/.test(ifMatch),
    'InvalidIfMatchVersion',
    `The If-Match version is missing or not valid for the ${noun}.`,
  );
  demand(
    ifMatch === etag,
    'PreconditionFailed',
    `The request failed because it didn't meet the preconditions in one or more request-header fields: ` +
      `If-Match is ${ifMatch}, the ${noun} has changed since.`,
  );
}

/**
 * The one table behind every CloudFront resource: ids, ETags and If-Match, CallerReference idempotency, unique names,
 * quotas, in-use checks and paging. Rules: CloudFront API reference, "Create…", "Update…" and "Delete…" of each kind.
 */
export function createResources<C extends object, S>(
  kind: Kind<C, S>,
  {store, clock, random}: ResourceDependencies,
): Resources<C, S> {
  const table = store.table<Resource<C, S>>(kind.table);
  const listeners: ((id: string, resource: Resource<C, S> | undefined) => void)[] = [];
  const committed = (id: string): void => listeners.forEach(listener => listener(id, table.get(id)));

  const find = (id: string): Resource<C, S> | undefined => kind.managed?.get(id) ?? table.get(id);
  const get = (id: string | undefined): Resource<C, S> => {
    const found = id === undefined || id === '' ? undefined : find(id);
    if (found === undefined) throw fault(kind.noSuch, `The specified ${kind.noun} does not exist.`);
    return found;
  };
  function* custom(): Iterable<Resource<C, S>> {
    for (const [, resource] of table.range()) yield resource;
  }

  const body = (config: C | undefined): C => {
    demand(
      config !== undefined,
      'MissingBody',
      'This operation requires a body. Ensure that the body is present and the Content-Type header is set.',
    );
    checkQuantities(config, kind.noun);
    return compact(config);
  };

  const exists = (detail: string) =>
    fault(kind.alreadyExists, `The ${kind.noun} you are trying to create already exists: ${detail}.`);

  const sameReference = (config: C): Resource<C, S> | undefined => {
    const reference = kind.callerReference?.(config);
    if (reference === undefined) return undefined;
    for (const other of custom()) if (kind.callerReference?.(other.config) === reference) return other;
    return undefined;
  };

  const checkName = (config: C, ownId: string | undefined): void => {
    const name = kind.name?.(config);
    if (name === undefined) return;
    for (const other of [...custom(), ...(kind.managed?.values() ?? [])]) {
      if (other.id !== ownId && kind.name?.(other.config) === name)
        throw exists(`${other.id} is named ${name}`);
    }
  };

  /** The resource as it is now, if the caller knows its current version. */
  const current = (
    id: string | undefined,
    ifMatch: string | undefined,
    forbidden: FaultCode,
  ): Resource<C, S> => {
    const before = get(id);
    demand(
      !kind.managed?.has(before.id),
      forbidden,
      `The ${kind.noun} is managed by AWS and cannot be changed.`,
    );
    checkVersion(kind.noun, ifMatch, before.etag);
    return before;
  };

  const made = (config: C, before: Resource<C, S> | undefined, createdWith: string): Resource<C, S> => ({
    id: before?.id ?? kind.newId(),
    etag: shortId(random, 'E'),
    config,
    state: kind.state(before, config),
    createdWith,
    createdAt: before?.createdAt ?? clock.now(),
    modifiedAt: clock.now(),
  });

  return {
    find,
    get,
    custom,
    managed: () => kind.managed?.values() ?? [],
    list: (request, from = custom()) => page(from, resource => resource.id, request),
    onCommit: listener => void listeners.push(listener),

    async create(config, andThen) {
      const given = body(config);
      const resource = await store.write(() => {
        const createdWith = fingerprint(given);
        const again = sameReference(given);
        if (again !== undefined) {
          if (again.createdWith === createdWith) return again;
          throw exists(`${again.id} was created with the same CallerReference and another configuration`);
        }
        const accepted = kind.accept(given, undefined);
        checkName(accepted, undefined);
        demand(
          [...table.range({limit: kind.quota.max})].length < kind.quota.max,
          kind.quota.code,
          `An account holds at most ${kind.quota.max} of the kind: ${kind.noun}.`,
        );
        const resource = made(accepted, undefined, createdWith);
        table.put(resource.id, resource);
        andThen?.(resource);
        return resource;
      });
      committed(resource.id);
      return resource;
    },

    async update(id, ifMatch, config) {
      const resource = await store.write(() => {
        const before = current(id, ifMatch, 'IllegalUpdate');
        const accepted = kind.accept(body(config), before);
        checkName(accepted, before.id);
        const resource = made(accepted, before, before.createdWith);
        table.put(resource.id, resource);
        return resource;
      });
      committed(resource.id);
      return resource;
    },

    async updateTogether(id, knows, change) {
      const changed: string[] = [];
      const answer = await store.write(() => {
        const found = knows === undefined ? get(id) : current(id, knows.ifMatch, 'IllegalUpdate');
        return change(found, (before, config) => {
          const resource = made(compact(config), before, before.createdWith);
          table.put(resource.id, resource);
          changed.push(resource.id);
          return resource;
        });
      });
      changed.forEach(committed);
      return answer;
    },

    renew(id) {
      const before = get(id);
      table.put(id, made(before.config, before, before.createdWith));
      return () => committed(id);
    },

    async delete(id, ifMatch, andThen) {
      const gone = await store.write(() => {
        const before = current(id, ifMatch, 'IllegalDelete');
        kind.checkDelete?.(before);
        const users = kind.users?.(before.id) ?? [];
        demand(
          users.length === 0,
          kind.inUse,
          `Cannot delete the ${kind.noun} because it is in use by ${users.join(', ')}.`,
        );
        table.delete(before.id);
        andThen?.(before);
        return before;
      });
      committed(gone.id);
    },
  };
}
