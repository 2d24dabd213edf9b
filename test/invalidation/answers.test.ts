/** Answers of AWS that the embedded cloud does not give, by nock: the real SDK client, no server. */
import nock from 'nock';
import {describe, expect, it} from 'vitest';
import type {ProgressEvent, Work} from '../../src/events.js';
import {
  inProgressIds,
  listInvalidations,
  submitInvalidation,
  waitForInvalidations,
} from '../../src/invalidation/index.js';
import {answeredByNock, api, error, host, invalidation, listOf} from './xml.js';

const path = `${api}/distribution/E1/invalidation`;
const tenantPath = `${api}/distribution-tenant/dt_1/invalidation`;

async function finish<T>(work: Work<T>): Promise<{result: T; events: ProgressEvent[]}> {
  const events: ProgressEvent[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done) return {result: next.value, events};
    events.push(next.value);
  }
}

/** Time that passes only by sleeping. */
function virtualTime() {
  let time = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => time,
    sleep: (ms: number) => {
      time += ms;
      sleeps.push(ms);
      return Promise.resolve();
    },
  };
}

const aws = answeredByNock();
const options = () => ({
  aws: aws(),
  distributionId: 'E1',
  timeoutMs: 600_000,
  pace: {firstMs: 2000, factor: 1.4, maxMs: 10_000},
  ...virtualTime(),
});

interface SentBatch {
  readonly reference: string;
  readonly items: readonly string[];
}

/** Remembers what was sent in a body that nock matches. */
function recorder(): {readonly sent: SentBatch[]; readonly record: (body: string) => boolean} {
  const sent: SentBatch[] = [];
  return {
    sent,
    record: body => {
      sent.push({
        reference: /<CallerReference>(.*)<\/CallerReference>/.exec(body)?.[1] ?? '',
        items: [...body.matchAll(/<Path>(.*?)<\/Path>/g)].map(([, item = '']) => item),
      });
      return true;
    },
  };
}

