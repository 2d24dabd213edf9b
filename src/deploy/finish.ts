import type {Work} from '../events.js';
import {toFailure, type UndeletedKey} from '../aws/index.js';
import {Failure} from '../failure.js';
import {submitInvalidation, waitForInvalidations, type Batch} from '../invalidation/index.js';
import {fileCount} from './plan/plan.js';
import {withPrefix, type ManifestEntry, type PendingInvalidation} from './manifest/manifest.js';
import {doomedEntry} from './manifest/record.js';
import type {DistributionBatch, PreparedDeploy, PreparedPlace} from './types.js';

export interface Undeleted {
  readonly key: string;
  readonly why: string;
  /** What to try, where that is known. */
  readonly hint: string | undefined;
}

/** A bucket whose old objects go. `files`: what the manifest is to say; what could not be deleted stays in it. */
interface Target extends PreparedPlace {
  readonly files: Map<string, ManifestEntry>;
}

/** Deletes; answers what could not be deleted: that must not keep the invalidation of what was from being sent. */
export async function* remove(
  {input}: PreparedDeploy,
  {store, plan, recorded, files}: Target,
): Work<readonly Undeleted[]> {
  const keys = plan.steps.filter(step => step.action === 'delete').map(step => step.key);
  if (keys.length === 0) return [];
  if (input.signal?.aborted === true) {
    throw new Failure(
      'interrupted',
      'INTERRUPTED',
      `Interrupted before ${keys.length} old files were deleted.`,
      {
        hint: 'The new files are live. Run the same deploy again: it deletes and invalidates what is left.',
      },
    );
  }
  yield {type: 'step', id: 'delete', title: 'Delete what left the build', files: keys.length};
  const bare = new Map(keys.map(key => [withPrefix(input.prefix, key), key]));
  let undeleted: readonly Undeleted[];
  try {
    const refused = await store.deleteMany([...bare.keys()]);
    undeleted = refused.map(item => ({key: bare.get(item.key) ?? item.key, ...reasonOf(item, store.bucket)}));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Failure && error.exit === 'access' ? error.hint : undefined;
    undeleted = keys.map(key => ({key, why, hint}));
  }
  for (const {key} of undeleted) {
    const entry = doomedEntry(recorded, key);
    if (entry) files.set(key, entry);
  }
  yield {type: 'done', id: 'delete', detail: fileCount(keys.length - undeleted.length)};
  return undeleted;
}

/** A permission that is missing is named; that of Object Lock and the like is S3's own sentence. */
function reasonOf({key, code, message}: UndeletedKey, bucket: string): Omit<Undeleted, 'key'> {
  const why = `${code}: ${message}`;
  if (code !== 'AccessDenied' || /object lock/i.test(message)) return {why, hint: undefined};
  const resource = `object ${key} in bucket ${bucket}`;
  const denied = toFailure(Object.assign(new Error(message), {name: code}), {
    service: 's3',
    operation: 'DeleteObject',
    resource,
  });
  return {why: denied.message, hint: denied.hint};
}

export function deleteUnfinished(undeleted: readonly Undeleted[]): Failure {
  const [first] = undeleted;
  const again = 'the same deploy again, or with --no-prune to keep what left the build.';
  const more = undeleted.length > 1 ? ` and ${undeleted.length - 1} more` : '';
  return new Failure(
    'unfinished',
    'DELETE_UNFINISHED',
    `The new files are live, but ${first?.key ?? ''}${more} could not be deleted (${first?.why ?? ''}).`,
    {hint: first?.hint === undefined ? `Run ${again}` : `${first.hint} Then run ${again}`},
  );
}

/** Sends every group under its own reference and waits for all. The site is live: any failure is exit 5, never a failed deploy. */
export async function* invalidate(
  {input}: PreparedDeploy,
  groups: readonly PendingInvalidation[],
  what: 'replaced' | 'deleted',
): Work<readonly DistributionBatch[]> {
  const {aws, timeoutMs, pace, signal, now, sleep} = input;
  const count = new Set(groups.flatMap(group => group.paths)).size;
  const options = {aws, timeoutMs, pace, signal, now, sleep};
  const paths = `${count}${what === 'deleted' ? ' deleted' : ''} ${count === 1 ? 'path' : 'paths'}`;
  yield {type: 'step', id: 'invalidate', title: `Invalidate ${paths}`};
  const batches: DistributionBatch[] = [];
  try {
    for (const group of groups) {
      const {distributionId} = group;
      const sent = yield* submit(group, input);
      if (sent === undefined) continue;
      const open = sent.filter(batch => batch.status !== 'Completed').map(batch => batch.id);
      const completed =
        input.wait && open.length > 0
          ? yield* waitForInvalidations({...options, distributionId, ids: open})
          : [];
      for (const batch of sent)
        batches.push({...(completed.find(({id}) => id === batch.id) ?? batch), distributionId});
    }
  } catch (error) {
    throw invalidationUnfinished(error, count);
  }
  yield {type: 'done', id: 'invalidate', detail: input.wait ? 'completed' : 'sent'};
  return batches;
}

/** Undefined when it was left over for another distribution that does not exist any more: its cache is gone as well. */
async function* submit(
  {distributionId, paths, reference}: PendingInvalidation,
  input: PreparedDeploy['input'],
): Work<readonly Batch[] | undefined> {
  const {aws, timeoutMs, pace, signal, now, sleep} = input;
  try {
    return yield* submitInvalidation({
      aws,
      timeoutMs,
      pace,
      signal,
      now,
      sleep,
      distributionId,
      paths,
      reference,
    });
  } catch (error) {
    const cause = error instanceof Failure ? error.cause : error;
    const gone = cause instanceof Error && cause.name === 'NoSuchDistribution';
    if (!gone || input.distributionIds.includes(distributionId)) throw error;
    yield {
      type: 'warning',
      message: `Distribution ${distributionId} does not exist any more: an invalidation that was left over for it is dropped.`,
    };
    return undefined;
  }
}

function invalidationUnfinished(error: unknown, paths: number): Failure {
  if (error instanceof Failure && (error.code === 'WAIT_TIMEOUT' || error.exit === 'interrupted'))
    return error;
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(
    'unfinished',
    'INVALIDATION_UNFINISHED',
    `The site is live, but the invalidation of ${paths} ${paths === 1 ? 'path' : 'paths'} failed: ${why}`,
    {
      hint: `${error instanceof Failure && error.hint !== undefined ? error.hint + ' ' : ''}Then run the same deploy again: it sends the invalidation and does what is left.`,
      cause: error,
    },
  );
}
