import type {InvalidationSummary as Listed} from '@aws-sdk/client-cloudfront';
import {call, mapConcurrent, type Aws} from '../aws/index.js';
import {invalidationApi, itemsOf, statusOf, type InvalidationApi} from './api.js';
import type {InvalidationSummary, Owner} from './types.js';

const largestPage = 100;
const readsAtATime = 8;

/** The listing as CloudFront gives it, newest first and without paths. Failures of `ListInvalidations`. */
export async function* listed(
  api: InvalidationApi,
  pageSize = largestPage,
  signal?: AbortSignal,
): AsyncGenerator<readonly Listed[], void, void> {
  let marker: string | undefined;
  do {
    const from = marker;
    const page = await call(api.subjects.list, () => api.list(from, pageSize, signal));
    yield page?.Items ?? [];
    marker = page?.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
}

async function read(api: InvalidationApi, id: string, signal?: AbortSignal): Promise<InvalidationSummary> {
  const found = await call(api.subjects.get(id), () => api.get(id, signal));
  return {
    id,
    status: statusOf(found?.Status),
    createdAt: found?.CreateTime?.toISOString() ?? '',
    paths: itemsOf(found),
    reference: found?.InvalidationBatch?.CallerReference ?? '',
  };
}

/** One invalidation with its paths. Failure NO_SUCH_INVALIDATION. */
export async function readInvalidation(aws: Aws, owner: Owner, id: string): Promise<InvalidationSummary> {
  return read(await invalidationApi(aws, owner), id);
}

/** Newest first, at most `limit`, with their paths: one GetInvalidation each, since the listing does not tell them. */
export async function listInvalidations(
  aws: Aws,
  owner: Owner,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly InvalidationSummary[]> {
  const api = await invalidationApi(aws, owner);
  const ids: string[] = [];
  for await (const page of listed(api, Math.min(largestPage, limit), signal)) {
    for (const {Id} of page) if (Id !== undefined) ids.push(Id);
    if (ids.length >= limit) break;
  }
  const wanted = ids.slice(0, limit);
  const found = new Map<string, InvalidationSummary>();
  const reads = mapConcurrent(wanted, readsAtATime, (id, stop) => read(api, id, stop), signal);
  for await (const summary of reads) found.set(summary.id, summary);
  return wanted.flatMap(id => found.get(id) ?? []);
}

/** Every invalidation that is not Completed, newest first. Reads on until a whole page of 100 has none. */
export async function inProgressIds(
  aws: Aws,
  owner: Owner,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return openIds(await invalidationApi(aws, owner), signal);
}

export async function openIds(api: InvalidationApi, signal?: AbortSignal): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of listed(api, largestPage, signal)) {
    const open = page.filter(({Status}) => statusOf(Status) !== 'Completed').map(({Id}) => Id ?? '');
    if (open.length === 0) break;
    ids.push(...open);
  }
  return ids;
}
