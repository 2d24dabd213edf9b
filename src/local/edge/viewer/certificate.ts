import {KeyObject, webcrypto, X509Certificate} from 'node:crypto';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/** PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const days = 86_400_000;
const lifetimeDays = 397;

/** A self-signed P-256 server certificate for these DNS names and IP addresses. `now`: real time in milliseconds. */
export const createCertificate = async (names: readonly string[], now: number): Promise<Certificate> => {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey({name: 'ECDSA', namedCurve: 'P-256'}, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=frontctl local edge',
      notBefore: new Date(now - days),
      notAfter: new Date(now + lifetimeDays * days),
      keys,
      signingAlgorithm: {name: 'ECDSA', hash: 'SHA-256'},
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map(value => ({type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value})),
        ),
      ],
    },
    webcrypto,
  );
  return {
    key: KeyObject.from(keys.privateKey).export({type: 'pkcs8', format: 'pem'}).toString(),
    cert: certificate.toString('pem'),
  };
};

/** Names that the edge's own certificate covers; aliases get certificates of their own. */
export const ownNames = ['localhost', '127.0.0.1', '::1', '*.cloudfront.net', '*.cloudfront.net.localhost'];

/**
 * The edge's certificate, made once and kept in `dir` (so that a user who trusts it keeps trusting it); made anew when it
 * is missing, unreadable or ends within a week.
 */
export const ownCertificate = async (dir: string, now: number): Promise<Certificate> => {
  const keyFile = join(dir, 'tls.key');
  const certFile = join(dir, 'tls.crt');
  try {
    const kept = {key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8')};
    const parsed = new X509Certificate(kept.cert);
    if (
      Date.parse(parsed.validTo) > now + 7 * days &&
      ownNames.every(name => parsed.subjectAltName?.includes(name) === true || name === '::1')
    )
      return kept;
  } catch {
    // Not there, or not readable: a new one takes its place.
  }
  const made = await createCertificate(ownNames, now);
  await mkdir(dir, {recursive: true});
  await writeFile(keyFile, made.key, {mode: 0o600});
  await writeFile(certFile, made.cert);
  return made;
};