describe('waiting', () => {
  it('AccessDenied ends a wait within one poll, and names the permission', async () => {
    const given = options();
    nock(host)
      .get(`${path}/I1`)
      .reply(403, error('AccessDenied', 'User: arn:aws:iam::1:user/ci is not authorized'));
    await expect(finish(waitForInvalidations({...given, ids: ['I1']}))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      exitCode: 3,
      hint: expect.stringContaining('cloudfront:GetInvalidation') as string,
    });
    expect(given.sleeps).toEqual([]);
  });

  it('AccessDenied ends it also in the middle', async () => {
    const given = options();
    nock(host).get(`${path}/I1`).reply(200, invalidation('InProgress'));
    nock(host).get(`${path}/I1`).reply(403, error('AccessDenied', 'no more'));
    await expect(finish(waitForInvalidations({...given, ids: ['I1']}))).rejects.toMatchObject({exitCode: 3});
    expect(given.sleeps).toEqual([2000]);
  });

  it.each([
    ['NoSuchDistribution', 'NO_SUCH_DISTRIBUTION'],
    ['NoSuchInvalidation', 'NO_SUCH_INVALIDATION'],
  ])('%s ends it at once', async (name, code) => {
    const given = options();
    nock(host).get(`${path}/I1`).reply(404, error(name, 'It does not exist.'));
    await expect(finish(waitForInvalidations({...given, ids: ['I1']}))).rejects.toMatchObject({code});
    expect(given.sleeps).toEqual([]);
  });

  it('throttling while waiting is waited out', async () => {
    nock(host).get(`${path}/I1`).reply(400, error('Throttling', 'Rate exceeded'));
    nock(host).get(`${path}/I1`).reply(200, invalidation('InProgress'));
    nock(host).get(`${path}/I1`).reply(200, invalidation('Completed'));
    const {result} = await finish(waitForInvalidations({...options(), ids: ['I1']}));
    expect(result).toEqual([{id: 'I1', status: 'Completed', paths: 1}]);
  });

  it('asks only about those that are not completed yet, and tells how many are', async () => {
    nock(host)
      .get(`${path}/I1`)
      .reply(200, invalidation('Completed', {id: 'I1', paths: ['/a', '/b']}));
    nock(host)
      .get(`${path}/I2`)
      .times(2)
      .reply(200, invalidation('InProgress', {id: 'I2'}));
    // moto's spelling.
    nock(host)
      .get(`${path}/I2`)
      .reply(200, invalidation('COMPLETED', {id: 'I2'}));
    const given = options();
    const {result, events} = await finish(waitForInvalidations({...given, ids: ['I2', 'I1']}));
    expect(result).toEqual([
      {id: 'I2', status: 'Completed', paths: 1},
      {id: 'I1', status: 'Completed', paths: 2},
    ]);
    expect(events).toMatchObject([
      {type: 'wait', status: 'InProgress (1 of 2 completed)', elapsedMs: 0, limitMs: 600_000},
      {type: 'wait', elapsedMs: 2000},
    ]);
    expect(given.sleeps).toEqual([2000, 2800]);
  });

  it('ends at its limit with exit 5, and tells how to go on', async () => {
    nock(host).get(`${tenantPath}/I1`).times(5).reply(200, invalidation('InProgress'));
    const given = {...options(), tenantId: 'dt_1', timeoutMs: 10_000};
    await expect(finish(waitForInvalidations({...given, ids: ['I1']}))).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      exitCode: 5,
      hint: expect.stringMatching(/frontctl invalidation wait I1 --distribution E1 --tenant dt_1$/) as string,
    });
  });

  it('of many it tells those that are still open', async () => {
    const ids = Array.from({length: 40}, (_, index) => `I${index}`);
    for (const id of ids) {
      const status = id === 'I7' || id === 'I9' ? 'InProgress' : 'Completed';
      nock(host).get(`${path}/${id}`).reply(200, invalidation(status, {id}));
    }
    await expect(finish(waitForInvalidations({...options(), ids, timeoutMs: 0}))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^40 invalidations of distribution E1: still .*38 of 40 completed/,
      ) as string,
      hint: expect.stringMatching(/frontctl invalidation wait I7 I9 --distribution E1$/) as string,
    });
  });

  it('Ctrl-C ends it, and tells how to go on in a command that can be copied', async () => {
    const ids = Array.from({length: 40}, (_, index) => `I${index}`);
    for (const id of ids) nock(host).get(`${path}/${id}`).reply(200, invalidation('InProgress', {id}));
    const stop = new AbortController();
    const work = waitForInvalidations({
      ...options(),
      ids,
      signal: stop.signal,
      sleep: (_ms, signal) => {
        stop.abort();
        return Promise.reject(signal.reason as Error);
      },
    });
    await expect(finish(work)).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exitCode: 130,
      hint: expect.stringMatching(/frontctl invalidation wait --all --distribution E1$/) as string,
    });
  });
});

