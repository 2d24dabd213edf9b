import {isIP} from 'node:net';
import type {KeyObject} from 'node:crypto';
import {Failure} from '../../failure.js';
import {
  readCookies,
  readPublicKey,
  verifySigned,
  type Hash,
  type PolicyKind,
  type SignedInput,
  type Verification,
  type VerifyReason,
} from '../../signing/index.js';
import {readTime} from '../../signing/times.js';
import {chalk} from '../colour.js';
import type {Session} from '../session.js';
import {readText} from './stdin.js';
import {isoTime} from './terms.js';

export interface VerifyRequest {
  /** A signed URL, the text of cookies, or `-`. */
  readonly input: string;
  /** `ID=FILE`, or one FILE for whatever id. Empty: CloudFront is asked. */
  readonly publicKeys: readonly string[];
  readonly ip: string | undefined;
  /** What the viewer asks for, with cookies. */
  readonly url: string | undefined;
  readonly at: string | undefined;
}

export interface VerifyResult {
  readonly valid: boolean;
  readonly reason: VerifyReason;
  readonly detail: string;
  readonly kind: PolicyKind | null;
  /** As text, exactly as it was signed. */
  readonly policy: string | null;
  readonly resource: string | null;
  /** Epoch seconds. */
  readonly expires: number | null;
  readonly expiresAt: string | null;
  readonly starts: number | null;
  readonly startsAt: string | null;
  readonly ip: string | null;
  readonly keyPairId: string | null;
  readonly hash: Hash | null;
  /** What was not judged, and what is likely wrong with the input. */
  readonly notes: readonly string[];
}

/**
 * Judges as CloudFront would. Whatever is wrong with the signature is a result, not an error.
 * @throws Failure NOTHING_SIGNED, SEVERAL_URLS, URL_NOT_NAMED, VIEWER_ADDRESS, FILE_UNREADABLE, KEY_NOT_PEM, KEY_TYPE; of GetPublicKey.
 */
export async function verify(session: Session, request: VerifyRequest, now: Date): Promise<VerifyResult> {
  const {ip, url} = request;
  if (ip !== undefined && isIP(ip) === 0) {
    throw new Failure(
      'usage',
      'VIEWER_ADDRESS',
      `--ip ${JSON.stringify(ip)} is not the address of a viewer.`,
      {
        hint: 'Write one address such as 192.0.2.17.',
      },
    );
  }
  const at = request.at === undefined ? now : new Date(readTime(request.at, now, 'time of --at') * 1000);
  const given = request.input === '-' ? await readText('-', '', session.signal) : request.input;
  const signed = readSigned(given, url);
  if ('cookies' in signed && url === undefined && isCanned(signed.cookies)) {
    throw new Failure('usage', 'URL_NOT_NAMED', 'These cookies open one URL, and do not say which.', {
      hint: 'Name it with --url.',
    });
  }
  const keys = await givenKeys(request.publicKeys, session.signal);
  const options = {now: at, ip};
  // Without a key all else is judged first, and the id is known.
  const first = verifySigned(signed, {...options, publicKeys: keys.byId});
  const id = first.reason === 'unknown key' ? first.keyPairId : undefined;
  const key = id === undefined ? undefined : await keyFor(id, keys, session);
  const found =
    id === undefined || key === undefined
      ? first
      : verifySigned(signed, {...options, publicKeys: new Map([[id, key]])});
  return toResult(found, {
    ...notesOn(found, signed, request),
    unknownTo: keys.isAsked ? 'CloudFront' : undefined,
  });
}

/** A canned policy: its text follows from the URL that is asked for. */
const isCanned = (cookies: Readonly<Record<string, string>>): boolean =>
  cookies['CloudFront-Expires'] !== undefined && cookies['CloudFront-Policy'] === undefined;

/** @throws Failure NOTHING_SIGNED, SEVERAL_URLS. What was given is never repeated: it may be good for entry. */
export function readSigned(given: string, url: string | undefined): SignedInput {
  const text = given.trim();
  if (/^https?:\/\//i.test(text)) {
    if (/[\r\n]/.test(text)) {
      throw new Failure('usage', 'SEVERAL_URLS', 'There are several lines; one URL is verified at a time.');
    }
    if (url !== undefined) {
      throw new Failure(
        'usage',
        'URL_TWICE',
        '--url goes with cookies; a signed URL says itself what is asked for.',
      );
    }
    return {url: text};
  }
  const cookies = readCookies(text);
  if (Object.keys(cookies).length === 0) {
    throw new Failure('usage', 'NOTHING_SIGNED', 'This is neither a URL nor cookies of CloudFront.', {
      hint: 'Give a signed URL in quotes, or - with a URL, Set-Cookie or Cookie headers, a cookie jar or JSON on standard input.',
    });
  }
  return {cookies, url};
}

