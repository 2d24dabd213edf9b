/** `frontctl oac attach|migrate`: which distribution, and which origin access control. */
import {originAccessControlName} from '../../stack/index.js';
import {
  attachControl,
  migrateToControl,
  type AttachResult,
  type MigrateResult,
} from '../../stack/origin-access/index.js';
import {Failure} from '../../failure.js';
import {confirm, type Terminal} from '../confirm.js';
import {findTargets, type Target} from '../invalidate/target.js';
import type {Session} from '../session.js';

interface Chosen {
  /** Id, host name, tag or site name; the config's distribution when left out. */
  readonly distribution: string | undefined;
  readonly oac: string | undefined;
  readonly local: boolean;
  readonly timeoutMs: number;
}

export interface AttachRequest extends Chosen {
  readonly origin: string;
  readonly wait: boolean;
}

/** Failures: those of `attachControl` and of finding the distribution. */
export async function attachFor(session: Session, request: AttachRequest): Promise<AttachResult> {
  const {origin, wait, timeoutMs} = request;
  const target = await oneTarget(session, request);
  const control = await controlName(session, target, request.oac);
  const aws = await session.aws();
  const {signal} = session;
  const {distributionId} = target;
  return session.follow(
    attachControl({aws, distributionId, originId: origin, control, wait, timeoutMs, signal}),
  );
}

export interface MigrateRequest extends Chosen {
  readonly deleteOai: boolean;
  readonly dryRun: boolean;
  readonly settleMs: number | undefined;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** Failures: those of `migrateToControl`, CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130). */
export async function migrateFor(
  session: Session,
  request: MigrateRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<MigrateResult> {
  const {timeoutMs, settleMs, dryRun, deleteOai: deleteIdentities, yes, unattended} = request;
  const target = await oneTarget(session, request);
  const {distributionId} = target;
  const control = await controlName(session, target, request.oac);
  const aws = await session.aws();
  const {signal} = session;
  if (deleteIdentities && !dryRun) {
    await confirm(
      {
        text: `Origin access identities that nothing uses any more are deleted. A bucket policy elsewhere that still names one can then not be changed before that statement is taken out.`,
        question: 'Go on',
        refusal: '--delete-oai asks first',
        declined: 'Nothing was changed.',
        yes,
        unattended,
        signal,
      },
      terminal,
    );
  }
  return session.follow(
    migrateToControl({aws, distributionId, control, deleteIdentities, dryRun, timeoutMs, settleMs, signal}),
  );
}

/** Failure ONE_DISTRIBUTION (exit 2). */
async function oneTarget(session: Session, {distribution, local}: Chosen): Promise<Target> {
  const named = distribution === undefined ? undefined : [distribution];
  const [only, second] = await findTargets(session, {distribution: named, tenant: undefined, local});
  if (only !== undefined && second === undefined) return only;
  throw new Failure('usage', 'ONE_DISTRIBUTION', `"${distribution ?? ''}" names several distributions.`, {
    hint: 'Name one by its id.',
  });
}

/** As the stack would name it, where the distribution is the config's. */
async function controlName(session: Session, target: Target, oac: string | undefined): Promise<string> {
  if (oac !== undefined) return oac;
  const {config} = await session.config();
  const site = target.isConfigured ? config.name : undefined;
  return originAccessControlName(site ?? target.distributionId);
}
