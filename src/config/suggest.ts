/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, ignoring case. */
export function editDistance(a: string, b: string): number {
  const from = Array.from(a.toLowerCase());
  const to = Array.from(b.toLowerCase());
  let beforeLast: number[] = [];
  let last = Array.from({length: to.length + 1}, (_, j) => j);
  for (const [i, char] of from.entries()) {
    const row = [i + 1];
    for (const [j, other] of to.entries()) {
      const substituted = (last[j] ?? 0) + (char === other ? 0 : 1);
      let cost = Math.min(substituted, (row[j] ?? 0) + 1, (last[j + 1] ?? 0) + 1);
      if (i > 0 && j > 0 && char === to[j - 1] && from[i - 1] === other) {
        cost = Math.min(cost, (beforeLast[j - 1] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

/** The candidate that `word` was probably meant to be: at most a third of its characters wrong. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  return candidates
    .map(candidate => ({candidate, distance: editDistance(word, candidate)}))
    .filter(({distance}) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}
