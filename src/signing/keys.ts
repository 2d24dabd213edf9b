import {createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject} from 'node:crypto';
import {statSync} from 'node:fs';
import {open, readFile, stat} from 'node:fs/promises';
import {dirname, isAbsolute, parse} from 'node:path';
import {promisify} from 'node:util';
import {Failure} from '../failure.js';
import {quoted, refusal, whyNot} from './refusal.js';
import type {GeneratedKeyPair, KeySource, KeyType, LoadedKey} from './types.js';

const allowed = 'CloudFront takes RSA keys of 2,048 bits and ECDSA keys on P-256 (prime256v1).';
/** More than any PEM of an allowed key, with certificates and comments around it. */
const longestKey = 64 * 1024;

export interface LoadOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Of an encrypted PEM. */
  readonly passphrase?: string | undefined;
}

/**
 * Reads a private key: PKCS#1, PKCS#8 (also encrypted) or SEC1, as PEM or the Base64 of one. No error text holds any of it.
 * @throws Failure KEY_UNREADABLE, KEY_MISSING, KEY_NOT_PRIVATE, KEY_NOT_PEM, KEY_PASSPHRASE, KEY_TYPE.
 */
export async function loadPrivateKey(source: KeySource, {env, passphrase}: LoadOptions): Promise<LoadedKey> {
  const name = describe(source);
  const warnings: string[] = [];
  let pem: string;
  switch (source.from) {
    case 'file':
      pem = await readKeyFile(source.path, name, warnings);
      break;
    case 'environment':
      // CI systems keep secrets on one line, with \n written out.
      pem = (env[source.name] ?? '').replaceAll('\\n', '\n');
      if (pem === '') {
        throw refusal(
          'KEY_MISSING',
          `${name} is not set, so there is no private key.`,
          'Set it to the PEM text of the key.',
        );
      }
      break;
    case 'stdin':
      pem = await readAll(source.input);
  }
  const privateKey = parsePrivateKey(pem, name, passphrase);
  return {privateKey, keyType: keyTypeOf(privateKey, name), warnings};
}

function describe(source: KeySource): string {
  switch (source.from) {
    case 'file':
      return `The key file ${shownPath(source.path)}`;
    case 'environment':
      return `The environment variable ${quoted(source.name, 80)}`;
    case 'stdin':
      return 'The key on standard input';
  }
}

/** A long path can look like base64; one into a folder that exists is no key. */
function shownPath(path: string): string {
  const folder = dirname(path);
  const isPath =
    !/[\r\n]|PRIVATE/.test(path) && isAbsolute(path) && folder !== parse(path).root && isFolder(folder);
  return isPath ? JSON.stringify(path) : quoted(path, 200);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function readKeyFile(path: string, name: string, warnings: string[]): Promise<string> {
  try {
    const {mode, size} = await stat(path);
    if (size > longestKey) throw refusal('KEY_NOT_PEM', `${name} is too long for a key.`, allowed);
    // Windows has no such bits: Node reports all of them set.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      warnings.push(
        `${name} may be read or written by other users (mode ${(mode & 0o777).toString(8)}): chmod 600 it.`,
      );
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw refusal(
      'KEY_UNREADABLE',
      `${name} cannot be read: ${whyNot(cause)}.`,
      'Name a file with a private key in PEM format, env:NAME for an environment variable, or - for standard input.',
    );
  }
}

async function readAll(input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > longestKey)
      throw refusal('KEY_NOT_PEM', 'The key on standard input is too long for a key.', allowed);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The Base64 of a PEM, without or with line breaks: CI systems often keep secrets so. */
const encodedPem = /^\s*LS0tLS1CRUdJTi/;

