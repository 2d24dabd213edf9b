import {GetInvalidationCommand, type CloudFrontClient} from '@aws-sdk/client-cloudfront';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Aws} from '../../src/aws/index.js';
import {listInvalidations, submitInvalidation, waitForInvalidations} from '../../src/invalidation/index.js';
import {finish, openWorld, type World} from '../deploy/world.js';

let world: World;
let distributionId: string;

beforeEach(async () => {
  world = await openWorld({invalidationDelayMs: 60_000});
  ({distributionId} = await world.site());
});

afterEach(() => world.close());

const submit = (paths: readonly string[], reference: string, aws: Aws = world.aws) =>
  finish(submitInvalidation({aws, distributionId, paths, reference, timeoutMs: 10_000, sleep: advance}));

/** Cloud time passes instead of the test's. */
const advance = (ms: number): Promise<void> => {
  world.cloud.clock.advance(ms);
  return Promise.resolve();
};

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

  it('splits above 3,000 paths and loses none', async () => {
    const paths = Array.from({length: 3001}, (_, index) => `/p${index}`);
    // The quota of older accounts, 3,000 paths in progress, makes the second batch wait for the first.
    const {result} = await submit(paths, 'big');
    expect(result).toHaveLength(2);
    const cloudfront = await world.aws.cloudfront();
    const sent: string[] = [];
    for (const {id} of result) {
      const {Invalidation} = await cloudfront.send(
        new GetInvalidationCommand({DistributionId: distributionId, Id: id}),
      );
      sent.push(...(Invalidation?.InvalidationBatch?.Paths?.Items ?? []));
    }
    expect(sent).toEqual(paths);
  });

  it('waits out TooManyInvalidationsInProgress', async () => {
    const {aws, calls} = failing('CreateInvalidation', 'TooManyInvalidationsInProgress', 2);
    const {result, events} = await submit(['/a'], 'r1', aws);
    expect(result).toHaveLength(1);
    expect(calls()).toBe(3);
    expect(events).toMatchObject([
      {type: 'wait', status: 'waiting for earlier invalidations'},
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

it('lists page by page', async () => {
  for (let index = 0; index < 7; index++) await submit([`/${index}`], `r${index}`);
  expect(await listInvalidations(world.aws, {distributionId}, 5)).toHaveLength(5);
  expect(await listInvalidations(world.aws, {distributionId}, 500)).toHaveLength(7);
});
