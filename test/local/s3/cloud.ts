import {S3} from '@aws-sdk/client-s3';

import {createS3} from '../../../src/local/s3/index.js';
import {openStore} from '../../../src/local/store/index.js';
import type {Clock, Store} from '../../../src/local/types.js';
import type {DispatchOptions} from '../../../src/local/wire/index.js';
import {clientOf, serve, type Served} from '../wire/serve.js';

/** A clock that moves only when told. */
export const stillClock = (start = Date.UTC(2026, 10, 1)): Clock => {
  let now = start;
  return {
    now: () => now,
    after: (_delay, task) => setImmediate(task),
    advance(ms) {
      now += ms;
    },
  };
};

export interface Cloud extends AsyncDisposable {
  readonly s3: S3;
  readonly served: Served;
  readonly store: Store;
  readonly clock: Clock;
}

/** The emulated S3 on a store of its own behind a real socket, and the SDK's client for it. */
export const startCloud = async (options: DispatchOptions = {}): Promise<Cloud> => {
  const store = await openStore({memory: true});
  const clock = stillClock();
  // A client that hangs up in the middle of a body is no surprise here.
  const onUnexpected = (error: unknown): void => {
    if ((error as {code?: string}).code !== 'ECONNRESET') console.error(error);
  };
  const served = await serve({s3: createS3({store, clock})}, {onUnexpected, ...options});
  const s3 = new S3({...clientOf(served), forcePathStyle: true});
  return {
    s3,
    served,
    store,
    clock,
    async [Symbol.asyncDispose]() {
      s3.destroy();
      await served[Symbol.asyncDispose]();
      await store.close();
    },
  };
};

/** The code and status that a call was refused with: `NoSuchKey 404`. */
export const refusal = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'no refusal';
  } catch (error) {
    const {name, $metadata} = error as {name: string; $metadata?: {httpStatusCode?: number}};
    return `${name} ${String($metadata?.httpStatusCode)}`;
  }
};