interface GivenKeys {
  readonly byId: ReadonlyMap<string, KeyObject>;
  readonly any: KeyObject | undefined;
  /** No key was given: CloudFront is asked. */
  readonly isAsked: boolean;
}

async function givenKeys(flags: readonly string[], signal: AbortSignal): Promise<GivenKeys> {
  const byId = new Map<string, KeyObject>();
  let any: KeyObject | undefined;
  for (const flag of flags) {
    const [, id, named] = /^([A-Z0-9]{8,32})=(.+)$/s.exec(flag) ?? [];
    const file = named ?? flag;
    const key = readPublicKey(await readText(file, 'The public key', signal), `The file ${file}`);
    if (id !== undefined) byId.set(id, key);
    else if (any === undefined) any = key;
    else {
      throw new Failure(
        'usage',
        'PUBLIC_KEYS_WITHOUT_ID',
        'Two public keys are given without the ids that they are for.',
        {
          hint: 'Write --public-key ID=FILE for each.',
        },
      );
    }
  }
  return {byId, any, isAsked: flags.length === 0};
}

async function keyFor(
  id: string,
  {any, isAsked}: GivenKeys,
  session: Session,
): Promise<KeyObject | undefined> {
  // An id that CloudFront cannot have given is not sent to it.
  if (!isAsked || !/^[A-Z0-9]{8,32}$/.test(id)) return any;
  const {fetchPublicKey} = await import('../../signing/published-keys.js');
  return fetchPublicKey(await session.aws(), id);
}

interface Circumstances {
  readonly notes: readonly string[];
  readonly unknownTo: string | undefined;
}

function notesOn(
  found: Verification,
  signed: SignedInput,
  {ip, input}: VerifyRequest,
): {notes: readonly string[]} {
  const notes: string[] = [];
  if (found.reason === 'malformed' && 'url' in signed && !('cookies' in signed) && input !== '-') {
    if (signed.url.includes('?') && !signed.url.includes('&'))
      notes.push('Was the URL in quotes? A shell ends an argument at the first "&".');
  }
  if ('cookies' in signed && signed.url === undefined && found.valid)
    notes.push('Whether the resource covers what is asked for was not judged: name that with --url.');
  if (found.valid && found.ip !== undefined && ip === undefined)
    notes.push(`The IP range ${found.ip} was not judged: name the viewer's address with --ip.`);
  return {notes};
}

function toResult(found: Verification, {notes, unknownTo}: Circumstances): VerifyResult {
  const {valid, reason, expires, starts} = found;
  const asked = reason === 'unknown key' && unknownTo !== undefined;
  return {
    valid,
    reason,
    detail: asked ? `${unknownTo} has no public key ${found.keyPairId ?? ''} in this account.` : found.detail,
    kind: found.kind ?? null,
    policy: found.policy ?? null,
    resource: found.resource ?? null,
    expires: expires ?? null,
    expiresAt: timeOf(expires),
    starts: starts ?? null,
    startsAt: timeOf(starts),
    ip: found.ip ?? null,
    keyPairId: found.keyPairId ?? null,
    hash: found.hash ?? null,
    notes,
  };
}

/** Null also for times that no calendar has: what was signed is somebody else's. */
function timeOf(seconds: number | undefined): string | null {
  return seconds === undefined || Number.isNaN(new Date(seconds * 1000).getTime()) ? null : isoTime(seconds);
}

export function verifyText(result: VerifyResult): string {
  const {valid, reason, detail, kind, policy, keyPairId, hash, notes} = result;
  const lines = [valid ? chalk.green(detail) : refusedText(reason, detail)];
  const facts = [
    ...(keyPairId === null ? [] : [`key ${keyPairId}`]),
    ...(hash === null ? [] : [{sha1: 'SHA-1', sha256: 'SHA-256'}[hash]]),
    ...(kind === null ? [] : [`${kind} policy`]),
  ].join(', ');
  if (facts !== '') lines.push(`${facts.charAt(0).toUpperCase()}${facts.slice(1)}`);
  lines.push(...notes);
  if (policy !== null) lines.push('', prettyPolicy(policy));
  return lines.join('\n');
}

/** The detail of what has expired says that by itself. */
function refusedText(reason: VerifyReason, detail: string): string {
  if (reason === 'expired')
    return `${chalk.red('Not valid:')} ${detail.charAt(0).toLowerCase()}${detail.slice(1)}`;
  return `${chalk.red(`Not valid: ${reason === 'wrong ip' ? 'wrong IP' : reason}.`)} ${detail}`;
}

function prettyPolicy(policy: string): string {
  try {
    return JSON.stringify(JSON.parse(policy), null, 2);
  } catch {
    // Bytes of anybody's: no control characters onto a terminal.
    return policy.replaceAll(/\p{Cc}/gu, '�');
  }
}
