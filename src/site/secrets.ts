/**
 * Files that must not be public, told by name and by content. Pure.
 *
 * Refused are files that a deploy would publish. Dotfiles (`.env`, `.npmrc`, `.git/`) never are: the walk leaves them
 * behind without a word, so they are no reason to stop; but a link under another name may lead to one. `*.pem`, `*.key`
 * and `*.crt` say nothing by their names, since certificates and Keynote files are called so: their content decides.
 */
import {isNoise, tokenRules, type TokenRule} from './secret-tokens.js';
import {findInRuns} from './token-runs.js';

/** By file name, in small letters; completes "FILE ...". */
const names: readonly (readonly [RegExp, string])[] = [
  [/^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$|\.ppk$/, 'is the private key of an SSH user'],
  [/\.(?:p12|pfx|jks|keystore)$/, 'is a key store'],
  [/\.kdbx?$/, 'is a store of passwords'],
  [/^terraform\.tfstate|\.tfstate(?:\.backup)?$/, 'is a Terraform state with its secrets in plain text'],
  [/\.tfvars(?:\.json)?$/, 'holds Terraform variables'],
  [
    /^\.env(?:\.|$)|.\.env$|^env\.(?:production|prod|staging|stage|development|dev|test|local)(?:\.local)?$/,
    'holds environment variables',
  ],
  [
    /^\.(?:npmrc|yarnrc\.yml|pypirc|netrc|pgpass|my\.cnf|git-credentials|dockercfg|boto|htpasswd)$|^_netrc$|^htpasswd$/,
    'holds credentials',
  ],
];
/** Nearly all files have none of these names: one look instead of one for each. */
const anyName = new RegExp(names.map(([pattern]) => pattern.source).join('|'));
/** `.env.example` and its like are there to be read. */
const sampleName = /(?:^|[._-])(?:example|sample|template|dist|schema)(?:[._-]|$)/;
/** Folders whose files are credentials, or a history that may hold some. */
const secretFolder = /(?:^|\/)(\.(?:git|aws|ssh|gnupg|kube|docker|azure|config\/gcloud))\//;

/** Why a file must not be public by its key, or by what a link under that key leads to; completes "FILE ...". */
export function secretName(key: string, target = key): string | undefined {
  for (const path of target === key ? [key] : [key, target]) {
    const folder = secretFolder.exec(path)?.[1];
    if (folder !== undefined) return `is part of ${folder}`;
    const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    const found = anyName.test(name) ? names.find(([pattern]) => pattern.test(name)) : undefined;
    if (found !== undefined && !sampleName.test(name)) return found[1];
  }
  return undefined;
}

/**
 * Why a file must not be public by what it holds: private keys (PEM, DER under the usual names), AWS secret access keys,
 * tokens, passwords of Docker registries. Completes "FILE ..."; nothing of the secret is in it. Examples of documentation
 * (AKIAIOSFODNN7EXAMPLE), placeholders and bare PEM headers in code pass. `bytes`: the file, or a part of it.
 */
export function secretContent(key: string, bytes: Buffer): string | undefined {
  const what = secretForName(key, bytes) ?? findInRuns(bytes, (start, end) => secretAt(bytes, start, end));
  return what === undefined ? undefined : `holds ${what}`;
}

const rulesByBeginning = new Map<number, readonly TokenRule[]>();
for (const rule of tokenRules) {
  for (const beginning of rule.beginnings) {
    const id = Buffer.from(beginning).readInt32BE();
    rulesByBeginning.set(id, [...(rulesByBeginning.get(id) ?? []), rule]);
  }
}
const accessKeyIds = new Set(['AKIA', 'ASIA'].map(beginning => Buffer.from(beginning).readInt32BE()));

/** Bytes around a run of token characters that are looked at. */
const before = 400;
const after = 600;
/** An AWS secret access key; lines of PEM are longer. */
const longRun = 40;
const [slash, hyphen] = [0x2f, 0x2d];

function secretAt(bytes: Buffer, start: number, end: number): string | undefined {
  let first = start;
  // `https://TOKEN@host`, `--TOKEN`.
  while (first < end && (bytes[first] === slash || bytes[first] === hyphen)) first++;
  if (end - first >= 4) {
    const beginning = bytes.readInt32BE(first);
    const rules = rulesByBeginning.get(beginning);
    const found = rules?.find(rule => isToken(rule, bytes, first));
    if (found !== undefined) return found.what;
    if (accessKeyIds.has(beginning) && isAccessKey(bytes, first)) return 'an AWS access key';
  }
  if (end - start < longRun || !isMixed(bytes, start, start + longRun)) return undefined;
  const from = Math.max(0, start - before);
  const text = bytes.toString('latin1', from, Math.min(bytes.length, start + after));
  if (isLabelledSecret(text, start - from, end - from)) return 'an AWS secret access key';
  return text.includes('PRIVATE KEY') && hasPrivateKey(text) ? 'a private key' : undefined;
}

