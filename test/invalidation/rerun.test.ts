/** Whatever is refused, lost or killed: a rerun ends with every item purged, and none paid for twice. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {openJob, submitInvalidation, type Batch} from '../../src/invalidation/index.js';
import type {Work} from '../../src/events.js';
import {createAccount, type Account, type Fate, type Quotas} from './account.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'frontctl-rerun-'));
});

afterEach(() => rm(dir, {recursive: true, force: true}));

/** Small enough for the quotas to bite. */
const rate = {paths: 8, wildcards: 1};
const noQuotas: Quotas = {
  batch: 1000,
  inProgress: {paths: 1e6, wildcards: 1e6},
  perSecond: {paths: 1e6, wildcards: 1e6},
  completesInMs: 1000,
};

const fate = fc.oneof(
  {weight: 6, arbitrary: fc.constant<Fate>('ok')},
  fc.constantFrom<Fate[]>(
    'throttled',
    'too many',
    'lost request',
    'lost answer',
    'kill before',
    'kill after',
  ),
);
/** Those of an account, and of emulators that take next to nothing. */
const someQuotas = fc.record({
  batch: fc.integer({min: 1, max: 12}),
  inProgress: fc.record({paths: fc.integer({min: 1, max: 12}), wildcards: fc.integer({min: 1, max: 4})}),
  perSecond: fc.constantFrom(rate, noQuotas.perSecond),
  completesInMs: fc.constantFrom(0, 100, 30_000),
});
const items = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('/', '#'), fc.nat(500), fc.constantFrom('', '', '', '*'))
    .map(parts => parts.join('')),
  {minLength: 1, maxLength: 60},
);

const virtual = (account: Account) => ({
  now: () => account.time,
  sleep: (ms: number) => {
    account.time += ms;
    return Promise.resolve();
  },
});

async function result(work: Work<readonly Batch[]>): Promise<readonly Batch[]> {
  for (;;) {
    const next = await work.next();
    if (next.done === true) return next.value;
  }
}

/** One process, from its start to its end or its kill. */
async function run(account: Account, paths: readonly string[]): Promise<readonly Batch[] | 'killed'> {
  const killed = account.killed();
  const work = async (): Promise<readonly Batch[]> => {
    const {aws} = account;
    const owner = {distributionId: 'E1'};
    const job = await openJob({dir, aws, owner, paths, now: () => account.time, random: Math.random});
    const options = {...owner, aws, paths, rate, timeoutMs: 3_600_000, ...virtual(account)};
    const batches = await result(
      submitInvalidation({...options, reference: job.reference, memory: job.memory}),
    );
    await job.settled();
    return batches;
  };
  return Promise.race([work(), killed]);
}

async function runToTheEnd(account: Account, once: () => Promise<readonly Batch[] | 'killed'>) {
  for (let runs = 1; ; runs++) {
    const batches = await once();
    if (batches !== 'killed') return batches;
    if (runs > 1000) throw new Error('never ends');
    account.time += 2000;
  }
}

const sorted = (all: readonly string[]): readonly string[] => [...all].sort();

it('with the journal of this machine, in any account and whatever changes between the runs', async () => {
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.array(fate, {maxLength: 30}),
      fc.array(someQuotas, {minLength: 1, maxLength: 5}),
      async (paths, fates, changes) => {
        const [first = noQuotas] = changes;
        const account = createAccount(first);
        account.fates = [...fates];
        let runs = 0;
        const batches = await runToTheEnd(account, () => {
          account.quotas = changes[Math.min(runs++, changes.length - 1)] ?? noQuotas;
          return run(account, paths);
        });
        expect(sorted(account.accepted.flatMap(one => one.items))).toEqual(sorted(paths));
        expect(sorted(batches.map(({id}) => id))).toEqual(sorted(account.accepted.map(({id}) => id)));
        // It is settled: the same command purges again.
        const again = await runToTheEnd(account, () => run(account, paths));
        expect(new Set([...batches, ...again].map(({id}) => id)).size).toBe(batches.length + again.length);
      },
    ),
    {numRuns: 100},
  );
});

it('with nothing but the reference, as a deploy has it on whatever machine', async () => {
  // What is refused for a while may be taken later, so only the size of a batch may differ from AWS's here.
  const refusals = fc.constant<readonly Fate[]>(['too many', 'too many', 'too many', 'ok', 'kill after']);
  const storms = fc
    .array(
      fc.oneof(
        fate.map(one => [one]),
        refusals,
      ),
      {maxLength: 20},
    )
    .map(all => all.flat());
  const sizes = fc.integer({min: 1, max: 12}).map(batch => ({...noQuotas, batch, perSecond: rate}));
  await fc.assert(
    fc.asyncProperty(items, storms, sizes, async (paths, fates, quotas) => {
      const account = createAccount(quotas);
      account.fates = [...fates];
      const batches = await runToTheEnd(account, () => {
        const killed = account.killed();
        const {aws} = account;
        const options = {aws, distributionId: 'E1', paths, rate, timeoutMs: 600_000, ...virtual(account)};
        return Promise.race([result(submitInvalidation({...options, reference: 'release-7'})), killed]);
      });
      expect(sorted(account.accepted.flatMap(one => one.items))).toEqual(sorted(paths));
      expect(sorted(batches.map(({id}) => id))).toEqual(sorted(account.accepted.map(({id}) => id)));
    }),
    {numRuns: 100},
  );
});

it('what was sent before the kill is not even asked for again', async () => {
  const account = createAccount(noQuotas);
  const paths = Array.from({length: 32}, (_, index) => `/${index}`);
  account.fates = ['ok', 'ok', 'kill before'];
  expect(await run(account, paths)).toBe('killed');
  account.fates = ['ok', 'ok', 'kill before'];
  expect(await run(account, paths)).not.toBe('killed');
  expect(account.accepted).toHaveLength(4);
  expect(account.fates).toEqual(['kill before']);
});

it('a batch that never fits is halved, and is not sent whole when it would fit later', async () => {
  const account = createAccount({...noQuotas, inProgress: {paths: 5, wildcards: 1}});
  const paths = Array.from({length: 8}, (_, index) => `/${index}`);
  // Refused three times while nothing is in progress; then the first half is taken.
  account.fates = ['ok', 'ok', 'ok', 'kill after'];
  expect(await run(account, paths)).toBe('killed');
  expect(account.accepted.map(one => one.items.length)).toEqual([4]);
  account.quotas = noQuotas;
  await run(account, paths);
  expect(account.accepted.map(one => one.items.length)).toEqual([4, 4]);
});
