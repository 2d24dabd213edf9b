import type {PreparedSite} from '../../stack/index.js';
import {readPlanFile, requireSame, writePlanFile} from '../plan-file.js';

const fingerprintsOf = ({fingerprint}: PreparedSite) => ({'what is live, or the config,': fingerprint});

/** Failure PLAN_UNWRITABLE (exit 1). */
export async function savePlan(file: string, site: string, prepared: PreparedSite, now: Date): Promise<void> {
  const plan = {changes: prepared.changes};
  await writePlanFile(file, {kind: 'apply', site, fingerprints: fingerprintsOf(prepared), plan}, now);
}

/**
 * The plan in `file`, if what is there and what is wanted are still as they were when it was made.
 * Failures: PLAN_UNREADABLE (exit 2), PLAN_EDITED (exit 2), PLAN_OUTDATED (exit 4).
 */
export async function checkSavedPlan(file: string, site: string, prepared: PreparedSite): Promise<void> {
  const saved = await readPlanFile(file, 'apply');
  requireSame(file, saved, {site, fingerprints: fingerprintsOf(prepared)});
}
