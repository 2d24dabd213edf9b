/**
 * Whether all of `text` matches `glob`: `*` is any run of characters, `?` exactly one, everything else itself. Steps back
 * only to the last `*`: at worst the product of both lengths, never exponential. `isOne`: a symbol of `text` stands for a
 * single character, which `?` takes.
 */
export function globMatches(
  glob: string,
  text: string,
  isOne: (symbol: string | undefined) => boolean = () => true,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let read = 0; read < text.length;) {
    const wanted = glob[at];
    if (wanted === '*') {
      star = at++;
      resume = read;
    } else if (wanted === text[read] || (wanted === '?' && isOne(text[read]))) {
      at++;
      read++;
    } else if (star !== -1) {
      at = star + 1;
      read = ++resume;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
