import {Failure} from '../../failure.js';
import {readWrittenPolicy, type WrittenTerms} from '../../signing/index.js';
import {readText} from './stdin.js';

export interface TermFlags {
  readonly expires: string | undefined;
  readonly starts: string | undefined;
  readonly ip: string | undefined;
  /** A file, or `-`. */
  readonly policy: string | undefined;
}

export type GivenTerms = Partial<WrittenTerms> & {readonly resource?: string | undefined};

/** Terms as flags or a policy file give them; the latter's with its resource. Failures: FILE_UNREADABLE, POLICY_UNREADABLE. */
export async function readTerms(flags: TermFlags, signal: AbortSignal): Promise<GivenTerms> {
  const {expires, starts, ip, policy} = flags;
  if (policy === undefined) {
    return {
      ...(expires === undefined ? {} : {expires}),
      ...(starts === undefined ? {} : {starts}),
      ...(ip === undefined ? {} : {ip}),
    };
  }
  return readWrittenPolicy(await readText(policy, 'The policy', signal));
}

/** @throws Failure EXPIRES_MISSING. */
export function withExpiry<T extends GivenTerms>(terms: T): T & WrittenTerms {
  const {expires} = terms;
  if (expires !== undefined) return {...terms, expires};
  throw new Failure('usage', 'EXPIRES_MISSING', '--expires is missing: nothing is signed for ever.', {
    hint: 'Write --expires 2h (or 90s, 10m, 7d), a time such as 2030-01-31T10:00:00Z, or epoch seconds.',
  });
}

/** ISO 8601 of epoch seconds. */
export const isoTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
