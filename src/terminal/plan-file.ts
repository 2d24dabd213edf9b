import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {Failure} from '../failure.js';

/** A plan that somebody looks at before it is applied. Holds no secrets. */
export interface PlanFile {
  readonly version: 1;
  readonly kind: 'apply' | 'deploy';
  /** Whose plan it is: the site's name, or the bucket. */
  readonly site: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Hashes of what it was made from, by what people call that: `what is live`. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** What people look at. */
  readonly plan: unknown;
  /** Of everything above but the date. */
  readonly checksum: string;
}

type Content = Pick<PlanFile, 'kind' | 'site' | 'fingerprints' | 'plan'>;

const checksumOf = ({kind, site, fingerprints, plan}: Content): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, site, fingerprints, plan]))
    .digest('hex');

/** What makes such a plan. */
const makes = {apply: 'frontctl plan --out', deploy: 'frontctl deploy --dry-run --out'} as const;

/** Failure PLAN_UNWRITABLE (exit 1). */
export async function writePlanFile(file: string, content: Content, now: Date): Promise<void> {
  // As it comes out of the file: absent members are gone.
  const plain = JSON.parse(JSON.stringify(content)) as Content;
  const {kind, site, fingerprints, plan} = plain;
  const saved: PlanFile = {
    version: 1,
    ...{kind, site, createdAt: now.toISOString(), fingerprints, plan},
    checksum: checksumOf(plain),
  };
  try {
    await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`);
  } catch (cause) {
    throw new Failure('unexpected', 'PLAN_UNWRITABLE', `The plan cannot be written to ${file}.`, {
      hint: 'Check that the folder exists and is writable.',
      cause,
    });
  }
}

/** Failures: PLAN_UNREADABLE (exit 2), PLAN_EDITED (exit 2). */
export async function readPlanFile(file: string, kind: PlanFile['kind']): Promise<PlanFile> {
  const unreadable = (what: string, cause?: unknown): Failure =>
    new Failure('usage', 'PLAN_UNREADABLE', what, {hint: `Make one: ${makes[kind]} ${file}`, cause});
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw unreadable(`${file} cannot be read as a plan.`, cause);
  }
  if (!isPlanFile(value)) throw unreadable(`${file} is not a plan of frontctl.`);
  if (value.kind !== kind) throw unreadable(`${file} is a plan of frontctl ${value.kind}, not of ${kind}.`);
  if (value.checksum === checksumOf(value)) return value;
  throw new Failure('usage', 'PLAN_EDITED', `The plan in ${file} was changed after it was made.`, {
    hint: `Make it again: ${makes[kind]} ${file}`,
  });
}

const isText = (value: unknown): boolean => typeof value === 'string';

function isPlanFile(value: unknown): value is PlanFile {
  if (typeof value !== 'object' || value === null) return false;
  const {version, kind, site, createdAt, fingerprints, checksum} = value as Partial<PlanFile>;
  return (
    version === 1 &&
    [kind, site, createdAt, checksum].every(isText) &&
    typeof fingerprints === 'object' &&
    (fingerprints as unknown) !== null &&
    Object.values(fingerprints).every(isText)
  );
}

/** Failure PLAN_OUTDATED (exit 4) where what the plan was made from is not what is there now. */
export function requireSame(
  file: string,
  saved: PlanFile,
  now: Pick<PlanFile, 'site' | 'fingerprints'>,
): void {
  // The first tells the cause: what comes after it follows from it.
  const changed = Object.keys(now.fingerprints).find(
    name => saved.fingerprints[name] !== now.fingerprints[name],
  );
  if (saved.site === now.site && changed === undefined) return;
  const what =
    saved.site === now.site
      ? `${changed} has changed since`
      : `it was made for "${saved.site}", this is "${now.site}"`;
  const why = `The plan in ${file} of ${saved.createdAt} no longer holds: ${what}.`;
  throw new Failure('conflict', 'PLAN_OUTDATED', why, {
    hint: `Make and review it again: ${makes[saved.kind]} ${file}`,
  });
}
