import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {ObjectStore} from '../../src/aws/index.js';
import {sha256} from '../../src/aws/sigv4.js';
import type {ProgressEvent} from '../../src/events.js';
import {Failure} from '../../src/failure.js';
import {acquireLock, lockKey} from '../../src/deploy/lock/lock.js';
import type {Sleep} from '../../src/deploy/lock/types.js';
import {
  acquire,
  holderOf,
  leaseIn,
  manualTime,
  neverAgain,
  openLockWorld,
  options,
  type Acquire,
  type LockWorld,
  type ManualTime,
} from './lock-world.js';
import {finish} from './finish.js';

let world: LockWorld;
let store: ObjectStore;
let time: ManualTime;

beforeAll(async () => {
  world = await openLockWorld();
  ({store} = world);
});
afterAll(() => world.close());
beforeEach(() => {
  time = manualTime(world.cloud.clock);
});
afterEach(() => store.delete(lockKey));

/** What a holder sleeps: until the next renewal, and before it tries again one that failed. */
const [renewal, retry] = [20_000, 2000];

/** Of a process that hangs from the start: it holds the lock and never renews it. */
const abandon = (name: string, more: Partial<Acquire> = {}) =>
  acquire(name, {store, now: time.now, sleep: neverAgain, ...more});
/** A waiter's pauses pass as fast as they are asked for; once it holds the lock (longer sleeps) it renews nothing. */
const driving: Sleep = async (ms, signal) => {
  if (ms > 5000) return neverAgain(ms, signal);
  time.pass(ms);
  await Promise.resolve();
};
const driven = (more: Partial<Acquire> = {}): Acquire => ({store, now: time.now, sleep: driving, ...more});

const putLease = (text: string): Promise<{readonly etag: string}> => {
  const body = Buffer.from(text);
  return store.put({key: lockKey, body, sha256: sha256(body), headers: {}});
};
const statuses = (events: readonly ProgressEvent[]): readonly string[] =>
  events.flatMap(event => (event.type === 'wait' ? [event.status] : []));
/** What `lock` says about the state of things when `check` is called. */
const checked = (lock: {check(): void}): string => {
  try {
    lock.check();
    return 'held';
  } catch (error) {
    return error instanceof Failure ? `${error.code}: ${error.message}` : String(error);
  }
};

