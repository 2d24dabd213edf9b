import {encodeHost, encodePath, encodeQuery} from './encode.js';
import {ownPort} from './match.js';
import {quoted, refusal} from './refusal.js';

/** CloudFront's limit for a URL, in bytes. */
export const longestUrl = 8192;

/** The parameters by which CloudFront knows a signed URL. */
export const reservedNames = ['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'] as const;

/**
 * A URL without its scheme, or a path alone: the usual slip. A line of a key may look like one, but has no dot, and
 * capitals or digits.
 */
const schemeless = /^(?:[\w-]+\.[\w.-]*\/[\w./*-]*|[a-z_-]*\/[a-z_./*-]*)$/;

/** For error texts: only what has the shape of a URL or path is repeated, and never a password or a signature. */
function shown(value: string, what = 'The URL'): string {
  if (schemeless.test(value)) return `${what} ${quoted(value, 80)}`;
  if (!/^[a-z*]+:\/\/[^@]*$/i.test(value)) return what;
  const text = /[?&](?:Signature|Policy)=/.test(value) ? value.replace(/\?.*/s, '?…') : value;
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/**
 * An absolute http or https URL, encoded as clients send it. A `*` in the path is allowed: it is a wildcard then.
 * @throws Failure URL_*: what cannot be signed, or would arrive otherwise than it was signed.
 */
export function readUrl(value: string): string {
  refuseText(value);
  const parts = /^([^/?]*?):\/\/([^/?]*)([^?]*)(?:\?(.*))?$/s.exec(value);
  if (parts === null) {
    throw refusal(
      'URL_NOT_ABSOLUTE',
      `${shown(value)} is not absolute.`,
      'Begin with https:// and the host.',
    );
  }
  const [, scheme = '', authority = '', path = ''] = parts;
  const query = parts[4];
  const plainScheme = scheme.toLowerCase();
  if (plainScheme !== 'http' && plainScheme !== 'https') {
    throw refusal(
      'URL_SCHEME',
      `${shown(value)} is neither http nor https.`,
      'A scheme with a wildcard belongs into the resource of a policy, not into a URL.',
    );
  }
  if (/[*]/.test(authority)) {
    throw refusal(
      'URL_HOST',
      `${shown(value)} has a wildcard for its host, so nobody can ask for it.`,
      'Name one host in the URL, and the pattern as the resource of its policy.',
    );
  }
  if (query?.includes('?') === true) {
    throw refusal(
      'URL_TWO_QUESTION_MARKS',
      `${shown(value)} has a second "?", which CloudFront reads as a wildcard.`,
      'Write the second one as %3F.',
    );
  }
  const address = `${plainScheme}://${readAuthority(authority, plainScheme, value)}${readPath(path, value)}`;
  return query === undefined ? address : `${address}?${readQuery(query, value)}`;
}

/**
 * The Resource of a policy: a URL, or a pattern with `*` and `?`, also in the host; the scheme may be `*`, `http*`, or
 * left out before a leading `*`; `*` alone is everything.
 * @throws Failure URL_*
 */
export function readResource(value: string): string {
  if (value === '*') return value;
  refuseText(value);
  const parts = /^(?:([^/?]*?):\/\/)?([^/]*)(.*)$/s.exec(value);
  const [, scheme, authority = '', rest = ''] = parts ?? [];
  if (scheme === undefined && !value.startsWith('*')) {
    throw refusal(
      'URL_NOT_ABSOLUTE',
      `${shown(value, 'The resource')} is neither an absolute URL nor a pattern.`,
      'Begin with https://, http://, *:// or *.',
    );
  }
  const plainScheme = scheme?.toLowerCase();
  if (plainScheme !== undefined && !/^(https?|http\*|\*)$/.test(plainScheme)) {
    throw refusal(
      'URL_SCHEME',
      `${shown(value)} has a scheme that CloudFront does not serve.`,
      'Use https, http or *.',
    );
  }
  const host = readHostPattern(authority, plainScheme ?? '*', value);
  const start = plainScheme === undefined ? host : `${plainScheme}://${host}`;
  if (rest === '' && host.endsWith('*')) return start;
  const mark = rest.indexOf('?');
  // Several "?" are wildcards; a single one begins the query.
  if (mark < 0 || mark !== rest.lastIndexOf('?')) {
    refuseReserved(rest.split('?').slice(1), value);
    return `${start}${readPath(rest, value)}`;
  }
  return `${start}${readPath(rest.slice(0, mark), value)}?${readQuery(rest.slice(mark + 1), value)}`;
}

/**
 * Whether a resource opens more than the one URL that it is. A single `?` begins the query where one follows (`?a=1`),
 * and is a wildcard in `segment-?.ts`, which a canned policy would not have.
 */
export function isPattern(resource: string): boolean {
  const host = resource.slice(0, resource.indexOf('/', resource.indexOf('://') + 3));
  const [, first, ...more] = resource.split('?');
  const isUrl = first === undefined || (more.length === 0 && /^[^/=]+=/.test(first));
  return resource.includes('*') || !isUrl || host.includes('?');
}

function refuseText(value: string): void {
  if (value === '') throw refusal('URL_MISSING', 'The URL is empty.', 'Begin with https:// and the host.');
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value) || value.trim() !== value) {
    throw refusal(
      'URL_WHITESPACE',
      'The URL has a tab, a line break or another control character in it, or white space around it.',
      'Spaces inside the path are fine: they are encoded.',
    );
  }
  if (/\p{Surrogate}|\ufffd/u.test(value)) {
    throw refusal(
      'URL_NOT_UNICODE',
      'The URL is not valid UTF-8.',
      'Save the input as UTF-8, or percent-encode it.',
    );
  }
  if (value.includes('\\')) {
    throw refusal(
      'URL_BACKSLASH',
      `${shown(value)} has a backslash, which browsers turn into a slash.`,
      'Write / for a folder, %5C for a backslash in a name, and no backslash before "?".',
    );
  }
  if (value.includes('#')) {
    throw refusal(
      'URL_FRAGMENT',
      `${shown(value)} has a "#", and clients do not send what follows it.`,
      'Leave the fragment out, or write %23 for a # in a name.',
    );
  }
  if (value.length > longestUrl) throw tooLong(value.length);
}

export function tooLong(length: number): Error {
  return refusal(
    'URL_TOO_LONG',
    `The URL has ${length} characters; CloudFront takes ${longestUrl}, signature included.`,
    'Shorten the query; a P-256 key makes shorter signatures, and no start and no IP range make shorter policies.',
  );
}

function readAuthority(authority: string, scheme: string, whole: string): string {
  if (authority.includes('@')) {
    throw refusal(
      'URL_USER_INFO',
      'The URL has a user name or password before its host, which clients do not send as part of it.',
      'Leave it out.',
    );
  }
  const [, host = authority, port = ''] = /^(.*?)(:\d*)$/.exec(authority) ?? [];
  const encoded = host === '' ? undefined : encodeHost(host);
  const number = Number(port.slice(1));
  if (encoded === undefined || number > 65_535 || (port !== '' && number === 0))
    throw refusal('URL_HOST', `${shown(whole)} has no valid host.`, 'Begin with https:// and the host.');
  const plainPort = port === '' ? '' : `:${number}`;
  return plainPort === ownPort[scheme] ? encoded : `${encoded}${plainPort}`;
}

function readHostPattern(authority: string, scheme: string, whole: string): string {
  if (!/[*?]/.test(authority)) return readAuthority(authority, scheme, whole);
  // Wildcards stand for parts of names, so only what is not one is a label to encode.
  const labels = authority
    .split('.')
    .map(label => (/[*?:]/.test(label) ? label : (encodeHost(`${label}.a`) ?? '@')));
  const host = labels.map(label => label.replace(/\.a$/, '').toLowerCase()).join('.');
  const port = ownPort[scheme];
  const plain = port !== undefined && host.endsWith(port) ? host.slice(0, -port.length) : host;
  if (!/^[a-z0-9._*?-]+(:[0-9*?]+)?$/.test(plain)) {
    throw refusal(
      'URL_HOST',
      `${shown(whole)} has no valid host pattern.`,
      'Write letters, digits, dots and hyphens, with * and ? as wildcards; other scripts as punycode.',
    );
  }
  return plain;
}

function readPath(path: string, whole: string): string {
  if (/(^|\/)(\.|%2e){1,2}(?=\/|$)/i.test(path)) {
    throw refusal(
      'URL_DOT_SEGMENT',
      `${shown(whole)} has a "." or ".." in its path, which clients resolve before they ask.`,
      'Write the path without.',
    );
  }
  return path === '' ? '/' : encodePath(path);
}

function readQuery(query: string, whole: string): string {
  if (query === '') {
    throw refusal(
      'URL_EMPTY_QUERY',
      `${shown(whole)} ends in a "?" with nothing after it.`,
      'Leave the "?" out where there is no query.',
    );
  }
  refuseReserved([query], whole);
  return encodeQuery(query);
}

/** `queries`: each text in which parameters may stand. */
function refuseReserved(queries: readonly string[], whole: string): void {
  const parameters = queries.flatMap(query => query.split('&'));
  const name = parameters.map(nameOf).find(isReserved);
  if (name === undefined) return;
  throw refusal(
    'URL_RESERVED_PARAMETER',
    `${shown(whole.replace(/\?.*/s, ''))} has the query parameter ${name}, which belongs to the signature.`,
    `Rename it, or give the URL as it was before it was signed. Reserved are ${reservedNames.join(', ')}.`,
  );
}

export function isReserved(name: string): boolean {
  return (reservedNames as readonly string[]).includes(name);
}

/** A parameter's name, also where it is percent-encoded. */
function nameOf(parameter: string): string {
  const [name = ''] = parameter.split('=', 1);
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
