import {globMatches} from '../../wildcard.js';

/** Says whether a normalised path matches. */
export type Matcher = (path: string) => boolean;

/**
 * Compiles a path pattern of a behavior: `*` is any run of characters (also `/`), `?` exactly one, everything else
 * itself; case-sensitive; the leading `/` is implied; the whole path must match (facts §1).
 */
export const compilePattern = (pattern: string): Matcher => {
  const glob = pattern.startsWith('/') ? pattern : `/${pattern}`;
  const firstStar = glob.indexOf('*');
  if (!glob.includes('?')) {
    if (firstStar === -1) return path => path === glob;
    if (firstStar === glob.length - 1) {
      const prefix = glob.slice(0, -1);
      return path => path.startsWith(prefix);
    }
    if (firstStar === 1 && glob.indexOf('*', 2) === -1) {
      const suffix = glob.slice(2);
      return path => path.length > suffix.length && path.endsWith(suffix);
    }
  }
  return path => globMatches(glob, path);
};

const needsWork = /%|\/\/|\/\.(?:\/|$)|\/\.\.(?:\/|$)/;
const unreserved = /%(4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|3[0-9]|2d|2e|5f|7e)/gi;

/**
 * The path by which a behavior is chosen: RFC 3986 §6.2.2 escapes of unreserved characters decoded, dot segments removed,
 * runs of `/` collapsed. Broken escapes stay literal. The origin and the cache key keep the raw path.
 */
export const normalizePath = (raw: string): string => {
  if (!needsWork.test(raw)) return raw;
  const decoded = raw.replace(unreserved, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const out: string[] = [];
  const segments = decoded.split('/').slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') out.pop();
    else if (segment !== '.' && (segment !== '' || last)) {
      out.push(segment);
      return;
    }
    if (last && segment !== '') out.push('');
  });
  return `/${out.join('/')}`;
};
