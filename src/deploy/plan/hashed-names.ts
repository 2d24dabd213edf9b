/** Which names that are no fingerprint at sight stand among fingerprints and are taken for one all the same. Pure. */
import {fingerprintOf} from '../../site/index.js';

const page = /\.[xs]?html?$/i;

/** How the fingerprinted files of one folder end: the hash has `length` characters, and `end` stands behind it. */
interface Shape {
  readonly length: number;
  readonly end: string;
}

const topOf = (key: string): string => key.slice(0, key.indexOf('/') + 1);

/**
 * Answers whether a key is named like the fingerprinted ones among `keys`: under the same folder at the top, as many
 * characters where they have their hash, the same behind it. One hash in ten of Vite's is no noise but all letters or all
 * digits (`chunk-fbbiScjy.js`, `main.60855062.chunk.js`), which cannot be told from a word or a date by itself. How long a
 * file is cached is decided without this, because a stale file would be the price of a mistake. How long it is kept is
 * decided with it: there the price is some storage.
 */
export function namedLikeHashed(keys: Iterable<string>): (key: string) => boolean {
  let known: ReadonlyMap<string, readonly Shape[]> | undefined;
  return key => {
    if (page.test(key)) return false;
    known ??= shapesOf(keys);
    return known.get(topOf(key))?.some(shape => hasShape(key, shape)) ?? false;
  };
}

function hasShape(key: string, {length, end}: Shape): boolean {
  const stem = key.slice(0, key.length - end.length);
  // What keeps the hash apart from the name before it.
  const separator = stem.at(-length - 1) ?? '';
  return key.endsWith(end) && /^[-._/]$/.test(separator) && /^[\w-]+$/.test(stem.slice(-length));
}

/** By top folder. */
function shapesOf(keys: Iterable<string>): ReadonlyMap<string, readonly Shape[]> {
  const shapes = new Map<string, Shape[]>();
  for (const key of keys) {
    const hash = fingerprintOf(key)?.hash;
    if (hash === undefined) continue;
    const {length} = hash;
    const end = key.slice(key.lastIndexOf(hash) + length);
    const top = topOf(key);
    const known = shapes.get(top) ?? [];
    shapes.set(top, known);
    if (!known.some(shape => shape.length === length && shape.end === end)) known.push({length, end});
  }
  return shapes;
}
