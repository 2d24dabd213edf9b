import {Failure} from '../../failure.js';
import {keyGlob, type Site} from '../../site/index.js';
import {listing} from './listing.js';

/** SECRETS_IN_BUILD: the build has files that look like secrets, and `deploy.allowSecrets` does not name them. */
export function secretsInBuild(
  suspects: Site['suspects'],
  allowSecrets: readonly string[],
): Failure | undefined {
  if (suspects.length === 0) return undefined;
  const allowed = allowSecrets.map(keyGlob);
  const refused = suspects.filter(({key}) => !allowed.some(({matches}) => matches(key)));
  if (refused.length === 0) return undefined;
  return new Failure(
    'refused',
    'SECRETS_IN_BUILD',
    `The build would publish secrets: ${listing(refused.map(({key, why}) => `${key} ${why}`))}.`,
    {
      hint: 'Take them out of the build, or leave them behind with site.ignore. What may be public is named in deploy.allowSecrets.',
    },
  );
}
