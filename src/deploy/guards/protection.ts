import {Failure} from '../../failure.js';
import {keyGlob} from '../../site/index.js';
import {listing} from './listing.js';

/** Whether a key is protected by `deploy.protect`: never overwritten, and never deleted when it leaves the build. */
export function protection(globs: readonly string[]): (key: string) => boolean {
  const compiled = globs.map(keyGlob);
  return key => compiled.some(({matches}) => matches(key));
}

/** PROTECTED: the build has other bytes or headers for a protected key than the live object. */
export function protectedOverwritten(
  overwrites: readonly string[],
  protect: readonly string[],
): Failure | undefined {
  const keys = protect.length === 0 ? [] : overwrites.filter(protection(protect));
  if (keys.length === 0) return undefined;
  return new Failure(
    'refused',
    'PROTECTED',
    `The build would overwrite what deploy.protect protects: ${listing(keys)}.`,
    {
      hint: 'Leave the build as it is live there, name the file in site.ignore, or take its glob out of deploy.protect.',
    },
  );
}
