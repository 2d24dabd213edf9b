/** `frontctl maintenance on|off|status`. */
import {plainPage} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {
  beginMaintenance,
  endMaintenance,
  planMaintenance,
  planReopening,
  readMaintenance,
  type MaintenancePlan,
} from '../../stack/index.js';
import type {Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {readText} from '../sign/stdin.js';
import {carryOut, terminalOf, type Changed, type ChangeRequest} from './change.js';
import {hostsOf} from './edits.js';
import {findOne, type OneFlags} from './one.js';

export interface BeginRequest extends ChangeRequest {
  /** Path patterns; empty: all paths. */
  readonly paths: readonly string[];
  /** A file, or `-`; a plain page when left out. */
  readonly page: string | undefined;
  readonly status: number;
  /** Seconds. */
  readonly retryAfter: number;
  readonly allowIps: readonly string[];
}

/** Failures: MAINTENANCE_STATUS, FILE_UNREADABLE (exit 2), those of `planMaintenance` and `carryOut`. */
export async function maintenanceOn(
  session: Session,
  request: BeginRequest,
  {now, terminal}: {readonly now: number; readonly terminal: Terminal} = {
    now: Date.now(),
    terminal: terminalOf(),
  },
): Promise<Changed> {
  const {paths, status, retryAfter, allowIps, page: file} = request;
  checkStatus(status);
  const page = file === undefined ? plainPage : await readText(file, 'The page', session.signal);
  const live = await findOne(session, request);
  const aws = await session.aws();
  const since = new Date(now).toISOString();
  const plan = await planMaintenance(aws, live, {
    paths: paths.map(path => (path === '/*' ? '*' : path)).includes('*') ? [] : paths,
    status,
    retryAfter,
    allowIps,
    since,
    page,
  });
  const {timeoutMs, wait} = request;
  return carryOut(
    session,
    request,
    {
      live,
      changes: plan.changes,
      asked: {
        question: `Put ${hostsOf(live)} into maintenance`,
        refusal: `Putting ${hostsOf(live)} into maintenance asks first`,
      },
      undo: `frontctl maintenance off ${live.id}${aws.commandFlags}`,
      work: () => beginMaintenance({aws, plan, wait, timeoutMs, signal: session.signal}),
    },
    terminal,
  );
}

/** A redirect has no page, and neither have 204 and 304. */
function checkStatus(status: number): void {
  if (status === 200 || (status >= 400 && status <= 599)) return;
  throw new Failure('usage', 'MAINTENANCE_STATUS', `A page does not go with the status ${status}.`, {
    hint: 'Write 503 (search engines come back later), another of 400 to 599, or 200.',
  });
}

/** Failures: those of `planReopening` and `carryOut`. */
export async function maintenanceOff(
  session: Session,
  request: ChangeRequest,
  terminal: Terminal = terminalOf(),
): Promise<Changed> {
  const live = await findOne(session, request);
  const aws = await session.aws();
  const plan: MaintenancePlan = await planReopening(aws, live);
  const {timeoutMs, wait} = request;
  return carryOut(
    session,
    request,
    {
      live,
      changes: plan.changes,
      asked: undefined,
      undo: `frontctl maintenance on ${live.id}${aws.commandFlags}`,
      work: () => endMaintenance({aws, plan, wait, timeoutMs, signal: session.signal}),
    },
    terminal,
  );
}

/** The `--json` result of `maintenance status`. */
export interface MaintenanceStatus {
  readonly distributionId: string;
  readonly on: boolean;
  /** `InProgress` or `Deployed`. */
  readonly deployed: string;
  /** ISO 8601. */
  readonly since: string | null;
  /** Path patterns; empty: all. */
  readonly paths: readonly string[];
  readonly behaviors: readonly string[];
  readonly status: number | null;
  readonly allowIps: readonly string[];
  /** Its function, also where nothing runs it any more; null: there is none. */
  readonly function: string | null;
}

export async function maintenanceStatus(session: Session, flags: OneFlags): Promise<MaintenanceStatus> {
  const live = await findOne(session, flags);
  const {behaviors, note, functionName, hasFunction} = await readMaintenance(await session.aws(), live);
  const on = behaviors.length > 0;
  return {
    distributionId: live.id,
    on,
    deployed: live.status,
    since: on ? (note?.since ?? null) : null,
    paths: on ? (note?.paths ?? []) : [],
    behaviors,
    status: on ? (note?.status ?? null) : null,
    allowIps: on ? (note?.allowIps ?? []) : [],
    function: hasFunction ? functionName : null,
  };
}
