import {expect, it} from 'vitest';
import {Failure} from '../../../src/failure.js';
import {beginCount} from '../../../src/terminal/invalidate/usage.js';
import type {Aws} from '../../../src/aws/index.js';

const {signal} = new AbortController();
const aws = (cloudfront: Aws['cloudfront']) => ({cloudfront}) as Aws;

it('a count that takes too long is unknown and holds nothing up', async () => {
  const counting = beginCount(
    aws(() => new Promise(() => undefined)),
    {distributionId: 'E1'},
    signal,
  );
  expect(await counting.within(0)).toBeUndefined();
});

it('a count that is not allowed is unknown', async () => {
  const refused = (): Promise<never> => Promise.reject(new Failure('access', 'ACCESS_DENIED', 'no'));
  expect(await beginCount(aws(refused), {distributionId: 'E1'}, signal).within(60_000)).toBeUndefined();
});