describe('acquiring', () => {
  it('takes one request where nobody holds it, and leaves nothing behind', async () => {
    world.calls.length = 0;
    const lock = await acquire('alice', {store, now: time.now, sleep: time.sleep});
    expect(world.calls).toEqual(['PutObject']);
    expect(lock.waited).toBe(false);
    expect(checked(lock)).toBe('held');
    await lock.release();
    expect(world.calls).toEqual(['PutObject', 'DeleteObject']);
    expect(await leaseIn(store)).toBeUndefined();
  });

  it('lies under the prefix: another site of the bucket has its own', async () => {
    const one = await acquire('alice', {store, prefix: 'one', now: time.now, sleep: time.sleep});
    const two = await acquire('bob', {store, prefix: 'two', now: time.now, sleep: time.sleep});
    const held = async () => (await store.list()).map(({key}) => key);
    expect(await held()).toEqual(['one/.frontctl/lock.json', 'two/.frontctl/lock.json']);
    await Promise.all([one.release(), two.release()]);
    expect(await held()).toEqual([]);
  });

  it('waits while another holds it, says who, and goes on once it is released', async () => {
    const runUrl = 'https://github.com/acme/shop/actions/runs/17';
    const holder = {...holderOf('alice'), host: 'ci-runner-7', release: '41', runUrl};
    const first = await acquire('alice', {store, holder, now: time.now, sleep: time.sleep});
    const second = finish(
      acquireLock(options('bob', {store, timeoutMs: 60_000, now: time.now, sleep: time.sleep})),
    );
    for (const pause of [1000, 1500, 2250]) {
      await time.asleep(renewal, pause);
      time.pass(pause);
    }
    await time.asleep(renewal, 3375);
    await first.release();
    time.pass(3375);
    const {result, events} = await second;
    expect(result.waited).toBe(true);
    expect(events.map(({type}) => type)).toEqual(['step', 'wait', 'wait', 'wait', 'wait', 'done']);
    expect(statuses(events)[3]).toMatch(
      /^held by ci-runner-7 \(deploy of release 41 by alice since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ, https:\/\/github\.com\/acme\/shop\/actions\/runs\/17\)$/,
    );
    expect(events[3]).toMatchObject({elapsedMs: 2500, limitMs: 60_000});
    await result.release();
  });

  it('pauses between half and all of 1 s growing to 5 s, and looks once more at the deadline', async () => {
    await abandon('alice', {ttlMs: 600_000});
    const pausesBy = async (random: number) => {
      const pauses: number[] = [];
      const sleep: Sleep = (ms, signal) => {
        pauses.push(ms);
        return driving(ms, signal);
      };
      const bob = driven({sleep, timeoutMs: 20_000, random: () => random});
      await expect(acquire('bob', bob)).rejects.toMatchObject({code: 'LOCKED'});
      return pauses;
    };
    expect(await pausesBy(1)).toEqual([1000, 1500, 2250, 3375, 5000, 5000, 1875]);
    expect((await pausesBy(0)).slice(0, 6)).toEqual([500, 750, 1125, 1687.5, 2500, 2500]);
  });

  it('gives up at the timeout, at once without one, and names the holder and when the lock expires', async () => {
    await abandon('alice');
    await expect(acquire('bob', driven())).rejects.toMatchObject({
      exit: 'conflict',
      code: 'LOCKED',
      message: expect.stringMatching(
        /^s3:\/\/locked-site is locked: held by host-of-alice \(deploy of release alice by alice since .*Z\)\.$/,
      ) as string,
      hint: expect.stringMatching(/--lock-timeout.* expires by itself at 20\d\d-.*Z\.$/) as string,
    });
    await expect(acquire('bob', driven({timeoutMs: 7000}))).rejects.toMatchObject({
      message: expect.stringContaining('is locked after 7 s of waiting: held by host-of-alice') as string,
    });
  });

  it('is interrupted while it waits, and holds nothing then', async () => {
    await abandon('alice');
    const stop = new AbortController();
    const bob = {store, timeoutMs: 60_000, now: time.now, sleep: time.sleep, signal: stop.signal};
    const waiting = acquire('bob', bob);
    await time.asleep(1000);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({code: 'INTERRUPTED', exitCode: 130});
    await expect(acquire('carol', driven({signal: AbortSignal.abort()}))).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect((await leaseIn(store))?.text).toContain('"alice"');
  });

  it('gives the lock back that it won while it was interrupted', async () => {
    const stop = new AbortController();
    const stopping: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      put: async object => {
        const put = await store.put(object);
        stop.abort();
        return put;
      },
    };
    const alice = {store: stopping, now: time.now, sleep: time.sleep, signal: stop.signal};
    await expect(acquire('alice', alice)).rejects.toMatchObject({code: 'INTERRUPTED'});
    expect(await leaseIn(store)).toBeUndefined();
  });

  it('waits out an outage once it has seen the holder, but not at first contact', async () => {
    await abandon('alice');
    let isDown = false;
    const flaky: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      get: (...args) => (isDown ? Promise.reject(down()) : store.get(...args)),
      put: object => (isDown ? Promise.reject(down()) : store.put(object)),
    };
    const outage: Sleep = (ms, signal) => {
      isDown = !isDown;
      return driving(ms, signal);
    };
    const {events} = await finish(
      acquireLock(options('bob', driven({store: flaky, sleep: outage, timeoutMs: 90_000}))),
    );
    expect(new Set(statuses(events).map(status => status.split(' (')[0]))).toEqual(
      new Set(['held by host-of-alice', 'no answer']),
    );
    isDown = true;
    await expect(acquire('carol', driven({store: flaky, timeoutMs: 90_000}))).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
  });

  it('says which store cannot be locked', async () => {
    const old: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      put: () => {
        const cause = Object.assign(
          new Error('A header you provided implies functionality that is not implemented'),
          {
            name: 'NotImplemented',
          },
        );
        return Promise.reject(new Failure('unexpected', 'AWS_ERROR', 'S3 answered NotImplemented', {cause}));
      },
    };
    await expect(acquire('alice', driven({store: old}))).rejects.toMatchObject({
      code: 'LOCK_UNSUPPORTED',
      exitCode: 6,
    });
  });
});

