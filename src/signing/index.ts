export {signBulk} from './bulk.js';
export {whyNot} from './refusal.js';
export {checkCookieRequest, checkUrlRequest, readWrittenPolicy} from './request.js';
export {createSigner, signCookies, signUrl} from './sign.js';
export {verifySigned} from './verify.js';
export {readCookies, toCookieHeader, toCurl, toNetscape, toSetCookie} from './cookies.js';
export {
  generateKeyPair,
  keyTypeOf,
  loadPrivateKey,
  publicKeyOf,
  readPublicKey,
  writePrivateKey,
} from './keys.js';
export {
  changeKeyComment,
  deletePublicKey,
  ensurePublicKey,
  fingerprintOf,
  hasGivenName,
  listPublicKeys,
  type PublicKeyEntry,
} from './public-keys.js';
export {
  changeKeyGroup,
  createKeyGroup,
  deleteKeyGroup,
  findKeyGroup,
  keysWith,
  keysWithout,
  listKeyGroups,
  readKeyGroup,
  type KeyGroup,
} from './key-groups.js';
export {
  createKeyPair,
  ensureKeyPair,
  findKeyPair,
  publicFileOf,
  readPublicFile,
  type KeyPairFiles,
} from './key-files.js';
export {
  groupMark,
  isoSeconds,
  readNote,
  readRotated,
  writeNote,
  writeRotated,
  type RotationNote,
} from './rotation-note.js';
export type * from './types.js';
