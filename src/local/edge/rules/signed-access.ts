import {field, type ViewerRequest} from '../message.js';
import {
  decodeSigned,
  readSignedCookies,
  readSignedQuery,
  type SignedFields,
  type SignedQuery,
} from './signed-fields.js';
import type {SignatureHash, TrustedKeys} from './signed-keys.js';
import {cannedPolicy, inRange, inTime, isEpochTime, readPolicy, type SignedPolicy} from './signed-policy.js';
import {resourceMatches, urlText, type SignedUrl} from './signed-resource.js';

/** Why a request is not let in, in CloudFront's own codes and words (facts §12). */
export interface AccessRefusal {
  readonly code: string;
  readonly message: string;
}

const missingKey = {code: 'MissingKey', message: 'Missing Key-Pair-Id query parameter or cookie value'};
const unknownKey = {code: 'InvalidKey', message: 'Unknown Key'};
const malformedSignature = {code: 'MalformedSignature', message: 'Could not unencode Signature'};
const malformedPolicy = {code: 'MalformedPolicy', message: 'Malformed Policy'};
const denied = {code: 'AccessDenied', message: 'Access denied'};

const hashes: ReadonlyMap<string | undefined, SignatureHash> = new Map([
  [undefined, 'sha1'],
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
] as const);

const isLoopback = (host: string): boolean =>
  /^(?:|localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);

/**
 * The URLs that a request may have been signed under. On AWS there is one; here a port stands for 443 (or 80) and a
 * loopback address for the distribution's domain, so the URL that it stands for counts beside the one that was typed.
 */
const urlsOf = (viewer: ViewerRequest, domainName: string, query: string): readonly SignedUrl[] => {
  const {scheme, host, port, path} = viewer;
  const urls: SignedUrl[] = [{protocol: scheme, domain: isLoopback(host) ? domainName : host, path, query}];
  if (port !== undefined) {
    const typed = viewer.tls === undefined ? 'http' : 'https';
    urls.push({protocol: typed, domain: `${host}:${port}`, path, query});
  }
  return urls;
};

export interface AccessInput {
  readonly viewer: ViewerRequest;
  readonly keys: TrustedKeys;
  /** The distribution's own, for viewers who came by a loopback address. */
  readonly domainName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Judges a request for a behavior with signers; undefined lets it in. Order: key id, key, signature, policy (each
 * readable?), hash, signature over the policy, then what the policy says. Guide, "Use signed URLs", "Use signed cookies".
 */
export const judgeAccess = ({viewer, keys, domainName, now}: AccessInput): AccessRefusal | undefined => {
  const query = readSignedQuery(viewer.query);
  const fields = query.fields ?? readSignedCookies(field(viewer.headers, 'cookie'));
  if (fields.keyId === undefined || fields.keyId === '') return missingKey;
  const verifies = keys.get(fields.keyId);
  if (verifies === undefined) return unknownKey;
  const signature = decodeSigned(fields.signature);
  if (signature === undefined) return malformedSignature;
  const claim = claimOf(fields, viewer, domainName, query);
  if (claim === undefined) return malformedPolicy;
  const hash = hashes.get(fields.hash);
  if (hash === undefined) return denied;
  if (!claim.texts.some(text => verifies(hash, text, signature))) return denied;
  const {policy} = claim;
  const allowed =
    inTime(policy, Math.floor(now / 1000)) &&
    (policy.address === undefined || inRange(viewer.address, policy.address)) &&
    (policy.resource === undefined || claim.urls.some(url => resourceMatches(policy.resource ?? '', url)));
  return allowed ? undefined : denied;
};

interface Claim {
  /** What may have been signed: one text for a custom policy, one for each URL of a canned one. */
  readonly texts: readonly Buffer[];
  readonly policy: SignedPolicy;
  readonly urls: readonly SignedUrl[];
}

const claimOf = (
  {policy, expires}: SignedFields,
  viewer: ViewerRequest,
  domainName: string,
  {rest}: SignedQuery,
): Claim | undefined => {
  const urls = urlsOf(viewer, domainName, rest);
  if (policy !== undefined) {
    const text = decodeSigned(policy);
    const read = text === undefined ? undefined : readPolicy(text);
    return text === undefined || read === undefined ? undefined : {texts: [text], policy: read, urls};
  }
  if (expires === undefined || !isEpochTime(expires)) return undefined;
  return {
    texts: urls.map(url => Buffer.from(cannedPolicy(urlText(url), expires), 'latin1')),
    // The URL is right when the signature is: no wildcards here.
    policy: {resource: undefined, before: Number(expires), after: undefined, address: undefined},
    urls,
  };
};
