/** A config that says what a live distribution is. Pure. */
export {adoptedConfig, minimalConfig, type AdoptedConfig, type AdoptInput, type Comment} from './config.js';
export {siteBucket, type AdoptedBucket} from './place.js';
export type {AdoptedSecret} from './secrets.js';
