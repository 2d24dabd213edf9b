import type {S3} from '@aws-sdk/client-s3';

import type {Handlers, Store} from '../types.js';
import {bucketHandlers} from './buckets/buckets.js';
import {copyHandlers} from './objects/copy.js';
import {deleteHandlers} from './objects/delete.js';
import {detailHandlers} from './objects/details.js';
import {listHandlers} from './listings/list.js';
import {uploadListHandlers} from './listings/list-uploads.js';
import {multipartHandlers} from './multipart/multipart.js';
import {readHandlers} from './objects/read.js';
import {objectLockHandlers} from './buckets/object-lock.js';
import {openTables, type CreateS3} from './records.js';
import {openRoom} from './room.js';
import {replicationHandlers} from './buckets/replication.js';
import {settingHandlers} from './buckets/settings.js';
import {writeHandlers} from './objects/write.js';

export type {CreateS3} from './records.js';

/**
 * The emulated S3: handlers by operation name. Answers and errors are AWS's; buckets whose names start with `foreign-`
 * belong to another account. The state is in `store` alone, so a new room on the same store goes on where the old one
 * stopped.
 */
export const createS3 = (options: CreateS3): Handlers<S3> => {
  const room = openRoom(options);
  return {
    ...bucketHandlers(room),
    ...settingHandlers(room),
    ...replicationHandlers(room),
    ...objectLockHandlers(room),
    ...writeHandlers(room),
    ...readHandlers(room),
    ...deleteHandlers(room),
    ...listHandlers(room),
    ...detailHandlers(room),
    ...copyHandlers(room),
    ...multipartHandlers(room),
    ...uploadListHandlers(room),
  };
};

/** Ids of the blobs that S3 still refers to: for the store's sweep at open. */
export function* liveBlobs(store: Store): Iterable<string> {
  for (const [id] of openTables(store).blobs.range()) yield id;
}
