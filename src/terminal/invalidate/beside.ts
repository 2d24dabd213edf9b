/** What must go beside a typed path, because that path alone reaches no copy. */
import type {Aws} from '../../aws/index.js';
import {keysQueryAt, readViewerRules} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import {encodePath} from '../../invalidation/index.js';
import type {Target} from './target.js';

export interface Beside {
  readonly paths: readonly string[];
  readonly warnings: readonly string[];
}

const nothing: Beside = {paths: [], warnings: []};

const isHome = (item: string): boolean => item === '/' || item.startsWith('/?');
const bareOf = (item: string): string => item.replace(/\?.*$/s, '');

/**
 * The default root object goes by its own path (Developer Guide, "What you need to know when invalidating paths"), which
 * people who type `/` mean; and a URL is pasted with whatever it was visited with (`?utm_source=...`), of which the cache may
 * know nothing. AWS is asked only where one of these was typed. A role that may not read the distribution sends what was typed.
 */
export async function besideTyped(aws: Aws, target: Target, typed: readonly string[]): Promise<Beside> {
  const unclear = typed.filter(item => item.startsWith('/') && (isHome(item) || item.includes('?')));
  if (unclear.length === 0) return nothing;
  try {
    const cachedAs = await cachePaths(aws, target, unclear);
    const known = new Set(typed);
    const paths = [...new Set(unclear.map(cachedAs))].filter(path => !known.has(path));
    const added = new Set(paths);
    const changed = unclear.filter(item => added.has(cachedAs(item)));
    const home = changed.find(isHome);
    const queried = [...new Set(changed.filter(item => !isHome(item)).map(bareOf))];
    return {
      paths,
      warnings: [
        ...(home === undefined
          ? []
          : [`The page at / is cached as ${cachedAs(home)}: that path is sent, too.`]),
        ...(queried.length === 0
          ? []
          : [`The cache key of ${several(queried)} holds no query string: sent without it, too.`]),
      ],
    };
  } catch (error) {
    if (error instanceof Failure && error.exit === 'access') return nothing;
    throw error;
  }
}

const several = ([first = '', ...rest]: readonly string[]): string =>
  rest.length === 0 ? first : `${first} and ${rest.length} more`;

/** The path and query string that an item has in the cache. */
async function cachePaths(
  aws: Aws,
  target: Target,
  items: readonly string[],
): Promise<(item: string) => string> {
  const distribution = await target.distribution();
  const {DefaultRootObject: key = ''} = distribution.config;
  const home = key === '' ? '/' : encodePath(key);
  // Any site will do: of a bucket that no origin reads from, every behavior counts.
  const rules = items.some(item => item.includes('?'))
    ? await readViewerRules(aws, distribution, {bucket: '', prefix: ''})
    : undefined;
  return item => {
    const bare = bareOf(item);
    const query = rules === undefined || keysQueryAt(rules, bare) ? item.slice(bare.length) : '';
    return (isHome(item) ? home : bare) + query;
  };
}
