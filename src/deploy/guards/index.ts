/** What a deploy refuses to do, judged before anything is changed. Pure. */
import type {Failure} from '../../failure.js';
import type {Site} from '../../site/index.js';
import {maxDeleteExceeded, rootDeleted, tinyBuild, type Losses} from './losses.js';
import {protectedOverwritten} from './protection.js';
import {secretsInBuild} from './secrets.js';
import {wrongSite, type SiteIdentity} from './wrong-site.js';

export {defaultMaxDelete, parseMaxDelete, type MaxDelete} from './losses.js';
export {protection} from './protection.js';

/** Keys are relative to the prefix, as in the build folder. */
export interface GuardInput extends Losses, SiteIdentity {
  /** What the manifest in the bucket says of itself; undefined without one. */
  readonly recorded?: SiteIdentity | undefined;
  /** Takes the place of another site over. */
  readonly force: boolean;
  readonly suspects: Site['suspects'];
  /** Globs. */
  readonly allowSecrets: readonly string[];
  /** Keys whose live object would be replaced: bytes or headers. */
  readonly overwrites: readonly string[];
  /** Globs. */
  readonly protect: readonly string[];
}

/**
 * The Failure (refused) of the first guard that says no: WRONG_SITE, SECRETS_IN_BUILD, PROTECTED, TINY_BUILD,
 * ROOT_DELETED, MAX_DELETE.
 */
export function guardRefusal(input: GuardInput): Failure | undefined {
  return (
    (input.force ? undefined : wrongSite(input.recorded, input)) ??
    secretsInBuild(input.suspects, input.allowSecrets) ??
    protectedOverwritten(input.overwrites, input.protect) ??
    tinyBuild(input) ??
    rootDeleted(input) ??
    maxDeleteExceeded(input)
  );
}
