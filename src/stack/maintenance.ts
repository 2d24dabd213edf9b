/** `maintenance on|off|status`: a page in place of the site, and the site exactly as it was. */
import type {Aws} from '../aws/index.js';
import {
  closedPatterns,
  closePaths,
  deleteFunction,
  findFunction,
  maintenanceCode,
  maintenanceName,
  putFunction,
  readFunctionCode,
  readNote,
  reopen,
  type Distribution,
  type MaintenanceNote,
  type PutAside,
} from '../distribution/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {Change} from './change.js';
import {
  applyEdit,
  awaitDeployed,
  planEdit,
  type AppliedEdit,
  type DeployWait,
  type PlannedEdit,
} from './change-distribution.js';
import type {HistoryOptions} from './config-history.js';

export interface MaintenanceSettings extends Pick<
  MaintenanceNote,
  'paths' | 'status' | 'retryAfter' | 'allowIps' | 'since'
> {
  /** HTML. */
  readonly page: string;
}

/** A distribution in maintenance, or not. */
export interface MaintenanceState {
  /** Behaviors that show the page, by their patterns; `*` is the default one. Empty: off. */
  readonly behaviors: readonly string[];
  /** What the function remembers; undefined where there is none, or it is not ours. */
  readonly note: MaintenanceNote | undefined;
  readonly functionName: string;
  readonly functionArn: string;
  readonly hasFunction: boolean;
}

/** The ARN follows from the account's, so that a plan can name it before it is made. */
const arnOf = (distribution: Distribution, name: string): string =>
  distribution.arn.replace(/:distribution\/.*$/, `:function/${name}`);

export async function readMaintenance(aws: Aws, live: Distribution): Promise<MaintenanceState> {
  const functionName = maintenanceName(live.id);
  const [draft, code] = await Promise.all([
    findFunction(aws, functionName),
    readFunctionCode(aws, functionName, 'LIVE'),
  ]);
  const functionArn = draft?.arn ?? arnOf(live, functionName);
  return {
    behaviors: closedPatterns(live.config, functionArn),
    note: code === undefined ? undefined : readNote(code),
    functionName,
    functionArn,
    hasFunction: draft !== undefined,
  };
}

/** What is to happen, in this order. */
export interface MaintenancePlan {
  readonly state: MaintenanceState;
  readonly edit: PlannedEdit;
  /** Code that the function gets first, and code that it gets once the distribution has changed. */
  readonly code?: {readonly first: string; readonly last: string} | undefined;
  readonly changes: readonly Change[];
  /** What somebody changed in the meantime. */
  readonly notes: readonly string[];
}

/**
 * Failures: MAINTENANCE_TOO_LARGE (exit 6), MAINTENANCE_PATHS, IP_RANGE (exit 2), MAINTENANCE_NOTE (exit 4).
 */
export async function planMaintenance(
  aws: Aws,
  live: Distribution,
  {page, ...settings}: MaintenanceSettings,
): Promise<MaintenancePlan> {
  const state = await readMaintenance(aws, live);
  const {functionArn, functionName} = state;
  const former = state.behaviors.length === 0 ? [] : noteOf(state).putAside;
  const open = reopen(live.config, former, functionArn);
  const {config, putAside} = closePaths(open.config, settings.paths, functionArn);
  const since = state.behaviors.length === 0 ? settings.since : noteOf(state).since;
  const code = (list: readonly PutAside[]): string =>
    maintenanceCode({version: 1, distributionId: live.id, ...settings, since, putAside: list}, page);
  // Until the distribution has changed, the function remembers what any of both configs took the place of.
  const dropped = former.filter(each => !putAside.some(({pathPattern}) => pathPattern === each.pathPattern));
  const scope = settings.paths.length === 0 ? 'all paths' : settings.paths.join(' ');
  const edit = planEdit(live, {
    reason: `maintenance on for ${scope}`,
    config,
    impact: `Visitors of ${scope} get the page with status ${settings.status}${settings.allowIps.length === 0 ? '' : `, except from ${settings.allowIps.join(' ')}`}.`,
  });
  const [first, last] = [code([...putAside, ...dropped]), code(putAside)];
  const present = state.hasFunction ? await readFunctionCode(aws, functionName, 'LIVE') : undefined;
  return {
    state,
    edit,
    code: {first, last},
    notes: open.notes,
    changes: [
      {
        resource: `function ${functionName}`,
        action: !state.hasFunction ? 'create' : present === last ? 'none' : 'update',
        reason: !state.hasFunction
          ? 'not there yet'
          : present === last
            ? 'it is so already'
            : `maintenance on for ${scope}`,
        diff: [],
      },
      edit.change,
    ],
  };
}

