import {createHash} from 'node:crypto';
import {waitFor, type Poll} from '../aws/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import type {AwaitFreshOptions, Check, CheckOptions, CheckResult, Seen, SeenAnswer} from './check-types.js';
import {judge} from './freshness.js';
import type {Pace} from './types.js';

export type * from './check-types.js';

const bodyLimit = 10 * 1024 * 1024;
const pace: Pace = {firstMs: 1000, factor: 1.5, maxMs: 5000};

/**
 * Looks at the URL once, before the invalidation is sent, so that `awaitFresh` knows the old object. It asks as any viewer
 * would: GET, no cache-busting, redirects not followed. An edge that does not answer is no failure (`before.answered`).
 *
 * Failures (exit 2): INVALID_URL; CHECK_URL_REDIRECTS when CloudFront itself sends the viewer to https, since that answer
 * never comes from the cache.
 */
export async function beginCheck(options: CheckOptions): Promise<Check> {
  const {now = Date.now, fetch = globalThis.fetch, answerTimeoutMs = 15_000} = options;
  const target = parseUrl(options.url);
  const look = (signal: AbortSignal | undefined): Promise<Seen> =>
    lookOnce(target, {fetch, now, signal, answerTimeoutMs});
  const before = await look(options.signal).catch((cause: unknown) => {
    throw new Failure('interrupted', 'INTERRUPTED', 'Stopped before the invalidation was sent', {cause});
  });
  if (before.answered && /^Redirect from cloudfront/i.test(before.xCache ?? '')) {
    throw new Failure(
      'usage',
      'CHECK_URL_REDIRECTS',
      `CloudFront redirects ${target.shown} to https before it looks into its cache.`,
      {hint: `Check ${target.shown.replace(/^http:/, 'https:')}.`},
    );
  }
  return {url: target.shown, before, now, look};
}

/**
 * Looks again and again until the edge no longer serves the old object: it fetched it after `sentAt` (X-Cache, Age), or
 * serves another one (status, ETag, body). It sees the one edge location that answers this machine; others may be seconds
 * earlier or later. The time's end gives `fresh: false`; error pages and lost connections are answers like any other.
 * Failure INTERRUPTED when the signal says so.
 */
export async function* awaitFresh(check: Check, options: AwaitFreshOptions): Work<CheckResult> {
  const {sentAt, timeoutMs} = options;
  let after = check.before;
  const result = (): CheckResult => ({
    url: check.url,
    ...judge(check.before, after, sentAt),
    afterMs: Math.max(0, (after.answered ? after.answeredAt : check.now()) - sentAt),
    before: check.before,
    after,
  });
  const poll = async (signal: AbortSignal): Promise<Poll<CheckResult>> => {
    after = await check.look(signal);
    const looked = result();
    return looked.fresh ? {done: true, value: looked} : {done: false, status: looked.reason};
  };
  try {
    return yield* waitFor({
      poll,
      id: 'check',
      subject: `a fresh ${check.url}`,
      resumeHint:
        options.resumeHint ??
        'Ask for the URL again later: only the look at the edge ended, the invalidation itself goes on.',
      timeoutMs,
      delay: options.pace ?? pace,
      sleep: options.sleep,
      now: check.now,
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof Failure && error.code === 'WAIT_TIMEOUT') return {...result(), fresh: false};
    throw error;
  }
}

interface Target {
  readonly href: string;
  /** Origin and path: what may be shown. */
  readonly shown: string;
  readonly headers: Readonly<Record<string, string>>;
}

function parseUrl(typed: string): Target {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure('usage', 'INVALID_URL', 'The URL to check must begin with https:// or http://.', {
      hint: 'Write it as viewers ask for it: https://www.example.com/index.html.',
    });
  }
  const {username, password} = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  // fetch refuses URLs with credentials, and would repeat them in its message.
  const pair = [username, password].map(unescape).join(':');
  const headers: Record<string, string> =
    pair === ':' ? {} : {authorization: `Basic ${Buffer.from(pair).toString('base64')}`};
  return {href: url.href, shown: url.origin + url.pathname, headers};
}

/** An escape that is none stays as it is. */
const unescape = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, bytes => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());

interface Looking {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
  readonly answerTimeoutMs: number;
}

async function lookOnce(target: Target, {fetch, now, signal, answerTimeoutMs}: Looking): Promise<Seen> {
  const askedAt = now();
  const limit = AbortSignal.timeout(answerTimeoutMs);
  try {
    const response = await fetch(target.href, {
      headers: target.headers,
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const answeredAt = now();
    return {...seenHeaders(response), answered: true, askedAt, answeredAt, sha256: await hashBody(response)};
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return {answered: false, askedAt, error: limit.aborted ? 'timed out' : errorCode(error)};
  }
}

/** `ECONNREFUSED`: the code alone, since messages of fetch may hold the URL. It stands on the cause. */
function errorCode(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && typeof each.code === 'string') return each.code;
  }
  return error instanceof Error ? error.name : 'unknown error';
}

function seenHeaders({
  status,
  headers,
}: Response): Omit<SeenAnswer, 'answered' | 'askedAt' | 'answeredAt' | 'sha256'> {
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  const age = header('age');
  return {
    status,
    etag: header('etag'),
    lastModified: header('last-modified'),
    age: age !== undefined && /^\d+$/.test(age) ? Number(age) : undefined,
    date: header('date'),
    xCache: header('x-cache'),
    pop: header('x-amz-cf-pop'),
  };
}

async function hashBody(response: Response): Promise<string> {
  const hash = createHash('sha256');
  const body = response.body as ReadableStream<Uint8Array> | null;
  let left = bodyLimit;
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    hash.update(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return hash.digest('hex');
}
