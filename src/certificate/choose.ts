import type {KeyAlgorithm} from '@aws-sdk/client-acm';
import {canonicalName, covers} from './names.js';
import type {ListedCertificate} from './types.js';

export interface ChooseOptions {
  /** Only keys of this kind; any that CloudFront takes when left out. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Certificates that were looked at and do not do. */
  readonly except?: readonly string[] | undefined;
}

export interface Choice<C extends ListedCertificate> {
  readonly certificate: C;
  /** One clause: `is issued and covers all names until 2026-12-01`. */
  readonly reason: string;
}

/** CloudFront developer guide, "Size of the certificate key". */
const unusableKeys: ReadonlySet<string> = new Set(['EC_secp521r1']);

/**
 * The certificate to use for `names`: one that is issued and covers all of them, the one that lasts longest; else one
 * that waits for its validation, first one with exactly these names. Imported ones count. One that is signed by a private
 * authority does not: viewers would not trust it. Undefined: none does.
 */
export function chooseCertificate<C extends ListedCertificate>(
  certificates: readonly C[],
  names: readonly string[],
  {keyAlgorithm, except = []}: ChooseOptions = {},
): Choice<C> | undefined {
  const wanted = new Set(names.map(canonicalName));
  const isExact = ({names: own}: C): boolean =>
    own.length === wanted.size && own.every(name => wanted.has(canonicalName(name)));
  const rank = (certificate: C): number =>
    certificate.status === 'ISSUED' ? 2 : isExact(certificate) ? 1 : 0;
  const expiry = ({notAfter}: C): number => (notAfter === null ? 0 : Date.parse(notAfter));
  const [best] = certificates
    .filter(
      each =>
        (each.status === 'ISSUED' || each.status === 'PENDING_VALIDATION') &&
        each.type !== 'PRIVATE' &&
        !unusableKeys.has(each.keyAlgorithm) &&
        (keyAlgorithm === undefined || each.keyAlgorithm === keyAlgorithm) &&
        !except.includes(each.arn) &&
        [...wanted].every(name => covers(each.names, name)),
    )
    .sort((a, b) => rank(b) - rank(a) || expiry(b) - expiry(a) || (a.arn < b.arn ? -1 : 1));
  return best && {certificate: best, reason: reasonFor(best, wanted.size)};
}

function reasonFor({status, notAfter, type}: ListedCertificate, count: number): string {
  const what = count === 1 ? 'the name' : `all ${count} names`;
  if (status !== 'ISSUED') return `covers ${what} and waits for its validation`;
  const until = notAfter === null ? '' : ` until ${notAfter.slice(0, 10)}`;
  return `is ${type === 'IMPORTED' ? 'imported' : 'issued'} and covers ${what}${until}`;
}
