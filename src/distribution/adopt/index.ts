/** A config that says what a live distribution is. Pure. */
export {adoptedConfig, minimalConfig, type AdoptedConfig} from './config.js';
export {siteBucket} from './place.js';
export type {AdoptedSecret} from './secrets.js';