/** Failure MAINTENANCE_NOTE: what was put aside is written nowhere else. */
function noteOf({note, functionName}: MaintenanceState): MaintenanceNote {
  if (note !== undefined) return note;
  throw new Failure(
    'conflict',
    'MAINTENANCE_NOTE',
    `The function ${functionName} does not say any more what it took the place of: somebody changed its code.`,
    {hint: 'Bring the former config back: `frontctl distribution undo --list` shows what was kept.'},
  );
}

export interface MaintenanceInput extends DeployWait {
  readonly aws: Aws;
  readonly plan: MaintenancePlan;
  readonly wait: boolean;
  readonly history?: HistoryOptions | undefined;
}

/** Publishes the function, then lets the behaviors run it. Stopped anywhere, a rerun goes on and `off` puts everything back. */
export async function* beginMaintenance(input: MaintenanceInput): Work<AppliedEdit> {
  const {aws, plan} = input;
  const {code, edit, state} = plan;
  const put = (text: string) =>
    putFunction(aws, {
      name: state.functionName,
      code: text,
      runtime: 'cloudfront-js-2.0',
      comment: `Maintenance of ${edit.before.id}, by frontctl`,
    });
  if (code !== undefined) {
    yield {type: 'step', id: 'function', title: `Publish function ${state.functionName}`};
    const {changed} = await put(code.first);
    yield {type: 'done', id: 'function', detail: changed ? 'published' : 'it is so already'};
  }
  const {wait} = input;
  const isChange = edit.change.action !== 'none';
  const needsLast = code !== undefined && code.last !== code.first;
  const applied: AppliedEdit = isChange
    ? yield* applyEdit({...input, planned: edit, wait: wait && !needsLast})
    : {distribution: edit.before, kept: undefined, late: undefined};
  if (needsLast) await put(code.last);
  if (!wait || (isChange && !needsLast)) return applied;
  const late = yield* awaitDeployed(aws, edit.before.id, input);
  const status = late === undefined ? 'Deployed' : applied.distribution.status;
  return {...applied, distribution: {...applied.distribution, status}, late};
}

/** Failure MAINTENANCE_NOTE (exit 4). */
export async function planReopening(aws: Aws, live: Distribution): Promise<MaintenancePlan> {
  const state = await readMaintenance(aws, live);
  const isOn = state.behaviors.length > 0;
  const {config, notes} = isOn
    ? reopen(live.config, noteOf(state).putAside, state.functionArn)
    : {config: live.config, notes: []};
  const edit = planEdit(live, {
    reason: 'maintenance off',
    config,
    impact: 'Visitors get the site again.',
  });
  const removal: Change = {
    resource: `function ${state.functionName}`,
    action: 'delete',
    reason: isOn ? 'once the distribution is deployed' : 'nothing runs it any more',
    diff: [],
  };
  return {state, edit, notes, changes: [edit.change, ...(state.hasFunction ? [removal] : [])]};
}

/** Puts back what ran before, waits until every edge has it, deletes the function. */
export async function* endMaintenance(input: MaintenanceInput): Work<AppliedEdit> {
  const {aws, plan, wait} = input;
  const {edit, state} = plan;
  for (const message of plan.notes) yield {type: 'warning', message};
  const applied: AppliedEdit =
    edit.change.action === 'none'
      ? {distribution: edit.before, kept: undefined, late: undefined}
      : yield* applyEdit({...input, planned: edit});
  if (!state.hasFunction || !wait || applied.late !== undefined) return applied;
  if (applied.distribution.status !== 'Deployed') {
    const late = yield* awaitDeployed(aws, edit.before.id, input);
    if (late !== undefined) return {...applied, late};
  }
  yield {type: 'step', id: 'function', title: `Delete function ${state.functionName}`};
  await deleteFunction(aws, state.functionName);
  yield {type: 'done', id: 'function', detail: 'gone'};
  return applied;
}
