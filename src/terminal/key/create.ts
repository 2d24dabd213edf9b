/** `frontctl key create`: the key, its group, and the behavior that trusts it. */
import {defaultPattern, findBehavior, isSigned} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {createKey, type AttachTarget, type CreateKeyResult} from '../../stack/index.js';
import {confirm, type Terminal} from '../confirm.js';
import {findTargets} from '../invalidate/target.js';
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
  {attach, pathPattern = defaultPattern, local, yes, unattended}: CreateKeyRequest,
  terminal: Terminal,
): Promise<AttachTarget> {
  const [only, second] = await findTargets(session, {
    distribution: attach === undefined ? undefined : [attach],
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
  const behavior = findBehavior(config, pathPattern);
  if (!isSigned(behavior)) {
    const what = pathPattern === defaultPattern ? 'the default behavior' : `the behavior ${pathPattern}`;
    await confirm(
      {
        text: `From when the change is deployed, ${what} of ${distributionId} answers 403 to every request that is not signed.`,
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
  return {distributionId, pathPattern};
}
