import type {Aws} from '../aws/index.js';
import {
  certificateId,
  certificateNames,
  certificateTitle,
  chooseCertificate,
  listCertificates,
  namesWarning,
  readCertificate,
  recordsOf,
  requestCertificate,
  waitIssued,
  waitValidationRecords,
  zoneFileLine,
  type Certificate,
  type CertificateWait,
  type RequestedKey,
  type ValidationRecord,
} from '../certificate/index.js';
import {ensureRecords, findZone, listZones, type Zone} from '../dns/index.js';
import type {Work} from '../events.js';
import {Failure} from '../failure.js';
import {reportOf, type CertificateReport} from './certificate-report.js';
import {answersFor, missingIn, validationResolver, type ValidationResolver} from './validation-dns.js';

/** Where validation records go. */
export interface ValidationDns {
  /** `none`: nothing is written, the records are told. */
  readonly provider: 'route53' | 'none';
  /** Id or name of the hosted zone, for the names that lie in it; the one with the longest matching name for all others. */
  readonly zone?: string | undefined;
  /** Replaces another record under the name of a validation record. */
  readonly force?: boolean | undefined;
}

export interface IssueCertificateInput extends Pick<
  CertificateWait,
  'timeoutMs' | 'delay' | 'sleep' | 'now' | 'signal'
> {
  readonly aws: Aws;
  readonly names: readonly string[];
  /** Of the key; left out, any certificate that is there does, and a new one has RSA_2048. */
  readonly keyAlgorithm?: RequestedKey | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly dns: ValidationDns;
  /** Until it is issued; else only until the records are placed. */
  readonly wait: boolean;
  readonly resolver?: ValidationResolver | undefined;
  /** Epoch milliseconds; for the days that are left. */
  readonly today?: (() => number) | undefined;
}

export interface IssuedCertificate extends CertificateReport {
  /** False: a new request. */
  readonly reused: boolean;
  /** Why it was taken; null for a new one. */
  readonly reason: string | null;
  /** Records that somebody has to write where the domain's DNS is; none once it is issued. */
  readonly manual: readonly ValidationRecord[];
  /** Why those are not written by this run: one clause. */
  readonly manualReason: string | null;
  /** The command that goes on; null once it is issued. */
  readonly next: string | null;
}

/**
 * A certificate for the names: one that covers them already, else a new request; its validation records written to
 * Route 53 where the account has the zone, told otherwise; then waited for. A rerun goes on wherever an earlier run
 * stopped.
 *
 * Failures: CERTIFICATE_NAMES (exit 2), TOO_MANY_NAMES, QUOTA_EXCEEDED (exit 6), those of `findZone` and `ensureRecords`
 * (SPLIT_HORIZON, PRIVATE_ZONE, AMBIGUOUS_ZONE, RECORD_TAKEN), CERTIFICATE_FAILED (exit 6), WAIT_TIMEOUT (exit 5).
 */
export async function* issueCertificate(input: IssueCertificateInput): Work<IssuedCertificate> {
  const {aws, wait, dns} = input;
  const resolver = input.resolver ?? validationResolver(aws);
  const waiting = {...waitingOf(input), caa: resolver.caa};
  const {certificate: found, reason} = yield* findOrRequest(input);
  let certificate = found;
  let placed: Placed = {manual: [], reason: ''};
  if (certificate.status !== 'ISSUED') {
    certificate = yield* waitValidationRecords({...waiting, arn: certificate.arn});
  }
  if (certificate.status !== 'ISSUED') {
    const records = recordsOf(certificate);
    placed = yield* placeRecords(aws, records, dns);
    if (wait) {
      if (placed.manual.length > 0) yield {type: 'warning', message: manualText(placed)};
      certificate = yield* waitIssued({...waiting, arn: certificate.arn, missing: missingIn(resolver)});
    } else {
      certificate = await readCertificate(aws, certificate.arn);
    }
  }
  const answers = await answersFor(resolver, recordsOf(certificate));
  const today = input.today ?? Date.now;
  const isIssued = certificate.status === 'ISSUED';
  const {manual} = isIssued ? {manual: []} : placed;
  return {
    ...reportOf(certificate, today(), answers),
    reused: reason !== null,
    reason,
    manual,
    manualReason: manual.length === 0 ? null : placed.reason,
    next: isIssued ? null : `frontctl cert wait ${certificateId(certificate.arn)}${aws.commandFlags}`,
  };
}

const waitingOf = ({aws, timeoutMs, delay, sleep, now, signal}: IssueCertificateInput) => ({
  aws,
  timeoutMs,
  delay,
  sleep,
  now,
  signal,
});

interface Found {
  readonly certificate: Certificate;
  readonly reason: string | null;
}

