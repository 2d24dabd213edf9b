import {domainToASCII} from 'node:url';
import {quoted, refusal} from './refusal.js';
import type {CookieAttributes} from './types.js';

type Cookies = Readonly<Record<string, string>>;

interface Attributes {
  readonly domain: string | undefined;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None' | undefined;
}

/** @throws Failure COOKIE_DOMAIN, COOKIE_PATH, COOKIE_SAME_SITE. */
function checkAttributes(written: CookieAttributes): Attributes {
  const {path = '/', secure = true, httpOnly = true, sameSite} = written;
  const domain = written.domain === undefined ? undefined : readDomain(written.domain);
  // eslint-disable-next-line no-control-regex
  if (!path.startsWith('/') || /[;\s\u0000-\u001f\u007f-\uffff]/.test(path)) {
    throw refusal(
      'COOKIE_PATH',
      `The cookie path ${quoted(path, 200)} is not a path.`,
      'Begin with /, without white space and semicolons, other characters percent-encoded.',
    );
  }
  if (path.includes('*')) {
    throw refusal(
      'COOKIE_PATH',
      `The cookie path ${quoted(path, 200)} has a wildcard, which browsers take for a character.`,
      `A path covers all below it: write ${quoted(path.replace(/\*.*/, ''), 200)}.`,
    );
  }
  if (sameSite === 'None' && !secure) {
    throw refusal(
      'COOKIE_SAME_SITE',
      'Browsers drop cookies with SameSite=None that are not Secure.',
      'Keep Secure, or choose SameSite=Lax or Strict.',
    );
  }
  return {domain, path, secure, httpOnly, sameSite};
}

/** CloudFront's own domain is a public suffix: no cookie can be set for `cloudfront.net`. */
function readDomain(written: string): string {
  const domain = domainToASCII(written.replace(/^\./, ''));
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain)) {
    throw refusal(
      'COOKIE_DOMAIN',
      `The cookie domain ${quoted(written, 260)} is not a domain name.`,
      'Write it without scheme, port, path and wildcards, such as example.com.',
    );
  }
  if (domain === 'cloudfront.net' || !domain.includes('.')) {
    throw refusal(
      'COOKIE_DOMAIN',
      `Browsers accept no cookie for the whole domain ${quoted(written, 260)}.`,
      'Name the full host name, or leave the domain out: then the cookie is for the host that sets it.',
    );
  }
  return domain;
}

/**
 * `Set-Cookie` lines, one a cookie, without Expires and Max-Age as AWS advises: the policy ends them.
 * @throws Failure COOKIE_*.
 */
export function toSetCookie(cookies: Cookies, attributes: CookieAttributes = {}): string[] {
  const {domain, path, secure, httpOnly, sameSite} = checkAttributes(attributes);
  const suffix = [
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    `Path=${path}`,
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
  ];
  return Object.entries(cookies).map(([name, value]) =>
    [`Set-Cookie: ${name}=${value}`, ...suffix].join('; '),
  );
}

/**
 * A cookie jar as curl, wget and yt-dlp read it. `host` stands in where no domain is given; then the cookie is for that
 * host alone. Session cookies (0): the policy ends them.
 * @throws Failure COOKIE_*.
 */
export function toNetscape(cookies: Cookies, host: string, attributes: CookieAttributes = {}): string {
  const {domain, path, secure, httpOnly} = checkAttributes(attributes);
  const name = domain ?? host;
  const yes = (value: boolean): string => (value ? 'TRUE' : 'FALSE');
  const lines = Object.entries(cookies).map(([cookie, value]) =>
    [
      `${httpOnly ? '#HttpOnly_' : ''}${domain === undefined ? '' : '.'}${name}`,
      yes(domain !== undefined),
      path,
      yes(secure),
      '0',
      cookie,
      value,
    ].join('\t'),
  );
  return ['# Netscape HTTP Cookie File', ...lines, ''].join('\n');
}

/** The `Cookie` header's value. */
export function toCookieHeader(cookies: Cookies): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

/** For a shell: the values hold nothing that one would touch, so single quotes do. */
export function toCurl(cookies: Cookies): string {
  return `--cookie '${toCookieHeader(cookies)}'`;
}

/**
 * The names and values again, from any of these formats, a browser's `Cookie` header or the JSON object. Of a cookie that
 * comes twice, the first counts as it does at the edge; in `Set-Cookie` lines the last, which browsers keep.
 */
export function readCookies(text: string): Record<string, string> {
  const pattern =
    /(?<![\w-])(CloudFront-(?:Policy|Expires|Signature|Key-Pair-Id|Hash-Algorithm))(?:"?\s*[=:]\s*"?|\t)([^\s;,"']*)/g;
  const found = [...text.matchAll(pattern)].map(([, name = '', value = '']) => [name, value] as const);
  return Object.fromEntries(/set-cookie:/i.test(text) ? found : found.toReversed());
}
