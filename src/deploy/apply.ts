import {ensurePolicy, privateStatement} from '../bucket/index.js';
import {price, quotaOf, type Usage} from '../invalidation/index.js';
import type {Work} from '../events.js';
import {
  withPrefix,
  type Manifest,
  type ManifestEntry,
  type PendingInvalidation,
} from './manifest/manifest.js';
import {countsOf} from './plan/plan.js';
import {
  filesBefore,
  filesWithDoomed,
  openRecord,
  ownInvalidations,
  releasesWithDoomed,
  type ManifestRecord,
} from './manifest/record.js';
import {deleteUnfinished, invalidate, remove, type Undeleted} from './finish.js';
import type {DeployResult, DistributionBatch, PreparedDeploy, PreparedPlace} from './types.js';
import {uploadAll} from './upload/phases.js';
import {countAside} from './usage.js';

/** What `applyDeploy` tells and asks while it works. */
export interface ApplyOptions {
  /** The first of its manifests is written: from here on the plan is what the next run goes on with. */
  readonly onBegin?: () => void;
  /** Throws where this deploy may not go on (its lock is lost). Asked before everything that viewers could see. */
  readonly check?: () => void;
}

/**
 * Does what was planned: fingerprinted files, other assets, HTML, the invalidation of what was replaced, deletes, the
 * invalidation of what was deleted, each phase only after the whole of the one before, in all buckets. So a page that the
 * edge still has never names a file that is gone (without `wait`, for the seconds that an invalidation takes). What a later
 * run must know is in the manifest before it can be needed, so that a kill at any moment leaves a whole site and a rerun
 * that finishes: changed paths are recorded before the first changed byte is live and cleared once their invalidation is
 * done. Replicas have manifests of their own for their files; what is pending stands in the bucket's.
 *
 * Failures: FILE_CHANGED, LIVE_CHANGED, DEPLOY_CONFLICT, INTERRUPTED, the store's; and, when the site is live already
 * (exit 5), DELETE_UNFINISHED, INVALIDATION_UNFINISHED, WAIT_TIMEOUT.
 */
export async function* applyDeploy(prepared: PreparedDeploy, options: ApplyOptions = {}): Work<DeployResult> {
  const counting = countAside(prepared);
  try {
    return yield* apply(prepared, counting.usage, options);
  } finally {
    counting.stop();
  }
}

/** A bucket while it is written. */
interface OpenPlace extends PreparedPlace {
  readonly isFirst: boolean;
  readonly record: ManifestRecord;
  /** What is live by now, and ours. */
  readonly files: Map<string, ManifestEntry>;
  readonly hidden: boolean;
}

