import type {Aws} from '../aws/index.js';
import {
  findCertificate,
  recordsOf,
  waitIssued,
  waitValidationRecords,
  type CertificateWait,
} from '../certificate/index.js';
import type {Work} from '../events.js';
import {reportOf, type CertificateReport} from './certificate-report.js';
import {answersFor, missingIn, validationResolver, type ValidationResolver} from './validation-dns.js';

export interface WaitCertificateInput extends Pick<
  CertificateWait,
  'timeoutMs' | 'delay' | 'sleep' | 'now' | 'signal'
> {
  readonly aws: Aws;
  /** ARN, id or domain. */
  readonly named: string;
  readonly resolver?: ValidationResolver | undefined;
  /** Epoch milliseconds; for the days that are left. */
  readonly today?: (() => number) | undefined;
}

/** Waits until a certificate is issued. Failures: those of `findCertificate`, `waitIssued`. */
export async function* waitCertificate(input: WaitCertificateInput): Work<CertificateReport> {
  const {aws, named, timeoutMs, delay, sleep, now, signal} = input;
  const resolver = input.resolver ?? validationResolver(aws);
  const waiting = {aws, timeoutMs, delay, sleep, now, signal, caa: resolver.caa};
  let certificate = await findCertificate(aws, named);
  if (certificate.status !== 'ISSUED') {
    const {arn} = yield* waitValidationRecords({...waiting, arn: certificate.arn});
    certificate = yield* waitIssued({...waiting, arn, missing: missingIn(resolver)});
  }
  const answers = await answersFor(resolver, recordsOf(certificate));
  return reportOf(certificate, (input.today ?? Date.now)(), answers);
}
