export {defineConfig, type ConfigContext, type ConfigFunction} from './define.js';
export {configFileNames} from './find.js';
export {loadConfig, type LoadOptions} from './load.js';
export {editDistance, suggest} from './suggest.js';
export type * from './types.js';
