import {createHash} from 'node:crypto';
import type {ObjectStore} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import {siteAddress, withPrefix} from '../manifest/manifest.js';
import {lockKey, parseLease, serializeLease, type Lease, type Sight} from './lease.js';

export type Condition = {readonly ifNoneMatch: '*'} | {readonly ifMatch: string};

/** The lease's object in the bucket. */
export interface LeaseObject {
  /** Undefined: there is none. */
  read(): Promise<Sight | undefined>;
  /** The new ETag; undefined when the condition did not hold, so that nothing was written. Failure LOCK_UNSUPPORTED. */
  write(lease: Lease, condition: Condition): Promise<string | undefined>;
  /** Failure PRECONDITION_FAILED where it is another one by now. */
  remove(etag: string): Promise<void>;
}

/** Its methods fail with the store's Failures besides. */
export function leaseObject(store: ObjectStore, prefix: string): LeaseObject {
  const key = withPrefix(prefix, lockKey);
  return {
    async read() {
      const found = await store.get(key);
      if (typeof found !== 'object') return undefined;
      const {etag, body, headers} = found;
      return {
        etag,
        lease: parseLease(body),
        modifiedAt: Date.parse(headers['last-modified'] ?? ''),
        answeredAt: Date.parse(headers['date'] ?? ''),
      };
    },
    async write(lease, condition) {
      const body = serializeLease(lease);
      const sha256 = createHash('sha256').update(body).digest('hex');
      const headers = {'content-type': 'application/json', 'cache-control': 'no-store'};
      try {
        return (await store.put({key, body, sha256, headers, ...condition})).etag;
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw causeName(error) === 'NotImplemented' ? unsupported(store, prefix, error) : error;
      }
    },
    remove: etag => store.delete(key, {ifMatch: etag}),
  };
}

/** A conditional write that came too late: 412, 404 for If-Match on what is gone, 409 while another write is under way. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Failure &&
  (error.code === 'PRECONDITION_FAILED' ||
    error.code === 'NO_SUCH_KEY' ||
    causeName(error) === 'ConditionalRequestConflict');

const causeName = (error: unknown): string | undefined =>
  error instanceof Failure && error.cause instanceof Error ? error.cause.name : undefined;

const unsupported = ({bucket}: ObjectStore, prefix: string, cause: unknown): Failure =>
  new Failure(
    'refused',
    'LOCK_UNSUPPORTED',
    `${siteAddress(bucket, prefix)} cannot be locked: its store does not implement conditional writes (If-None-Match, If-Match).`,
    {
      hint: 'Without them two deploys at once would mix. Amazon S3 has them; so have current versions of most S3 alikes.',
      cause,
    },
  );
