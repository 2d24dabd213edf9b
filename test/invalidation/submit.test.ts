import type {CloudFrontClient} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {
  inProgressIds,
  listInvalidations,
  readInvalidation,
  submitInvalidation,
  waitForInvalidations,
} from '../../src/invalidation/index.js';
import {finish, openWorld, type World} from '../deploy/world.js';

let world: World;
let distributionId: string;

beforeEach(async () => {
  slept = 0;
  world = await openWorld({invalidationDelayMs: 60_000});
  ({distributionId} = await world.site());
});

afterEach(() => world.close());

const submit = (paths: readonly string[], reference: string, aws: Aws = world.aws) =>
  finish(submitInvalidation({aws, distributionId, paths, reference, timeoutMs: 10_000, sleep: advance}));

let slept = 0;
/** Cloud time passes instead of the test's. */
const advance = (ms: number): Promise<void> => {
  slept += ms;
  world.cloud.clock.advance(ms);
  return Promise.resolve();
};
const cloudTime = () => ({now: () => world.cloud.clock.now(), sleep: advance});

/** CloudFront that answers the first calls of one operation with an error. */
function failing(
  operation: string,
  name: string,
  times: number,
): {readonly aws: Aws; readonly calls: () => number} {
  let calls = 0;
  const wrap = (client: CloudFrontClient): CloudFrontClient =>
    new Proxy(client, {
      get(target, property, receiver) {
        if (property !== 'send') return Reflect.get(target, property, receiver) as unknown;
        return (command: {readonly constructor: {readonly name: string}}, ...rest: unknown[]) => {
          if (command.constructor.name === `${operation}Command` && calls++ < times) {
            return Promise.reject(Object.assign(new Error(name), {name, $metadata: {httpStatusCode: 400}}));
          }
          return (target.send as (...args: unknown[]) => Promise<unknown>).call(target, command, ...rest);
        };
      },
    });
  return {
    aws: {...world.aws, cloudfront: async () => wrap(await world.aws.cloudfront())},
    calls: () => calls,
  };
}

describe('submitInvalidation', () => {
  it('returns the same invalidation for the same reference and paths', async () => {
    const first = await submit(['/a', '/b'], 'r1');
    expect(first.result).toMatchObject([{status: 'InProgress'}]);
    expect((await submit(['/a', '/b'], 'r1')).result).toEqual(first.result);
    expect((await listInvalidations(world.aws, {distributionId}, 10)).map(({id}) => id)).toEqual([
      first.result[0]?.id,
    ]);
  });

  it('sends 5,000 paths and 40 wildcards through both quotas, none lost and none twice over a kill', async () => {
    await world.close();
    world = await openWorld({invalidationDelayMs: 30_000, invalidationQuotas: ['in-progress', 'rate']});
    ({distributionId} = await world.site());
    const paths = [
      ...Array.from({length: 5000}, (_, index) => `/p/${index}`),
      ...Array.from({length: 40}, (_, index) => `/w${index}/*`),
    ];
    const work = (aws: Aws) =>
      submitInvalidation({aws, distributionId, paths, reference: 'big', timeoutMs: 600_000, ...cloudTime()});
    const killed = work({...world.aws});
    for (let sent = 0; sent < 20;) {
      const {value} = await killed.next();
      if (typeof value === 'object' && 'status' in value && /batches sent/.test(value.status)) sent += 1;
    }
    const {result} = await finish(work({...world.aws}));
    expect(result).toHaveLength(40);
    const all = await listInvalidations(world.aws, {distributionId}, 500);
    expect(all.map(({id}) => id).sort()).toEqual(result.map(({id}) => id).sort());
    expect(all.flatMap(one => one.paths).sort()).toEqual([...paths].sort());
    expect(all.map(({reference}) => reference)).toEqual(
      all.map(() => expect.stringMatching(/^big-/) as string),
    );
  });

  it('pauses for nobody where nothing is refused', async () => {
    const paths = Array.from({length: 3000}, (_, index) => `/p${index}`);
    const {result} = await finish(
      submitInvalidation({
        aws: world.aws,
        distributionId,
        paths,
        reference: 'r',
        timeoutMs: 0,
        ...cloudTime(),
      }),
    );
    expect(result.map(batch => batch.paths)).toEqual(Array.from({length: 20}, () => 150));
    expect(slept).toBe(0);
  });

  it('waits out TooManyInvalidationsInProgress', async () => {
    const {aws, calls} = failing('CreateInvalidation', 'TooManyInvalidationsInProgress', 2);
    await submit(['/earlier'], 'r0');
    const {result, events} = await submit(['/a'], 'r1', aws);
    expect(result).toHaveLength(1);
    expect(calls()).toBe(3);
    expect(events).toMatchObject([
      {type: 'wait', status: 'waiting for 1 earlier invalidation'},
      {type: 'wait'},
    ]);
  });

  it('ends at once when it may not', async () => {
    const {aws, calls} = failing('CreateInvalidation', 'AccessDenied', 100);
    await expect(submit(['/a'], 'r1', aws)).rejects.toMatchObject({exit: 'access'});
    expect(calls()).toBe(1);
  });
});