async function* findOrRequest(input: IssueCertificateInput): Work<Found> {
  const {aws, keyAlgorithm, tags} = input;
  const id = 'certificate';
  const names = certificateNames(input.names);
  yield {type: 'step', id, title: `Look for a certificate for ${titleOf(names)}`};
  const listed = await listCertificates(aws);
  const except: string[] = [];
  for (;;) {
    const choice = chooseCertificate(listed, names, {keyAlgorithm, except});
    if (choice === undefined) break;
    const certificate = await readCertificate(aws, choice.certificate.arn);
    if (isUsable(certificate)) {
      yield {type: 'done', id, detail: `${certificateTitle(certificate)} ${choice.reason}`};
      return {certificate, reason: choice.reason};
    }
    except.push(certificate.arn);
  }
  const warning = namesWarning(names);
  if (warning !== undefined) yield {type: 'warning', message: warning};
  const arn = await requestCertificate(aws, {names, keyAlgorithm, tags});
  // ACM shows it some seconds later only: until then all that is known is its ARN.
  const certificate: Certificate = {
    arn,
    names,
    status: 'PENDING_VALIDATION',
    keyAlgorithm: keyAlgorithm ?? 'RSA_2048',
    type: 'AMAZON_ISSUED',
    notAfter: null,
    inUse: false,
    requestedAt: null,
    inUseBy: [],
    failureReason: null,
    renewal: null,
    validation: [],
  };
  yield {type: 'done', id, detail: `requested ${certificateTitle(certificate)}`};
  return {certificate, reason: null};
}

/** Requests that wait for a mail or for CloudFront itself are not to be finished by DNS records. */
const isUsable = ({status, validation}: Certificate): boolean =>
  status === 'ISSUED' ||
  (status === 'PENDING_VALIDATION' && validation.every(({method}) => method === null || method === 'DNS'));

const titleOf = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : `${first} and ${others.length} more`;

interface Placed {
  readonly manual: readonly ValidationRecord[];
  /** Why those are not written here. */
  readonly reason: string;
}

/** Writes the records into the account's zones, all that is missing of a zone in one batch. */
async function* placeRecords(
  aws: Aws,
  records: readonly ValidationRecord[],
  dns: ValidationDns,
): Work<Placed> {
  const id = 'records';
  if (dns.provider === 'none') return {manual: records, reason: 'dns.provider is none'};
  yield {type: 'step', id, title: 'Write the validation records to Route 53'};
  const zones = await zonesOf(aws);
  if (zones === undefined) {
    yield {type: 'done', id, detail: 'Route 53 may not be read here'};
    return {manual: records, reason: 'this identity may not list the hosted zones (route53:ListHostedZones)'};
  }
  const byZone = new Map<string, {readonly zone: Zone; readonly records: ValidationRecord[]}>();
  const manual: ValidationRecord[] = [];
  // Every zone is found before any is written to.
  for (const record of records) {
    const zone = await zoneFor(aws, record.name, zones, dns.zone);
    if (zone === undefined) {
      manual.push(record);
      continue;
    }
    const group = byZone.get(zone.id) ?? {zone, records: []};
    group.records.push(record);
    byZone.set(zone.id, group);
  }
  const done: string[] = [];
  for (const {zone, records: own} of byZone.values()) {
    const change = await ensureRecords(aws, zone, own, {force: dns.force});
    done.push(
      `${zone.name} (${zone.id}) ${change === undefined ? 'has them already' : `now has ${own.length}`}`,
    );
  }
  yield {
    type: 'done',
    id,
    detail: done.length === 0 ? 'no zone of this account holds the names' : done.join(', '),
  };
  return {manual, reason: 'no hosted zone of this account holds them'};
}

/** Undefined where this identity may not see them. */
async function zonesOf(aws: Aws): Promise<readonly Zone[] | undefined> {
  try {
    return await listZones(aws);
  } catch (error) {
    if (error instanceof Failure && error.code === 'ACCESS_DENIED') return undefined;
    throw error;
  }
}

/** A named zone is for the names that lie in it; the others go by the longest name. */
async function zoneFor(
  aws: Aws,
  host: string,
  zones: readonly Zone[],
  named: string | undefined,
): Promise<Zone | undefined> {
  if (named === undefined) return findZone(aws, host, {zones});
  try {
    return await findZone(aws, host, {zones, named});
  } catch (error) {
    if (error instanceof Failure && error.code === 'ZONE_MISMATCH') return findZone(aws, host, {zones});
    throw error;
  }
}

const manualText = ({manual, reason}: Placed): string =>
  [manualSentence(manual.length, reason), ...manual.map(record => `  ${zoneFileLine(record)}`)].join('\n');

/** What to do with records that are not written here; the records follow. */
export function manualSentence(count: number, reason: string): string {
  const [these, domains, them] =
    count === 1 ? ['this record', 'its domain', 'it'] : ['these records', 'their domains', 'them'];
  return `Put ${these} into the DNS of ${domains} (${reason}), and leave ${them} there for renewals:`;
}
