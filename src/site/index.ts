/** Files on disk -> what is to be live: keys, hashes, Content-Type, Cache-Control. Reads only; knows nothing of AWS. */
import {Failure} from '../failure.js';
import type {ReadSiteOptions, Site} from './types.js';

export type * from './types.js';

export function readSite(options: ReadSiteOptions): Promise<Site> {
  return Promise.reject(new Failure('unexpected', 'NOT_BUILT', `readSite is not built yet: ${options.dir}`));
}
