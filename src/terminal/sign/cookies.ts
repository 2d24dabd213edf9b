import {Failure} from '../../failure.js';
import {
  checkCookieRequest,
  signCookies,
  toCurl,
  toNetscape,
  toSetCookie,
  type CookieAttributes,
  type CookieRequest,
  type PolicyKind,
  type SignedCookies,
} from '../../signing/index.js';
import type {Session} from '../session.js';
import {openSigner, type KeyFlags} from './signer.js';
import {refuseTwoReaders} from './stdin.js';
import {isoTime, readTerms, withExpiry, type TermFlags} from './terms.js';

export type CookieFormat = 'header' | 'netscape' | 'json' | 'curl';

export interface SignCookiesRequest extends KeyFlags, TermFlags {
  /** May be left out where a policy names it. */
  readonly resource: string | undefined;
  readonly format: CookieFormat;
  /** --json: the result itself is printed. */
  readonly isObject: boolean;
  readonly attributes: CookieAttributes;
}

export interface SignCookiesResult {
  /** Values by name, in the order to set them. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The `Set-Cookie` header of each, value only. */
  readonly setCookie: readonly string[];
  readonly resource: string;
  /** Epoch seconds. */
  readonly expires: number;
  readonly expiresAt: string;
  readonly kind: PolicyKind;
  /** The JSON text that was signed. */
  readonly policy: string;
  readonly warnings: readonly string[];
}

/** The result, and the same as text in the format that was asked for. Failures of `openSigner`, `checkCookieRequest`, COOKIE_*. */
export async function signCookiesFor(
  session: Session,
  request: SignCookiesRequest,
  now: Date,
): Promise<{readonly result: SignCookiesResult; readonly text: string}> {
  const {key, policy, attributes, format} = request;
  refuseTwoReaders({'--key': key, '--policy': policy});
  const terms = withExpiry(await readTerms(request, session.signal));
  const resource = oneResource(request.resource, terms.resource);
  const checked = checkCookieRequest({...terms, resource}, now);
  const {signer, warnings} = await openSigner(session, request);
  const signed = signCookies(checked, signer);
  const {cookies, expires, kind} = signed;
  const headers = toSetCookie(cookies, attributes);
  // Values alone carry no attribute; --json does in any case.
  const shown =
    request.isObject || format === 'header' || format === 'netscape' ? attributes : {secure: false};
  const result: SignCookiesResult = {
    cookies,
    setCookie: headers.map(line => line.replace(/^Set-Cookie: /, '')),
    resource: checked.resource,
    expires,
    expiresAt: isoTime(expires),
    kind,
    policy: signed.policy,
    warnings: [...warnings, ...checked.warnings, ...cookieWarnings(checked, shown)],
  };
  const text = format === 'header' ? headers.join('\n') : formatted(signed, checked, attributes, format);
  return {result, text};
}

function oneResource(argument: string | undefined, policy: string | undefined): string {
  if (argument !== undefined && policy !== undefined && argument !== policy) {
    throw new Failure('usage', 'RESOURCE_TWICE', 'The policy names another resource than the command line.', {
      hint: 'Leave the argument out: the resource of the policy counts.',
    });
  }
  const resource = argument ?? policy;
  if (resource !== undefined) return resource;
  throw new Failure('usage', 'NO_RESOURCE', 'There is no resource to open.', {
    hint: "Write frontctl sign cookies 'https://HOST/video/*' --expires 2h, in quotes because of the wildcard.",
  });
}

function formatted(
  {cookies}: SignedCookies,
  {resource}: CookieRequest,
  attributes: CookieAttributes,
  format: Exclude<CookieFormat, 'header'>,
): string {
  switch (format) {
    case 'json':
      return JSON.stringify(cookies, null, 2);
    case 'curl':
      return toCurl(cookies);
    case 'netscape':
      return toNetscape(cookies, jarHost(resource, attributes.domain), attributes).trimEnd();
  }
}

/** Without its port: cookies know none. Undefined where a wildcard stands in it. */
function hostOf(resource: string): string | undefined {
  const host = /^[^/?]*:\/\/([^/]*)/.exec(resource)?.[1]?.replace(/:\d+$/, '');
  return host === undefined || host === '' || /[*?]/.test(host) ? undefined : host;
}

/** Browsers and curl trust it as they do https. */
const isThisMachine = (host: string | undefined): boolean =>
  host !== undefined && /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/i.test(host);

function jarHost(resource: string, domain: string | undefined): string {
  const host = hostOf(resource) ?? domain;
  if (host !== undefined) return host;
  throw new Failure(
    'usage',
    'COOKIE_DOMAIN',
    `A cookie jar needs a host, and the resource ${resource} names none.`,
    {
      hint: 'Name it with --domain, such as --domain example.com.',
    },
  );
}

/** What a browser or player would stumble over though the signature is right. */
export function cookieWarnings(
  {resource, kind}: Pick<CookieRequest, 'resource' | 'kind'>,
  {domain, path = '/', secure = true}: CookieAttributes,
): string[] {
  const warnings: string[] = [];
  if (kind === 'canned' && /(?:\/|\.m3u8|\.mpd)(?:\?.*)?$/i.test(resource)) {
    const folder = resource.replace(/[^/]*(?:\?.*)?$/, '');
    warnings.push(
      `These cookies open ${resource} alone, not what it refers to: sign '${folder}*' for all of the folder.`,
    );
  }
  if (secure && resource.startsWith('http://') && !isThisMachine(hostOf(resource))) {
    warnings.push(
      'Secure cookies are not sent over http, which is what the resource names: give --no-secure, or an https resource.',
    );
  }
  const host = hostOf(resource);
  const wanted = domain?.replace(/^\./, '').toLowerCase();
  if (host !== undefined && wanted !== undefined && host !== wanted && !host.endsWith(`.${wanted}`)) {
    warnings.push(`Cookies for ${wanted} are not sent to ${host}, which the resource names.`);
  }
  const prefix = path.replace(/\/$/, '');
  const covered = /^[^/?]*:\/\/[^/]*(\/[^*?]*)/.exec(resource)?.[1];
  if (covered !== undefined && prefix !== '' && covered !== prefix && !covered.startsWith(`${prefix}/`)) {
    warnings.push(`Cookies with the path ${path} are not sent to all of ${resource}.`);
  }
  return warnings;
}