describe('expiry', () => {
  /** Just before the end of its 60 s and 2 s more it is locked, at its end it is taken over. */
  const expectsSixtySeconds = async (taker: Acquire): Promise<readonly ProgressEvent[]> => {
    time.pass(60_000);
    await expect(acquire('bob', taker)).rejects.toMatchObject({code: 'LOCKED'});
    time.pass(2_000);
    const {events} = await finish(acquireLock(options('bob', taker)));
    expect((await leaseIn(store))?.text).toContain('"bob"');
    return events;
  };

  it("is taken over when the service's clock says that nobody renewed it", async () => {
    await abandon('alice');
    const events = await expectsSixtySeconds(driven());
    expect(events).toMatchObject([
      {
        type: 'warning',
        message: expect.stringMatching(
          /^Took over the lock of s3:\/\/locked-site: host-of-alice \(.*\) has not renewed it for 62 s\.$/,
        ) as string,
      },
    ]);
  });

  it.each([
    ['20 minutes ahead of the holder', -10, 10],
    ['20 minutes behind the holder', 10, -10],
    ['20 minutes slow, both', -20, -20],
    ['20 minutes fast, both', 20, 20],
  ])('does not change with a clock that is %s', async (_name, holderOff, takerOff) => {
    const minute = 60_000;
    await abandon('alice', {store: world.storeOff(holderOff * minute)});
    await expectsSixtySeconds(driven({store: world.storeOff(takerOff * minute)}));
  });

  it.each([
    ['says that it began in 1970', {since: '1970-01-01T00:00:00Z'}, 60_000],
    ['says that it began in 2999', {since: '2999-01-01T00:00:00Z'}, 60_000],
    ['wants to live for ever', {ttlMs: 1e15}, 600_000],
    ['wants to be gone at once', {ttlMs: 0}, 10_000],
    ['has a time to live of 20 s', {ttlMs: 20_000}, 20_000],
    ['names nobody', {holder: null}, 60_000],
    ['is of a later version', {version: 7}, 60_000],
  ])('comes when it should for a lease that %s', async (_name, change, ttlMs) => {
    const holder = {...holderOf('alice'), since: '2026-11-29T13:45:07Z', ...change};
    await putLease(JSON.stringify({version: 1, id: 'x', renewal: 0, ttlMs: 60_000, holder, ...change}));
    time.pass(ttlMs);
    await expect(acquire('bob', driven())).rejects.toMatchObject({code: 'LOCKED'});
    time.pass(2000);
    expect(checked(await acquire('bob', driven()))).toBe('held');
  });

  it.each(['', 'no JSON', '[1]', '"text"', '{"id":7}', '\u0000\ufffd', '{"version":1,"holder":"x"}'])(
    'of an unreadable lock document %j is that of any other',
    async text => {
      await putLease(text);
      await expect(acquire('bob', driven())).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining('another deploy (its lock does not say whose)') as string,
      });
      await expectsSixtySeconds(driven());
    },
  );

  it.each(['last-modified', 'date'])('is watched for where answers have no %s', async missing => {
    const undated: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      get: async (...args) => {
        const found = await store.get(...args);
        if (typeof found !== 'object') return found;
        return {...found, headers: {...found.headers, [missing]: ''}};
      },
    };
    await abandon('alice');
    time.pass(300_000);
    const {events} = await finish(acquireLock(options('bob', driven({store: undated, timeoutMs: 90_000}))));
    const waits = events.flatMap(event => (event.type === 'wait' ? [event.elapsedMs] : []));
    // Pauses of 5 s by then.
    expect(waits.at(-1)).toBeGreaterThanOrEqual(57_000);
    expect(waits.at(-1)).toBeLessThan(62_000);
  });

  it('lets one of two takers win', async () => {
    await abandon('alice');
    time.pass(62_000);
    const both = await Promise.allSettled([acquire('bob', driven()), acquire('carol', driven())]);
    expect(both.map(({status}) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({status}) => status === 'rejected')).toMatchObject({reason: {code: 'LOCKED'}});
  });

  it('does not wait for a process of this machine that is gone, and asks only about this machine', async () => {
    await abandon('alice', {holder: {...holderOf('alice'), host: 'here'}});
    const asked: string[] = [];
    const isAlive = ({user}: {readonly user: string}): boolean => {
      asked.push(user);
      return false;
    };
    await expect(acquire('bob', driven({isAlive}))).rejects.toMatchObject({code: 'LOCKED'});
    expect(asked).toEqual([]);
    const here = {...holderOf('bob'), host: 'here'};
    const {result, events} = await finish(acquireLock(options('bob', driven({isAlive, holder: here}))));
    expect(asked).toEqual(['alice']);
    expect(result.waited).toBe(false);
    expect(events).toMatchObject([
      {type: 'warning', message: expect.stringMatching(/the process of here \(.*\) is gone\.$/) as string},
    ]);
  });

  it('shows nothing of a lease that could harm a terminal', async () => {
    const holder = {...holderOf('alice'), host: '\u001b[2Jci\n7\u202e', since: 'x'.repeat(5000)};
    await putLease(JSON.stringify({version: 1, id: 'x', ttlMs: 60_000, holder}));
    const failure: unknown = await acquire('bob', driven()).catch((error: unknown) => error);
    expect((failure as Failure).message).toMatch(/held by \[2Jci7 \(/);
    expect((failure as Failure).message.length).toBeLessThan(400);
  });
});

