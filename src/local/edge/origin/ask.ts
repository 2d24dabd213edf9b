import type {FetchS3} from '../types.js';
import type {StartDeadline} from '../deadlines.js';
import type {CompiledOrigin} from './address.js';
import {askCustom, originHost, type Connections} from './custom.js';
import {OriginFailure, type Arrival, type OriginRequest} from './request.js';
import {askS3} from './s3.js';

export interface OriginAccess {
  readonly fetchS3: FetchS3;
  readonly connections: Connections;
  readonly startDeadline: StartDeadline;
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The Host of an origin, for requests that do not carry the viewer's. */
export const hostOf = (origin: CompiledOrigin, viewerScheme: 'http' | 'https'): string =>
  origin.kind === 'custom' ? originHost(origin, viewerScheme) : origin.domainName;

/** One origin, with its connection attempts: only GET and HEAD are repeated after a read timeout, bodies never. */
const askOrigin = async (
  origin: CompiledOrigin,
  request: OriginRequest,
  access: OriginAccess,
): Promise<Arrival> => {
  if (origin.kind === 'unsupported') throw new OriginFailure(502, 502, origin.why, 'never');
  if (origin.kind === 's3') return askS3(origin, request, access.fetchS3);
  const attempts = request.body === undefined && repeatable.has(request.method) ? origin.attempts : 1;
  for (let left = attempts - 1; ; left--) {
    try {
      return await askCustom(origin, request, access.connections, access.startDeadline);
    } catch (error) {
      if (!(error instanceof OriginFailure)) {
        throw new OriginFailure(502, 502, error instanceof Error ? error.message : String(error), 'never');
      }
      const timedOut = error.countsAs === 504;
      if (left === 0 || error.retry === 'never' || (timedOut && request.method === 'OPTIONS')) throw error;
    }
  }
};

/**
 * Asks the origins of a behavior in order (facts §7): the next one when the answer's status, or the code that a failure
 * counts as, is among `failover`; the last one's answer or failure stands. `requestFor` makes each origin's own request.
 */
export const askOrigins = async (
  origins: readonly CompiledOrigin[],
  failover: ReadonlySet<number>,
  requestFor: (origin: CompiledOrigin) => OriginRequest,
  access: OriginAccess,
): Promise<Arrival> => {
  for (const [i, origin] of origins.entries()) {
    const last = i === origins.length - 1;
    const request = requestFor(origin);
    try {
      const arrival = await askOrigin(origin, request, access);
      if (last || !failover.has(arrival.status)) return arrival;
      arrival.body.destroy();
    } catch (error) {
      if (last || !(error instanceof OriginFailure) || !failover.has(error.countsAs)) throw error;
    }
  }
  throw new OriginFailure(502, 502, 'The origin group has no members.', 'never');
};