function isToken({shape, accepts}: TokenRule, bytes: Buffer, at: number): boolean {
  const from = Math.max(0, at - 32);
  shape.lastIndex = at - from;
  const token = shape.exec(bytes.toString('latin1', from, Math.min(bytes.length, at + after)));
  if (token === null) return false;
  return accepts ? accepts(token) : isNoise(token.groups?.['noise'] ?? '');
}

/** Capitals, small letters and digits. */
function isMixed(bytes: Buffer, start: number, end: number): boolean {
  let kinds = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x61) kinds |= 1;
    else if (byte >= 0x41 && byte <= 0x5a) kinds |= 2;
    else if (byte >= 0x30 && byte <= 0x39) kinds |= 4;
  }
  return kinds === 7;
}

/** An access key id with something near it that can be its secret; alone the id is no secret (signed URLs carry it). */
function isAccessKey(bytes: Buffer, at: number): boolean {
  const near = 250;
  const from = Math.max(0, at - near);
  const text = bytes.toString('latin1', from, Math.min(bytes.length, at + near));
  const id = /^A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9])/.exec(text.slice(at - from))?.[0];
  if (id === undefined || id.endsWith('EXAMPLE')) return false;
  return [...text.matchAll(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g)].some(([secret]) =>
    isSecretAccessKey(secret),
  );
}

/** `aws_secret_access_key = ...`, `"SecretAccessKey": "..."`, `AWS_SECRET_KEY||"..."` before a run of 40. */
function isLabelledSecret(text: string, start: number, end: number): boolean {
  if (end - start !== longRun || text[end] === '=') return false;
  const label = /(?:secret_?access_?key|aws_?secret_?key)[\s"'`\\:=>,(|?]{1,12}$/i;
  return label.test(text.slice(Math.max(0, start - 40), start)) && isSecretAccessKey(text.slice(start, end));
}

function isSecretAccessKey(text: string): boolean {
  const isMixedText = /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text);
  return isMixedText && /^[A-Za-z0-9+/]+$/.test(text) && !text.includes('EXAMPLE') && isNoise(text);
}

/** Least base64 of a private key: Ed25519 in PKCS #8 is 64 characters. */
const leastBody = 60;

/** A PEM header of a private key with base64 behind it, as lines or as a string literal of code or JSON. */
function hasPrivateKey(text: string): boolean {
  for (const header of text.matchAll(/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g)) {
    const body = text
      .slice(header.index + header[0].length)
      .replace(/\\+[nrt]/g, '\n')
      // Proc-Type, DEK-Info, Version: of encrypted and PGP keys.
      .replace(/^[A-Za-z-]+: .*$/gm, '')
      .replace(/[\s"'`,\\+]/g, '')
      .slice(0, leastBody);
    if (/^[A-Za-z0-9/=]+$/.test(body) && body.length === leastBody && isNoise(body)) return true;
  }
  return false;
}

/** What is a secret only in files of some names. No expressions: every file of a site passes here. */
function secretForName(key: string, bytes: Buffer): string | undefined {
  switch (key.slice(key.lastIndexOf('.') + 1).toLowerCase()) {
    case 'der':
    case 'key':
    case 'pem':
    case 'pk8':
      return isDerPrivateKey(bytes) ? 'a private key' : undefined;
    case 'json':
      return key.endsWith('config.json') ? registryPassword(bytes) : undefined;
    default:
      return undefined;
  }
}

/** A SEQUENCE that begins with the version of PKCS #1, PKCS #8 (0) or SEC 1 (1); a certificate begins otherwise. */
function isDerPrivateKey(bytes: Buffer): boolean {
  return /^30(?:82....|81..|[0-7].)02010[01]/.test(bytes.subarray(0, 7).toString('hex'));
}

/** `"auth": "<base64 of user:password>"` (Docker's documentation, "docker login", credential store). */
function registryPassword(bytes: Buffer): string | undefined {
  const found = /"auth"\s*:\s*"(?<auth>[A-Za-z0-9+/]{8,}={0,2})"/.exec(bytes.toString('latin1', 0, 65_536));
  const decoded = Buffer.from(found?.groups?.['auth'] ?? '', 'base64').toString('latin1');
  return /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/.test(decoded) ? 'the password of a registry' : undefined;
}
