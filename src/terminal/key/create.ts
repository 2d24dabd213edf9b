/** `frontctl key create`: the key, its group, and the behavior that trusts it. */
import {
  defaultPattern,
  findBehavior,
  isSigned,
  patternOf,
  placeBehavior,
  type NewBehavior,
} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {createKey, type AttachTarget, type CreateKeyResult} from '../../stack/index.js';
import {confirm, type Terminal} from '../confirm.js';
import {asUrl, findTargets, idAt, localUrls} from '../invalidate/target.js';
import type {Session} from '../session.js';
import {originOf, type PairFlags} from './origin.js';

export interface CreateKeyRequest extends PairFlags {
  readonly publicKey: string | undefined;
  readonly generate: string | undefined;
  readonly name: string | undefined;
  readonly group: string | undefined;
  readonly comment: string | undefined;
  /** Id, host name, tag or site name of a distribution. */
  readonly attach: string | undefined;
  readonly pathPattern: string | undefined;
  readonly addBehavior: boolean;
  readonly local: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly settleMs: number | undefined;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** Failures: those of `createKey`, CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130). */
export async function createKeyFor(
  session: Session,
  request: CreateKeyRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<CreateKeyResult> {
  const {name, comment, group, wait, timeoutMs, settleMs, generate, publicKey} = request;
  checkLength('--comment', comment);
  checkNotEmpty({'--group': group, '--name': name});
  const key = originOf({...request, pair: generate, publicKey});
  if (key === undefined) {
    throw new Failure('usage', 'USAGE', 'There is no key to upload.', {
      hint: 'Name it with --public-key FILE, or make one with --generate FILE.',
    });
  }
  const attach = request.attach === undefined ? undefined : await attachTarget(session, request, terminal);
  const aws = await session.aws();
  const {signal} = session;
  return session.follow(
    createKey({aws, key, name, comment, group, attach, wait, timeoutMs, settleMs, signal}),
  );
}

/** CloudFront's own limit, told before anything is made. */
function checkLength(flag: string, text: string | undefined): void {
  if (text === undefined || text.length <= 128) return;
  throw new Failure('usage', 'USAGE', `${flag} has ${text.length} characters; CloudFront takes 128.`);
}

/** A variable of a script that is not set, most of the time. */
function checkNotEmpty(given: Readonly<Record<string, string | undefined>>): void {
  const empty = Object.keys(given).find(flag => given[flag]?.trim() === '');
  if (empty === undefined) return;
  throw new Failure('usage', 'USAGE', `${empty} is empty.`, {hint: `Write a name, or leave ${empty} out.`});
}

/** The behavior, once somebody has agreed that it is closed to unsigned requests from now on. */
async function attachTarget(
  session: Session,
  {attach, pathPattern = defaultPattern, addBehavior, local, yes, unattended}: CreateKeyRequest,
  terminal: Terminal,
): Promise<AttachTarget> {
  const [only, second] = await findTargets(session, {
    distribution: attach === undefined ? undefined : [await named(session, attach, local)],
    tenant: undefined,
    local,
  });
  if (only === undefined || second !== undefined) {
    throw new Failure('usage', 'ONE_DISTRIBUTION', `--attach ${attach ?? ''} names several distributions.`, {
      hint: 'Name one by its id.',
    });
  }
  const {config} = await only.distribution();
  const {distributionId} = only;
  const place = addBehavior ? placeBehavior(config, pathPattern) : undefined;
  const closed = place === undefined ? [findBehavior(config, pathPattern)] : [place.like, ...place.takesFrom];
  if (!closed.every(isSigned)) {
    const what =
      place !== undefined
        ? `a new behavior ${pathPattern}`
        : pathPattern === defaultPattern
          ? 'the default behavior'
          : `the behavior ${pathPattern}`;
    const lines = [
      `From when the change is deployed, ${what} of ${distributionId} answers 403 to every request that is not signed.`,
      ...(place === undefined ? [] : besides(place)),
    ];
    await confirm(
      {
        text: lines.join('\n'),
        question: 'Go on',
        refusal: `Closing ${what} of ${distributionId} to unsigned requests asks first`,
        declined: 'Nothing was changed.',
        yes,
        unattended,
        signal: session.signal,
      },
      terminal,
    );
  }
  return {distributionId, pathPattern, addBehavior};
}

/** Of a URL its host, or the distribution that it belongs to in the embedded cloud. */
async function named(session: Session, attach: string, local: boolean): Promise<string> {
  const url = asUrl(attach);
  if (url === undefined) return attach;
  return (local ? idAt(url, await localUrls(session)) : undefined) ?? url.hostname;
}

/** What the new behavior is made of, and what it means for those that are there. */
const besides = ({like, staysOpen, takesFrom}: NewBehavior): readonly string[] => [
  `It is a copy of ${patternOf(like) === defaultPattern ? 'the default behavior' : `the behavior ${patternOf(like)}`}, which answers there now.`,
  ...(staysOpen.length === 0 ? [] : [`Tried before it, and open as they are: ${staysOpen.join(' ')}`]),
  ...(takesFrom.length === 0
    ? []
    : [`Tried after it, so that they lose what both match: ${takesFrom.map(patternOf).join(' ')}`]),
];
