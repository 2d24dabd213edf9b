import {disabledStatus, maxHeadBytes, maxUrlBytes, unknownLocationIsServed} from './choices.js';
import type {Exchange, Step, Verdict} from './exchange.js';
import {runViewerRequest} from './functions/viewer-request.js';
import {field} from './message.js';
import {judgeAccess} from './rules/signed-access.js';
import {redirect, refuse, refuseAccess, type Refusal} from './viewer/pages.js';

const refusal = ({viewer}: Exchange, what: Refusal, close = false): Verdict => ({
  reply: refuse(what, viewer.id, close),
  customPage: false,
});

/** 414 above 8,192 bytes of URL, 494 above 32,768 bytes of request head; the connection ends (facts §2). */
const checkSizes: Step = exchange => {
  const {path, query, rawHeaders} = exchange.viewer;
  if (path.length + query.length > maxUrlBytes) {
    return refusal(exchange, {status: 414, reason: 'The URL is longer than 8,192 bytes.'}, true);
  }
  let bytes = path.length + query.length;
  for (const text of rawHeaders) bytes += text.length + 2;
  return bytes > maxHeadBytes
    ? refusal(exchange, {status: 494, reason: 'The request headers are larger than 32,768 bytes.'}, true)
    : undefined;
};

/** A request target is a path of printable characters; anything else is no request for a distribution. */
const checkTarget: Step = exchange =>
  /^\/[\x21-\xff]*$/.test(exchange.viewer.path) && !/[^\x21-\xff]/.test(exchange.viewer.query)
    ? undefined
    : refusal(exchange, {status: 400, reason: 'Bad request. The request target is not a path.'});

/** A second Host line would let two parties on the way see two different requests (RFC 9112 section 3.2). */
const checkHost: Step = exchange => {
  const {rawHeaders} = exchange.viewer;
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  return hosts.length > 1
    ? refusal(
        exchange,
        {status: 400, reason: 'Bad request. The request has more than one Host header.'},
        true,
      )
    : undefined;
};

/** More than two distributions in a chain: this one would be the third (facts §2). */
const checkLoop: Step = exchange => {
  const via = field(exchange.viewer.headers, 'via');
  return via !== undefined && via.split('(CloudFront)').length > 2
    ? refusal(exchange, {
        status: 403,
        reason: 'The request passed through more than two CloudFront distributions.',
      })
    : undefined;
};

const checkEnabled: Step = exchange =>
  exchange.distribution.enabled
    ? undefined
    : refusal(exchange, {status: disabledStatus, reason: 'The distribution is disabled.'});

/** Whitelist and blacklist for the whole distribution; an unknown location is served (facts §13). */
const checkLocation: Step = ({viewer, distribution}) => {
  const {geo} = distribution;
  if (geo.kind === 'none' || viewer.path.startsWith('/.well-known/pki-validation/')) return undefined;
  const served =
    viewer.country === undefined
      ? unknownLocationIsServed
      : geo.countries.has(viewer.country) === (geo.kind === 'whitelist');
  if (served) return undefined;
  const reason = 'The Amazon CloudFront distribution is configured to block access from your country.';
  return {reply: refuse({status: 403, reason}, viewer.id), customPage: true};
};

const methodReason =
  'This distribution is not configured to allow the HTTP request method that was used for this request. The distribution supports only cachable requests.';

const checkMethod: Step = exchange => {
  const {viewer, behavior} = exchange;
  if (!behavior.allowed.has(viewer.method)) return refusal(exchange, {status: 403, reason: methodReason});
  return viewer.method === 'GET' && viewer.body !== undefined
    ? refusal(exchange, {status: 403, reason: 'Bad request. A GET request must not have a body.'})
    : undefined;
};

/**
 * Viewer protocol policy for plain HTTP (facts §2): 301 for GET and HEAD, 307 for other methods over HTTP/1.1, 403 over
 * older; https-only 403. `Location` is CloudFront's `https://host/path`; when the Host names a port, that of the edge's
 * TLS listener takes its place, so that the redirect leads somewhere on this machine.
 */
const checkProtocol: Step = exchange => {
  const {viewer, behavior, tlsPort} = exchange;
  if (viewer.scheme === 'https' || behavior.protocolPolicy === 'allow-all') return undefined;
  if (behavior.protocolPolicy === 'https-only') {
    return refusal(exchange, {
      status: 403,
      reason: 'The distribution is configured to accept only HTTPS requests.',
    });
  }
  const reads = viewer.method === 'GET' || viewer.method === 'HEAD';
  if (!reads && viewer.httpVersion === '1.0') {
    return refusal(exchange, {
      status: 403,
      reason: 'Only GET and HEAD are redirected to HTTPS over HTTP/1.0.',
    });
  }
  const host = viewer.port !== undefined && tlsPort !== undefined ? `${viewer.host}:${tlsPort}` : viewer.host;
  const query = viewer.query === '' ? '' : `?${viewer.query}`;
  return {reply: redirect(reads ? 301 : 307, `https://${host}${viewer.path}${query}`), customPage: false};
};

/** Signed URLs and signed cookies, where the behavior has signers. OPTIONS, which browsers send bare, passes (facts §12). */
const checkAccess: Step = ({viewer, distribution, behavior, clock}) => {
  const {signers: keys} = behavior;
  if (keys === undefined || viewer.method === 'OPTIONS') return undefined;
  const {domainName} = distribution;
  const refused = judgeAccess({viewer, keys, domainName, now: clock.now()});
  return refused === undefined ? undefined : {reply: refuseAccess(refused), customPage: true};
};

/** Everything between choosing the behavior and asking the cache, in order. */
export const viewerSteps: readonly Step[] = [
  checkSizes,
  checkTarget,
  checkHost,
  checkEnabled,
  checkLoop,
  checkLocation,
  checkMethod,
  checkProtocol,
  checkAccess,
  runViewerRequest,
];
