import {verify as verifyBytes, type KeyObject} from 'node:crypto';
import {isReserved} from './address.js';
import {inRange} from './ip.js';
import {resourceCovers, splitUrl} from './match.js';
import {cannedPolicy, fromUrlBase64, readPolicy} from './policy.js';
import {iso} from './request.js';
import type {Hash, SignedInput, Terms, Verification, VerifyOptions, VerifyReason} from './types.js';

/** What a URL or cookies carry; `url` is what the viewer asks for, without the signature's parameters. */
interface Carried {
  readonly url: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
}

type Read = Omit<Verification, 'valid' | 'reason' | 'detail'>;

/**
 * Judges a signed URL or signed cookies as CloudFront's documentation describes it: the signature first, then the
 * policy. Takes the URL as a client would send it, so a host in capitals is no difference. `now` counts in whole
 * seconds: the expiry's own second is too late, the start's own second too early.
 */
export function verifySigned(input: SignedInput, options: VerifyOptions): Verification {
  const checked = verifySignature(input, options.publicKeys);
  if ('valid' in checked) return checked;
  const {read, terms} = checked;
  if (terms.ip !== undefined) {
    const inside = inRange(options.ip ?? '', terms.ip);
    if (inside === undefined) return refused('malformed', "The policy's IP range is not IPv4 CIDR.", read);
    if (!inside && options.ip !== undefined)
      return refused('wrong ip', `The policy admits ${terms.ip}, not ${options.ip}.`, read);
  }
  const now = Math.floor(options.now.getTime() / 1000);
  if (now >= terms.expires) return refused('expired', `Expired at ${iso(terms.expires)}.`, read);
  if (terms.starts !== undefined && now <= terms.starts)
    return refused('not yet', `Valid only after ${iso(terms.starts)}.`, read);
  return {valid: true, reason: 'valid', detail: `Valid until ${iso(terms.expires)}.`, ...read};
}

/** A signature that fits its policy, and a policy that covers the URL: what is left are viewer and time. */
export interface Sound {
  readonly read: Read;
  readonly terms: Partial<Pick<Terms, 'resource'>> & Omit<Terms, 'resource'>;
}

/** The part of `verifySigned` that needs neither clock nor viewer. */
export function verifySignature(
  input: SignedInput,
  publicKeys: ReadonlyMap<string, KeyObject>,
): Verification | Sound {
  const carried = 'cookies' in input ? fromCookies(input.cookies, input.url) : fromUrl(input.url);
  if (typeof carried === 'string') return refused('malformed', carried, {});
  const checked = checkSignature(carried, publicKeys);
  if ('valid' in checked) return checked;
  const {read, terms} = checked;
  const {url} = carried;
  if (url !== undefined && terms.resource !== undefined && !covers(read, terms.resource, url))
    return refused('wrong resource', `The policy is for ${terms.resource}, not for ${url}.`, read);
  return checked;
}

/** A canned policy was rebuilt from the URL itself: a `*` in it is no wildcard. */
function covers(read: Read, resource: string, url: string): boolean {
  return read.kind === 'canned' || resourceCovers(resource, url);
}

function refused(reason: Exclude<VerifyReason, 'valid'>, detail: string, read: Read): Verification {
  return {valid: false, reason, detail, ...read};
}

function checkSignature(
  {url, fields}: Carried,
  publicKeys: ReadonlyMap<string, KeyObject>,
): Verification | Sound {
  const malformed = (detail: string, read: Read = {}): Verification => refused('malformed', detail, read);
  const keyPairId = fields.get('Key-Pair-Id');
  const signatureText = fields.get('Signature');
  const policyText = fields.get('Policy');
  const expiresText = fields.get('Expires');
  const hash = readHash(fields.get('Hash-Algorithm'));
  if (keyPairId === undefined || keyPairId === '') return malformed('There is no Key-Pair-Id.');
  if (signatureText === undefined) return malformed('There is no Signature.', {keyPairId});
  if (hash === undefined) return malformed('Hash-Algorithm is neither SHA1 nor SHA256.', {keyPairId});
  if (policyText !== undefined && expiresText !== undefined)
    return malformed('There are both a Policy and Expires.', {keyPairId, hash});

  let policy: string;
  if (policyText !== undefined) {
    const bytes = fromUrlBase64(policyText);
    if (bytes === undefined) return malformed('The Policy cannot be decoded.', {keyPairId, hash});
    policy = bytes.toString('utf8');
  } else {
    if (expiresText === undefined)
      return malformed('There is neither a Policy nor Expires.', {keyPairId, hash});
    if (!/^(0|[1-9]\d{0,18})$/.test(expiresText) || BigInt(expiresText) >= 2n ** 63n)
      return malformed('Expires is not a number of epoch seconds.', {keyPairId, hash});
    if (url === undefined) {
      return malformed('A canned policy can only be judged with the URL that is asked for.', {
        keyPairId,
        hash,
        kind: 'canned',
        expires: Number(expiresText),
      });
    }
    policy = cannedPolicy(url, expiresText);
  }
  const kind = policyText === undefined ? 'canned' : 'custom';
  const reading = readPolicy(policy);
  if ('problem' in reading) return malformed(reading.problem, {keyPairId, hash, kind, policy});
  const {terms} = reading;
  const read: Read = {keyPairId, hash, kind, policy, ...terms};
  const signature = fromUrlBase64(signatureText);
  if (signature === undefined) return malformed('The Signature cannot be decoded.', read);
  const key = publicKeys.get(keyPairId);
  if (key === undefined) return refused('unknown key', `No public key is known for ${keyPairId}.`, read);
  if (!verifyBytes(hash, Buffer.from(policy), key, signature)) {
    const detail =
      kind === 'canned'
        ? 'The signature does not fit this URL, expiry and key.'
        : 'The signature does not fit this policy and key.';
    return refused('broken signature', detail, read);
  }
  return {read, terms};
}

function readHash(name: string | undefined): Hash | undefined {
  if (name === undefined || name === 'SHA1') return 'sha1';
  return name === 'SHA256' ? 'sha256' : undefined;
}

/** A sentence where it is no URL, or says something twice. */
function fromUrl(signed: string): Carried | string {
  const parts = splitUrl(signed);
  if (parts === undefined) return 'This is not an absolute http or https URL.';
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (const parameter of parts.query?.split('&') ?? []) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    if (!isReserved(name)) rest.push(parameter);
    else if (fields.has(name)) return `The URL has ${name} twice.`;
    else fields.set(name, equals < 0 ? '' : parameter.slice(equals + 1));
  }
  return {url: join(parts, rest.join('&') || undefined), fields};
}

function fromCookies(cookies: Readonly<Record<string, string>>, url: string | undefined): Carried | string {
  const fields = new Map(
    Object.entries(cookies)
      .filter(([name]) => name.startsWith('CloudFront-'))
      .map(([name, value]) => [name.slice('CloudFront-'.length), value]),
  );
  if (url === undefined) return {url, fields};
  const parts = splitUrl(url);
  if (parts === undefined) return 'The URL is not an absolute http or https URL.';
  return {url: join(parts, parts.query), fields};
}

function join(
  {scheme, host, path}: NonNullable<ReturnType<typeof splitUrl>>,
  query: string | undefined,
): string {
  return `${scheme}://${host}${path}${query === undefined ? '' : `?${query}`}`;
}
