import {isPattern, readResource, readUrl} from './address.js';
import {readIpRange} from './ip.js';
import {resourceCovers} from './match.js';
import {readPolicy} from './policy.js';
import {refusal} from './refusal.js';
import {readTime} from './times.js';
import type {
  CookieRequest,
  UrlRequest,
  WrittenCookieRequest,
  WrittenTerms,
  WrittenUrlRequest,
} from './types.js';

/**
 * Checks and encodes what shall be signed as a URL. Canned where that suffices: no start, no IP range, and the URL is
 * the whole resource.
 * @throws Failure (exit 2) URL_*, RESOURCE_ELSEWHERE, TIME_*, EXPIRY_PAST, START_AFTER_EXPIRY, IP_*.
 */
export function checkUrlRequest(written: WrittenUrlRequest, now: Date): UrlRequest {
  const url = readUrl(written.url);
  const resource = written.resource === undefined ? url : readResource(written.resource);
  if (resource !== url && !resourceCovers(resource, url)) {
    throw refusal(
      'RESOURCE_ELSEWHERE',
      `The resource ${resource} does not cover the URL ${url}, so CloudFront would refuse it.`,
      'Let the resource be a pattern that the URL matches: the same scheme, host and folder, with * for the rest.',
    );
  }
  const terms = checkTerms(written, now);
  const custom =
    resource !== url || url.includes('*') || terms.starts !== undefined || terms.ip !== undefined;
  return {url, resource, ...terms, kind: custom ? 'custom' : 'canned', warnings: warningsOf(resource)};
}

/**
 * The same for cookies, whose resource may be a pattern.
 * @throws Failure (exit 2), as `checkUrlRequest`.
 */
export function checkCookieRequest(written: WrittenCookieRequest, now: Date): CookieRequest {
  const resource = readResource(written.resource);
  const terms = checkTerms(written, now);
  const custom = isPattern(resource) || terms.starts !== undefined || terms.ip !== undefined;
  return {resource, ...terms, kind: custom ? 'custom' : 'canned', warnings: warningsOf(resource)};
}

/**
 * The terms of a policy that the user wrote as JSON, to be checked like any others.
 * @throws Failure POLICY_UNREADABLE.
 */
export function readWrittenPolicy(text: string): WrittenTerms & {readonly resource: string} {
  const reading = readPolicy(text);
  const problem = 'problem' in reading ? reading.problem : undefined;
  if ('terms' in reading && reading.terms.resource !== undefined)
    return {...reading.terms, resource: reading.terms.resource};
  throw refusal(
    'POLICY_UNREADABLE',
    problem ??
      'The policy names no "Resource", which opens every file of every distribution that trusts the key.',
    'Write {"Statement":[{"Resource":"https://HOST/PATH*","Condition":{"DateLessThan":{"AWS:EpochTime":SECONDS}}}]}.',
  );
}

interface CheckedTerms {
  readonly expires: number;
  readonly starts?: number | undefined;
  readonly ip?: string | undefined;
}

function checkTerms(written: WrittenTerms, now: Date): CheckedTerms {
  const expires = readTime(written.expires, now, 'expiry');
  const starts = written.starts === undefined ? undefined : readTime(written.starts, now, 'start');
  if (expires * 1000 <= now.getTime()) {
    throw refusal(
      'EXPIRY_PAST',
      `The expiry ${iso(expires)} is in the past.`,
      'Name a later time, such as 2h from now.',
    );
  }
  if (starts !== undefined && starts >= expires) {
    throw refusal(
      'START_AFTER_EXPIRY',
      `The start ${iso(starts)} is not before the expiry ${iso(expires)}.`,
      'Name an earlier start or a later expiry.',
    );
  }
  return {expires, starts, ip: written.ip === undefined ? undefined : readIpRange(written.ip)};
}

function warningsOf(resource: string): string[] {
  const host = resource.replace(/^[^/?]*:\/\//, '').split('/', 1)[0] ?? '';
  const everywhere = /^\*+$/.test(host);
  return everywhere ? [`The resource ${resource} opens every distribution that trusts this key.`] : [];
}

/** ISO 8601 in UTC; of a time beyond the calendar only its number. */
export function iso(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().replace('.000Z', 'Z');
}
