/**
 * Tells a hash from a word. Every test here leans to "no": a hash that is missed costs a revalidation, a word that is
 * taken for a hash is cached for a year.
 */

/** Cuts where the character class changes; a capital and the small letters after it stay together: `iPhone12` -> i, Phone, 12. */
export function pieces(token: string): string[] {
  return token.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[_-]/g) ?? [];
}

/** Numeronyms and codec names that developers really write, which look like noise to `pieces`. */
const numeronym =
  /i18n|l10n|a11y|k8s|mp[34]|utf\d|h26[45]|x26[45]|b64|md5|sha\d|web\d|es\d|(?<![a-z\d])[23]d(?![a-z\d])/i;

/** Letter pairs that no English word holds. */
const neverInWords = new Set(
  (
    'bx cj cv cx dx fq fx gq gx hx jc jf jg jh jk jl jm jn jp jq jr js jt jv jw jx jz kq kx mx pq px pz qb qc qd qf qg qh qj ' +
    'qk ql qm qn qp qr qs qt qv qw qx qy qz sx vb vf vh vj vk vm vn vp vq vt vw vx vz wq wx xj xk xz zf zj zk zq zr zx bk bq dq fz ' +
    'gv kz lx rx tq tx uq wv xb xd xg xr yq yj'
  ).split(' '),
);

function impossiblePairs(token: string): number {
  const letters = token.toLowerCase();
  let count = 0;
  for (let i = 1; i < letters.length; i++) if (neverInWords.has(letters.slice(i - 1, i + 1))) count++;
  return count;
}

/** Consonants that begin words and names of code (`html`, `mvc` and their like end up unpronounceable, which is the intent). */
const onset =
  /^(?:[bcdfghjklmnpqrstvwxz]?[aeiouy]|b[lr]|c[hlrz]|d[rwj]|f[lrj]|g[hlnr]|k[lnrh]|mn|p[hlnrst]|rh|s[chklmnpqtvwz]|t[hrsw]|v[lr]|w[hr]|(?:sc[hr]|s[pt]r|spl|shr|squ|thr|chr|phr))/;

/** Could somebody read this run of letters aloud? */
function pronounceable(letters: string): boolean {
  const word = letters.toLowerCase();
  return (
    /[aeiouy]/.test(word) && impossiblePairs(word) === 0 && !/[^aeiouy]{5}/.test(word) && onset.test(word)
  );
}

function longestWord(parts: readonly string[]): number {
  return Math.max(
    0,
    ...parts.filter(part => /[a-z]/i.test(part) && pronounceable(part)).map(part => part.length),
  );
}

/** `My-Pic-2`, `USA-2024`: words, numbers and word-number pairs with separators between them. */
function isPhrase(token: string): boolean {
  const parts = token.split(/[_-]/);
  return parts.length > 1 && parts.every(part => part === '' || /^(?:[A-Z]?[a-z]*|[A-Z]+)\d*$/.test(part));
}

const hasBothCases = (token: string): boolean => /[a-z]/.test(token) && /[A-Z]/.test(token);

/**
 * Base64url noise, as Rollup, Vite and SvelteKit write it (8 characters).
 * `strict` for places where anybody names files, `lenient` inside folders that build tools fill.
 */
export function looksBase64(token: string, mode: 'strict' | 'lenient'): boolean {
  if (!hasBothCases(token) || numeronym.test(token)) return false;
  const parts = pieces(token);
  if (isPhrase(token)) return false;
  const longest = longestWord(parts);
  const clash = impossiblePairs(token);
  if (mode === 'strict' || clash < 2) {
    const short = longest <= (parts.length >= (mode === 'strict' ? 5 : 4) ? 4 : 3);
    return short && (parts.length >= (mode === 'strict' ? 4 : 3) || (parts.length >= 3 && clash >= 2));
  }
  return true;
}

/** RFC 4648 base32 noise in capitals, as esbuild and Angular write it (8 characters of A-Z2-7). */
export function looksBase32(token: string, mode: 'strict' | 'lenient'): boolean {
  if (!/^[A-Z2-7]+$/.test(token) || !/[A-Z]/.test(token) || numeronym.test(token)) return false;
  const parts = pieces(token);
  const clash = impossiblePairs(token);
  if (parts.length >= 3 && longestWord(parts) <= 4) return true;
  if (mode === 'strict') return clash >= 2 || (parts.length >= 2 && clash >= 1);
  if (clash >= 1 || /[^AEIOUY\d]{5}/.test(token)) return true;
  // A digit in front or inside; a word with a number behind it (`QUARTER2`) stays a word.
  return parts.length >= 2 && (/^[2-7][A-Z]/.test(token) || longestWord(parts) <= 4);
}

/**
 * Hexadecimal noise in one case: digits and letters mixed, so neither a date (`20240101`) nor a word (`deadbeef`).
 * Short tokens in `strict` mode must change between the two at least twice (`decade80` is no hash).
 */
export function looksHex(token: string, mode: 'strict' | 'lenient'): boolean {
  if (!/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(token) || !/\d/.test(token) || !/[a-f]/i.test(token)) return false;
  if (token.length >= 16) return pieces(token).length >= 4;
  return mode === 'lenient' || pieces(token).length >= 3;
}

/** Small letters and digits (Rollup's base36, Turbopack's base38) in a folder that build tools fill. */
export function looksBase36(token: string): boolean {
  if (!/^[0-9a-z_~.-]+$/.test(token) || !/\d/.test(token) || !/[a-z]/.test(token) || numeronym.test(token))
    return false;
  const parts = pieces(token);
  return parts.length >= 4 && longestWord(parts) <= 3 && !isPhrase(token);
}

/** A long token (20 characters and more) of letters of both cases and digits: a base64url digest or a random build id. */
export function looksLong(token: string): boolean {
  return (
    hasBothCases(token) && /\d/.test(token) && pieces(token).length >= 8 && longestWord(pieces(token)) <= 4
  );
}
