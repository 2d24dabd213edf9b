/** An account's invalidations in memory, with the quotas of all times and what the network does to calls, in virtual time. */
import type {Aws} from '../../src/aws/index.js';
import {loadOf} from '../../src/invalidation/batches.js';
import type {Rate} from '../../src/invalidation/types.js';

export interface Quotas {
  /** Items of one batch; 413 above. */
  readonly batch: number;
  readonly inProgress: Rate;
  readonly perSecond: Rate;
  readonly completesInMs: number;
}

/** What happens to one CreateInvalidation. `kill`s end the run: its process never sees an answer. */
export type Fate =
  'ok' | 'throttled' | 'too many' | 'lost request' | 'lost answer' | 'kill before' | 'kill after';

export interface Accepted {
  readonly id: string;
  readonly reference: string;
  readonly items: readonly string[];
  readonly at: number;
}

export interface Account {
  readonly aws: Aws;
  readonly accepted: readonly Accepted[];
  quotas: Quotas;
  time: number;
  /** Fates of the calls to come; then all is well. */
  fates: Fate[];
  /** Resolves when a kill is due. */
  readonly killed: () => Promise<'killed'>;
}

interface Command {
  readonly constructor: {readonly name: string};
  readonly input: {
    readonly InvalidationBatch?: {
      readonly CallerReference: string;
      readonly Paths: {readonly Items: string[]};
    };
  };
}

const awsError = (name: string, status: number): Error =>
  Object.assign(new Error(name), {name, $metadata: {httpStatusCode: status}});

const add = (a: Rate, b: Rate): Rate => ({paths: a.paths + b.paths, wildcards: a.wildcards + b.wildcards});
const fits = (load: Rate, limit: Rate): boolean =>
  load.paths <= limit.paths + 1e-6 && load.wildcards <= limit.wildcards + 1e-6;

export function createAccount(quotas: Quotas): Account {
  const accepted: Accepted[] = [];
  let left = quotas.perSecond;
  let refilledAt = 0;
  let kill: () => void = () => undefined;
  let killing: Promise<'killed'>;

  const isOpen = ({at}: Accepted): boolean => account.time - at < account.quotas.completesInMs;
  const refill = (): void => {
    const {perSecond} = account.quotas;
    const seconds = (account.time - refilledAt) / 1000;
    refilledAt = account.time;
    left = {
      paths: Math.min(perSecond.paths, left.paths + seconds * perSecond.paths),
      wildcards: Math.min(perSecond.wildcards, left.wildcards + seconds * perSecond.wildcards),
    };
  };

  const create = (reference: string, items: readonly string[]): Accepted => {
    const existing = accepted.find(one => one.reference === reference);
    if (existing !== undefined) {
      if (existing.items.join('\n') === items.join('\n')) return existing;
      throw awsError('InvalidationBatchAlreadyExists', 409);
    }
    if (items.length > account.quotas.batch) throw awsError('BatchTooLarge', 413);
    const load = loadOf(items);
    const open = accepted.filter(isOpen).map(one => loadOf(one.items));
    refill();
    if (!fits(open.reduce(add, load), account.quotas.inProgress) || !fits(load, left)) {
      throw awsError('TooManyInvalidationsInProgress', 400);
    }
    left = {paths: left.paths - load.paths, wildcards: left.wildcards - load.wildcards};
    const made = {id: `I${accepted.length + 1}`, reference, items: [...items], at: account.time};
    accepted.push(made);
    return made;
  };

  const answer = ({id, ...rest}: Accepted) => ({
    Id: id,
    Status: isOpen({id, ...rest}) ? 'InProgress' : 'Completed',
    CreateTime: new Date(rest.at),
  });

  const send = async ({constructor, input}: Command): Promise<unknown> => {
    account.time += 1;
    if (constructor.name === 'ListInvalidationsCommand') {
      return {InvalidationList: {IsTruncated: false, Items: accepted.map(answer).reverse()}};
    }
    if (constructor.name !== 'CreateInvalidationCommand') throw new Error(constructor.name);
    const {CallerReference = '', Paths} = input.InvalidationBatch ?? {};
    const fate = account.fates.shift() ?? 'ok';
    if (fate === 'throttled') throw awsError('Throttling', 400);
    // Others of the account used up the second.
    if (fate === 'too many') throw awsError('TooManyInvalidationsInProgress', 400);
    if (fate === 'lost request') throw Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'});
    const never = new Promise<never>(() => undefined);
    if (fate === 'kill before') {
      kill();
      return never;
    }
    let made: Accepted;
    try {
      made = create(CallerReference, Paths?.Items ?? []);
    } catch (error) {
      if (fate !== 'kill after') throw error;
      kill();
      return never;
    }
    if (fate === 'lost answer') throw Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'});
    if (fate === 'kill after') {
      kill();
      return never;
    }
    return Promise.resolve({Invalidation: answer(made)});
  };

  const account: Account = {
    get aws() {
      // A process of its own each time: it knows nothing of the pace that an earlier one learned.
      const cloudfront = () => Promise.resolve({send});
      const aws = {cloudfront, hasAnswered: () => false, isEndpointOverridden: true, commandFlags: ''};
      return aws as unknown as Aws;
    },
    accepted,
    quotas,
    time: 0,
    fates: [],
    killed: () => {
      killing = new Promise(resolve => {
        kill = () => {
          resolve('killed');
        };
      });
      return killing;
    },
  };
  return account;
}
