import type {SiteFile} from '../../site/index.js';
import {namedLikeHashed} from './hashed-names.js';
import {headerChanges} from '../headers/headers.js';
import type {LiveObject, LiveState} from '../manifest/live.js';
import {isJournaled, type ManifestEntry, type Release} from '../manifest/manifest.js';
import {defaultKeep, isRenamed, keptReleases, withRelease, type Keep} from './release.js';
import type {DeployPlan, DeployResult, DeployStep, Phase, StepReason} from '../types.js';

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
  /** Of the manifest, newest first. */
  readonly releases?: readonly Release[];
  /** What this deploy becomes if it changes anything. Undefined: nothing of earlier releases is kept. */
  readonly next?: Release;
  readonly keep?: Keep;
  /** Ms since the epoch, for `keep.days`. */
  readonly now?: number;
  /** Keys that no deploy deletes, whoever put them there. */
  readonly isProtected?: (key: string) => boolean;
}

/** S3 copies objects of up to 5 GB in one call; a larger one is uploaded again. */
const maxCopyBytes = 5 * 1024 ** 3;

/**
 * Build against live state -> steps with reasons, in the order in which they must happen: fingerprinted files, other
 * assets, HTML, deletes. Pure; what is applied in this order leaves HTML whose assets exist after every single step.
 */
export function planDeploy(input: PlanInput): DeployPlan {
  const {files, live, recorded} = input;
  const byPhase: Record<Phase, DeployStep[]> = {fingerprinted: [], asset: [], html: [], delete: []};
  const result = new Map<string, ManifestEntry>();
  /** Live objects that the build has. */
  let met = 0;
  let unchanged = 0;
  let bytes = 0;
  /** A file comes back, or a deploy that did not finish had put it there. */
  let returning = false;
  for (const file of files) {
    const object = live.get(file.key);
    if (object) met++;
    const step = compare(file, object);
    if (step === undefined) {
      unchanged++;
      const entry = recorded?.get(file.key);
      returning ||= entry !== undefined && (entry.left !== undefined || isJournaled(entry));
      if (entry && entry === object?.known && entry.left === undefined) result.set(file.key, entry);
      else if (object) result.set(file.key, entryFor(file, object.etag));
      continue;
    }
    if (step.action === 'upload') bytes += file.size;
    byPhase[file.kind].push(step);
  }
  const gone = met < live.size ? whatLeft(input) : nothingLeft;
  byPhase.delete.push(...gone.doomed);
  // What is deleted and has left before, a deploy that was killed did not come to: it is not this one that changes that.
  const changes = gone.leaving || returning || uploadPhases.some(phase => byPhase[phase].length > 0);
  const before = input.releases ?? [];
  const isNew = input.next !== undefined && (changes || before.length === 0);
  let releases = before;
  if (input.next && (isNew || isRenamed(input.next, before[0])))
    releases = withRelease(isNew ? before : before.slice(1), input.next);
  const kept = keptReleases(releases, input.keep ?? defaultKeep, input.now ?? 0);
  const referenced = new Set<string>();
  let retained = 0;
  for (const old of gone.fingerprinted) {
    const {left} = old.entry;
    const stays = left !== undefined && kept.has(left);
    if (!stays) byPhase.delete.push(deletion(old.key, old.object, old.entry));
    else {
      retained++;
      result.set(old.key, old.entry);
    }
  }
  for (const [key, entry] of gone.kept) {
    result.set(key, entry);
    if (entry.left !== undefined) referenced.add(entry.left);
  }
  releases = releases.filter(({id}) => kept.has(id) || referenced.has(id));
  const isSame = recorded !== undefined && sameEntries(result, recorded);
  return {
    steps: phases.flatMap(phase => byPhase[phase]),
    unchanged,
    kept: gone.others + gone.kept.size,
    retained,
    bytes,
    // Of two equal ones only the manifest's stays in memory.
    files: isSame ? recorded : result,
    releases,
    isNewRelease: isNew,
    manifestStale: !isSame || releases[0] !== before[0],
  };
}

/** The manifest's entry of a file that is live under `etag`. */
export function entryFor({sha256, size, headers}: SiteFile, etag: string): ManifestEntry {
  return {sha256, size, headers, etag};
}

interface OldObject {
  readonly key: string;
  readonly object: LiveObject;
  /** With the release that had it last. */
  readonly entry: ManifestEntry;
}

interface WhatLeft {
  /** Deleted in any case. */
  readonly doomed: readonly DeployStep[];
  /** Deleted once no kept release has them. */
  readonly fingerprinted: readonly OldObject[];
  /** Ours, and told to stay. A later deploy with prune may remove them. */
  readonly kept: ReadonlyMap<string, ManifestEntry>;
  /** Objects that no deploy put there. */
  readonly others: number;
  /** Some file was in the live release and is not in this one. */
  readonly leaving: boolean;
}

const nothingLeft: WhatLeft = {doomed: [], fingerprinted: [], kept: new Map(), others: 0, leaving: false};

/** Live objects that are not in the build. */
function whatLeft({files, live, recorded, prune, releases, next, isProtected}: PlanInput): WhatLeft {
  const inBuild = new Set(files.map(({key}) => key));
  const doomed: DeployStep[] = [];
  const fingerprinted: OldObject[] = [];
  const kept = new Map<string, ManifestEntry>();
  let others = 0;
  let leaving = false;
  const last = releases?.[0]?.id;
  const isLikeHashed = namedLikeHashed(recorded?.keys() ?? []);
  for (const [key, object] of live) {
    if (inBuild.has(key)) continue;
    const entry = recorded?.get(key);
    if (entry === undefined || !object.managed) {
      others++;
      continue;
    }
    const left = entry.left ?? last;
    const old = next === undefined || left === undefined ? entry : {...entry, left};
    const stays = !prune || isProtected?.(key) === true;
    if (stays) kept.set(key, old);
    else if (next !== undefined && (isImmutable(entry) || isLikeHashed(key)))
      fingerprinted.push({key, object, entry: old});
    else doomed.push(deletion(key, object, entry));
    leaving ||= entry.left === undefined && next !== undefined;
  }
  return {doomed, fingerprinted, kept, others, leaving};
}

/** What was immutable when it was deployed: copies of it at the edge never become wrong. */
const isImmutable = (entry: ManifestEntry | undefined): boolean =>
  /\bimmutable\b/.test(entry?.headers.cacheControl ?? '');

const isNew: StepReason = {type: 'new'};

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
  if (object === undefined) return upload(isNew);
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

function deletion(key: string, object: LiveObject, entry: ManifestEntry | undefined): DeployStep {
  return {
    action: 'delete',
    phase: 'delete',
    key,
    reason: {type: 'not in the build'},
    size: object.size,
    kind: isImmutable(entry) ? 'fingerprinted' : 'other',
    replaces: object.etag,
  };
}

function sameEntries(
  after: ReadonlyMap<string, ManifestEntry>,
  before: ReadonlyMap<string, ManifestEntry>,
): boolean {
  if (before.size !== after.size) return false;
  for (const [key, entry] of after) {
    const old = before.get(key);
    if (old === entry) continue;
    if (
      old?.etag !== entry.etag ||
      old.sha256 !== entry.sha256 ||
      old.left !== entry.left ||
      headerChanges(old.headers, entry.headers).length > 0
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
    retained: plan.retained,
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
