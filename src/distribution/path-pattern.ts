/**
 * Whether a behavior's path pattern matches the whole path: `*` is any run of characters, `/` among them, `?` exactly one;
 * case counts (Developer Guide, "Path pattern"). Steps back only to the last `*`, so no pattern takes long.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  if (pattern === '*') return true;
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let read = 0; read < path.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = read;
    } else if (wanted === '?' || wanted === path[read]) {
      at++;
      read++;
    } else if (star !== -1) {
      at = star + 1;
      read = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
