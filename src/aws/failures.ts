import {Failure, type exitCodes} from '../failure.js';
import {iamAction} from './permissions.js';
import {errorFacts, errorKind, type ErrorFacts} from './retry.js';
import type {CallSubject} from './types.js';

/** Where a call went and as whom: known to the client that failed, told in the text of network and sign-in failures. */
export interface CallOrigin {
  readonly endpoint: string | undefined;
  readonly isLocal: boolean;
  readonly profile: string | undefined;
}

const origins = new WeakMap<object, CallOrigin>();

/** Remembers beside an error where its call went, and gives the error back. */
export function withOrigin(error: unknown, origin: CallOrigin): unknown {
  if (typeof error === 'object' && error !== null && !origins.has(error)) origins.set(error, origin);
  return error;
}

type Make = (
  facts: ErrorFacts,
  what: CallSubject,
  origin: CallOrigin | undefined,
) => readonly [exit: keyof typeof exitCodes, code: string, message: string, hint?: string];

const loginHint = (origin: CallOrigin | undefined): string =>
  `Sign in again${origin?.profile === undefined ? '' : ` (\`aws sso login --profile ${origin.profile}\`)`} or renew AWS_SESSION_TOKEN.`;

const denied: Make = (facts, what) => {
  if (what.operation === 'HeadBucket') {
    return [
      'access',
      'BUCKET_FORBIDDEN',
      `S3 does not let you see ${what.resource}: it belongs to someone else, or s3:ListBucket is missing`,
      'Bucket names are shared by all of AWS: choose another name, or allow s3:ListBucket on this one.',
    ];
  }
  const action = iamAction(what, facts.message);
  const explicit = /explicit deny/.test(facts.message) ? ' (an explicit deny in a policy)' : '';
  return [
    'access',
    'ACCESS_DENIED',
    `AWS denied ${what.operation} on ${what.resource}${explicit}`,
    `Allow ${action} for the identity that runs frontctl.`,
  ];
};

const badKey: Make = (_facts, what) => [
  'access',
  'BAD_ACCESS_KEY',
  `AWS does not know the access key that signed ${what.operation} on ${what.resource}`,
  'Check AWS_ACCESS_KEY_ID or the profile; the key may have been deleted, or belong to another partition.',
];
const badSignature: Make = (_facts, what) => [
  'access',
  'BAD_SIGNATURE',
  `AWS rejected the signature of ${what.operation} on ${what.resource}: the secret access key does not belong to the access key id`,
  'Check AWS_SECRET_ACCESS_KEY (or the profile) for a truncated or mistyped secret.',
];
const expired: Make = (_facts, what, origin) => [
  'access',
  'EXPIRED_TOKEN',
  `The credentials expired before ${what.operation} on ${what.resource}`,
  loginHint(origin),
];
const skewed: Make = (_facts, what) => [
  'access',
  'CLOCK_SKEW',
  `This machine's clock is too far from AWS's for ${what.operation} on ${what.resource}`,
  'Set the clock (NTP) and run again.',
];
const wrongRegion: Make = (facts, what) => [
  'usage',
  'WRONG_REGION',
  `${capital(what.resource)} is in ${facts.region ?? 'another region'}`,
  facts.region === undefined
    ? 'Set `bucket.region` in the config, or --region, to the region of the bucket.'
    : `Set \`bucket.region: ${facts.region}\` in the config, or run with \`--region ${facts.region}\`.`,
];
const precondition: Make = (_facts, what) => [
  'conflict',
  'PRECONDITION_FAILED',
  `${capital(what.resource)} was changed by someone else in the meantime (${what.operation})`,
  'Run again: the current state is read anew.',
];
const quota: Make = (facts, what) => [
  'refused',
  'QUOTA_EXCEEDED',
  `An AWS quota stops ${what.operation} on ${what.resource}: ${sentence(facts.message) || facts.name}`,
  'Ask for a higher quota in the Service Quotas console, or remove what is no longer used.',
];
const taken: Make = (_facts, what) => [
  'conflict',
  'BUCKET_TAKEN',
  `${capital(what.resource)} already exists and belongs to someone else`,
  'Bucket names are shared by all of AWS: choose another one.',
];
const missing =
  (code: string, hint: string): Make =>
  (_facts, what) => ['usage', code, `${capital(what.resource)} does not exist (${what.operation})`, hint];

