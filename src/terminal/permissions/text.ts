import {columns} from '../format.js';
import type {PermissionsResult} from './permissions.js';

/** One document, ready for a file. */
export const policyText = (result: PermissionsResult): string =>
  JSON.stringify('trust' in result ? result.trust : result.policy, undefined, 2);

/** What each action is for. */
export const explanation = (result: PermissionsResult): string =>
  'trust' in result
    ? policyText(result)
    : columns(result.actions.map(({action, resource, why}) => [action, resource, why]));
