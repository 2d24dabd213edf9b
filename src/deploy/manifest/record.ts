import {createHash} from 'node:crypto';
import type {ObjectStore} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import {serializeManifest} from './document.js';
import {
  manifestKey,
  siteAddress,
  unwritten,
  withPrefix,
  type Manifest,
  type ManifestEntry,
  type PendingInvalidation,
  type ReadManifest,
  type Release,
} from './manifest.js';
import {entryFor} from '../plan/plan.js';
import type {PreparedDeploy, PreparedInvalidation, PreparedPlace} from '../types.js';

/** The manifest's object: written by compare-and-swap, one version after the other. */
export interface ManifestRecord {
  write(manifest: Manifest): Promise<void>;
}

/** `etag`: of the version that was read; undefined when there was none. */
export function openRecord(store: ObjectStore, prefix: string, etag: string | undefined): ManifestRecord {
  const key = withPrefix(prefix, manifestKey);
  let current = etag;
  let room: Buffer | undefined;
  return {
    async write(manifest) {
      const body = serializeManifest(manifest, room);
      room = body;
      const sha256 = createHash('sha256').update(body).digest('hex');
      const headers = {'content-type': 'application/json', 'cache-control': 'no-store'};
      const condition = current === undefined ? {ifNoneMatch: '*' as const} : {ifMatch: current};
      try {
        current = (await store.put({key, body, sha256, headers, ...condition})).etag;
      } catch (error) {
        // If-Match on an object that is gone is answered 404 (S3 User Guide, "Conditional writes").
        const isRace =
          error instanceof Failure && ['PRECONDITION_FAILED', 'NO_SUCH_KEY'].includes(error.code);
        if (!isRace) throw error;
        // A retry after a lost answer meets what the first attempt wrote.
        const found = await store.get(key);
        if (typeof found !== 'object' || !body.equals(found.body)) {
          throw new Failure(
            'conflict',
            'DEPLOY_CONFLICT',
            `Another deploy to ${siteAddress(store.bucket, prefix)} wrote its manifest while this one ran.`,
            {
              hint: 'Deploy again once it is finished: the plan is made anew from what is live.',
              cause: error,
            },
          );
        }
        current = found.etag;
      }
    },
  };
}

/** The invalidations of this deploy, as they go into the manifest. Empty where nothing at the edge becomes wrong. */
export interface OwnInvalidations {
  /** Of what is replaced: before the deletes, because an old page at the edge still names the old files. */
  readonly replaced: readonly PendingInvalidation[];
  /** Of what is deleted: after the deletes, or the edge would fetch it again. */
  readonly deleted: readonly PendingInvalidation[];
}

/** One of each kind a distribution. */
export function ownInvalidations(
  {input, invalidations, places}: PreparedDeploy,
  createdAt: string,
  state: PendingInvalidation['state'],
): OwnInvalidations {
  const steps = places.flatMap(({plan}) => plan.steps);
  const pending = (
    what: string,
    {distribution}: PreparedInvalidation,
    paths: readonly string[],
  ): readonly PendingInvalidation[] => {
    if (paths.length === 0) return [];
    // A release id may be used again for other content, and the same paths under the same reference would be taken for
    // the earlier invalidation and purge nothing: so the reference names what is changed and when, too.
    const hash = createHash('sha256').update(
      `${distribution.id}\n${createdAt}\n${what}\n${paths.join('\n')}\n`,
    );
    for (const step of steps)
      hash.update(`${step.key}\n${step.action === 'delete' ? '' : step.file.sha256}\n`);
    const reference = `frontctl-${input.release}-${hash.digest('hex').slice(0, 12)}`;
    return [{reference, distributionId: distribution.id, paths, state}];
  };
  return {
    replaced: invalidations.flatMap(each => pending('replaced', each, each.paths)),
    deleted: invalidations.flatMap(each => pending('deleted', each, each.deletedPaths)),
  };
}

/**
 * What the manifest says before the first change: the files of the last release, and every key that is about to be
 * written. New keys are ours from here on, so that a later run prunes what a killed one left behind; an object that
 * others put under one of them is ours only once it is written over. Headers that
 * change in place do not show in an ETag; without one in the manifest, a run after a crash looks at the object itself.
 */
export function filesBefore({recorded, plan}: PreparedPlace): ReadonlyMap<string, ManifestEntry> {
  const files = new Map(recorded?.manifest.files);
  for (const step of plan.steps) {
    if (step.action === 'delete') continue;
    const theirs = step.replaces === undefined ? '' : unwritten(step.replaces);
    const entry = files.get(step.key);
    if (entry === undefined) files.set(step.key, entryFor(step.file, theirs));
    else if (step.reason.type === 'headers changed' && entry.etag !== theirs)
      files.set(step.key, {...entry, etag: ''});
  }
  return files;
}

/** What it says once all uploads are done: the new files, and those still to be deleted, which stay ours until they are gone. */
export function filesWithDoomed(
  {recorded, plan}: PreparedPlace,
  after: ReadonlyMap<string, ManifestEntry>,
): ReadonlyMap<string, ManifestEntry> {
  const files = new Map(after);
  for (const step of plan.steps) {
    const entry = step.action === 'delete' ? doomedEntry(recorded, step.key) : undefined;
    if (entry) files.set(step.key, entry);
  }
  return files;
}

/**
 * Of a file that is to be deleted, or could not be. It has left the build already: the next run must not take that for a
 * change, and the same build for another release.
 */
export function doomedEntry(recorded: ReadManifest | undefined, key: string): ManifestEntry | undefined {
  const entry = recorded?.manifest.files.get(key);
  const left = entry?.left ?? recorded?.manifest.releases[0]?.id;
  return entry === undefined || left === undefined ? entry : {...entry, left};
}

/** The releases once all uploads are done: also older ones, while a file is still there that was in them last. */
export function releasesWithDoomed(
  {recorded, plan}: PreparedPlace,
  files: ReadonlyMap<string, ManifestEntry>,
): readonly Release[] {
  const known = new Set(plan.releases.map(({id}) => id));
  const named = new Set<string>();
  for (const {left} of files.values()) if (left !== undefined && !known.has(left)) named.add(left);
  if (named.size === 0) return plan.releases;
  return [...plan.releases, ...(recorded?.manifest.releases ?? []).filter(({id}) => named.has(id))];
}
