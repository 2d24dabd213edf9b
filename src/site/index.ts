/** Files on disk -> what is to be live: keys, hashes, Content-Type, Cache-Control. Reads only; knows nothing of AWS. */
import {statSync, type Stats} from 'node:fs';
import {availableParallelism} from 'node:os';
import {resolve} from 'node:path';
import {Failure} from '../failure.js';
import {buildHint} from './guess.js';
import {hashFiles} from './hash.js';
import {collectGarbage} from './many-files.js';
import {failureOf} from './reading.js';
import {precompressedCopies, requireEncodings} from './precompressed.js';
import {compileRules, type Decision} from './rules.js';
import {scan, type FoundFile} from './scan.js';
import {secretName} from './secrets.js';
import type {Digests, ReadSiteOptions, Site, SiteFile, SkippedFile, Suspect} from './types.js';

export type * from './types.js';
export {contentTypeOf} from './content-type.js';
export {fingerprintOf} from './fingerprint.js';
export {openHashCache} from './hash-cache.js';
export {keptBody} from './keep.js';
export {collectGarbage} from './many-files.js';
export {keyGlob} from './key-glob.js';
export {cacheControl, compileRules} from './rules.js';
export {stampOf} from './reading.js';
export {compareKeys} from '../aws/index.js';

/**
 * Reads a build folder: walks it, hashes every file and decides its headers. Changes nothing on disk.
 *
 * Failures: NO_SUCH_DIRECTORY, NOT_A_DIRECTORY, KEY_TOO_LONG, BAD_FILE_NAME, DUPLICATE_KEY (usage); UNREADABLE_FILE
 * (access; unexpected for I/O errors); EMPTY_BUILD (refused: deploying nothing would delete the site), NOT_ENCODED (refused:
 * a rule says gzip of what is not gzip); METADATA_TOO_LARGE (usage); FILE_CHANGED (conflict: a build is still writing).
 * Rejects with `signal.reason` when stopped.
 */
export async function readSite(options: ReadSiteOptions): Promise<Site> {
  const {signal, onProgress} = options;
  signal?.throwIfAborted();
  const dir = resolve(options.dir);
  requireDirectory(dir, options.dir);
  const {files, skipped} = await scan(dir, options.site, signal);
  collectGarbage(files.length);
  if (files.length === 0) throw emptyBuild(options.dir, skipped);

  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const totals = {totalFiles: files.length, totalBytes: bytes};
  const hashed = await hashFiles(files, {
    workers: options.concurrency ?? Math.min(4, availableParallelism() - 1),
    cache: options.hashCache,
    signal,
    onHashed: onProgress && ((done, doneBytes) => onProgress({files: done, bytes: doneBytes, ...totals})),
  });
  await options.hashCache?.save?.();
  collectGarbage(files.length);
  const copies = precompressedCopies(files);
  const decide = compileRules(options.site, options.errorPages, key => copies.has(key));
  const shared = sharing();
  const decided = files.map(({key, path, size}, index): SiteFile => {
    const {sha256, kept, stamp} = hashed[index] ?? missing(key);
    const {kind, headers, rule} = shared(decide(key));
    if (kept !== undefined) return {key, path, size, sha256, kept, kind, headers, rule};
    const file = {key, path, size, sha256, kind, headers, rule};
    return stamp === undefined ? file : {...file, stamp};
  });
  requireEncodings(decided, copies);
  return {
    dir,
    bytes,
    skipped,
    suspects: suspectsOf(files, hashed),
    files: decided,
  };
}

/** Few of many files differ in what is decided of them: the others share it, which saves memory and comparisons. */
function sharing(): (decision: Decision) => Decision {
  const known = new Map<string, Decision>();
  return decision => {
    const {contentType, cacheControl, ...others} = decision.headers;
    const more = Object.keys(others).length === 0 ? '' : JSON.stringify(others);
    const identity = `${decision.kind}\n${contentType}\n${cacheControl}\n${decision.rule}\n${more}`;
    const found = known.get(identity);
    if (found === undefined) known.set(identity, decision);
    return found ?? decision;
  };
}

function suspectsOf(files: readonly FoundFile[], digests: readonly Digests[]): readonly Suspect[] {
  return files.flatMap(({key, target}, index) => {
    const why = secretName(key, target) ?? digests[index]?.suspect;
    return why === undefined ? [] : [{key, why}];
  });
}

function missing(key: string): never {
  throw new Failure('unexpected', 'NOT_HASHED', `${key} was not hashed.`);
}

function requireDirectory(dir: string, given: string): void {
  let stats: Stats | undefined;
  try {
    stats = statSync(dir, {throwIfNoEntry: false});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw failureOf(error, given);
  }
  if (stats === undefined) {
    const looked = dir === given ? '' : ` (looked at ${dir})`;
    throw new Failure('usage', 'NO_SUCH_DIRECTORY', `There is no build folder ${given}${looked}.`, {
      hint: buildHint(dir),
    });
  }
  if (!stats.isDirectory()) {
    throw new Failure('usage', 'NOT_A_DIRECTORY', `${given} is a file; a deploy needs the build folder.`, {
      hint: 'Name the folder that holds index.html.',
    });
  }
}

function emptyBuild(given: string, skipped: readonly SkippedFile[]): Failure {
  const [first] = skipped;
  const detail =
    first === undefined ? 'it is empty' : `${skipped.length} skipped, such as ${first.path}: ${first.reason}`;
  return new Failure(
    'refused',
    'EMPTY_BUILD',
    `The build folder ${given} holds no file to deploy (${detail}).`,
    {
      hint: buildHint(resolve(given)),
    },
  );
}
