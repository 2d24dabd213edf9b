import {globMatches} from '../../wildcard.js';

/** A requested URL in the parts that the wildcards of a policy stay in. Raw bytes, nothing decoded. */
export interface SignedUrl {
  readonly protocol: string;
  /** Lowercase, with the port where the URL has one. */
  readonly domain: string;
  /** With its leading slash. */
  readonly path: string;
  /** Without `?` and without the signature's parameters. */
  readonly query: string;
}

/** The URL as text, without `?` when there is no query: the resource of a canned policy. */
export const urlText = ({protocol, domain, path, query}: SignedUrl): string =>
  `${protocol}://${domain}${path}${query === '' ? '' : `?${query}`}`;

/** Path and query against their pattern. `\?` begins the query; so may a plain `?`, which is also one character. */
const restMatches = (pattern: string, {path, query}: SignedUrl): boolean => {
  const escaped = pattern.indexOf('\\?');
  const pathPattern = escaped === -1 ? pattern : pattern.slice(0, escaped);
  if (escaped !== -1) {
    return globMatches(pathPattern, path) && globMatches(pattern.slice(escaped + 2), query);
  }
  // A trailing asterisk of the path covers the query too.
  if (globMatches(pattern, path) && (query === '' || pattern.endsWith('*'))) return true;
  for (let at = pattern.indexOf('?'); at !== -1; at = pattern.indexOf('?', at + 1)) {
    if (globMatches(pattern.slice(0, at), path) && globMatches(pattern.slice(at + 1), query)) return true;
  }
  return false;
};

/**
 * Whether the resource of a custom policy covers a URL. `*` is any run of characters and `?` exactly one, within the
 * part they stand in: `[protocol]://[domain]/[path]\?[query]`. A trailing `*` of the domain covers path and query, a
 * leading `*` without a protocol any protocol, `*` alone everything (guide, "Create a signed URL using a custom
 * policy").
 */
export const resourceMatches = (resource: string, url: SignedUrl): boolean => {
  if (resource === '*') return true;
  const colon = resource.indexOf('://');
  if (colon === -1 && !resource.startsWith('*')) return false;
  const protocol = colon === -1 ? '*' : resource.slice(0, colon);
  const after = colon === -1 ? resource : resource.slice(colon + 3);
  if (!globMatches(protocol, url.protocol)) return false;
  const slash = after.indexOf('/');
  const domain = slash === -1 ? after : after.slice(0, slash);
  if (!globMatches(domain, url.domain)) return false;
  if (slash === -1) return domain.endsWith('*') || restMatches('/', url);
  // In bytes, as paths are: a non-ASCII character of the policy is its UTF-8.
  return restMatches(Buffer.from(after.slice(slash), 'utf8').toString('latin1'), url);
};
