export {configFileNames} from './find.js';
export {keyPrefix, releaseMark} from './formats.js';
export {loadConfig} from './load.js';
export {suggest} from './suggest.js';
export type * from './types.js';
