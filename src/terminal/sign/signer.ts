import path from 'node:path';
import type {SigningConfig} from '../../config/index.js';
import {Failure} from '../../failure.js';
import {
  createSigner,
  loadPrivateKey,
  type Hash,
  type KeySource,
  type LoadedKey,
  type Signer,
} from '../../signing/index.js';
import {askAtTerminal} from '../passphrase.js';
import type {Session} from '../session.js';
import {standardInput} from './stdin.js';

export interface KeyFlags {
  readonly key: string | undefined;
  readonly keyPairId: string | undefined;
  /** `env:NAME` */
  readonly passphrase: string | undefined;
  readonly hash: Hash | undefined;
}

export interface OpenedSigner {
  readonly signer: Signer;
  readonly warnings: readonly string[];
}

const passphraseVariable = 'FRONTCTL_KEY_PASSPHRASE';

/**
 * The signer that flags and config name.
 * @throws Failure KEY_NOT_NAMED, KEY_PAIR_ID_NOT_NAMED, ENVIRONMENT_NAME, PASSPHRASE_IN_ARGUMENTS, PASSPHRASE_MISSING,
 * those of `loadPrivateKey` and `createSigner`.
 */
export async function openSigner(
  session: Session,
  flags: KeyFlags,
  env: NodeJS.ProcessEnv = process.env,
): Promise<OpenedSigner> {
  const {config, root} = await session.config();
  const source = keySource(flags.key, config.signing, {root, signal: session.signal});
  const keyPairId = flags.keyPairId ?? config.signing?.keyPairId;
  if (keyPairId === undefined) {
    throw new Failure(
      'usage',
      'KEY_PAIR_ID_NOT_NAMED',
      '--key-pair-id is missing: CloudFront finds the public key by it.',
      {
        hint: 'It is the id of the public key, such as K2JCJMDEHXQW5F: `frontctl key list` shows it. Write --key-pair-id ID, or signing.keyPairId in the config.',
      },
    );
  }
  const {privateKey, warnings} = await loadKey(source, flags.passphrase, {env, signal: session.signal});
  const signer = createSigner({privateKey, keyPairId, hash: flags.hash ?? config.signing?.hash});
  return {signer, warnings};
}

function keySource(
  flag: string | undefined,
  config: SigningConfig | undefined,
  {root, signal}: {readonly root: string; readonly signal: AbortSignal},
): KeySource {
  const given = flag ?? config?.key;
  if (given === undefined || given === '') {
    throw new Failure('usage', 'KEY_NOT_NAMED', 'There is no private key to sign with.', {
      hint: 'Write --key FILE, --key env:NAME for an environment variable, --key - for standard input, or signing.key in the config.',
    });
  }
  if (given.startsWith('env:')) return {from: 'environment', name: variableName(given, '--key')};
  if (flag === undefined) return {from: 'file', path: path.resolve(root, given)};
  if (flag !== '-') return {from: 'file', path: flag};
  if (process.stdin.isTTY) {
    throw new Failure(
      'usage',
      'KEY_FROM_TERMINAL',
      'Standard input is a terminal, which would show the key.',
      {
        hint: 'Pipe the key in, or name its file with --key FILE.',
      },
    );
  }
  return {from: 'stdin', input: standardInput(signal)};
}

/** What stands after `env:` is not repeated where it is no name: it may be the secret itself. */
function variableName(given: string, flag: string): string {
  const name = given.slice('env:'.length);
  if (/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name)) return name;
  throw new Failure('usage', 'ENVIRONMENT_NAME', `${flag} env: is not followed by the name of a variable.`, {
    hint: 'Write env:NAME, with letters, digits and underscores, without a $.',
  });
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** An encrypted key without a passphrase asks for it where a person is; a key that came through stdin is gone by then. */
async function loadKey(
  source: KeySource,
  flag: string | undefined,
  {env, signal}: Surroundings,
): Promise<LoadedKey> {
  const passphrase = givenPassphrase(flag, env);
  try {
    return await loadPrivateKey(source, {env, passphrase});
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'KEY_PASSPHRASE' || passphrase !== undefined)
      throw error;
    const asked =
      source.from === 'stdin' ? undefined : await askAtTerminal({prompt: 'Passphrase of the key', signal});
    if (asked !== undefined && asked !== '') return loadPrivateKey(source, {env, passphrase: asked});
    throw new Failure('usage', error.code, error.message, {
      hint: `Put its passphrase into ${passphraseVariable}, or into another variable that --passphrase env:NAME names.`,
    });
  }
}

/** What --passphrase names, else FRONTCTL_KEY_PASSPHRASE; `isAsked`: a terminal is asked without both. Failures PASSPHRASE_IN_ARGUMENTS, ENVIRONMENT_NAME, PASSPHRASE_MISSING. */
export function givenPassphrase(
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
  {isAsked = true}: {readonly isAsked?: boolean} = {},
): string | undefined {
  if (flag === undefined) {
    const usual = env[passphraseVariable];
    return usual === '' ? undefined : usual;
  }
  if (!flag.startsWith('env:')) {
    throw new Failure(
      'usage',
      'PASSPHRASE_IN_ARGUMENTS',
      'A passphrase does not belong on the command line, where other users can see it.',
      {
        hint: `Put it into ${passphraseVariable}, or into another variable that --passphrase env:NAME names${isAsked ? '; on a terminal, leave the flag out and you are asked' : ''}.`,
      },
    );
  }
  const name = variableName(flag, '--passphrase');
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new Failure('usage', 'PASSPHRASE_MISSING', `The variable ${name} of --passphrase is not set.`, {
    hint: 'Set it to the passphrase of the key.',
  });
}
