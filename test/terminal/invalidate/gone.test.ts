import nock from 'nock';
import {expect, it} from 'vitest';
import {readInvalidation} from '../../../src/invalidation/index.js';
import type {Planned} from '../../../src/terminal/invalidate/plan.js';
import {waitForSent} from '../../../src/terminal/invalidate/send.js';
import {answeredByNock, api, error, host} from '../../invalidation/xml.js';

const aws = answeredByNock();
const missing = () =>
  nock(host)
    .get(`${api}/distribution/E1/invalidation/I1`)
    .reply(404, error('NoSuchDistribution', 'The specified distribution does not exist.'));

const plan: Planned = {
  target: {
    distributionId: 'E1',
    distribution: () => Promise.reject(new Error('not read')),
    hosts: () => Promise.resolve([]),
    isConfigured: false,
  },
  paths: ['/a'],
  strategy: 'exact',
  budget: undefined,
  curve: [],
  changed: undefined,
  refetched: undefined,
};

it('a distribution that vanishes while it is waited for is gone, not its invalidation', async () => {
  missing();
  const options = {aws: aws(), reference: undefined, timeoutMs: 1000, signal: new AbortController().signal};
  const waiting = waitForSent(options, plan, [{id: 'I1', status: 'InProgress', paths: 1}]);
  await waiting.next();
  await expect(waiting.next()).rejects.toMatchObject({
    code: 'NO_SUCH_DISTRIBUTION',
    message: 'The distribution E1 is gone: somebody deleted it after the paths were sent.',
  });
});

it('one that never was is named, not its invalidation', async () => {
  missing();
  await expect(readInvalidation(aws(), {distributionId: 'E1'}, 'I1')).rejects.toMatchObject({
    code: 'NO_SUCH_DISTRIBUTION',
    message: 'Distribution E1 does not exist (GetInvalidation)',
    hint: 'Check the id and --profile.',
  });
});
