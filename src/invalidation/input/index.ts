/** What people, files and git name, as items of an invalidation. */
export type * from './types.js';
export {checkHosts} from './hosts.js';
export {changedSources} from './git.js';
export {parseItems} from './items.js';
export {decodeText, readLines} from './lines.js';
export {thisMachine} from './shell.js';
export {mapSources} from './sources.js';
