/** `frontctl plan`, `apply`, `destroy`. */
import type {Aws} from '../../aws/index.js';
import {Failure} from '../../failure.js';
import {
  applySiteStack,
  destroySiteStack,
  ensureLocalZones,
  planDestroy,
  prepareSiteStack,
  type Change,
  type PreparedSite,
  type SiteSettings,
} from '../../stack/index.js';
import {asJson, widthOf} from '../changes-text.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {localAddress} from './local-address.js';
import {planResult, type PlanResult} from './results.js';
import {checkSavedPlan, savePlan} from './saved-plan.js';
import {siteSettings} from './site-settings.js';
import {planText} from './text.js';

interface StackFlags {
  readonly local: boolean;
  readonly force: boolean;
  readonly target: string | undefined;
}

export interface PlanRequest extends StackFlags {
  readonly out: string | undefined;
}

export interface ApplyRequest extends StackFlags {
  readonly plan: string | undefined;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly unattended: boolean;
}

export interface DestroyRequest {
  readonly local: boolean;
  readonly withObjects: boolean;
  readonly dryRun: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly unattended: boolean;
}

export interface ApplyResult {
  readonly site: string;
  /** What was done. */
  readonly changes: readonly Change[];
  readonly distributionId: string | null;
  readonly domainName: string | null;
  readonly url: string | null;
  readonly certificateArn: string | null;
  readonly records: PreparedSite['manual'];
  readonly durationMs: number;
}

export interface DestroyResult {
  readonly site: string;
  readonly changes: readonly Change[];
  readonly kept: readonly {readonly resource: string; readonly reason: string}[];
  readonly destroyed: boolean;
}

interface Opened {
  readonly aws: Aws;
  readonly settings: SiteSettings;
}

async function open(session: Session, flags: {readonly local: boolean}): Promise<Opened> {
  const settings = await siteSettings(session, flags);
  return {settings, aws: await session.aws()};
}

/** Changes nothing. Failures: those of `siteSettings` and `prepareSiteStack`. */
export async function planStack(session: Session, request: PlanRequest): Promise<PlanResult> {
  const {aws, settings} = await open(session, request);
  const prepared = await prepareSiteStack({aws, settings, force: request.force, target: request.target});
  if (request.out !== undefined) await savePlan(request.out, settings.name, prepared, new Date());
  return planResult(settings.name, prepared);
}

const terminalOf = (): Terminal => ({input: process.stdin, output: process.stderr});

/**
 * Shows the plan and asks, unless it was reviewed before (--plan) or goes to the embedded cloud. Failures: those of
 * `prepareSiteStack` and `applySiteStack`, PLAN_OUTDATED (exit 4), CONFIRMATION_NEEDED (exit 2).
 */
export async function applyStack(
  session: Session,
  request: ApplyRequest,
  terminal: Terminal = terminalOf(),
): Promise<ApplyResult> {
  const start = performance.now();
  const {aws, settings} = await open(session, request);
  const {force, target, wait, timeoutMs} = request;
  if (request.local) await session.follow(ensureLocalZones(aws, settings));
  const prepared = await prepareSiteStack({aws, settings, force, target});
  if (request.plan !== undefined) await checkSavedPlan(request.plan, settings.name, prepared);
  if (prepared.steps.length > 0) {
    await confirm(
      {
        text: planText(planResult(settings.name, prepared), widthOf(process.stderr)),
        question: 'Apply it',
        refusal: `This changes ${prepared.steps.length} resources`,
        declined: 'Nothing was changed.',
        yes: request.yes || request.local || request.plan !== undefined,
        unattended: request.unattended,
        signal: session.signal,
      },
      terminal,
    );
  }
  const {signal} = session;
  const {changes, distribution, certificateArn} = await session.follow(
    applySiteStack({aws, settings, prepared, wait, force, timeoutMs, signal}),
  );
  const host = distribution?.config.Aliases?.Items?.[0] ?? distribution?.domainName;
  const local =
    request.local && distribution !== undefined ? await localAddress(session, distribution.id) : undefined;
  return {
    site: settings.name,
    changes: asJson(changes),
    distributionId: distribution?.id ?? null,
    domainName: distribution?.domainName ?? null,
    url: local ?? (host === undefined ? null : `https://${host.replace('*.', 'www.')}`),
    certificateArn,
    records:
      distribution === undefined
        ? []
        : prepared.manual.map(each => ({...each, target: distribution.domainName})),
    durationMs: Math.round(performance.now() - start),
  };
}

/** Failures: NOT_OURS, BUCKET_NOT_EMPTY (exit 6), CONFIRMATION_NEEDED (exit 2), WAIT_TIMEOUT (exit 5). */
export async function destroyStack(
  session: Session,
  request: DestroyRequest,
  terminal: Terminal = terminalOf(),
): Promise<DestroyResult> {
  const {aws, settings} = await open(session, request);
  const plan = await planDestroy({aws, settings});
  const changes = asJson(plan.changes);
  const result = {site: settings.name, changes, kept: plan.kept};
  if (request.dryRun || changes.length === 0) return {...result, destroyed: false};
  if (!request.withObjects) await refuseFullBuckets(aws, plan.buckets, aws.commandFlags);
  await confirm(
    {
      text: planText({site: settings.name, changes, records: []}, widthOf(process.stderr)),
      question: `Delete all of this${plan.buckets.length > 0 && request.withObjects ? ', with every object in the bucket' : ''}`,
      refusal: `This deletes ${changes.length} resources`,
      declined: 'Nothing was deleted.',
      yes: request.yes,
      unattended: request.unattended,
      signal: session.signal,
    },
    terminal,
  );
  const {withObjects, timeoutMs} = request;
  const {signal} = session;
  await session.follow(destroySiteStack({aws, settings, withObjects, timeoutMs, signal}, plan));
  return {...result, destroyed: true};
}

/** Before anything is deleted. Failure BUCKET_NOT_EMPTY (exit 6). */
async function refuseFullBuckets(aws: Aws, buckets: readonly string[], flags: string): Promise<void> {
  for (const bucket of buckets) {
    const found = await (await aws.objects(bucket)).list({atLeast: 1});
    if (found.length === 0) continue;
    throw new Failure('refused', 'BUCKET_NOT_EMPTY', `Bucket ${bucket} holds objects.`, {
      hint: `If they may go with it: frontctl destroy --with-objects${flags}`,
    });
  }
}