describe('waitForInvalidations', () => {
  const wait = (aws: Aws, ids: readonly string[], timeoutMs: number) =>
    finish(
      waitForInvalidations({
        aws,
        distributionId,
        ids,
        timeoutMs,
        sleep: advance,
        now: () => world.cloud.clock.now(),
      }),
    );

  it('polls until all are completed', async () => {
    const ids = [...(await submit(['/a'], 'r1')).result, ...(await submit(['/b'], 'r2')).result].map(
      ({id}) => id,
    );
    const {result, events} = await wait(world.aws, ids, 600_000);
    expect(result).toEqual(ids.map(id => ({id, status: 'Completed', paths: 1})));
    expect(events.length).toBeGreaterThan(1);
    expect(await listInvalidations(world.aws, {distributionId}, 1)).toMatchObject([{status: 'Completed'}]);
  });

  it('says after the time is over how to go on', async () => {
    const [batch] = (await submit(['/a'], 'r1')).result;
    await expect(wait(world.aws, [batch?.id ?? ''], 1000)).rejects.toMatchObject({
      exit: 'unfinished',
      code: 'WAIT_TIMEOUT',
      hint: expect.stringContaining(
        `frontctl invalidation wait ${batch?.id ?? ''} --distribution ${distributionId} --local`,
      ) as string,
    });
  });

  it('does not sleep through AccessDenied', async () => {
    const [batch] = (await submit(['/a'], 'r1')).result;
    const {aws, calls} = failing('GetInvalidation', 'AccessDenied', 100);
    await expect(wait(aws, [batch?.id ?? ''], 600_000)).rejects.toMatchObject({exit: 'access'});
    expect(calls()).toBe(1);
  });
});

it('lists page by page, newest first, with paths and references', async () => {
  for (let index = 0; index < 7; index++) await submit([`/${index}`], `r${index}`);
  expect(await listInvalidations(world.aws, {distributionId}, 5)).toHaveLength(5);
  const all = await listInvalidations(world.aws, {distributionId}, 500);
  expect(all.map(({paths}) => paths)).toEqual([6, 5, 4, 3, 2, 1, 0].map(index => [`/${index}`]));
  const [newest] = all;
  if (newest === undefined) throw new Error('none');
  expect(newest.reference).toMatch(/^r6-[\da-f]{12}$/);
  expect(newest.createdAt).toMatch(/^\d{4}-.*Z$/);
  expect(await readInvalidation(world.aws, {distributionId}, newest.id)).toEqual(newest);
  await expect(readInvalidation(world.aws, {distributionId}, 'I0')).rejects.toMatchObject({
    code: 'NO_SUCH_INVALIDATION',
  });
});

it('knows what is in progress', async () => {
  await submit(['/a'], 'r1');
  await advance(61_000);
  const {result} = await submit(['/b'], 'r2');
  expect(await inProgressIds(world.aws, {distributionId})).toEqual(result.map(({id}) => id));
  await advance(61_000);
  expect(await inProgressIds(world.aws, {distributionId})).toEqual([]);
});
