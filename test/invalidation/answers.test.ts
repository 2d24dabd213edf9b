/** Answers of AWS that the embedded cloud does not give, by nock: the real SDK client, no server. */
import nock from 'nock';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {createAws} from '../../src/aws/index.js';
import type {ProgressEvent, Work} from '../../src/events.js';
import {submitInvalidation, waitForInvalidations} from '../../src/invalidation/index.js';

const host = 'https://cloudfront.amazonaws.com';
const path = '/2020-05-31/distribution/E1/invalidation';

const error = (code: string, message: string): string =>
  `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r1</RequestId></ErrorResponse>`;

const invalidation = (status: string): string =>
  `<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>${status}</Status><CreateTime>2026-11-21T10:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>/a</Path></Items></Paths><CallerReference>r-1</CallerReference></InvalidationBatch></Invalidation>`;

async function finish<T>(work: Work<T>): Promise<{result: T; events: ProgressEvent[]}> {
  const events: ProgressEvent[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done) return {result: next.value, events};
    events.push(next.value);
  }
}

/** Cloud time that passes only by sleeping. */
function virtualTime(): {now: () => number; sleep: (ms: number) => Promise<void>} {
  let time = 0;
  return {
    now: () => time,
    sleep: ms => {
      time += ms;
      return Promise.resolve();
    },
  };
}

describe('answers of AWS', () => {
  const saved = {...process.env};
  const aws = () => createAws({region: 'us-east-1', env: process.env});
  const common = () => ({
    aws: aws(),
    distributionId: 'E1',
    timeoutMs: 600_000,
    pace: {firstMs: 2000, factor: 1.4, maxMs: 10_000},
    ...virtualTime(),
  });

  beforeAll(() => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_MAX_ATTEMPTS: '1',
    });
    nock.disableNetConnect();
  });

  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect(pending).toEqual([]);
  });

  afterAll(() => {
    process.env = saved;
    nock.enableNetConnect();
    nock.restore();
  });

  it('AccessDenied ends a wait within one poll, and names the permission', async () => {
    nock(host)
      .get(`${path}/I1`)
      .reply(403, error('AccessDenied', 'User: arn:aws:iam::1:user/ci is not authorized'));
    await expect(finish(waitForInvalidations({...common(), ids: ['I1']}))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      exitCode: 3,
      hint: expect.stringContaining('cloudfront:GetInvalidation') as string,
    });
  });

  it('a distribution that vanished ends a wait at once', async () => {
    nock(host)
      .get(`${path}/I1`)
      .reply(404, error('NoSuchDistribution', 'The specified distribution does not exist.'));
    await expect(finish(waitForInvalidations({...common(), ids: ['I1']}))).rejects.toMatchObject({
      code: 'NO_SUCH_DISTRIBUTION',
    });
  });

  it('throttling while waiting is waited out', async () => {
    nock(host).get(`${path}/I1`).reply(400, error('Throttling', 'Rate exceeded'));
    nock(host).get(`${path}/I1`).reply(200, invalidation('InProgress'));
    nock(host).get(`${path}/I1`).reply(200, invalidation('Completed'));
    const {result} = await finish(waitForInvalidations({...common(), ids: ['I1']}));
    expect(result).toEqual([{id: 'I1', status: 'Completed', paths: 1}]);
  });

  it('a wait ends at its limit with exit 5', async () => {
    nock(host).get(`${path}/I1`).times(5).reply(200, invalidation('InProgress'));
    const work = waitForInvalidations({...common(), timeoutMs: 10_000, ids: ['I1']});
    await expect(finish(work)).rejects.toMatchObject({code: 'WAIT_TIMEOUT', exitCode: 5});
    nock.cleanAll();
  });

  it('TooManyInvalidationsInProgress is waited out with the same CallerReference', async () => {
    const references: string[] = [];
    const record = (body: string): boolean => {
      references.push(/<CallerReference>(.*)<\/CallerReference>/.exec(body)?.[1] ?? '');
      return true;
    };
    nock(host).post(path, record).reply(400, error('TooManyInvalidationsInProgress', 'Too many.'));
    nock(host).post(path, record).reply(201, invalidation('InProgress'));
    const {result, events} = await finish(
      submitInvalidation({...common(), paths: ['/a'], reference: 'release-7'}),
    );
    expect(result).toEqual([{id: 'I1', status: 'InProgress', paths: 1}]);
    expect(new Set(references)).toEqual(new Set(['release-7-1']));
    expect(events).toContainEqual(expect.objectContaining({type: 'wait'}));
  });
});