describe('sending', () => {
  const submit = (more: Partial<Parameters<typeof submitInvalidation>[0]> = {}) =>
    finish(submitInvalidation({...options(), paths: ['/a'], reference: 'release-7', ...more}));

  it('TooManyInvalidationsInProgress is waited out with the same CallerReference', async () => {
    const {sent, record} = recorder();
    nock(host).post(path, record).reply(400, error('TooManyInvalidationsInProgress', 'Too many.'));
    nock(host).get(path).query(true).reply(200, listOf([]));
    nock(host).post(path, record).reply(201, invalidation('InProgress'));
    const {result, events} = await submit();
    expect(result).toEqual([{id: 'I1', status: 'InProgress', paths: 1}]);
    expect(sent.map(({reference}) => reference)).toEqual([
      'release-7-6a50dc858413',
      'release-7-6a50dc858413',
    ]);
    expect(events).toMatchObject([{type: 'wait', status: 'refused for the rate'}]);
  });

  it('a throttled account finishes, and one that may not list as well', async () => {
    nock(host).post(path).times(3).reply(400, error('Throttling', 'Rate exceeded'));
    nock(host).post(path).reply(400, error('TooManyInvalidationsInProgress', 'Too many.'));
    nock(host).get(path).query(true).reply(403, error('AccessDenied', 'no'));
    nock(host).post(path).reply(503, error('ServiceUnavailable', 'Later.'));
    nock(host).post(path).reply(201, invalidation('InProgress'));
    const {result, events} = await submit();
    expect(result).toHaveLength(1);
    expect(events.map(event => (event.type === 'wait' ? event.status : ''))).toEqual([
      'throttled',
      'throttled',
      'throttled',
      'waiting for earlier invalidations',
      'throttled',
    ]);
  });

  it('gives up after its limit, and says that running again pays nothing twice', async () => {
    nock(host).post(path).times(6).reply(400, error('Throttling', 'Rate exceeded'));
    await expect(submit({timeoutMs: 15_000})).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      exitCode: 5,
      message: 'Sending /a to distribution E1: still throttled after 15 s',
      hint: 'Run the same command again: what CloudFront accepted is neither sent nor paid again.',
    });
  });

  it('a lost answer is asked for again under the same reference', async () => {
    const {sent, record} = recorder();
    nock(host)
      .post(path, record)
      .replyWithError(Object.assign(new Error('socket hang up'), {code: 'ECONNRESET'}));
    nock(host).post(path, record).reply(201, invalidation('InProgress'));
    await submit();
    expect(new Set(sent.map(({reference}) => reference)).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it('BatchTooLarge is split in half, down to one path', async () => {
    const {sent, record} = recorder();
    const tooLarge = error('BatchTooLarge', 'Invalidation batch specified is too large.');
    nock(host).post(path, record).reply(413, tooLarge);
    nock(host)
      .post(path, record)
      .reply(201, invalidation('InProgress', {id: 'I1'}));
    nock(host).post(path, record).reply(413, '<html>Payload too large</html>');
    nock(host)
      .post(path, record)
      .reply(201, invalidation('InProgress', {id: 'I2'}));
    nock(host).post(path, record).reply(413, tooLarge);
    const work = submit({paths: ['/d', '/c', '/b', '/a']});
    await expect(work).rejects.toMatchObject({
      code: 'BATCH_TOO_LARGE',
      message: expect.stringContaining('/d of distribution E1') as string,
    });
    expect(sent.map(({items}) => items)).toEqual([
      ['/a', '/b', '/c', '/d'],
      ['/a', '/b'],
      ['/c', '/d'],
      ['/c'],
      ['/d'],
    ]);
    expect(new Set(sent.map(({reference}) => reference)).size).toBe(5);
  });

  it('another body under our reference is a conflict', async () => {
    nock(host).post(path).reply(409, error('InvalidationBatchAlreadyExists', 'It exists.'));
    await expect(submit()).rejects.toMatchObject({
      code: 'REFERENCE_TAKEN',
      exitCode: 4,
      message: expect.stringContaining('release-7-') as string,
    });
  });

  it('keeps the pace of AWS from the first call on, in a small job without any pause', async () => {
    nock(host).post(path).times(4).reply(201, invalidation('InProgress'));
    const given = options();
    const client = aws();
    const paths = ['/a', '/b', '/w1/*', '/w2/*', '/w3/*'];
    await finish(submitInvalidation({...given, aws: client, paths, reference: 'r'}));
    expect(given.sleeps).toEqual([1000, 1000]);
    // The account's second is still used up: that it is another distribution changes nothing.
    await finish(submitInvalidation({...given, aws: client, paths: ['/x/*'], reference: 's'}));
    expect(given.sleeps).toEqual([1000, 1000, 1000]);
  });

  it('tells how far it is', async () => {
    nock(host).post(path).times(2).reply(201, invalidation('InProgress'));
    const {events} = await submit({paths: ['/a*', '/b*']});
    expect(events).toEqual([
      {type: 'wait', id: 'invalidate', status: '1 of 2 batches sent', elapsedMs: 0, limitMs: 600_000},
    ]);
  });

  it('Ctrl-C while it waits for its turn ends it', async () => {
    nock(host).post(path).reply(201, invalidation('InProgress'));
    const stop = new AbortController();
    const work = submit({
      paths: ['/a*', '/b*'],
      signal: stop.signal,
      sleep: (_ms, signal) => {
        stop.abort();
        return Promise.reject(signal.reason as Error);
      },
    });
    await expect(work).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'Interrupted when 1 of 2 batches were sent to distribution E1 (I1)',
      hint: 'Run the same command again: what CloudFront accepted is neither sent nor paid again.',
    });
  });
});