describe('holding', () => {
  const hold = (more: Partial<Acquire> = {}) =>
    acquire('alice', {store, now: time.now, sleep: time.sleep, ...more});
  /** Lets the time of a sleep pass, and waits for what follows: a renewal, then the next sleep. */
  const renewing = async (slept: number, next: number): Promise<void> => {
    await time.asleep(slept);
    time.pass(slept);
    await time.asleep(next);
  };

  it('lasts beyond its time to live while it is renewed, and says since when by the clock of the service', async () => {
    const lock = await hold({store: world.storeOff(-20 * 60_000)});
    const began = world.cloud.clock.now();
    for (let renewals = 0; renewals < 10; renewals++) {
      await renewing(renewal, renewal);
      await expect(acquire('bob', driven())).rejects.toMatchObject({code: 'LOCKED'});
    }
    expect(checked(lock)).toBe('held');
    const since = /"since": "(.*)"/.exec((await leaseIn(store))?.text ?? '')?.[1] ?? '';
    expect(Math.abs(Date.parse(since) - began)).toBeLessThan(5000);
    await lock.release();
    expect(await leaseIn(store)).toBeUndefined();
  });

  it('is lost at the next renewal when another took it, and is left to the other', async () => {
    const lock = await hold();
    const {etag} = await putLease(
      JSON.stringify({version: 1, id: 'other', ttlMs: 60_000, holder: {...holderOf('bob'), since: 'then'}}),
    );
    await time.asleep(renewal);
    time.pass(renewal);
    await new Promise(resolve => lock.signal.addEventListener('abort', resolve));
    expect(lock.signal.reason).toMatchObject({
      exit: 'conflict',
      code: 'LOCK_LOST',
      message:
        'The lock of s3://locked-site was lost: it is now held by host-of-bob (deploy of release bob by bob since then).',
    });
    expect(checked(lock)).toContain('LOCK_LOST');
    await lock.release();
    expect((await leaseIn(store))?.etag).toBe(etag);
  });

  it('is lost when somebody deleted it', async () => {
    const lock = await hold();
    await store.delete(lockKey);
    await time.asleep(renewal);
    time.pass(renewal);
    await new Promise(resolve => lock.signal.addEventListener('abort', resolve));
    expect(checked(lock)).toBe('LOCK_LOST: The lock of s3://locked-site was lost: somebody deleted it.');
  });

  it('is lost once the process stood still for longer than it lives, before anything else is done', async () => {
    const lock = await hold({sleep: neverAgain});
    time.pass(58_000);
    expect(checked(lock)).toBe('held');
    time.pass(1000);
    expect(checked(lock)).toBe(
      'LOCK_LOST: The lock of s3://locked-site was lost: it was not renewed for 59 s.',
    );
    expect(lock.signal.aborted).toBe(true);
  });

  it('gives back what nobody took while the process stood still, and leaves what somebody took', async () => {
    const one = await hold({sleep: neverAgain});
    time.pass(300_000);
    await one.release();
    expect(await leaseIn(store)).toBeUndefined();

    const two = await hold({sleep: neverAgain});
    time.pass(300_000);
    await acquire('bob', driven());
    await two.release();
    expect((await leaseIn(store))?.text).toContain('"bob"');
  });

  it('is renewed again after an outage, and lost when the outage outlives it', async () => {
    let isDown = false;
    const flaky: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      put: object => (isDown ? Promise.reject(down()) : store.put(object)),
    };
    const lock = await hold({store: flaky});
    await time.asleep(renewal);
    isDown = true;
    await renewing(renewal, retry);
    for (let tries = 0; tries < 15; tries++) await renewing(retry, retry);
    isDown = false;
    await renewing(retry, renewal); // 52 s after the last
    time.pass(10_000);
    expect(checked(lock)).toBe('held');
    isDown = true;
    time.pass(10_000);
    await time.asleep(retry);
    for (let tries = 0; tries < 18; tries++) await renewing(retry, retry);
    await renewing(retry, 1000); // 58 s after the last
    time.pass(1000);
    await new Promise(resolve => lock.signal.addEventListener('abort', resolve));
    expect(checked(lock)).toMatch(/LOCK_LOST: .* was not renewed for \d+ s: the network is away\.$/);
  });

  it('outlives a request that hangs, and one whose answer was lost', async () => {
    let mode: 'well' | 'hangs' | 'loses' = 'well';
    const odd: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      put: async object => {
        if (mode === 'hangs') return new Promise(() => undefined);
        const put = await store.put(object);
        if (mode === 'loses') throw down();
        return put;
      },
    };
    const lock = await hold({store: odd});
    await time.asleep(renewal);
    mode = 'hangs';
    await renewing(renewal, 15_000);
    await renewing(15_000, retry);
    mode = 'loses';
    await renewing(retry, retry);
    mode = 'well';
    await renewing(retry, retry); // 412: the lost one was carried out
    await renewing(retry, renewal);
    time.pass(50_000);
    expect(checked(lock)).toBe('held');
    await lock.release();
    expect(await leaseIn(store)).toBeUndefined();
  });

  it('is given back without the permission to delete', async () => {
    const denied: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      delete: () => Promise.reject(new Failure('access', 'ACCESS_DENIED', 'AWS denied DeleteObject')),
    };
    const lock = await hold({store: denied});
    await lock.release();
    expect((await leaseIn(store))?.text).toContain('"released": true');
    const {result, events} = await finish(acquireLock(options('bob', driven())));
    expect(events).toEqual([]);
    expect(checked(result)).toBe('held');
  });

  it('is given back within seconds where the service does not answer', async () => {
    let ask = (): void => undefined;
    const asked = new Promise<void>(resolve => (ask = resolve));
    const silent: ObjectStore = {
      ...store,
      concurrency: store.concurrency,
      delete: () => {
        ask();
        return new Promise(() => undefined);
      },
    };
    const lock = await hold({store: silent});
    const released = lock.release();
    await asked;
    time.pass(5000);
    await released;
    expect(checked(lock)).toBe('held');
  });
});

const down = (): Failure =>
  new Failure('unexpected', 'UNREACHABLE', 'the network is away', {
    cause: Object.assign(new Error('reset'), {code: 'ECONNRESET'}),
  });
