/** The same numbers for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words =
  'about after again air all along also always animal another answer any around ask away back because been before began being below between big book both boy building but call came can car carry change city close come could country cut day did different does down each earth eat end enough even every example eye face family far father feet few find first follow food for form found four from get girl give good got great group grow had hand hard has have head hear help her here high him his home house how idea important into its just keep kind know land large last later learn leave left letter life light like line list little live'.split(
    ' ',
  );

/**
 * Viewer paths as a large site has them, in order, no two the same: sections of very different size with years, slugs that
 * share words, pictures beside their page, some with escapes.
 */
export function sitePaths(count: number, seed: number): string[] {
  const next = random(seed);
  const word = (): string => words[Math.floor(next() * words.length)] as string;
  const sections = Array.from({length: 24}, (_, i) => `/${word()}-${i}`);
  const paths = new Set<string>();
  while (paths.size < count) {
    const section = sections[Math.floor(next() ** 3 * sections.length)] as string;
    const folder = `${section}/${2010 + Math.floor(next() * 16)}/${String(1 + Math.floor(next() * 12)).padStart(2, '0')}`;
    const slug = `${word()}-${word()}-${Math.floor(next() * 1000)}`;
    const page = `${folder}/${slug}`;
    for (const name of ['/index.html', '/hero.jpg', '/caf%C3%A9%20menu.webp', '/data.json']) {
      if (paths.size < count && next() < 0.7) paths.add(page + name);
    }
  }
  // Joined and split so that every text is flat, as texts that were read are.
  return [...paths].sort().map(text => Buffer.from(text, 'latin1').toString('latin1'));
}

/** Paths without any structure: 16 hexadecimal digits. */
export function uniformPaths(count: number, seed: number): string[] {
  const next = random(seed);
  const digits = (): string =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const paths = new Set<string>();
  while (paths.size < count) paths.add('/' + digits() + digits());
  return [...paths].sort();
}

/**
 * Changed paths, in order: half of them scattered, half in runs of neighbours, as edits to a section are.
 */
export function changedPaths(live: readonly string[], count: number, seed: number): string[] {
  const next = random(seed);
  const changed = new Set<number>();
  while (changed.size < count) {
    const start = Math.floor(next() * live.length);
    const run = next() < 0.9 ? 1 : 1 + Math.floor(next() * 19);
    for (let i = start; i < Math.min(live.length, start + run) && changed.size < count; i++) changed.add(i);
  }
  return [...changed].sort((a, b) => a - b).map(index => live[index] as string);
}
