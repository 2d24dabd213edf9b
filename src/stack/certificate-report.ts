import {mapConcurrent, type Aws} from '../aws/index.js';
import {
  certificateId,
  findCertificate,
  health,
  isInPlace,
  listCertificates,
  readCertificates,
  recordsOf,
  type Certificate,
  type CertificateHealth,
  type DnsAnswers,
  type ListedCertificate,
  type ValidationRecord,
} from '../certificate/index.js';
import {answersFor, validationResolver, type ValidationResolver} from './validation-dns.js';

/** A validation record and whether DNS shows it. */
export interface RecordState extends ValidationRecord {
  /** As DNS answers now; null where it gives no answer. */
  readonly inPlace: boolean | null;
  /** Names on the certificate that it stands for. */
  readonly domains: readonly string[];
}

/** A certificate as commands tell it. */
export interface CertificateReport
  extends
    Pick<
      Certificate,
      | 'arn'
      | 'names'
      | 'status'
      | 'keyAlgorithm'
      | 'type'
      | 'notAfter'
      | 'requestedAt'
      | 'inUseBy'
      | 'failureReason'
    >,
    CertificateHealth {
  readonly id: string;
  readonly renewalStatus: string | null;
  readonly validation: readonly RecordState[];
}

/** @param now epoch milliseconds */
export function reportOf(certificate: Certificate, now: number, answers: DnsAnswers): CertificateReport {
  const {arn, names, status, keyAlgorithm, type, notAfter, requestedAt, inUseBy, failureReason} = certificate;
  const domainsOf = (name: string): readonly string[] =>
    certificate.validation.filter(({record}) => record?.name === name).map(({domain}) => domain);
  return {
    arn,
    id: certificateId(arn),
    names,
    status,
    keyAlgorithm,
    type,
    notAfter,
    ...health(certificate, now, answers),
    requestedAt,
    inUseBy,
    failureReason,
    renewalStatus: certificate.renewal?.status ?? null,
    validation: recordsOf(certificate).map(record => ({
      ...record,
      inPlace: isInPlace(record, answers),
      domains: domainsOf(record.name),
    })),
  };
}

/** @param named ARN, id or domain. Failures: those of `findCertificate`. */
export async function showCertificate(named: string, options: ReportOptions): Promise<CertificateReport> {
  return reportCertificate(await findCertificate(options.aws, named), options);
}

export interface ReportOptions {
  readonly aws: Aws;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly resolver?: ValidationResolver | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function reportCertificate(
  certificate: Certificate,
  {aws, now, resolver = validationResolver(aws)}: ReportOptions,
): Promise<CertificateReport> {
  return reportOf(certificate, now, await answersFor(resolver, recordsOf(certificate)));
}

const lookupsAtATime = 4;

/** Every certificate in us-east-1 with its health: those that are in use first, then those that end first. */
export async function reportCertificates(options: ReportOptions): Promise<readonly CertificateReport[]> {
  const {aws, now, signal} = options;
  const resolver = options.resolver ?? validationResolver(aws);
  const listed = await listCertificates(aws);
  const whole = await readCertificates(
    aws,
    listed.map(({arn}) => arn),
    signal,
  );
  const reports = new Map<string, CertificateReport>();
  const report = (certificate: Certificate) => reportCertificate(certificate, {aws, now, resolver});
  for await (const each of mapConcurrent(whole, lookupsAtATime, report, signal)) reports.set(each.arn, each);
  return [...whole].sort(byUrgency).flatMap(({arn}) => reports.get(arn) ?? []);
}

function byUrgency(a: ListedCertificate, b: ListedCertificate): number {
  const end = ({notAfter}: ListedCertificate): number =>
    notAfter === null ? Infinity : Date.parse(notAfter);
  const used = Number(b.inUse) - Number(a.inUse);
  if (used !== 0) return used;
  return end(a) === end(b) ? (a.arn < b.arn ? -1 : 1) : end(a) < end(b) ? -1 : 1;
}
