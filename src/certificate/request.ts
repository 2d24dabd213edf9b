import {createHash} from 'node:crypto';
import type {KeyAlgorithm} from '@aws-sdk/client-acm';
import {call, type Aws} from '../aws/index.js';
import {certificateNames} from './names.js';
import {acm, listCertificates, open, readCertificateTags, tagList} from './read.js';
import type {ListedCertificate} from './types.js';

export type RequestedKey = Extract<KeyAlgorithm, 'RSA_2048' | 'EC_prime256v1' | 'EC_secp384r1'>;

export interface CertificateRequest {
  /** The first becomes the common name, unless it is too long for that. */
  readonly names: readonly string[];
  /** `RSA_2048` when left out, which every viewer knows. */
  readonly keyAlgorithm?: RequestedKey | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Tags that say whose a certificate is; the others may change. */
const isOwnTag = (key: string): boolean => key.startsWith('frontctl:');

/**
 * Requests a public certificate that is validated by DNS, and answers its ARN. Idempotent: a request of exactly these
 * names and this key that still waits, with the same `frontctl:` tags, is answered instead of making another; where that
 * does not show yet, ACM recognises the token for an hour.
 * Failures: CERTIFICATE_NAMES, TOO_MANY_NAMES, QUOTA_EXCEEDED (exit 6).
 */
export async function requestCertificate(aws: Aws, request: CertificateRequest): Promise<string> {
  const names = certificateNames(request.names);
  const {keyAlgorithm = 'RSA_2048', tags} = request;
  const alike = (await listCertificates(aws)).filter(
    each => each.type === 'AMAZON_ISSUED' && each.keyAlgorithm === keyAlgorithm && hasExactly(each, names),
  );
  const pending = alike.filter(({status}) => status === 'PENDING_VALIDATION');
  for (const {arn} of pending) if (await isOurs(aws, arn, tags)) return arn;

  const {sdk, client} = await open(aws);
  const [first, ...others] = names;
  const {CertificateArn: arn = ''} = await call(
    acm('RequestCertificate', `a certificate for ${names.join(', ')}`),
    () =>
      client.send(
        new sdk.RequestCertificateCommand({
          DomainName: first,
          SubjectAlternativeNames: others.length === 0 ? undefined : others,
          ValidationMethod: 'DNS',
          KeyAlgorithm: keyAlgorithm,
          IdempotencyToken: tokenOf(names, keyAlgorithm, tags, alike),
          Tags: Object.keys(tags).length === 0 ? undefined : tagList(tags),
        }),
      ),
  );
  return arn;
}

function hasExactly({names: own}: ListedCertificate, names: readonly string[]): boolean {
  return own.length === names.length && names.every(name => own.includes(name));
}

async function isOurs(aws: Aws, arn: string, wanted: Readonly<Record<string, string>>): Promise<boolean> {
  const own = Object.entries(wanted).filter(([key]) => isOwnTag(key));
  if (own.length === 0) return true;
  const tags = await readCertificateTags(aws, arn);
  return own.every(([key, value]) => tags[key] === value);
}

/**
 * The same for the same wish, and another one once an earlier certificate of these names has come to its end: within the
 * hour ACM would answer a failed request again.
 */
function tokenOf(
  names: readonly string[],
  keyAlgorithm: string,
  tags: Readonly<Record<string, string>>,
  alike: readonly ListedCertificate[],
): string {
  const own = Object.entries(tags).filter(([key]) => isOwnTag(key));
  const earlier = alike.map(({arn}) => arn).sort();
  return createHash('sha256')
    .update(JSON.stringify([[...names].sort(), keyAlgorithm, own.sort(), earlier]))
    .digest('hex')
    .slice(0, 32);
}
