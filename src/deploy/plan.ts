import type {FileHeaders, SiteFile} from '../site/index.js';
import {tagHeader} from './tags.js';
import type {LiveObject, LiveState} from './live.js';
import type {ManifestEntry} from './manifest.js';
import type {DeployPlan, DeployResult, DeployStep, HeaderChange, Phase, StepReason} from './types.js';

/** In order. Deletes come after all of them. */
export const uploadPhases = ['fingerprinted', 'asset', 'html'] as const satisfies readonly Phase[];

const phases: readonly Phase[] = [...uploadPhases, 'delete'];

export interface PlanInput {
  /** In the order in which they are to be listed and uploaded within a phase. */
  readonly files: readonly SiteFile[];
  readonly live: LiveState;
  /** Entries of the manifest as it is now; undefined without one. */
  readonly recorded: ReadonlyMap<string, ManifestEntry> | undefined;
  readonly prune: boolean;
}

/** S3 copies objects of up to 5 GB in one call; a larger one is uploaded again. */
const maxCopyBytes = 5 * 1024 ** 3;

/**
 * Build against live state -> steps with reasons, in the order in which they must happen: fingerprinted files, other
 * assets, HTML, deletes. Pure; what is applied in this order leaves HTML whose assets exist after every single step.
 */
export function planDeploy(input: PlanInput): DeployPlan {
  const {files, live, recorded, prune} = input;
  const byPhase: Record<Phase, DeployStep[]> = {fingerprinted: [], asset: [], html: [], delete: []};
  const result = new Map<string, ManifestEntry>();
  const inBuild = new Set<string>();
  let unchanged = 0;
  let bytes = 0;
  for (const file of files) {
    inBuild.add(file.key);
    const object = live.get(file.key);
    const step = compare(file, object);
    if (step === undefined) {
      unchanged++;
      const entry = recorded?.get(file.key);
      if (entry && entry === object?.known) result.set(file.key, entry);
      else if (object)
        result.set(file.key, {
          sha256: file.sha256,
          size: file.size,
          headers: file.headers,
          etag: object.etag,
        });
      continue;
    }
    if (step.action === 'upload') bytes += file.size;
    byPhase[file.kind].push(step);
  }
  let kept = 0;
  for (const [key, object] of live) {
    if (inBuild.has(key)) continue;
    const entry = recorded?.get(key);
    if (prune && object.managed) {
      byPhase.delete.push(deletion(key, object, entry));
      continue;
    }
    kept++;
    // Still ours: a later deploy with prune may remove it.
    if (object.managed && entry) result.set(key, entry);
  }
  return {
    steps: phases.flatMap(phase => byPhase[phase]),
    unchanged,
    kept,
    bytes,
    files: result,
    manifestStale: !sameEntries(result, recorded),
  };
}

function compare(file: SiteFile, object: LiveObject | undefined): DeployStep | undefined {
  const {key, kind: phase} = file;
  const upload = (reason: StepReason): DeployStep => ({
    action: 'upload',
    phase,
    key,
    reason,
    file,
    replaces: object?.etag,
  });
  if (object === undefined) return upload({type: 'new'});
  if (object.known === undefined) {
    return upload({
      type: looksLikeMd5(object.etag) || object.size !== file.size ? 'content changed' : 'content unknown',
    });
  }
  if (object.known.sha256 !== file.sha256) return upload({type: 'content changed'});
  const changes = headerChanges(object.known.headers, file.headers);
  if (changes.length === 0) return undefined;
  const reason: StepReason = {type: 'headers changed', changes};
  if (object.size > maxCopyBytes) return upload(reason);
  return {action: 'update', phase, key, reason, file, replaces: object.etag};
}

function looksLikeMd5(etag: string): boolean {
  return /^"[0-9a-f]{32}"$/.test(etag);
}

function headerChanges(before: FileHeaders, after: FileHeaders): HeaderChange[] {
  const changes: HeaderChange[] = [];
  if (before.contentType !== after.contentType) {
    changes.push({header: 'content-type', before: before.contentType, after: after.contentType});
  }
  if (before.cacheControl !== after.cacheControl) {
    changes.push({header: 'cache-control', before: before.cacheControl, after: after.cacheControl});
  }
  if (before.cacheTags !== after.cacheTags) {
    changes.push({header: tagHeader, before: before.cacheTags ?? '', after: after.cacheTags ?? ''});
  }
  return changes;
}

function deletion(key: string, object: LiveObject, entry: ManifestEntry | undefined): DeployStep {
  return {
    action: 'delete',
    phase: 'delete',
    key,
    reason: {type: 'not in the build'},
    size: object.size,
    // What was immutable when it was deployed: copies of it at the edge never become wrong.
    kind: /\bimmutable\b/.test(entry?.headers.cacheControl ?? '') ? 'fingerprinted' : 'other',
    replaces: object.etag,
  };
}

function sameEntries(
  after: ReadonlyMap<string, ManifestEntry>,
  before: ReadonlyMap<string, ManifestEntry> | undefined,
): boolean {
  if (before?.size !== after.size) return false;
  for (const [key, entry] of after) {
    const old = before.get(key);
    if (old === entry) continue;
    if (
      old?.etag !== entry.etag ||
      old.sha256 !== entry.sha256 ||
      old.headers.contentType !== entry.headers.contentType ||
      old.headers.cacheControl !== entry.headers.cacheControl ||
      old.headers.cacheTags !== entry.headers.cacheTags
    ) {
      return false;
    }
  }
  return true;
}

/**
 * Keys whose copies at the edge become wrong: objects that are replaced (bytes or headers), and deleted ones. New keys
 * have no copy (`newKeys`). A deleted fingerprinted key stays right wherever it is cached.
 * A fingerprinted key that is replaced all the same broke its promise, so it is invalidated like any other.
 */
export function changedKeys(steps: readonly DeployStep[]): readonly string[] {
  return steps
    .filter(step => (step.action === 'delete' ? step.kind === 'other' : step.replaces !== undefined))
    .map(step => step.key);
}

/**
 * Keys under which an error may be cached from before they were there. It lives ErrorCachingMinTTL, 10 s by default, and is
 * left to run out where that is short. Nobody has asked for a fingerprinted name that no page had.
 */
export function newKeys(steps: readonly DeployStep[]): readonly string[] {
  return steps
    .filter(step => step.action === 'upload' && step.phase !== 'fingerprinted' && step.replaces === undefined)
    .map(step => step.key);
}

export function countsOf(plan: DeployPlan): DeployResult['counts'] {
  const count = (action: string): number => plan.steps.filter(step => step.action === action).length;
  return {
    uploaded: count('upload'),
    updated: count('update'),
    unchanged: plan.unchanged,
    deleted: count('delete'),
    kept: plan.kept,
  };
}

/** One clause for people: `new`, `content changed`, `cache-control changed (a -> b)`. */
export function reasonText(reason: StepReason): string {
  switch (reason.type) {
    case 'headers changed':
      return reason.changes
        .map(
          ({header, before, after}) =>
            `${header} changed (${before === '' ? 'none' : before} -> ${after === '' ? 'none' : after})`,
        )
        .join(', ');
    case 'content unknown':
      return 'content unknown (multipart or KMS ETag, not in the manifest)';
    default:
      return reason.type;
  }
}

/** `1 file`, `2,952 files`, for progress texts. */
export const fileCount = (files: number): string =>
  `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}`;
