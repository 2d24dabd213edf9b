/** `frontctl key rotate`. */
import {rotateKey, type RotateKeyInput, type RotateKeyResult} from '../../stack/index.js';
import {Failure} from '../../failure.js';
import {confirm, type Terminal} from '../confirm.js';
import type {Session} from '../session.js';
import {originOf, type PairFlags} from './origin.js';

export interface RotateKeyRequest extends PairFlags {
  readonly group: string;
  readonly out: string | undefined;
  readonly publicKey: string | undefined;
  readonly old: string | undefined;
  readonly longestExpiryMs: number | undefined;
  readonly settleMs: number | undefined;
  readonly timeoutMs: number;
  readonly action: RotateKeyInput['action'];
  readonly untilDone: boolean;
  readonly yes: boolean;
  readonly unattended: boolean;
}

/** Ten years: no URL that anyone signs lives longer, and it may be a mistake in the unit. */
const mostExpiryMs = 10 * 365 * 86_400_000;

/** Failures: those of `rotateKey`, CONFIRMATION_NEEDED (exit 2), INTERRUPTED (exit 130). */
export async function rotateKeyFor(
  session: Session,
  request: RotateKeyRequest,
  terminal: Terminal = {input: process.stdin, output: process.stderr},
): Promise<RotateKeyResult> {
  const {group, action, old, settleMs, timeoutMs, untilDone, yes, unattended, out, publicKey} = request;
  const {signal} = session;
  const longest = request.longestExpiryMs;
  if (longest !== undefined && (longest < 1000 || longest > mostExpiryMs)) {
    throw new Failure('usage', 'USAGE', '--longest-expiry is not between a second and ten years.', {
      hint: 'Write the longest time that a signed URL or cookie is valid, such as 7d.',
    });
  }
  const key = originOf({...request, pair: out, publicKey});
  if (action === 'abort') {
    await confirm(
      {
        text: `URLs and cookies that the new key of ${group} has signed stop working at once.`,
        question: 'Take it out',
        refusal: `Taking the new key of ${group} out again asks first`,
        declined: 'Nothing was changed.',
        yes,
        unattended,
        signal,
      },
      terminal,
    );
  }
  const aws = await session.aws();
  return session.follow(
    rotateKey({
      aws,
      group,
      action,
      key,
      old,
      longestExpiryMs: longest,
      settleMs,
      timeoutMs,
      untilDone,
      signal,
    }),
  );
}
