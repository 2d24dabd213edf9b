import {ensurePolicy, privateStatement} from '../bucket/index.js';
import {price, quotaOf, type Batch, type Usage} from '../invalidation/index.js';
import type {Work} from '../events.js';
import {mapConcurrent, type ObjectStore} from '../aws/index.js';
import {Failure} from '../failure.js';
import {createByteBudget} from './body.js';
import {withPrefix, type Manifest, type ManifestEntry, type PendingInvalidation} from './manifest.js';
import {multipartBytes} from './multipart.js';
import {countsOf, fileCount, uploadPhases} from './plan.js';
import {filesBefore, filesWithDoomed, openRecord, ownInvalidations, type OwnInvalidations} from './record.js';
import {relay, throttled} from './relay.js';
import {deleteUnfinished, invalidate, remove} from './finish.js';
import type {DeployResult, PreparedDeploy} from './types.js';
import {countAside} from './usage.js';
import {updateHeaders, uploadLarge, uploadSmall, type Uploader, type UploadStep} from './upload.js';

/** Bodies in memory at a time, whatever the concurrency and the size of the files. Bytes. */
const bodyBudget = 40 * 1024 ** 2;

/** Files that go up in parts at a time; their parts share the budget. */
const largeAtATime = 4;

/**
 * Does what was planned: fingerprinted files, other assets, HTML, the invalidation of what was replaced, deletes, the
 * invalidation of what was deleted, each phase only after the whole of the one before. So a page that the edge still
 * has never names a file that is gone (without `wait`, for the seconds that an invalidation takes). What a later run
 * must know is in the manifest before it can be needed, so that a kill at any moment leaves a whole site and a rerun that
 * finishes: changed paths are recorded before the first changed byte is live and cleared once their invalidation is done.
 *
 * Failures: FILE_CHANGED, LIVE_CHANGED, DEPLOY_CONFLICT, INTERRUPTED, the store's; and, when the site is live already
 * (exit 5), DELETE_UNFINISHED, INVALIDATION_UNFINISHED, WAIT_TIMEOUT.
 */
export async function* applyDeploy(prepared: PreparedDeploy): Work<DeployResult> {
  const counting = countAside(prepared);
  try {
    return yield* apply(prepared, counting.usage);
  } finally {
    counting.stop();
  }
}

async function* apply(prepared: PreparedDeploy, usage: () => Usage | undefined): Work<DeployResult> {
  const {input, plan, recorded, resent, untouched} = prepared;
  const now = input.now ?? Date.now;
  const store = await input.aws.objects(input.bucket);
  const record = openRecord(store, input.prefix, recorded?.etag);
  const createdAt = new Date(now()).toISOString();
  const wasHidden = recorded?.manifest.hidden === true;
  const hidden = wasHidden || (prepared.distribution !== undefined && (yield* hideOwnFolder(prepared)));
  const changedNothing = plan.steps.length === 0 && !plan.manifestStale && recorded !== undefined;
  // A run that only sends what an earlier one left over makes no release.
  const release = changedNothing
    ? recorded.manifest
    : {release: input.release, ...(input.commit !== undefined && {commit: input.commit}), createdAt};
  const manifest = (
    files: ReadonlyMap<string, ManifestEntry>,
    own: OwnInvalidations | undefined,
    pending: readonly PendingInvalidation[],
  ): Manifest => ({
    version: 1,
    release: release.release,
    ...(release.commit !== undefined && {commit: release.commit}),
    createdAt: release.createdAt,
    files,
    hidden,
    pendingInvalidations: [...untouched, ...pending, ...present(own?.replaced, own?.deleted)],
  });

  const uploads = plan.steps.filter(step => step.action !== 'delete');
  const doomed = plan.steps.filter(step => step.action === 'delete');
  const planned = ownInvalidations(prepared, createdAt, 'planned');
  const own = ownInvalidations(prepared, createdAt, 'sending');
  const first = [...resent, ...present(own.replaced)];
  const last = present(own.deleted);

  if (uploads.length > 0) {
    const journal = manifest(filesBefore(prepared), planned, resent);
    // What is live is still the last release.
    const live = recorded?.manifest;
    await record.write(
      live
        ? {...live, hidden, files: journal.files, pendingInvalidations: journal.pendingInvalidations}
        : journal,
    );
  }

  const files = new Map(plan.files);
  let bytesUploaded = 0;
  if (uploads.length > 0) {
    bytesUploaded = yield* upload(prepared, store, uploads, files, now);
  }
  const writtenLater = doomed.length > 0 || resent.length > 0;
  const isOwn = own.replaced !== undefined || own.deleted !== undefined;
  const isStale = plan.manifestStale || hidden !== wasHidden;
  if (uploads.length > 0 || isOwn || (isStale && !writtenLater)) {
    const due = {replaced: own.replaced, deleted: planned.deleted};
    await record.write(manifest(filesWithDoomed(prepared, files), due, resent));
  }

  const batches = first.length > 0 ? [...(yield* invalidate(prepared, first, 'replaced'))] : [];
  const undeleted = doomed.length > 0 ? yield* remove(prepared, store, doomed) : [];
  for (const {key} of undeleted) {
    const entry = recorded?.manifest.files.get(key);
    if (entry) files.set(key, entry);
  }
  if (last.length > 0) {
    await record.write(manifest(files, {replaced: undefined, deleted: own.deleted}, []));
    batches.push(...(yield* invalidate(prepared, last, 'deleted')));
  }
  const groups = [...first, ...last];
  if (doomed.length > 0 || groups.length > 0) await record.write(manifest(files, undefined, []));
  if (undeleted.length > 0) throw deleteUnfinished(undeleted);

  const paths = [...new Set(groups.flatMap(group => group.paths))].sort();
  return {
    release: release.release,
    url: prepared.url,
    bucket: input.bucket,
    distributionId: input.distributionId ?? null,
    counts: countsOf(plan),
    bytesUploaded,
    invalidation: groups.length > 0 ? {paths, ...billed(batches, usage())} : null,
    durationMs: now() - prepared.startedAt,
  };
}