async function* apply(
  prepared: PreparedDeploy,
  usage: () => Usage | undefined,
  {onBegin, check}: ApplyOptions,
): Work<DeployResult> {
  const {input, resent, untouched} = prepared;
  const now = input.now ?? Date.now;
  const createdAt = new Date(now()).toISOString();
  const places: OpenPlace[] = [];
  for (const place of prepared.places) places.push(yield* openPlace(prepared, place));
  const planned = ownInvalidations(prepared, createdAt, 'planned');
  const own = ownInvalidations(prepared, createdAt, 'sending');
  const first = [...resent, ...own.replaced];

  const manifest = (
    place: OpenPlace,
    files: ReadonlyMap<string, ManifestEntry>,
    pending: readonly PendingInvalidation[],
    isLive = true,
  ): Manifest => ({
    ...(input.name !== undefined && {site: input.name}),
    distributions:
      input.distributionIds.length > 0
        ? input.distributionIds
        : (place.recorded?.manifest.distributions ?? []),
    // Before the uploads are done, what is live is still the last release.
    releases: isLive ? releasesWithDoomed(place, files) : (place.recorded?.manifest.releases ?? []),
    files,
    hidden: place.hidden,
    pendingInvalidations: place.isFirst ? [...untouched, ...pending] : [],
  });
  const writeAll = async (each: (place: OpenPlace) => Manifest | undefined): Promise<void> => {
    check?.();
    await Promise.all(
      places.map(async place => {
        const written = each(place);
        if (written) await place.record.write(written);
      }),
    );
    onBegin?.();
  };
  const hasUploads = places.some(({plan}) => plan.steps.some(step => step.action !== 'delete'));
  const hasDeletes = places.some(({plan}) => plan.steps.some(step => step.action === 'delete'));

  let bytesUploaded = 0;
  if (hasUploads) {
    const pending = [...resent, ...planned.replaced, ...planned.deleted];
    await writeAll(place => manifest(place, filesBefore(place), pending, false));
    bytesUploaded = yield* uploadAll(prepared, places, check);
  }
  const due = [...resent, ...own.replaced, ...planned.deleted];
  const isDue = hasUploads || hasDeletes || own.replaced.length > 0 || own.deleted.length > 0;
  const writtenLater = resent.length > 0;
  await writeAll(place => {
    const isStale = place.plan.manifestStale || place.hidden !== (place.recorded?.manifest.hidden === true);
    return isDue || (isStale && !writtenLater)
      ? manifest(place, filesWithDoomed(place, place.files), due)
      : undefined;
  });

  const batches: DistributionBatch[] =
    first.length > 0 ? [...(yield* invalidate(prepared, first, 'replaced'))] : [];
  const undeleted: Undeleted[] = [];
  if (hasDeletes) check?.();
  for (const place of places) undeleted.push(...(yield* remove(prepared, place)));
  if (own.deleted.length > 0) {
    await writeAll(place => manifest(place, place.files, own.deleted));
    batches.push(...(yield* invalidate(prepared, own.deleted, 'deleted')));
  }
  const groups = [...first, ...own.deleted];
  if (hasDeletes || groups.length > 0) await writeAll(place => manifest(place, place.files, []));
  if (undeleted.length > 0) throw deleteUnfinished(undeleted);

  const [{plan}, ...replicas] = prepared.places;
  const paths = [...new Set(groups.flatMap(group => group.paths))].sort();
  return {
    release: plan.releases[0]?.id ?? input.release,
    url: prepared.url,
    bucket: input.bucket,
    distributionId: input.distributionIds[0] ?? null,
    counts: countsOf(plan),
    ...(replicas.length > 0 && {
      replicas: replicas.map(place => ({bucket: place.store.bucket, counts: countsOf(place.plan)})),
    }),
    bytesUploaded,
    invalidation: groups.length > 0 ? {paths, ...billed(batches, usage())} : null,
    durationMs: now() - prepared.startedAt,
  };
}

/** A path that is in two batches is paid for twice. */
function billed(batches: readonly DistributionBatch[], usage: Usage | undefined) {
  const items = batches.reduce((sum, batch) => sum + batch.paths, 0);
  return {batches, costUSD: price(items, usage).usd, quota: quotaOf(usage)};
}

async function* openPlace(prepared: PreparedDeploy, place: PreparedPlace): Work<OpenPlace> {
  const {store, plan, recorded} = place;
  const wasHidden = recorded?.manifest.hidden === true;
  const hidden =
    wasHidden || (prepared.invalidations.length > 0 && (yield* hideOwnFolder(prepared, store.bucket)));
  return {
    ...place,
    isFirst: place === prepared.places[0],
    record: openRecord(store, prepared.input.prefix, recorded?.etag),
    files: new Map(plan.files),
    hidden,
  };
}

/**
 * Until it once succeeded: the manifest must not be served. A bucket policy that may not be read or written is only warned
 * about. Answers whether the policy says so now.
 */
async function* hideOwnFolder({input, invalidations}: PreparedDeploy, bucket: string): Work<boolean> {
  const {aws, prefix} = input;
  const partition = invalidations[0]?.distribution.arn.split(':')[1];
  try {
    const wrote = await ensurePolicy(aws, bucket, [privateStatement({bucket, prefix, partition})]);
    if (!wrote) return true;
    yield {type: 'step', id: 'policy', title: `Add FrontctlPrivate to the policy of bucket ${bucket}`};
    yield {type: 'done', id: 'policy', detail: 'CloudFront may not read .frontctl/'};
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    yield {
      type: 'warning',
      message: `The policy of bucket ${bucket} could not be made to keep ${withPrefix(prefix, '.frontctl/')} from viewers: ${why}`,
    };
    return false;
  }
}
