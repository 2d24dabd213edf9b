import {Failure} from '../../failure.js';
import {openHashCache} from '../../site/index.js';
import type {CommonInput} from './input.js';

/** Runs `work` with the hashes of the last run over the same folder, and leaves those of this run to the next. */
export async function withHashes<T>(
  common: CommonInput,
  work: (common: CommonInput) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const hashCache = openHashCache(common.site.dir, env);
  try {
    return await work({...common, site: {...common.site, hashCache}});
  } catch (error) {
    // A file that is not what was planned may have had a wrong hash all along: the next run reads everything.
    if (error instanceof Failure && error.code === 'FILE_CHANGED') await hashCache.drop();
    throw error;
  }
}
