import {CreateBucketCommand} from '@aws-sdk/client-s3';
import {customAddress} from '../../src/aws/address.js';
import {createConnection} from '../../src/aws/connection.js';
import {createLimiter} from '../../src/aws/limiter.js';
import {createObjectStore} from '../../src/aws/objects.js';
import {createAws, localKeys, type ObjectStore} from '../../src/aws/index.js';
import {acquireLock, lockKey, type Lock, type LockOptions} from '../../src/deploy/lock/lock.js';
import type {Sleep} from '../../src/deploy/lock/types.js';
import {startCloud, type Cloud} from '../../src/local/cloud.js';
import type {Clock} from '../../src/local/types.js';
import {finish} from './finish.js';

export const bucket = 'locked-site';

export interface LockWorld {
  readonly cloud: Cloud;
  /** Operations of S3 that the cloud served, since `calls.length = 0`. */
  readonly calls: string[];
  readonly store: ObjectStore;
  /** The same bucket from a machine whose clock is off. */
  storeOff(ms: number): ObjectStore;
  close(): Promise<void>;
}

export async function openLockWorld(clock?: Clock): Promise<LockWorld> {
  const calls: string[] = [];
  const cloud = await startCloud({
    port: 0,
    log: ({operation}) => calls.push(operation),
    ...(clock && {clock}),
  });
  const {endpoint} = cloud;
  const aws = createAws({local: {endpoint}});
  await (await aws.s3()).send(new CreateBucketCommand({Bucket: bucket}));
  const stores: ObjectStore[] = [];
  return {
    cloud,
    calls,
    store: await aws.objects(bucket),
    storeOff(ms) {
      const keys = () => localKeys;
      const store = createObjectStore({
        bucket,
        region: 'us-east-1',
        addressIn: region => Promise.resolve(customAddress(new URL(endpoint), bucket, region)),
        credentials: {
          provider: () => Promise.resolve(keys()),
          current: keys,
          refresh: () => Promise.resolve(keys()),
        },
        connection: createConnection({connectTimeoutMs: 5000, responseTimeoutMs: 5000}),
        limiter: createLimiter({start: 4, max: 4}),
        maxAttempts: 5,
        maxAttemptsOnceAnswered: 5,
        origin: {endpoint, isLocal: true, profile: undefined},
        now: () => cloud.clock.now() + ms,
        random: () => 0,
        sleep: () => Promise.resolve(),
      });
      stores.push(store);
      return store;
    },
    async close() {
      await Promise.all(stores.map(store => store.close()));
      await aws.close();
      await cloud.close();
    },
  };
}

/** One monotonic clock for every process of a test; the cloud's clock goes with it. */
export interface ManualTime {
  readonly now: () => number;
  /** Ends when `pass` has come so far. */
  readonly sleep: Sleep;
  readonly pass: (ms: number) => void;
  /** Passes what the first to wake has left to sleep; false: nobody sleeps. */
  readonly passToNext: () => boolean;
  /** Resolves once exactly these sleep, each named by how long it wants to, in any order. */
  readonly asleep: (...ms: readonly number[]) => Promise<void>;
}

export function manualTime(cloud: Clock): ManualTime {
  let time = 5_000_000;
  const sleepers = new Set<{readonly ms: number; readonly at: number; readonly wake: () => void}>();
  const pass = (ms: number): void => {
    time += ms;
    cloud.advance(ms);
    for (const sleeper of [...sleepers].sort((a, b) => a.at - b.at)) if (sleeper.at <= time) sleeper.wake();
  };
  return {
    now: () => time,
    pass,
    passToNext() {
      if (sleepers.size === 0) return false;
      pass(Math.max(0, Math.min(...[...sleepers].map(({at}) => at)) - time));
      return true;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          end();
          reject(new Error('aborted'));
        };
        const wake = (): void => {
          end();
          resolve();
        };
        const sleeper = {ms, at: time + ms, wake};
        if (signal.aborted) {
          abort();
          return;
        }
        signal.addEventListener('abort', abort);
        sleepers.add(sleeper);
      }),
    async asleep(...wanted) {
      const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();
      while (sorted([...sleepers].map(({ms}) => ms)) !== sorted(wanted)) {
        await new Promise(resolve => setImmediate(resolve));
      }
    },
  };
}

/** Renews nothing, as if the process were gone or hung. */
export const neverAgain: Sleep = (_ms, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

export const holderOf = (name: string): LockOptions['holder'] => ({
  host: `host-of-${name}`,
  user: name,
  pid: 4_194_305, // above Linux's highest
  release: name,
  command: 'deploy',
});

export type Acquire = Partial<LockOptions> & {readonly store: ObjectStore};

/** Without waiting, by a random that makes every pause its longest. */
export const options = (name: string, more: Acquire): LockOptions => ({
  prefix: '',
  holder: holderOf(name),
  timeoutMs: 0,
  random: () => 1,
  isAlive: () => undefined,
  ...more,
});

export const acquire = async (name: string, more: Acquire): Promise<Lock> =>
  (await finish(acquireLock(options(name, more)))).result;

export async function leaseIn(
  store: ObjectStore,
): Promise<{readonly etag: string; readonly text: string} | undefined> {
  const found = await store.get(lockKey);
  return typeof found === 'object'
    ? {etag: found.etag, text: Buffer.from(found.body).toString('utf8')}
    : undefined;
}