const byName: Readonly<Record<string, Make>> = {
  AccessDenied: denied,
  AccessDeniedException: denied,
  AllAccessDisabled: denied,
  Forbidden: denied,
  NotAuthorized: denied,
  UnauthorizedOperation: denied,
  InvalidAccessKeyId: badKey,
  InvalidClientTokenId: badKey,
  UnrecognizedClientException: badKey,
  SignatureDoesNotMatch: badSignature,
  InvalidSignatureException: badSignature,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  InvalidToken: expired,
  TokenRefreshRequired: expired,
  RequestTimeTooSkewed: skewed,
  RequestExpired: skewed,
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IncorrectEndpoint: wrongRegion,
  PreconditionFailed: precondition,
  InvalidIfMatchVersion: precondition,
  BucketAlreadyExists: taken,
  NoSuchBucket: missing(
    'NO_SUCH_BUCKET',
    'Check `bucket.name`, --profile and --region, or make the bucket with `frontctl bucket create`.',
  ),
  NoSuchDistribution: missing(
    'NO_SUCH_DISTRIBUTION',
    'Check `distribution.id` and --profile; `frontctl distribution list` shows the ids of this account.',
  ),
  NoSuchInvalidation: missing('NO_SUCH_INVALIDATION', '`frontctl invalidation list` shows the ids.'),
  NoSuchHostedZone: missing('NO_SUCH_HOSTED_ZONE', 'Check the zone id and --profile.'),
  NoSuchKey: missing('NO_SUCH_KEY', 'Check the key; keys are case sensitive.'),
  LimitExceededException: quota,
  TooManyBuckets: quota,
};

/** Statuses of answers whose name says nothing (HEAD has no body) or is not in the table. */
function byStatus(facts: ErrorFacts, what: CallSubject): Make | undefined {
  switch (facts.status) {
    case 301:
    case 307:
      return wrongRegion;
    case 401:
    case 403:
      return denied;
    case 404:
      return what.operation === 'HeadBucket' ? byName['NoSuchBucket'] : undefined;
    case 412:
      return precondition;
    default:
      return undefined;
  }
}

/** `TooManyDistributions`, `TooManyOriginAccessControls`, ...: every CloudFront quota is called like that. */
const isQuota = (facts: ErrorFacts): boolean =>
  /^TooMany(?!Requests|InvalidationsInProgress)/.test(facts.name) || /Quota/.test(facts.name);

const throttled: Make = (_facts, what) => [
  'unexpected',
  'THROTTLED',
  `AWS still asked to slow down after all retries of ${what.operation} on ${what.resource}`,
  'Wait a minute and run again: what is done stays done. A lower --concurrency helps too.',
];
const unavailable: Make = (facts, what) => [
  'unexpected',
  'SERVICE_UNAVAILABLE',
  `${serviceNames[what.service]} answered ${facts.status ?? 'an error'} to ${what.operation} on ${what.resource} after all retries`,
  'Run again later: what is done stays done.',
];

const serviceNames = {s3: 'S3', cloudfront: 'CloudFront', acm: 'ACM', route53: 'Route 53'} as const;

const isTls = (code: string | undefined): boolean =>
  code !== undefined && /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
const networkCodes =
  /^(?:E[A-Z]*CONN[A-Z]*|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|E(?:HOST|NET)UNREACH|EPROTO|UND_ERR_[A-Z_]+)$/;

/** What went wrong on the wire, in a few words. */
function networkReason({code, name, message}: ErrorFacts): string | undefined {
  if (code === 'ECONNREFUSED') return 'nothing listens there (connection refused)';
  if (code === 'ENOTFOUND') return 'the host name does not exist';
  if (code === 'EAI_AGAIN') return 'the host name cannot be looked up now';
  if (isTls(code)) return `the TLS certificate is not accepted (${message})`;
  if (code === 'EPROTO') return 'it does not speak TLS (https for an http port?)';
  if (name === 'TimeoutError' || code === 'ETIMEDOUT' || (code?.endsWith('_TIMEOUT') ?? false))
    return 'it did not answer in time';
  return code !== undefined && networkCodes.test(code) ? `the connection was lost (${code})` : undefined;
}

