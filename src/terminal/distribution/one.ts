import {Failure} from '../../failure.js';
import type {Distribution} from '../../distribution/index.js';
import {asUrl, findTargets, idAt, localUrls} from '../invalidate/target.js';
import type {Session} from '../session.js';

export interface OneFlags {
  /** Id, host name, URL, tag or site name; the config's distribution when left out. */
  readonly distribution: string | undefined;
  readonly local: boolean;
}

/** Failures: ONE_DISTRIBUTION, NO_DISTRIBUTION, NO_SUCH_DISTRIBUTION (exit 2), and those of the call. */
export async function findOne(session: Session, {distribution, local}: OneFlags): Promise<Distribution> {
  const named = distribution === undefined ? undefined : [await withoutUrl(session, distribution, local)];
  const [only, second] = await findTargets(session, {distribution: named, tenant: undefined, local});
  if (only !== undefined && second === undefined) return only.distribution();
  throw new Failure('usage', 'ONE_DISTRIBUTION', `${distribution ?? ''} names several distributions.`, {
    hint: 'Name one by its id: `frontctl distribution list` shows them.',
  });
}

/** Of a URL its host, or the distribution that it belongs to in the embedded cloud. */
async function withoutUrl(session: Session, named: string, local: boolean): Promise<string> {
  const url = asUrl(named);
  if (url === undefined) return named;
  return (local ? idAt(url, await localUrls(session)) : undefined) ?? url.hostname;
}
