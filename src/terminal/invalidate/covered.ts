/** Whether an invalidation of `items` drops a viewer path: by its own name or under a wildcard. Tags are left out. */
export function coveredBy(items: readonly string[]): (path: string) => boolean {
  const exact = new Set(items);
  const prefixes: string[] = [];
  for (const prefix of items.flatMap(item => (item.endsWith('*') ? [item.slice(0, -1)] : [])).sort()) {
    const last = prefixes.at(-1);
    if (last === undefined || !prefix.startsWith(last)) prefixes.push(prefix);
  }
  return path => {
    if (exact.has(path)) return true;
    // The greatest prefix that is not after the path is the only one that can begin it: none begins another.
    let low = 0;
    let high = prefixes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((prefixes[middle] ?? '') <= path) low = middle + 1;
      else high = middle;
    }
    const prefix = prefixes[low - 1];
    return prefix !== undefined && path.startsWith(prefix);
  };
}
