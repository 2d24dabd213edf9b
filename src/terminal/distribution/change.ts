/** What every command that changes a live distribution does: plan, show, ask, send, wait, say how to undo. */
import type {Aws} from '../../aws/index.js';
import type {Distribution} from '../../distribution/index.js';
import type {Work} from '../../events.js';
import type {Failure} from '../../failure.js';
import {
  applyEdit,
  listed,
  planEdit,
  type AppliedEdit,
  type Change,
  type DistributionEdit,
  type ListedDistribution,
} from '../../stack/index.js';
import {asJson, changesText, widthOf} from '../changes-text.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {findOne, type OneFlags} from './one.js';

export interface ChangeRequest extends OneFlags {
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  /** --json: nobody is there to answer, and nothing but the result is told. */
  readonly unattended: boolean;
  readonly quiet: boolean;
}

/** The flags of a command as a request. */
export const changeRequest = (
  flags: {
    readonly local: boolean;
    readonly 'dry-run': boolean;
    readonly wait: boolean;
    readonly timeout: number;
    readonly yes: boolean;
    readonly quiet: boolean;
  },
  distribution: string | undefined,
  unattended: boolean,
): ChangeRequest => ({
  distribution,
  local: flags.local,
  dryRun: flags['dry-run'],
  wait: flags.wait,
  timeoutMs: flags.timeout,
  yes: flags.yes,
  quiet: flags.quiet || unattended,
  unattended,
});

/** The `--json` result of these commands. */
export interface ChangeResult {
  readonly distribution: ListedDistribution;
  readonly etag: string | null;
  readonly changes: readonly Change[];
  /** Nothing was sent: --dry-run, or it was so already. */
  readonly applied: boolean;
  /** The command that brings the former config back. */
  readonly undo: string | null;
}

export interface Changed {
  readonly result: ChangeResult;
  /** It is sent, and the wait for it ended early. */
  readonly late: Failure | undefined;
}

/** What is asked before; nothing where visitors notice nothing. */
export interface Asked {
  /** `Block RU`. */
  readonly question: string;
  /** For scripts, without a full stop: `Blocking RU asks first`. */
  readonly refusal: string;
}

/** Of a command: the wish, made of what is live. */
export type MakeEdit = (
  live: Distribution,
  aws: Aws,
) =>
  | Promise<DistributionEdit & {readonly asked?: Asked | undefined}>
  | (DistributionEdit & {readonly asked?: Asked | undefined});

export const terminalOf = (): Terminal => ({input: process.stdin, output: process.stderr});

/** Failures: those of `findOne` and `applyEdit`, CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130). */
export async function changeDistribution(
  session: Session,
  request: ChangeRequest,
  make: MakeEdit,
  terminal: Terminal = terminalOf(),
): Promise<Changed> {
  const live = await findOne(session, request);
  const aws = await session.aws();
  const {asked, ...edit} = await make(live, aws);
  const planned = planEdit(live, edit);
  const {timeoutMs, wait} = request;
  return carryOut(
    session,
    request,
    {
      live,
      changes: [planned.change],
      asked,
      undo: `frontctl distribution undo ${live.id}${aws.commandFlags}`,
      work: () => applyEdit({aws, planned, wait, timeoutMs, signal: session.signal}),
    },
    terminal,
  );
}

export interface Job {
  readonly live: Distribution;
  readonly changes: readonly Change[];
  readonly asked: Asked | undefined;
  readonly undo: string;
  readonly work: () => Work<AppliedEdit>;
}

/** The part that follows a plan, whatever it is a plan of. */
export async function carryOut(
  session: Session,
  request: ChangeRequest,
  {live, changes, asked, undo, work}: Job,
  terminal: Terminal = terminalOf(),
): Promise<Changed> {
  const told = asJson(changes);
  const isChange = changes.some(({action}) => action !== 'none');
  const untouched = {
    distribution: listed(live),
    etag: live.etag ?? null,
    changes: told,
    applied: false,
    undo: null,
  };
  if (request.dryRun || !isChange) return {result: untouched, late: undefined};
  const text = changesText(changes, widthOf(process.stderr));
  if (!request.quiet) terminal.output.write(`${text}\n`);
  if (asked !== undefined) {
    const {yes, unattended, quiet} = request;
    const {signal} = session;
    const declined = 'Nothing was changed.';
    await confirm({...asked, text: quiet ? text : '', declined, yes, unattended, signal}, terminal);
  }
  const {distribution, late} = await session.follow(work());
  const result = {
    distribution: listed(distribution),
    etag: distribution.etag ?? null,
    changes: told,
    applied: true,
    undo,
  };
  return {result, late};
}
