import picomatch from 'picomatch';

/** A glob of the config, compiled once. */
export interface KeyGlob {
  readonly pattern: string;
  readonly matches: (key: string) => boolean;
}

/** A pattern without `/` matches the last segment in every folder; a leading `/` ties it to the top. Case matters. */
export function keyGlob(pattern: string): KeyGlob {
  const tied = pattern.replace(/^\.?\//, '');
  const anywhere = !pattern.includes('/');
  const test = picomatch(tied, {dot: true});
  return {pattern, matches: key => test(anywhere ? key.slice(key.lastIndexOf('/') + 1) : key)};
}
