import {findCloud} from '../embedded-cloud.js';
import type {Session} from '../session.js';

/** The address of a distribution's own port on this machine, which a browser opens without DNS or certificates. */
export async function localAddress(session: Session, distributionId: string): Promise<string | undefined> {
  const status = await findCloud(await session.location());
  return status?.distributions.find(({id}) => id === distributionId)?.url;
}
