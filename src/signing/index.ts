export {signBulk} from './bulk.js';
export {checkCookieRequest, checkUrlRequest, readWrittenPolicy} from './request.js';
export {createSigner, signCookies, signUrl, type SignerOptions} from './sign.js';
export {verifySigned} from './verify.js';
export {readCookies, toCookieHeader, toCurl, toNetscape, toSetCookie} from './cookies.js';
export {
  generateKeyPair,
  keyTypeOf,
  loadPrivateKey,
  publicKeyOf,
  readPublicKey,
  writePrivateKey,
  type LoadOptions,
} from './keys.js';
export type * from './types.js';
