import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {Failure} from '../../failure.js';
import type {Change, PreparedSite} from '../../stack/index.js';

/** A plan that somebody looks at before it is applied. Holds no secrets: values of headers to origins are hidden. */
interface SavedPlan {
  readonly version: 1;
  readonly site: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of what was there and what was wanted. */
  readonly fingerprint: string;
  readonly changes: readonly Change[];
  /** Of everything above. */
  readonly checksum: string;
}

const checksumOf = ({
  site,
  fingerprint,
  changes,
}: Pick<SavedPlan, 'site' | 'fingerprint' | 'changes'>): string =>
  createHash('sha256')
    .update(JSON.stringify([site, fingerprint, changes]))
    .digest('hex');

/** Failure PLAN_UNWRITABLE (exit 1). */
export async function savePlan(file: string, site: string, prepared: PreparedSite, now: Date): Promise<void> {
  // As it comes out of the file: absent members are gone.
  const changes = JSON.parse(JSON.stringify(prepared.changes)) as readonly Change[];
  const plan = {site, fingerprint: prepared.fingerprint, changes};
  const saved: SavedPlan = {version: 1, createdAt: now.toISOString(), ...plan, checksum: checksumOf(plan)};
  try {
    await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`);
  } catch (cause) {
    throw new Failure('unexpected', 'PLAN_UNWRITABLE', `The plan cannot be written to ${file}.`, {
      hint: 'Check that the folder exists and is writable.',
      cause,
    });
  }
}

const isSaved = (value: unknown): value is SavedPlan =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  ['site', 'fingerprint', 'checksum', 'createdAt'].every(
    key => typeof (value as Readonly<Record<string, unknown>>)[key] === 'string',
  ) &&
  Array.isArray((value as Readonly<Record<string, unknown>>)['changes']);

/**
 * The plan in `file`, if what is there and what is wanted are still as they were when it was made.
 * Failures: PLAN_UNREADABLE (exit 2), PLAN_EDITED (exit 2), PLAN_OUTDATED (exit 4).
 */
export async function checkSavedPlan(file: string, site: string, prepared: PreparedSite): Promise<void> {
  const saved = await readPlan(file);
  if (saved.checksum !== checksumOf(saved)) {
    throw new Failure('usage', 'PLAN_EDITED', `The plan in ${file} was changed after it was made.`, {
      hint: `Make it again: frontctl plan --out ${file}`,
    });
  }
  if (saved.site === site && saved.fingerprint === prepared.fingerprint) return;
  const what =
    saved.site === site
      ? 'what is live, or the config, has changed since'
      : `it was made for the site "${saved.site}"`;
  throw new Failure(
    'conflict',
    'PLAN_OUTDATED',
    `The plan in ${file} of ${saved.createdAt} no longer holds: ${what}.`,
    {
      hint: `Make and review it again: frontctl plan --out ${file}`,
    },
  );
}

async function readPlan(file: string): Promise<SavedPlan> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Failure('usage', 'PLAN_UNREADABLE', `${file} cannot be read as a plan.`, {
      hint: `Make one: frontctl plan --out ${file}`,
      cause,
    });
  }
  if (isSaved(value)) return value;
  throw new Failure('usage', 'PLAN_UNREADABLE', `${file} is not a plan of frontctl.`, {
    hint: `Make one: frontctl plan --out ${file}`,
  });
}
