/**
 * What any client would do to a URL before it sends it, done before signing, so that the URL that is signed is the one
 * that arrives: `new URL(x).href === x` holds for everything that leaves this file.
 */

/** Not allowed as they stand, besides a `%` that starts no escape. `[` and `]` are sent raw by browsers. */
const inPath = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%?]|%(?![0-9A-Fa-f]{2})/gu;
/** Browsers encode the apostrophe in a query, though RFC 3986 allows it. */
const inQuery = /[^A-Za-z0-9\-._~!$&()*+,;=:@/[\]%?]|%(?![0-9A-Fa-f]{2})/gu;

const pathNeeds = new RegExp(inPath.source, 'u');
const queryNeeds = new RegExp(inQuery.source, 'u');

/** Everything foreign as UTF-8 percent escapes; escapes that are there already stay as they are, `+` too. */
export function encodePath(path: string): string {
  return pathNeeds.test(path) ? path.replace(inPath, percent) : path;
}

export function encodeQuery(query: string): string {
  return queryNeeds.test(query) ? query.replace(inQuery, percent) : query;
}

function percent(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** The host as clients send it: lower case, Unicode as punycode; undefined where no client would accept it. */
export function encodeHost(host: string): string | undefined {
  // A last label that begins with a letter is never part of an IPv4 address.
  const plain = /^(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*$/.test(host) && !host.includes('xn--');
  return plain ? host : parsedHost(host);
}

function parsedHost(host: string): string | undefined {
  try {
    const {hostname} = new URL(`http://${host}/`);
    // `%2A` and the full-width asterisk become one, which a policy would take for a wildcard.
    return hostname === '' || hostname.includes('*') ? undefined : hostname;
  } catch {
    return undefined;
  }
}
