import {waitFor, type Aws, type Poll, type WaitOptions} from '../aws/index.js';
import type {Work} from '../events.js';
import {certificateId} from './arn.js';
import {findBlockingCaa, type BlockingCaa} from './caa.js';
import {requestFailed} from './failure-reasons.js';
import {findByArn, readCertificate} from './read.js';
import type {CaaLookup, Certificate} from './types.js';

export interface CertificateWait extends Pick<
  WaitOptions<Certificate>,
  'timeoutMs' | 'sleep' | 'now' | 'signal' | 'resumeHint'
> {
  readonly aws: Aws;
  readonly arn: string;
  /** Default: some seconds on AWS, none worth a mention where the endpoint is overridden. */
  readonly delay?: WaitOptions<Certificate>['delay'] | undefined;
  /** To say which CAA record is in the way, where one is. */
  readonly caa?: CaaLookup | undefined;
}

const awsRecordsDelay = {firstMs: 1000, factor: 1.5, maxMs: 5000};
const awsIssueDelay = {firstMs: 5000, factor: 1.5, maxMs: 20_000};
const localDelay = {firstMs: 50, factor: 1.5, maxMs: 1000};

const isOver = ({status}: Certificate): boolean => status !== 'PENDING_VALIDATION' && status !== 'ISSUED';

/** Null in place of records that will never come: names that are validated by mail or HTTP. */
const hasRecords = ({validation, names}: Certificate): boolean =>
  validation.length >= names.length &&
  names.length > 0 &&
  validation.every(({record, method}) => record !== null || (method !== null && method !== 'DNS'));

/**
 * Waits until ACM has made up the validation records of all names, and answers the certificate with them.
 * Failures: CERTIFICATE_FAILED (exit 6), WAIT_TIMEOUT (exit 5).
 */
export async function* waitValidationRecords(options: CertificateWait): Work<Certificate> {
  const {aws, arn, caa, ...waiting} = options;
  const id = 'validation-records';
  const poll = async (): Promise<Poll<Certificate>> => {
    const certificate = await findByArn(aws, arn);
    // ACM shows a certificate some seconds after its request (ACM API, RequestCertificate).
    if (certificate === undefined) return {done: false, status: 'not shown by ACM'};
    if (isOver(certificate)) throw await failure(certificate, caa);
    if (certificate.status === 'ISSUED' || hasRecords(certificate)) return {done: true, value: certificate};
    return {done: false, status: 'without its validation records'};
  };
  yield {type: 'step', id, title: 'Ask ACM for the validation records'};
  const certificate = yield* waitFor({
    ...waiting,
    poll,
    id,
    subject: `Certificate ${certificateId(arn)}`,
    delay: options.delay ?? (aws.isEndpointOverridden ? localDelay : awsRecordsDelay),
  });
  const count = certificate.validation.filter(({record}) => record !== null).length;
  yield {
    type: 'done',
    id,
    detail:
      certificate.status === 'ISSUED'
        ? 'issued already'
        : `${count} of ${certificate.names.length} names have one`,
  };
  return certificate;
}

export interface IssueWait extends CertificateWait {
  /** Domains whose validation record DNS does not show now. It may fail: the wait goes on without knowing. */
  readonly missing: (certificate: Certificate) => Promise<readonly string[]>;
}

/**
 * Waits until a certificate is issued; each look says which names still lack their record, as DNS answers now.
 * Failures: CERTIFICATE_FAILED (exit 6) at once, with what is to be done about it; NO_SUCH_CERTIFICATE (exit 2); WAIT_TIMEOUT (exit 5).
 */
export async function* waitIssued(options: IssueWait): Work<Certificate> {
  const {aws, arn, caa, missing, ...waiting} = options;
  const id = 'issued';
  const poll = async (): Promise<Poll<Certificate>> => {
    const certificate = await readCertificate(aws, arn);
    if (certificate.status === 'ISSUED') return {done: true, value: certificate};
    if (isOver(certificate)) throw await failure(certificate, caa);
    return {done: false, status: `PENDING_VALIDATION (${await reason(certificate, missing)})`};
  };
  yield {type: 'step', id, title: `Wait until certificate ${certificateId(arn)} is issued`};
  const certificate = yield* waitFor({
    ...waiting,
    poll,
    id,
    subject: `Certificate ${certificateId(arn)}`,
    resumeHint:
      options.resumeHint ??
      `ACM goes on for 72 hours; wait again with: frontctl cert wait ${certificateId(arn)}${aws.commandFlags}`,
    delay: options.delay ?? (aws.isEndpointOverridden ? localDelay : awsIssueDelay),
  });
  const {notAfter} = certificate;
  yield {type: 'done', id, detail: notAfter === null ? 'issued' : `issued, until ${notAfter.slice(0, 10)}`};
  return certificate;
}

/** Names first that a person has to do something about. */
async function reason(certificate: Certificate, missing: IssueWait['missing']): Promise<string> {
  const byHand = certificate.validation.filter(({method}) => method === 'EMAIL').map(({domain}) => domain);
  if (byHand.length > 0) return `the mail to the owners of ${some(byHand)} is not answered`;
  let lacking: readonly string[];
  try {
    lacking = await missing(certificate);
  } catch {
    return 'DNS gives no answer here';
  }
  if (lacking.length > 0) return `DNS does not show the record of ${some(lacking)}`;
  return 'DNS shows all records, ACM has not looked';
}

const some = ([first = '', second, ...more]: readonly string[]): string =>
  second === undefined
    ? first
    : more.length === 0
      ? `${first} and ${second}`
      : `${first}, ${second} and ${more.length} more`;

async function failure(certificate: Certificate, caa: CaaLookup | undefined) {
  return requestFailed(certificate, await blocking(certificate, caa));
}

async function blocking(
  {names, failureReason}: Certificate,
  caa: CaaLookup | undefined,
): Promise<BlockingCaa | undefined> {
  if (failureReason !== 'CAA_ERROR' || caa === undefined) return undefined;
  try {
    return await findBlockingCaa(names, caa);
  } catch {
    // The refusal itself says enough.
    return undefined;
  }
}
