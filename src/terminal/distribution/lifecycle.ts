/** `frontctl distribution list|show|wait|delete`. */
import type {Distribution} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {
  awaitDeployed,
  checkDeletable,
  deleteLive,
  findDistributions,
  listed,
  showDistribution,
  type ListedDistribution,
  type ShownDistribution,
} from '../../stack/index.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {terminalOf} from './change.js';
import {hostsOf} from './edits.js';
import {findOne, type OneFlags} from './one.js';

/** The `--json` result of `distribution list`. */
export interface DistributionList {
  readonly distributions: readonly ListedDistribution[];
}

/** Failure USAGE for a tag that is not `KEY=VALUE`. */
export async function listFor(
  session: Session,
  {alias, tag}: {readonly alias: string | undefined; readonly tag: string | undefined},
): Promise<DistributionList> {
  const equals = tag?.indexOf('=') ?? -1;
  if (tag !== undefined && equals < 1) {
    throw new Failure('usage', 'USAGE', `--tag ${tag} is not written KEY=VALUE.`);
  }
  const wanted = tag === undefined ? undefined : {key: tag.slice(0, equals), value: tag.slice(equals + 1)};
  return {distributions: await findDistributions(await session.aws(), {alias, tag: wanted})};
}

/** The `--json` result of `distribution show`. */
export interface ShowResult {
  readonly distribution: ShownDistribution;
  readonly etag: string | null;
}

export async function showFor(session: Session, flags: OneFlags): Promise<ShowResult> {
  const live = await findOne(session, flags);
  return {distribution: await showDistribution(await session.aws(), live), etag: live.etag ?? null};
}

/** The `--json` result of `distribution wait`. */
export interface WaitResult {
  readonly distribution: ListedDistribution;
  readonly etag: string | null;
}

/** Failures: WAIT_TIMEOUT (exit 5), INTERRUPTED (exit 130). */
export async function waitFor(
  session: Session,
  {timeoutMs, ...flags}: OneFlags & {readonly timeoutMs: number},
): Promise<WaitResult> {
  const live = await findOne(session, flags);
  const aws = await session.aws();
  const late = await session.follow(awaitDeployed(aws, live.id, {timeoutMs, signal: session.signal}));
  if (late !== undefined) throw late;
  return {distribution: {...listed(live), status: 'Deployed'}, etag: live.etag ?? null};
}

export interface DeleteRequest extends OneFlags {
  readonly disable: boolean;
  readonly timeoutMs: number;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** The `--json` result of `distribution delete`. */
export interface DeleteResult {
  readonly deleted: string;
  readonly domainName: string;
}

/** Failures: those of `deleteLive`, CONFIRMATION_NEEDED (exit 2). */
export async function deleteFor(
  session: Session,
  {disable, timeoutMs, yes, unattended, ...flags}: DeleteRequest,
  terminal: Terminal = terminalOf(),
): Promise<DeleteResult> {
  const live = await findOne(session, flags);
  const aws = await session.aws();
  checkDeletable(live, disable, aws.commandFlags);
  const {signal} = session;
  await confirm(
    {
      text: lossOf(live),
      question: `Delete ${live.id}`,
      refusal: `Deleting ${live.id} asks first`,
      declined: 'Nothing was changed.',
      yes,
      unattended,
      signal,
    },
    terminal,
  );
  await session.follow(deleteLive({aws, live, disable, timeoutMs, signal}));
  return {deleted: live.id, domainName: live.domainName};
}

const lossOf = (live: Distribution): string =>
  live.config.Enabled === true
    ? `Nobody gets an answer from ${hostsOf(live)} any more, and ${live.domainName} never comes back.`
    : `${live.domainName} never comes back; a new distribution has another domain name.`;
