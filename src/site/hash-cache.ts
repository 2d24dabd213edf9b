import {createHash} from 'node:crypto';
import {readFileSync, realpathSync} from 'node:fs';
import {mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {isStorable, walkHashes, type HashEntry} from './hash-cache-file.js';
import {isSettled} from './reading.js';
import type {HashCache} from './types.js';

/** A cache is written anew when it saves as much as reading so many small files costs; a small site has none. */
const worthFiles = 200;
/** Hashing so many bytes takes as long as opening one more file. */
const bytesAsFile = 4096;
/** Writing an entry takes a twentieth of reading a small file. */
const entriesAsFile = 20;
/** Of a cache; half a million files. */
const mostBytes = 64 * 1024 ** 2;
/** Of caches, one for each build folder; those written longest ago go. */
const mostCaches = 32;

export interface OpenHashCache extends HashCache {
  /**
   * Writes what is new, where that is worth it, and forgets everything. Never fails: without a cache files are only read
   * again.
   */
  readonly save: () => Promise<void>;
  /** Forgets everything: for when a digest turned out wrong. */
  readonly drop: () => Promise<void>;
}

/** Where this user's caches lie. The XDG Base Directory Specification: unset, empty and relative are all the default. */
export function cacheFolder(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'frontctl', 'cache');
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.cache'), 'frontctl');
}

/**
 * The digests of the last run over build folder `dir`: a file of `$XDG_CACHE_HOME/frontctl/hashes`. What is missing, damaged
 * or of another folder counts as empty. Files are found in the order of their keys. `now`: ms since the epoch.
 */
export function openHashCache(
  dir: string,
  env: NodeJS.ProcessEnv,
  now: () => number = Date.now,
): OpenHashCache {
  const folder = join(cacheFolder(env), 'hashes');
  const build = realPath(dir);
  const file = join(folder, createHash('sha256').update(build).digest('hex').slice(0, 32));
  let walk = walkHashes(read(file), build);
  let fresh: HashEntry[] = [];
  let freshBytes = 0;

  return {
    get: (key, size, stamp) => walk.find(key, size, stamp),
    set(key, size, stamp, digests) {
      const entry = {key, size, stamp, digests};
      if (!isSettled(stamp, now()) || !isStorable(entry)) return;
      fresh.push(entry);
      freshBytes += size;
    },
    async save() {
      const saves = fresh.length + freshBytes / bytesAsFile;
      const entries = fresh.length + walk.found();
      const isWorth = fresh.length > 0 && saves >= Math.max(worthFiles, entries / entriesAsFile);
      const bytes = isWorth ? walk.rewrite(fresh) : undefined;
      // A deploy goes on for minutes, and these are megabytes.
      walk = walkHashes(Buffer.alloc(0), build);
      fresh = [];
      if (bytes === undefined || bytes.length > mostBytes) return;
      const half = `${file}.${process.pid}.new`;
      try {
        await mkdir(folder, {recursive: true, mode: 0o700});
        await writeFile(half, bytes, {mode: 0o600});
        await rename(half, file);
        await dropOldest(folder);
      } catch {
        await rm(half, {force: true}).catch(() => undefined);
      }
    },
    drop: () => rm(file, {force: true}).catch(() => undefined),
  };
}

/** The folder itself where it cannot be resolved: whoever walks it says why. */
function realPath(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= mostCaches) return;
  const files = names.map(name => join(folder, name));
  const dated = await Promise.all(files.map(async file => ({file, time: (await stat(file)).mtimeMs})));
  dated.sort((a, b) => b.time - a.time);
  await Promise.all(dated.slice(mostCaches).map(({file}) => rm(file, {force: true})));
}
