/** The planner: which paths and wildcards cover what changed, with the fewest needless refetches. Pure. */
export type {Cover, CoverInput, CurvePoint, Limits, Strategy} from './types.js';
export {planCover} from './cover.js';
