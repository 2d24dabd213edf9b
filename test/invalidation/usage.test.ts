import nock from 'nock';
import {describe, expect, it} from 'vitest';
import {countUsage} from '../../src/invalidation/index.js';
import {finish, openWorld} from '../deploy/world.js';
import {submitInvalidation} from '../../src/invalidation/index.js';
import {answeredByNock, api, distributions, error, host, invalidation, listOf, tenants} from './xml.js';

const now = Date.UTC(2026, 10, 21, 12);
const of = (id: string): string => `${api}/distribution/${id}/invalidation`;
const november = (id: string) => ({id, at: '2026-11-01T00:00:00Z'});
const october = (id: string) => ({id, at: '2026-10-31T23:59:59Z'});
const pathsNamed = (count: number): readonly string[] =>
  Array.from({length: count}, (_, index) => `/${index}`);

describe('countUsage against AWS', () => {
  const aws = answeredByNock();
  const count = (more: Partial<Parameters<typeof countUsage>[0]> = {}) =>
    countUsage({aws: aws(), owner: {distributionId: 'E1'}, now, ...more});
  const denied = error('AccessDenied', 'User is not authorized');
  const account = (ids: readonly string[], mode?: string) =>
    nock(host).get(`${api}/distribution`).query(true).reply(200, distributions(ids, mode));
  const list = (id: string, items: readonly {readonly id: string; readonly at: string}[], next?: string) =>
    nock(host).get(of(id)).query(true).reply(200, listOf(items, next));
  const read = (id: string, invalidationId: string, paths: readonly string[]) =>
    nock(host)
      .get(`${of(id)}/${invalidationId}`)
      .reply(200, invalidation('Completed', {id: invalidationId, paths}));

  it('adds up what all distributions had this month, and reads nothing older', async () => {
    account(['E1', 'E2', 'E3']);
    list('E1', [november('I1'), november('I2'), october('I3')], 'I3');
    list('E2', [november('I4')]);
    list('E3', [october('I5')]);
    read('E1', 'I1', ['/a', '/b*', '#tag']);
    read('E1', 'I2', ['/c']);
    read('E2', 'I4', pathsNamed(40));
    expect(await count()).toEqual({used: 44, scope: 'account', isLeast: false});
  });

  it('pages through a long month and counts nothing twice', async () => {
    account(['E1']);
    list('E1', [november('I1')], 'I1');
    list('E1', [november('I1'), november('I2')]);
    read('E1', 'I1', ['/a']);
    read('E1', 'I2', ['/b']);
    expect(await count()).toEqual({used: 2, scope: 'account', isLeast: false});
  });

  it('stops at 1,000, where the number no longer matters', async () => {
    account(['E1']);
    list('E1', [november('I1'), november('I2'), november('I3')]);
    read('E1', 'I1', pathsNamed(600));
    read('E1', 'I2', pathsNamed(600));
    expect(await count({concurrency: 1})).toEqual({used: 1201, scope: 'account', isLeast: true});
  });

  it('needs to read none of 1,000 invalidations', async () => {
    account(['E1']);
    const month = Array.from({length: 1000}, (_, index) => november(`I${index}`));
    list('E1', month, 'I999');
    expect(await count()).toEqual({used: 1000, scope: 'account', isLeast: true});
  });

  it('counts the owner alone where the account may not be listed', async () => {
    nock(host).get(`${api}/distribution`).query(true).reply(403, denied);
    list('E1', [november('I1')]);
    read('E1', 'I1', ['/a']);
    expect(await count()).toEqual({used: 1, scope: 'distribution', isLeast: false});
  });

  it('counts the owner alone where another distribution may not be read', async () => {
    account(['E2', 'E1']);
    nock(host).get(of('E2')).query(true).reply(403, denied);
    list('E1', []);
    expect(await count({concurrency: 1})).toEqual({used: 0, scope: 'distribution', isLeast: false});
  });

  it.each([
    ['denied', 403, denied],
    ['throttled', 400, error('Throttling', 'Rate exceeded')],
    ['broken', 500, error('InternalError', 'Oops')],
  ])('is unknown when the details are %s', async (_, status, body) => {
    account(['E1']);
    list('E1', [november('I1')]);
    if (status === 403) list('E1', [november('I1')]);
    nock(host)
      .get(`${of('E1')}/I1`)
      .times(status === 403 ? 2 : 1)
      .reply(status, body);
    expect(await count()).toBeUndefined();
  });

  it('counts tenants, which have invalidations of their own', async () => {
    account(['E1'], 'tenant-only');
    nock(host)
      .post(`${api}/distribution-tenants`)
      .reply(200, tenants(['dt_1']));
    list('E1', []);
    nock(host)
      .get(`${api}/distribution-tenant/dt_1/invalidation`)
      .query(true)
      .reply(200, listOf([november('I1')]));
    nock(host)
      .get(`${api}/distribution-tenant/dt_1/invalidation/I1`)
      .reply(200, invalidation('Completed', {paths: ['/a', '/b']}));
    expect(await count()).toEqual({used: 2, scope: 'account', isLeast: false});
  });

  it('does not ask thousands of tenants one by one', async () => {
    account(['E1'], 'tenant-only');
    nock(host)
      .post(`${api}/distribution-tenants`)
      .reply(200, tenants(['dt_1'], 'more'));
    list('E1', []);
    expect(await count()).toEqual({used: 0, scope: 'distribution', isLeast: false});
  });

  it('is unknown when it takes too long, and ends with Ctrl-C', async () => {
    const late = AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    expect(await count({signal: late})).toBeUndefined();
    await expect(count({signal: AbortSignal.abort()})).rejects.toMatchObject({code: 'INTERRUPTED'});
  });
});

it('counts what was sent to the embedded cloud', async () => {
  nock.restore();
  const world = await openWorld();
  try {
    const {distributionId} = await world.site();
    for (const paths of [['/a', '/b*'], ['/c']]) {
      const options = {aws: world.aws, distributionId, paths, reference: `r${paths.length}`, timeoutMs: 0};
      await finish(submitInvalidation(options));
    }
    const counted = {aws: world.aws, owner: {distributionId}};
    const time = world.cloud.clock.now();
    expect(await countUsage({...counted, now: time})).toEqual({used: 3, scope: 'account', isLeast: false});
    expect(await countUsage({...counted, now: time + 32 * 86_400_000})).toMatchObject({used: 0});
  } finally {
    await world.close();
  }
});
