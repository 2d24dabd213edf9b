import {createPublicKey, sign as signBytes, type KeyObject} from 'node:crypto';
import {Failure} from '../failure.js';
import {longestUrl, tooLong} from './address.js';
import {keyTypeOf} from './keys.js';
import {cannedPolicy, customPolicy, toUrlBase64} from './policy.js';
import {refusal} from './refusal.js';
import type {
  CookieRequest,
  Hash,
  SignedCookies,
  SignedInput,
  SignedUrl,
  Signer,
  Terms,
  UrlRequest,
} from './types.js';
import {verifySignature} from './verify.js';

export interface SignerOptions {
  readonly privateKey: KeyObject;
  /** The id of the public key in CloudFront, such as K2JCJMDEHXQW5F. */
  readonly keyPairId: string;
  /** Default SHA-1, as CloudFront's. */
  readonly hash?: Hash | undefined;
}

/**
 * A signer for any number of signatures.
 * @throws Failure KEY_PAIR_ID, KEY_TYPE.
 */
export function createSigner({privateKey, keyPairId, hash = 'sha1'}: SignerOptions): Signer {
  if (!/^[A-Z0-9]{8,32}$/.test(keyPairId)) {
    throw refusal(
      'KEY_PAIR_ID',
      'The key pair id is not one of CloudFront: capital letters and digits, such as K2JCJMDEHXQW5F.',
      'It is the id of the public key, not the name of the key, the key group or its file.',
    );
  }
  return {
    keyPairId,
    hash,
    keyType: keyTypeOf(privateKey),
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}

/**
 * Signs, and verifies what it is about to return by reading it as a viewer's request (`verify: false`: for a bulk run
 * that verifies a sample).
 * @throws Failure URL_TOO_LONG; SIGNATURE_NOT_VERIFIED (exit 1), which would be a fault of frontctl's.
 */
export function signUrl(request: UrlRequest, signer: Signer, {verify = true} = {}): SignedUrl {
  const {url, expires, kind} = request;
  const {policy, signature} = signPolicy(request, signer);
  const first = kind === 'canned' ? `Expires=${expires}` : `Policy=${toUrlBase64(Buffer.from(policy))}`;
  const last = signer.hash === 'sha256' ? '&Hash-Algorithm=SHA256' : '';
  const query = `${first}&Signature=${signature}&Key-Pair-Id=${signer.keyPairId}${last}`;
  const signed = `${url}${url.includes('?') ? '&' : '?'}${query}`;
  if (signed.length > longestUrl) throw tooLong(signed.length);
  if (verify) selfCheck({url: signed}, request, signer);
  return {url: signed, query, kind, policy, expires};
}

/**
 * Signs cookies, verified like URLs. Those with a canned policy open exactly one URL.
 * @throws Failure SIGNATURE_NOT_VERIFIED (exit 1).
 */
export function signCookies(request: CookieRequest, signer: Signer): SignedCookies {
  const {expires, kind} = request;
  const {policy, signature} = signPolicy(request, signer);
  const cookies = {
    ...(kind === 'canned'
      ? {'CloudFront-Expires': String(expires)}
      : {'CloudFront-Policy': toUrlBase64(Buffer.from(policy))}),
    'CloudFront-Signature': signature,
    'CloudFront-Key-Pair-Id': signer.keyPairId,
    ...(signer.hash === 'sha256' ? {'CloudFront-Hash-Algorithm': 'SHA256'} : {}),
  };
  selfCheck({cookies, url: kind === 'canned' ? request.resource : undefined}, request, signer);
  return {cookies, kind, policy, expires};
}

/**
 * RSASSA-PKCS1-v1_5, or ECDSA in DER: what `openssl sha1 -sign` of AWS's own recipe writes for either kind of key.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-linux-openssl.html
 */
function signPolicy(
  terms: Terms & Pick<UrlRequest, 'kind'>,
  signer: Signer,
): {policy: string; signature: string} {
  const policy = terms.kind === 'canned' ? cannedPolicy(terms.resource, terms.expires) : customPolicy(terms);
  return {policy, signature: toUrlBase64(signBytes(signer.hash, Buffer.from(policy), signer.privateKey))};
}

/** Reads what is about to be handed out as the edge will, and compares with the terms that were asked for. */
function selfCheck(signed: SignedInput, terms: Terms, {keyPairId, publicKey}: Signer): void {
  const found = verifySignature(signed, new Map([[keyPairId, publicKey]]));
  const right =
    'terms' in found &&
    found.terms.resource === terms.resource &&
    found.terms.expires === terms.expires &&
    found.terms.starts === terms.starts &&
    found.terms.ip === terms.ip;
  if (right) return;
  const reason = 'valid' in found ? found.reason : 'other terms';
  throw new Failure('unexpected', 'SIGNATURE_NOT_VERIFIED', `A new signature does not verify: ${reason}.`, {
    hint: 'Nothing was handed out. Please report the URL, without the key.',
  });
}
