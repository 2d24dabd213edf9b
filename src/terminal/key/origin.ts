import {createKeyPair, type KeyType} from '../../signing/index.js';
import type {KeyOrigin} from '../../stack/index.js';
import {givenPassphrase} from '../sign/signer.js';

export interface PairFlags {
  readonly type: KeyType | undefined;
  /** `env:NAME` */
  readonly passphrase: string | undefined;
}

/** The `--json` result of `key generate`. */
export interface GeneratedKey {
  readonly type: KeyType;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  readonly encrypted: boolean;
}

/** Failures: KEY_FILE_EXISTS (exit 4), KEY_UNWRITABLE, and those of the passphrase. */
export async function generateKey(
  {type, passphrase: written, out}: PairFlags & {readonly out: string},
  env: NodeJS.ProcessEnv = process.env,
): Promise<GeneratedKey> {
  const passphrase = givenPassphrase(written, env, {isAsked: false});
  const made = await createKeyPair({path: out, keyType: type ?? 'rsa', passphrase});
  const {privateKeyFile, publicKeyFile, keyType} = made;
  return {type: keyType, privateKeyFile, publicKeyFile, encrypted: passphrase !== undefined};
}

/** The key that flags name: the file of a pair, or that of a public key made elsewhere. */
export function originOf(
  {
    type,
    passphrase,
    pair,
    publicKey,
  }: PairFlags & {
    readonly pair: string | undefined;
    readonly publicKey: string | undefined;
  },
  env: NodeJS.ProcessEnv = process.env,
): KeyOrigin | undefined {
  if (publicKey !== undefined) return {from: 'public', path: publicKey};
  if (pair === undefined) return undefined;
  return {
    from: 'pair',
    path: pair,
    keyType: type,
    passphrase: givenPassphrase(passphrase, env, {isAsked: false}),
  };
}
