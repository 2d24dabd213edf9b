/**
 * Whether all of `text` matches `glob`: `*` is any run of characters, `?` exactly one, everything else itself.
 * A linear scan with one backtrack point: no input makes it slow.
 */
export const globMatches = (glob: string, text: string): boolean => {
  let g = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++;
      resume = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star !== -1) {
      g = star + 1;
      t = ++resume;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
};
