export {createAws} from './client.js';
export {mapConcurrent} from './concurrent.js';
export {call, toFailure} from './failures.js';
export {compareKeys} from './listing.js';
export {localKeys} from './settings.js';
export {isPassing, waitFor} from './wait.js';
export type * from './types.js';