function networkFailure(
  reason: string,
  error: unknown,
  what: CallSubject,
  origin: CallOrigin | undefined,
): Failure {
  const place = origin?.endpoint ?? addressOf(error) ?? serviceNames[what.service];
  const hint =
    origin?.isLocal === true
      ? 'Start the embedded cloud with `frontctl local start`.'
      : origin?.endpoint === undefined
        ? 'Check the network, a proxy or VPN, and --region.'
        : 'Check --endpoint-url or AWS_ENDPOINT_URL, and that the server there runs.';
  return new Failure(
    'unexpected',
    'UNREACHABLE',
    `Cannot reach ${place} for ${what.operation} on ${what.resource}: ${reason}`,
    {
      hint,
      cause: error,
    },
  );
}

function addressOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const {hostname, address, port} = error as {hostname?: unknown; address?: unknown; port?: unknown};
  const host = typeof hostname === 'string' ? hostname : typeof address === 'string' ? address : undefined;
  return host === undefined ? undefined : typeof port === 'number' ? `${host}:${port}` : host;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');

/** Text from outside that may carry credentials is not repeated: canonical requests and tokens show up in some S3 messages. */
const isRepeatable = (text: string): boolean =>
  !/aws4|x-amz-security-token|secret/i.test(text) && text.length <= 500;

/**
 * An error of an SDK call, of the object store or of the network as a Failure. A Failure passes unchanged (also as the
 * cause of a wrapper). Exit: access for credentials and permissions, conflict for lost races, usage for things that do
 * not exist, interrupted for aborts, unexpected for the network and everything unknown.
 */
export function toFailure(error: unknown, what: CallSubject): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.cause instanceof Failure) return error.cause;
  const facts = errorFacts(error);
  const origin = typeof error === 'object' && error !== null ? origins.get(error) : undefined;
  if (facts.name === 'AbortError') {
    return new Failure(
      'interrupted',
      'INTERRUPTED',
      `${what.operation} on ${what.resource} was interrupted`,
      {cause: error},
    );
  }
  const reason = facts.status === undefined ? networkReason(facts) : undefined;
  if (reason !== undefined) return networkFailure(reason, error, what, origin);

  const known = Object.hasOwn(byName, facts.name) ? byName[facts.name] : undefined;
  const kind = errorKind(facts);
  const make =
    known ??
    (isQuota(facts) ? quota : undefined) ??
    (kind === 'throttled' ? throttled : undefined) ??
    (kind === 'transient' && facts.status !== undefined && facts.status >= 500 ? unavailable : undefined) ??
    (isNamed(facts) ? undefined : byStatus(facts, what));
  if (make !== undefined) {
    const [exit, code, message, hint] = make(facts, what, origin);
    return new Failure(exit, code, message, {hint, cause: error});
  }
  if (isNonsense(facts)) {
    return new Failure(
      'unexpected',
      'NOT_AWS',
      `${origin?.endpoint ?? serviceNames[what.service]} answered ${what.operation} on ${what.resource} with something that is not ${serviceNames[what.service]}'s language${facts.status === undefined ? '' : ` (HTTP ${facts.status})`}`,
      {
        hint: 'Check --endpoint-url or AWS_ENDPOINT_URL, and whether a proxy or a sign-in page stands between.',
        cause: error,
      },
    );
  }
  const detail = isRepeatable(facts.message) ? sentence(facts.message) : '';
  return new Failure(
    'unexpected',
    'AWS_ERROR',
    `${serviceNames[what.service]} answered ${facts.name}${facts.status === undefined ? '' : ` (HTTP ${facts.status})`} to ${what.operation} on ${what.resource}${detail === '' ? '' : `: ${detail}`}`,
    {hint: facts.requestId === undefined ? undefined : `AWS request id: ${facts.requestId}.`, cause: error},
  );
}

/** Names that the SDK or we give to an answer without a code of its own. */
const isNamed = ({name}: ErrorFacts): boolean =>
  !/^(?:Error|Unknown|UnknownError|NotFound|\d{3})$/.test(name);

/** A body that no codec could read: HTML, an empty 404 of another server, truncated XML or JSON. */
const isNonsense = (facts: ErrorFacts): boolean =>
  facts.name === 'NotAws' ||
  /Deserialization error|char '.' is not expected|Unexpected token|is not valid JSON/i.test(facts.message) ||
  (facts.status !== undefined && !isNamed(facts));

/** Runs one SDK call; whatever it throws leaves as a Failure that says what to do. */
export async function call<T>(what: CallSubject, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toFailure(error, what);
  }
}
