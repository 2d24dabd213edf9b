/** Distribution configs of many makers, as GetDistributionConfig answers them. */
import {features} from './features.js';
import {oddities} from './oddities.js';
import {tools} from './tools.js';
import type {Shape} from './pieces.js';

export {awsIds, type Ids, type Shape} from './pieces.js';
export {oddities} from './oddities.js';

export const everyday: readonly Shape[] = [...tools, ...features];
export const corpus: readonly Shape[] = [...everyday, ...oddities];
