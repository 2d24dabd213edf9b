import {globMatches} from '../glob.js';

/** A URL in the four parts between which a policy's wildcards do not reach. */
interface Parts {
  readonly scheme: string;
  /** With its port, where that is not the scheme's own. */
  readonly host: string;
  readonly path: string;
  readonly query: string | undefined;
}

/** The default ports that no client sends. */
export const ownPort: Readonly<Record<string, string>> = {http: ':80', https: ':443'};

/**
 * As a client sends it: scheme and host in lower case, no default port, no empty path. A `?` with nothing behind it is no
 * query: the edge sees none. Undefined for no URL.
 */
export function splitUrl(url: string): Parts | undefined {
  const parts = /^(https?):\/\/([^/?#]+)([^?#]*)(?:\?([^#]*))?$/i.exec(url);
  if (parts === null) return undefined;
  const scheme = (parts[1] ?? '').toLowerCase();
  const authority = (parts[2] ?? '').toLowerCase();
  const port = ownPort[scheme] ?? '';
  return {
    scheme,
    host: authority.endsWith(port) ? authority.slice(0, -port.length) : authority,
    path: parts[3] === '' ? '/' : (parts[3] ?? '/'),
    query: parts[4] === '' ? undefined : parts[4],
  };
}

/**
 * Whether a policy's Resource covers a URL (without the parameters of the signature). `*` is any run of characters, `?`
 * exactly one, neither beyond its part of the URL; but a `*` at the end of the path covers the query too, one at the end
 * of the host all that follows, and a leading `*` without `://` stands for any scheme.
 *
 * A `?` in a Resource is a wildcard and may also begin the query: CloudFront's guide allows both and forbids `\?`, its
 * own notation for the latter. Here it covers what either reading covers. Nothing of the Resource is normalised: a host
 * in capitals, or a default port, is none that a client sends.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
 */
export function resourceCovers(resource: string, url: string): boolean {
  if (resource === '*') return splitUrl(url) !== undefined;
  const parts = splitUrl(url);
  if (parts === undefined) return false;
  const [, scheme = '*', rest = ''] = /^(?:([^/?]*):\/\/)?(.*)$/s.exec(resource) ?? [];
  if (!resource.includes('://') && !resource.startsWith('*')) return false;
  if (!globMatches(scheme, parts.scheme)) return false;
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  if (!globMatches(host, parts.host)) return false;
  if (slash < 0) return host.endsWith('*') || (parts.path === '/' && parts.query === undefined);
  return pathCovers(rest.slice(slash), parts);
}

function pathCovers(pattern: string, {path, query}: Parts): boolean {
  const escaped = pattern.indexOf('\\?');
  if (escaped >= 0)
    return (
      globMatches(pattern.slice(0, escaped), path) && globMatches(pattern.slice(escaped + 2), query ?? '')
    );
  if (globMatches(pattern, path) && (query === undefined || pattern.endsWith('*'))) return true;
  for (let mark = pattern.indexOf('?'); mark >= 0; mark = pattern.indexOf('?', mark + 1)) {
    if (globMatches(pattern.slice(0, mark), path) && globMatches(pattern.slice(mark + 1), query ?? ''))
      return true;
  }
  return false;
}
