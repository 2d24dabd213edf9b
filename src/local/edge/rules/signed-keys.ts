import {createPublicKey, verify} from 'node:crypto';
import {rememberedSignatures} from '../choices.js';

export type SignatureHash = 'sha1' | 'sha256';

/** Whether a signature over these bytes is this key's: RSA PKCS #1 v1.5, or ECDSA in DER. */
export type Verifies = (hash: SignatureHash, signed: Buffer, signature: Buffer) => boolean;

/** Public keys by id that sign for a behavior. Empty: nobody can. */
export type TrustedKeys = ReadonlyMap<string, Verifies>;

/**
 * Compiles a PEM public key. The last good signatures are remembered: the requests of one player, or of everybody who
 * shares a link, cost one verification.
 */
export const compileKey = (pem: string): Verifies => {
  const key = createPublicKey(pem);
  const good = new Set<string>();
  return (hash, signed, signature) => {
    const name = `${hash} ${signature.toString('latin1')} ${signed.toString('latin1')}`;
    if (good.delete(name)) {
      good.add(name);
      return true;
    }
    if (!verify(hash, signed, key, signature)) return false;
    good.add(name);
    if (good.size > rememberedSignatures) {
      for (const oldest of good) {
        good.delete(oldest);
        break;
      }
    }
    return true;
  };
};