/** A path that is in two batches is paid for twice. */
function billed(batches: readonly Batch[], usage: Usage | undefined) {
  const items = batches.reduce((sum, batch) => sum + batch.paths, 0);
  return {batches, costUSD: price(items, usage).usd, quota: quotaOf(usage)};
}

function present(...groups: readonly (PendingInvalidation | undefined)[]): readonly PendingInvalidation[] {
  return groups.filter(group => group !== undefined);
}

/**
 * Until it once succeeded: the manifest must not be served. A bucket policy that may not be read or written is only warned
 * about. Answers whether the policy says so now.
 */
async function* hideOwnFolder({input, distribution}: PreparedDeploy): Work<boolean> {
  const {aws, bucket, prefix} = input;
  const partition = distribution?.arn.split(':')[1];
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

const titles: Readonly<Record<UploadStep['phase'], string>> = {
  fingerprinted: 'Upload fingerprinted files',
  asset: 'Upload assets',
  html: 'Upload HTML',
};

/** All uploads and header updates, phase by phase. Fills `files` with what is live then; answers the bytes sent. */
async function* upload(
  prepared: PreparedDeploy,
  store: ObjectStore,
  steps: readonly UploadStep[],
  files: Map<string, ManifestEntry>,
  now: () => number,
): Work<number> {
  const {input} = prepared;
  let bytes = 0;
  let done = 0;
  const uploader: Uploader = {
    aws: input.aws,
    store,
    prefix: input.prefix,
    release: input.release,
    budget: createByteBudget(bodyBudget),
    onBytes: count => (bytes += count),
  };
  try {
    for (const phase of uploadPhases) {
      const inPhase = steps.filter(step => step.phase === phase);
      if (inPhase.length === 0) continue;
      const total = inPhase.reduce((sum, step) => sum + (step.action === 'upload' ? step.file.size : 0), 0);
      yield {type: 'step', id: phase, title: titles[phase], files: inPhase.length, bytes: total};
      const before = {bytes, done};
      yield* relay(emit => {
        const tell = throttled(emit, now);
        const onDone = (step: UploadStep, etag: string): void => {
          const {sha256, size, headers} = step.file;
          files.set(step.key, {sha256, size, headers, etag});
          done++;
          tell({type: 'progress', id: phase, files: done - before.done, bytes: bytes - before.bytes});
        };
        return runPhase(uploader, inPhase, input, onDone);
      });
      yield {type: 'done', id: phase, detail: fileCount(inPhase.length)};
    }
  } catch (error) {
    throw input.signal?.aborted === true ? interrupted(done, steps.length, error) : error;
  }
  return bytes;
}

async function runPhase(
  uploader: Uploader,
  steps: readonly UploadStep[],
  {concurrency, signal}: PreparedDeploy['input'],
  onDone: (step: UploadStep, etag: string) => void,
): Promise<void> {
  const isLarge = (step: UploadStep): boolean => step.action === 'upload' && step.file.size >= multipartBytes;
  const {store} = uploader;
  // A little more than the store lets through, so that its queue never runs dry while bodies are read.
  const width = concurrency ?? (() => store.concurrency.limit + 16);
  const small = async (step: UploadStep) => ({
    step,
    etag: await (step.action === 'upload' ? uploadSmall(uploader, step) : updateHeaders(uploader, step)),
  });
  const large = async (step: UploadStep, stop: AbortSignal) => ({
    step,
    etag: await uploadLarge(uploader, step, stop),
  });
  const smallSteps = steps.filter(step => !isLarge(step));
  for await (const {step, etag} of mapConcurrent(smallSteps, width, small, signal)) onDone(step, etag);
  for await (const {step, etag} of mapConcurrent(steps.filter(isLarge), largeAtATime, large, signal)) {
    onDone(step, etag);
  }
}

function interrupted(done: number, total: number, cause: unknown): Failure {
  return new Failure('interrupted', 'INTERRUPTED', `Interrupted after ${done} of ${total} uploads.`, {
    hint: 'Run the same deploy again: it goes on from there.',
    cause,
  });
}
