/**
 * Compiles the paths of one invalidation into a test of `CacheKey.target`: exact, or a prefix when the last character is
 * `*`; a `*` elsewhere is literal; case-sensitive, byte for byte (facts §17). A missing leading `/` is implied.
 */
export const compileInvalidation = (paths: readonly string[]): ((target: string) => boolean) => {
  const exact = new Set<string>();
  const prefixes: string[] = [];
  for (const raw of paths) {
    const path = raw.startsWith('/') ? raw : `/${raw}`;
    if (path.endsWith('*')) prefixes.push(path.slice(0, -1));
    else exact.add(path);
  }
  return target => exact.has(target) || prefixes.some(prefix => target.startsWith(prefix));
};
