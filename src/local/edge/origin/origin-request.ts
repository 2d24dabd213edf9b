import type {Negotiation} from '../rules/accept-encoding.js';
import type {Exchange} from '../exchange.js';
import {headersToOrigin} from '../rules/headers-to-origin.js';
import type {CompiledOrigin} from './address.js';
import {hostOf} from './ask.js';
import type {OriginRequest} from './request.js';
import {selectCookies, selectQuery} from '../rules/selection.js';

/** Which conditions and ranges go to the origin. */
export type Conditions =
  /** The viewer's own, as far as the behavior forwards them. */
  | {readonly kind: 'viewer'}
  /** None: the whole object is wanted. */
  | {readonly kind: 'whole'}
  | {readonly kind: 'range'; readonly range: string}
  /** Whether a stale copy still holds. */
  | {readonly kind: 'revalidate'; readonly validators: Readonly<Record<string, string>>};

const conditionHeaders = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
];

const conditional = (headers: Record<string, string>, conditions: Conditions): Record<string, string> => {
  if (conditions.kind === 'viewer') return headers;
  const rest = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !conditionHeaders.includes(name)),
  );
  switch (conditions.kind) {
    case 'whole':
      return rest;
    case 'range':
      return {...rest, range: conditions.range};
    case 'revalidate':
      return {...rest, ...conditions.validators};
  }
};

/** The request for one origin of the behavior: what cache and origin request policies select, and no more (facts §3). */
export const originRequestFor = (
  exchange: Exchange,
  origin: CompiledOrigin,
  conditions: Conditions,
  negotiation: Negotiation | undefined,
): OriginRequest => {
  const {viewer, behavior, distribution, path} = exchange;
  // A stale copy is renewed by GET even when a HEAD asked for it.
  const method = viewer.method === 'HEAD' && conditions.kind !== 'viewer' ? 'GET' : viewer.method;
  const query = selectQuery(viewer.query, behavior.query);
  const encoding = negotiation?.toOrigin;
  const headers = headersToOrigin({
    viewer,
    method,
    rule: behavior.headers,
    cookies: selectCookies(viewer, behavior.cookies),
    acceptEncoding:
      negotiation === undefined
        ? 'viewer'
        : {value: encoding === 'identity' && !behavior.identityToOrigin ? undefined : encoding},
    origin: {host: hostOf(origin, viewer.scheme), customHeaders: origin.customHeaders},
    via: distribution.via,
  });
  const chunked = viewer.body !== undefined && headers['content-length'] === undefined;
  return {
    method,
    target: query === '' ? path : `${path}?${query}`,
    headers: conditional(chunked ? {...headers, 'transfer-encoding': 'chunked'} : headers, conditions),
    body: viewer.body,
    viewerScheme: viewer.scheme,
    distributionArn: distribution.arn,
  };
};
