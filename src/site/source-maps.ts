/**
 * Whether a key is a source map, by the naming of every bundler: the name of the script or style sheet with `.map`
 * behind it, plain or compressed. Source maps hold the sources, comments and all.
 */
export function isSourceMap(key: string): boolean {
  return /\.(?:[cm]?js|css)\.map(?:\.(?:gz|br|zst))?$/i.test(key);
}
