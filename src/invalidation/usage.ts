import {call, mapConcurrent, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {invalidationApi, itemsOf, type InvalidationApi} from './api.js';
import {listed} from './list.js';
import {freePaths} from './price.js';
import type {Owner, Usage} from './types.js';

export interface CountUsageOptions {
  readonly aws: Aws;
  /** Counted alone where the rest of the account cannot be. */
  readonly owner: Owner;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** `AbortSignal.timeout` makes the usage unknown when it takes too long. */
  readonly signal?: AbortSignal | undefined;
  /** Calls at a time. Default 8. */
  readonly concurrency?: number | undefined;
}

/**
 * Paths invalidated since the month began (UTC), in the whole account where that may be read, else of `owner` alone.
 * Undefined where it cannot be told: denied, throttled, or too slow for `signal`. What distributions had that are deleted
 * by now is not seen. Failure only when `signal` interrupts.
 */
export async function countUsage(options: CountUsageOptions): Promise<Usage | undefined> {
  const {aws, owner} = options;
  try {
    try {
      return await count(options, await ownersOf(aws, options.signal), 'account');
    } catch (error) {
      if (!isPartial(error)) throw error;
      return await count(options, [owner], 'distribution');
    }
  } catch (error) {
    const reason: unknown = options.signal?.aborted === true ? options.signal.reason : undefined;
    if (reason === undefined || (reason instanceof Error && reason.name === 'TimeoutError')) return undefined;
    throw new Failure('interrupted', 'INTERRUPTED', 'Stopped counting the paths of this month', {
      cause: error,
    });
  }
}

/** More tenants than these are not asked one by one. */
const mostTenants = 100;

class TooManyTenants extends Error {}

/** The rest of the account is out of reach, the owner itself perhaps not. */
const isPartial = (error: unknown): boolean =>
  error instanceof TooManyTenants || (error instanceof Failure && error.exit === 'access');

/** Every cache of the account that has invalidations of its own. */
async function ownersOf(aws: Aws, abortSignal: AbortSignal | undefined): Promise<readonly Owner[]> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-cloudfront'), aws.cloudfront()]);
  const owners: Owner[] = [];
  let hasTenants = false;
  let marker: string | undefined;
  do {
    const command = new sdk.ListDistributionsCommand({Marker: marker, MaxItems: 100});
    const what = {
      service: 'cloudfront',
      operation: 'ListDistributions',
      resource: 'the distributions',
    } as const;
    const {DistributionList: page} = await call(what, () => client.send(command, {abortSignal}));
    for (const {Id, ConnectionMode} of page?.Items ?? []) {
      if (Id !== undefined) owners.push({distributionId: Id});
      hasTenants ||= ConnectionMode === 'tenant-only';
    }
    marker = page?.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
  if (!hasTenants) return owners;
  const command = new sdk.ListDistributionTenantsCommand({MaxItems: mostTenants});
  const what = {
    service: 'cloudfront',
    operation: 'ListDistributionTenants',
    resource: 'the distribution tenants',
  } as const;
  const page = await call(what, () => client.send(command, {abortSignal}));
  if (page.NextMarker !== undefined && page.NextMarker !== '') throw new TooManyTenants();
  for (const {Id, DistributionId} of page.DistributionTenantList ?? []) {
    owners.push({distributionId: DistributionId ?? '', tenantId: Id});
  }
  return owners;
}

interface Found {
  readonly api: InvalidationApi;
  readonly id: string;
}

async function count(
  {aws, now, signal, concurrency = 8}: CountUsageOptions,
  owners: readonly Owner[],
  scope: Usage['scope'],
): Promise<Usage> {
  const date = new Date(now);
  const monthStart = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const found = new Map<string, Found>();
  const listings = mapConcurrent(
    owners,
    concurrency,
    (owner, stop) => sinceMonthStart(aws, owner, monthStart, stop),
    signal,
  );
  for await (const ofOne of listings) {
    for (const one of ofOne) found.set(one.id, one);
    // Each has a path at least.
    if (found.size >= freePaths) return {used: found.size, scope, isLeast: true};
  }
  let used = 0;
  let unread = found.size;
  const reads = mapConcurrent(
    found.values(),
    concurrency,
    async ({api, id}, stop) => itemsOf(await call(api.subjects.get(id), () => api.get(id, stop))).length,
    signal,
  );
  for await (const paths of reads) {
    used += paths;
    unread -= 1;
    if (used + unread >= freePaths) return {used: used + unread, scope, isLeast: unread > 0};
  }
  return {used, scope, isLeast: false};
}

/** Newest first: nothing of this month stands behind the first that is older. */
async function sinceMonthStart(
  aws: Aws,
  owner: Owner,
  monthStart: number,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const api = await invalidationApi(aws, owner);
  const found: Found[] = [];
  for await (const page of listed(api, 100, signal)) {
    for (const {Id, CreateTime} of page) {
      if (CreateTime !== undefined && CreateTime.getTime() < monthStart) return found;
      if (Id !== undefined) found.push({api, id: Id});
    }
    if (found.length >= freePaths) return found;
  }
  return found;
}