/** OpenSSL's own messages are not passed on, not even as a cause: this code decides what is said about a key. */
function parsePrivateKey(text: string, name: string, passphrase: string | undefined): KeyObject {
  const plain = encodedPem.test(text) ? Buffer.from(text, 'base64').toString('utf8') : text;
  const pem = plain.replace(/^\ufeff/, '').trim();
  if (!/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem)) {
    const publicKey = /-----BEGIN ([A-Z]+ )?(PUBLIC KEY|CERTIFICATE)-----/.test(pem);
    throw publicKey
      ? refusal(
          'KEY_NOT_PRIVATE',
          `${name} holds a public key or a certificate.`,
          'Sign with the private key of the pair.',
        )
      : refusal(
          'KEY_NOT_PEM',
          `${name} holds no private key in PEM format.`,
          'The text must begin with -----BEGIN and name a PRIVATE KEY; openssl pkey -inform DER converts a binary one.',
        );
  }
  if (pem.includes('BEGIN OPENSSH PRIVATE KEY')) {
    throw refusal(
      'KEY_NOT_PEM',
      `${name} holds a key in OpenSSH's own format.`,
      'ssh-keygen -p -m PEM -f FILE converts a copy of it.',
    );
  }
  const encrypted = pem.includes('ENCRYPTED');
  if (encrypted && (passphrase ?? '') === '')
    throw refusal('KEY_PASSPHRASE', `${name} is encrypted.`, 'Give its passphrase.');
  try {
    return createPrivateKey({key: pem, format: 'pem', ...(encrypted ? {passphrase} : {})});
  } catch {
    throw encrypted
      ? refusal(
          'KEY_PASSPHRASE',
          `${name} cannot be decrypted.`,
          'The passphrase is wrong, or the file is damaged.',
        )
      : refusal('KEY_NOT_PEM', `${name} is damaged: its PEM cannot be parsed.`, allowed);
  }
}

/** @throws Failure KEY_TYPE. */
export function keyTypeOf(key: KeyObject, name = 'The key'): KeyType {
  const {asymmetricKeyType: type, asymmetricKeyDetails: details} = key;
  if (type === 'rsa' && details?.modulusLength === 2048) return 'rsa';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ecdsa';
  const found =
    type === 'rsa'
      ? `RSA of ${details?.modulusLength ?? 0} bits`
      : type === 'ec'
        ? `on the curve ${details?.namedCurve ?? 'unknown'}`
        : `of type ${type ?? 'secret'}`;
  throw refusal('KEY_TYPE', `${name} is ${found}. ${allowed}`, 'frontctl key generate makes one.');
}

/**
 * A public key from its PEM (SPKI, PKCS#1 or a certificate), or from a private key's.
 * @throws Failure KEY_NOT_PEM, KEY_TYPE.
 */
export function readPublicKey(pem: string, name = 'The public key'): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw refusal('KEY_NOT_PEM', `${name} is not a public key in PEM format.`, allowed);
  }
  keyTypeOf(key, name);
  return key;
}

/** The PEM (SPKI) that CloudFront's CreatePublicKey takes. */
export function publicKeyOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return publicKey.export({type: 'spki', format: 'pem'}) as string;
}

const generateAsync = promisify(generate);

export async function generateKeyPair(keyType: KeyType): Promise<GeneratedKeyPair> {
  const {privateKey, publicKey} =
    keyType === 'rsa'
      ? await generateAsync('rsa', {modulusLength: 2048, publicExponent: 0x10001})
      : await generateAsync('ec', {namedCurve: 'prime256v1'});
  return {keyType, privateKey, publicPem: publicKeyOf(publicKey)};
}

/**
 * Writes a private key as PKCS#8 into a new file that only its owner can read, encrypted where there is a passphrase.
 * @throws Failure KEY_FILE_EXISTS (exit 4), KEY_UNWRITABLE.
 */
export async function writePrivateKey(
  path: string,
  privateKey: KeyObject,
  {
    passphrase,
    named = path,
  }: {
    readonly passphrase?: string | undefined;
    /** In errors, where `path` is a passing one. */
    readonly named?: string;
  } = {},
): Promise<void> {
  const name = shownPath(named);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(
        privateKey.export({
          type: 'pkcs8',
          format: 'pem',
          ...(passphrase === undefined ? {} : {cipher: 'aes-256-cbc', passphrase}),
        }),
      );
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === 'EEXIST') {
      throw new Failure(
        'conflict',
        'KEY_FILE_EXISTS',
        `The file ${name} exists already and is not overwritten.`,
        {
          hint: 'Name another file: an overwritten key cannot be had back.',
        },
      );
    }
    throw code === 'ENOENT'
      ? refusal(
          'KEY_UNWRITABLE',
          `The key file ${name} cannot be written: its folder does not exist.`,
          'Make the folder first, or name a file in one that exists.',
        )
      : refusal('KEY_UNWRITABLE', `The key file ${name} cannot be written: ${whyNot(cause)}.`);
  }
}

function errnoOf(cause: unknown): string | undefined {
  const {code} = cause as {readonly code?: unknown};
  return typeof code === 'string' ? code : undefined;
}
