import {randomBytes, type KeyObject} from 'node:crypto';
import {constants} from 'node:fs';
import {copyFile, link, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {Failure} from '../failure.js';
import {generateKeyPair, loadPrivateKey, publicKeyOf, readPublicKey, writePrivateKey} from './keys.js';
import {quoted, refusal, whyNot} from './refusal.js';
import type {KeyType} from './types.js';

/** A key pair of which the private half lies in a file. */
export interface KeyPairFiles {
  readonly keyType: KeyType;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  /** SPKI. */
  readonly publicPem: string;
  /** Such as a private key that others may read. */
  readonly warnings: readonly string[];
}

/** Where the public key stands beside its private one. */
export const publicFileOf = (privateKeyFile: string): string =>
  `${privateKeyFile.replace(/\.(pem|key)$/i, '')}.pub.pem`;

interface PairOptions {
  readonly path: string;
  readonly keyType: KeyType;
  readonly passphrase?: string | undefined;
}

/** Makes a new pair; neither file may exist. Failures: KEY_FILE_EXISTS (exit 4), KEY_UNWRITABLE. */
export async function createKeyPair({path, keyType, passphrase}: PairOptions): Promise<KeyPairFiles> {
  const publicKeyFile = publicFileOf(path);
  for (const each of [path, publicKeyFile]) if (await exists(each)) throw fileExists(each);
  const pair = await generateKeyPair(keyType);
  await writeWhole(path, pair.privateKey, passphrase);
  await writePublic(publicKeyFile, pair.publicPem);
  return {keyType, privateKeyFile: path, publicKeyFile, publicPem: pair.publicPem, warnings: []};
}

/**
 * The pair of which `path` holds the private key: a run that stopped has left it there. Undefined without that file.
 * Failures: those of `loadPrivateKey`.
 */
export async function findKeyPair(
  path: string,
  passphrase: string | undefined,
): Promise<KeyPairFiles | undefined> {
  if (!(await exists(path))) return undefined;
  const {privateKey, keyType, warnings} = await loadPrivateKey({from: 'file', path}, {env: {}, passphrase});
  return {
    keyType,
    privateKeyFile: path,
    publicKeyFile: publicFileOf(path),
    publicPem: publicKeyOf(privateKey),
    warnings,
  };
}

/**
 * The pair in `path`, made where there is no such file, so that a rerun goes on with the key of the run before.
 * Failures: KEY_TYPE_DIFFERS (exit 4) for a key of the other type, KEY_FILE_EXISTS for a foreign public key beside it.
 */
export async function ensureKeyPair(
  options: Omit<PairOptions, 'keyType'> & {readonly keyType?: KeyType | undefined},
): Promise<KeyPairFiles & {readonly isNew: boolean}> {
  const {path, keyType, passphrase} = options;
  const found = await findKeyPair(path, passphrase);
  if (found === undefined) {
    return {...(await createKeyPair({path, keyType: keyType ?? 'rsa', passphrase})), isNew: true};
  }
  if (keyType !== undefined && found.keyType !== keyType) {
    throw new Failure(
      'conflict',
      'KEY_TYPE_DIFFERS',
      `The file ${quoted(path, 200)} holds a key of type ${found.keyType}, not ${keyType}.`,
      {hint: 'Name another file, or leave out --type.'},
    );
  }
  await writePublic(found.publicKeyFile, found.publicPem);
  return {...found, isNew: false};
}

/** A public key's PEM from a file, as CreatePublicKey takes it. Failures: KEY_UNREADABLE, KEY_IS_PRIVATE, KEY_NOT_PEM, KEY_TYPE. */
export async function readPublicFile(path: string): Promise<string> {
  const name = `The key file ${quoted(path, 200)}`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw refusal('KEY_UNREADABLE', `${name} cannot be read: ${whyNot(cause)}.`);
  }
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) {
    throw refusal(
      'KEY_IS_PRIVATE',
      `${name} holds a private key, which is never sent to CloudFront.`,
      'Name the file of its public key; `openssl pkey -in FILE -pubout` writes it.',
    );
  }
  return publicKeyOf(readPublicKey(text, name));
}

/**
 * Under a passing name first, so that a run that is killed leaves no half of a key under the real one. The name is this
 * run's own: of two runs at once one gets the file, the other is refused.
 */
async function writeWhole(path: string, key: KeyObject, passphrase: string | undefined): Promise<void> {
  await dropOldParts(path);
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await writePrivateKey(part, key, {passphrase, named: path});
    // Unlike a rename neither replaces a file that came in between. The latter is for file systems without hard links.
    await link(part, path).catch(async (cause: unknown) => {
      if (errnoOf(cause) === 'EEXIST') throw cause;
      await copyFile(part, path, constants.COPYFILE_EXCL);
    });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw errnoOf(cause) === 'EEXIST' ? fileExists(path) : unwritable(path, cause);
  } finally {
    await rm(part, {force: true});
  }
}

const oldMs = 60_000;

/** What killed runs have left: key material that nothing uses. A run that is under way takes moments. */
async function dropOldParts(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const rest = /^\.[0-9a-f]{8}\.part$/;
  const parts = names.filter(
    name => name.startsWith(basename(path)) && rest.test(name.slice(basename(path).length)),
  );
  for (const part of parts.map(name => join(folder, name))) {
    const {mtimeMs} = await stat(part).catch(() => ({mtimeMs: Number.POSITIVE_INFINITY}));
    if (Date.now() - mtimeMs > oldMs) await rm(part, {force: true});
  }
}

async function writePublic(path: string, pem: string): Promise<void> {
  try {
    await writeFile(path, pem, {flag: 'wx', mode: 0o644});
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') {
      throw unwritable(path, cause);
    }
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === pem) return;
    // What a killed run wrote of the same key.
    if (text !== undefined && pem.startsWith(text)) await writeFile(path, pem);
    else throw fileExists(path);
  }
}

const unwritable = (path: string, cause: unknown): Failure =>
  refusal('KEY_UNWRITABLE', `The file ${quoted(path, 200)} cannot be written: ${whyNot(cause)}.`);

const fileExists = (path: string): Failure =>
  new Failure(
    'conflict',
    'KEY_FILE_EXISTS',
    `The file ${quoted(path, 200)} exists already and is not overwritten.`,
    {hint: 'Name another file: an overwritten key cannot be had back.'},
  );

const exists = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    (cause: unknown) => errnoOf(cause) !== 'ENOENT',
  );

function errnoOf(cause: unknown): string | undefined {
  const {code} = cause as {readonly code?: unknown};
  return typeof code === 'string' ? code : undefined;
}