describe('an endpoint at which nothing listens', () => {
  const refused = () => Object.assign(new Error('connect ECONNREFUSED'), {code: 'ECONNREFUSED'});
  const unreachable = (operation: string) => ({
    code: 'UNREACHABLE',
    exitCode: 1,
    message: expect.stringContaining(`${operation} on `) as string,
  });

  it('ends the sending and the wait after three looks, as any other command', async () => {
    nock(host).post(path).times(3).replyWithError(refused());
    const given = options();
    await expect(finish(submitInvalidation({...given, paths: ['/a'], reference: 'r'}))).rejects.toMatchObject(
      unreachable('CreateInvalidation'),
    );
    expect(given.sleeps).toEqual([2000, 2800]);

    nock(host).get(`${path}/I1`).times(3).replyWithError(refused());
    await expect(finish(waitForInvalidations({...options(), ids: ['I1']}))).rejects.toMatchObject(
      unreachable('GetInvalidation'),
    );
  });

  it('is an outage once a batch was accepted: the next batch and the wait sit it out', async () => {
    const given = options();
    nock(host).post(path).reply(201, invalidation('InProgress'));
    nock(host).post(path).times(5).replyWithError(refused());
    nock(host).post(path).reply(201, invalidation('InProgress'));
    const paths = ['/a*', '/b*'];
    const {result, events} = await finish(submitInvalidation({...given, paths, reference: 'r'}));
    expect(result).toHaveLength(2);
    expect(events).toContainEqual(expect.objectContaining({status: 'no answer (ECONNREFUSED)'}));
    nock(host).get(`${path}/I1`).times(5).replyWithError(refused());
    nock(host).get(`${path}/I1`).reply(200, invalidation('Completed'));
    await finish(waitForInvalidations({...given, ids: ['I1']}));
  });

  it('is an outage, too, where only an error was ever answered', async () => {
    const given = options();
    nock(host).get(`${path}/I9`).reply(404, error('NoSuchInvalidation', 'It does not exist.'));
    await expect(finish(waitForInvalidations({...given, ids: ['I9']}))).rejects.toThrow();
    expect(given.aws.hasAnswered('cloudfront')).toBe(true);
    nock(host).post(path).times(4).replyWithError(refused());
    nock(host).post(path).reply(201, invalidation('InProgress'));
    await finish(submitInvalidation({...given, paths: ['/a'], reference: 'r'}));
  });
});

describe('distribution tenants', () => {
  const owner = {distributionId: 'E1', tenantId: 'dt_1'};

  it('are invalidated, listed and waited for by their own calls', async () => {
    const {sent, record} = recorder();
    nock(host).post(tenantPath, record).reply(201, invalidation('InProgress'));
    nock(host).get(`${tenantPath}/I1`).times(2).reply(200, invalidation('Completed'));
    nock(host)
      .get(tenantPath)
      .query(true)
      .times(2)
      .reply(200, listOf([{id: 'I1', at: '2026-11-21T10:00:00Z'}]));
    const given = {...options(), ...owner};
    const {result} = await finish(submitInvalidation({...given, paths: ['/a'], reference: 'r'}));
    expect(sent).toMatchObject([{items: ['/a']}]);
    await finish(waitForInvalidations({...given, ids: result.map(({id}) => id)}));
    expect(await listInvalidations(given.aws, owner, 10)).toEqual([
      {
        id: 'I1',
        status: 'Completed',
        createdAt: '2026-11-21T10:00:00.000Z',
        paths: ['/a'],
        reference: 'r-1',
      },
    ]);
    expect(await inProgressIds(given.aws, owner)).toEqual([]);
  });

  it('that do not exist are told by their name', async () => {
    nock(host).post(tenantPath).reply(404, error('EntityNotFound', 'The entity was not found.'));
    const work = finish(submitInvalidation({...options(), ...owner, paths: ['/a'], reference: 'r'}));
    await expect(work).rejects.toMatchObject({
      exitCode: 2,
      message: 'Distribution tenant dt_1 does not exist (CreateInvalidationForDistributionTenant)',
    });
  });

  it('ask for their own permissions', async () => {
    nock(host).get(`${tenantPath}/I1`).reply(403, error('AccessDenied', 'no'));
    await expect(finish(waitForInvalidations({...options(), ...owner, ids: ['I1']}))).rejects.toMatchObject({
      hint: expect.stringContaining('cloudfront:GetInvalidationForDistributionTenant') as string,
    });
  });
});
