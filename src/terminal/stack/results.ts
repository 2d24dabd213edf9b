import type {Change, PreparedSite} from '../../stack/index.js';
import {asJson} from '../changes-text.js';

export interface PlanResult {
  readonly site: string;
  /** Every resource of the site; `none` for those that stay. */
  readonly changes: readonly Change[];
  /** Records for DNS that is hosted elsewhere. */
  readonly records: PreparedSite['manual'];
}

export const planResult = (site: string, {changes, manual}: PreparedSite): PlanResult => ({
  site,
  changes: asJson(changes),
  records: manual,
});
