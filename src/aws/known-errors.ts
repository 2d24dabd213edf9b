import type {exitCodes} from '../failure.js';
import {iamAction} from './permissions.js';
import {errorKind, type ErrorFacts} from './retry.js';
import type {CallSubject} from './types.js';

/** Where a call went and as whom: known to the client that failed, told in the text of network and sign-in failures. */
export interface CallOrigin {
  readonly endpoint: string | undefined;
  readonly isLocal: boolean;
  readonly profile: string | undefined;
}

/** What a Failure is made of. */
export type Verdict = readonly [exit: keyof typeof exitCodes, code: string, message: string, hint?: string];

export const serviceNames = {
  s3: 'S3',
  cloudfront: 'CloudFront',
  acm: 'ACM',
  route53: 'Route 53',
  kms: 'KMS',
} as const;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** One line without a full stop, to be put after a colon. */
export const sentence = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');

type Make = (facts: ErrorFacts, what: CallSubject, origin: CallOrigin | undefined) => Verdict;

const loginHint = (origin: CallOrigin | undefined): string =>
  `Sign in again${origin?.profile === undefined ? '' : ` (\`aws sso login --profile ${origin.profile}\`)`} or renew AWS_SESSION_TOKEN.`;

/** Operations of commands whose policies `frontctl permissions` does not print. */
const unprinted = /PublicKey|KeyGroup|Tenant|OriginAccessIdentity|Domain/;

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
    `AWS denied ${what.operation} on ${what.resource}${explicit}: it takes ${action}`,
    `Allow ${action} for the identity that runs frontctl${unprinted.test(what.operation) ? '' : ' (`frontctl permissions` prints the whole policy)'}.`,
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
const aliasTaken: Make = (facts, what) => [
  'conflict',
  'ALIAS_TAKEN',
  `An alias of ${what.resource} already belongs to another distribution: ${sentence(facts.message)}`,
  `Move it here: frontctl dns move HOST --to ${/\bE[A-Z0-9]{5,}\b/.exec(what.resource)?.[0] ?? 'DISTRIBUTION'}`,
];
const recordsRefused: Make = (facts, what) => [
  'conflict',
  'RECORDS_REFUSED',
  `Route 53 refused the changes in ${what.resource}, and applied none of them: ${sentence(facts.message) || facts.name}`,
  'Records may have changed in the meantime: run again, they are read anew.',
];
const bucketAcls: Make = (_facts, what) => [
  'refused',
  'BUCKET_HAS_ACLS',
  `The ACL of ${what.resource} lets others in, so ACLs cannot be turned off (${what.operation})`,
  'Give what they need in the bucket policy, then take the ACL back: aws s3api put-bucket-acl --acl private --bucket NAME',
];
const keyTooLong: Make = (_facts, what) => [
  'usage',
  'KEY_TOO_LONG',
  `The key of ${what.resource} has more than 1,024 bytes of UTF-8, the most that S3 takes`,
  'Shorten the path, or leave the file out with `site.ignore`.',
];
const inTheWay: Make = (facts, what) => [
  'conflict',
  'CONFLICT',
  `AWS refused ${what.operation} on ${what.resource}: ${sentence(facts.message) || facts.name}`,
];
const keyInUse: Make = (_facts, what) => [
  'conflict',
  'PUBLIC_KEY_IN_USE',
  `${capital(what.resource)} is still in a key group or a field-level encryption profile (${what.operation})`,
  'A group that has just let go of it counts until its distributions are deployed: try again in some minutes. `frontctl key list` shows the groups.',
];
const keyGroupExists: Make = (_facts, what) => [
  'conflict',
  'KEY_GROUP_EXISTS',
  `${capital(what.resource)} exists already: someone else made it in the meantime`,
  'Run again: the key is then added to it.',
];
const tooManyKeys: Make = (_facts, what) => [
  'refused',
  'QUOTA_EXCEEDED',
  `The account has as many public keys or key groups as its quota allows (${what.operation} on ${what.resource})`,
  '`frontctl key list` shows those that nothing uses, `frontctl key delete` removes them; Service Quotas gives more.',
];
const noDistribution: Make = (_facts, what, origin) => [
  'usage',
  'NO_SUCH_DISTRIBUTION',
  // Of `invalidation I1 of distribution E1` it is the distribution that is missing.
  `${capital(what.resource.replace(/^.* of (?=distribution )/, ''))} does not exist (${what.operation})`,
  origin?.isLocal === true
    ? 'Check the id: `frontctl local status` shows those of the embedded cloud.'
    : 'Check the id and --profile.',
];
const noOrigin: Make = (_facts, what) => [
  'usage',
  'NO_SUCH_ORIGIN',
  `A behavior names an origin that the distribution does not have (${what.operation} of ${what.resource})`,
  'Each TargetOriginId must be the Id of an origin or an origin group: look at `distribution.raw` in the config.',
];
const badAssociation: Make = (facts, what) => [
  'usage',
  'FUNCTION_ASSOCIATION',
  `CloudFront refuses what a behavior of ${what.resource} runs: ${sentence(facts.message) || facts.name}`,
  'A function must be published, and an event runs one; functions and Lambda@Edge do not mix at viewer events.',
];
const missing =
  (code: string, hint: string): Make =>
  (_facts, what) => ['usage', code, `${capital(what.resource)} does not exist (${what.operation})`, hint];

/** S3 passes on what KMS says about the key of an object, as `KMS.` and KMS's own name. */
const badKmsKey: Make = (facts, what) => [
  'refused',
  'KMS_KEY_UNUSABLE',
  `S3 cannot use the KMS key for ${what.operation} on ${what.resource}: ${sentence(facts.message)}`,
  'The key must be enabled and in the region of the bucket: `aws kms describe-key --key-id KEY`.',
];
const kmsKeyState: Make = (facts, what) => [
  'refused',
  'KMS_KEY_UNUSABLE',
  `${capital(what.resource)} cannot be used (${what.operation}): ${sentence(facts.message)}`,
  'A disabled key can be enabled again; one that waits for its deletion has to be saved from that first.',
];

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
    'Check `bucket.name`, --profile and --region, or make the bucket first: `frontctl apply` with a config, or `frontctl bucket create NAME`.',
  ),
  NoSuchDistribution: noDistribution,
  NoSuchOrigin: noOrigin,
  InvalidFunctionAssociation: badAssociation,
  InvalidLambdaFunctionAssociation: badAssociation,
  FunctionSizeLimitExceeded: quota,
  NoSuchInvalidation: missing('NO_SUCH_INVALIDATION', '`frontctl invalidation list` shows the ids.'),
  NoSuchPublicKey: missing('NO_SUCH_PUBLIC_KEY', '`frontctl key list` shows the ids.'),
  TrustedKeyGroupDoesNotExist: missing('NO_SUCH_KEY_GROUP', '`frontctl key list` shows the groups.'),
  PublicKeyInUse: keyInUse,
  KeyGroupAlreadyExists: keyGroupExists,
  TooManyPublicKeys: tooManyKeys,
  TooManyKeyGroups: tooManyKeys,
  NoSuchHostedZone: missing('NO_SUCH_HOSTED_ZONE', 'Check the zone id and --profile.'),
  NoSuchKey: missing('NO_SUCH_KEY', 'Check the key; keys are case sensitive.'),
  CNAMEAlreadyExists: aliasTaken,
  InvalidChangeBatch: recordsRefused,
  InvalidBucketAclWithObjectOwnership: bucketAcls,
  KeyTooLongError: keyTooLong,
  'KMS.NotFoundException': badKmsKey,
  'KMS.DisabledException': badKmsKey,
  'KMS.KMSInvalidStateException': badKmsKey,
  'KMS.UnrecognizedClientException': badKmsKey,
  KMSInvalidStateException: kmsKeyState,
  DisabledException: kmsKeyState,
  LimitExceededException: quota,
  TooManyBuckets: quota,
};

/** Families of names that CloudFront, Route 53 and ACM spell the same way. */
function byFamily({name}: ErrorFacts): Make | undefined {
  if (/^TooMany(?!Requests|InvalidationsInProgress)/.test(name) || name.includes('Quota')) return quota;
  if (/^NoSuch|^EntityNotFound$|NotFoundException$/.test(name))
    return missing('NOT_FOUND', 'Check the name or id, --profile and --region.');
  if (/InUse(?:Exception)?$|AlreadyExists$|^BucketNotEmpty$|^DistributionNotDisabled$/.test(name))
    return inTheWay;
  return undefined;
}

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

const throttled: Make = (_facts, what) => [
  'unexpected',
  'THROTTLED',
  `AWS still asked to slow down after all retries of ${what.operation} on ${what.resource}`,
  'Wait a minute and run again: what is done stays done. A lower --concurrency helps too.',
];
const unavailable: Make = (facts, what) => [
  'unexpected',
  'SERVICE_UNAVAILABLE',
  `${serviceNames[what.service]} answered ${facts.status ?? 'an error'} to ${what.operation} on ${what.resource} after all retries${facts.message === '' ? '' : `: ${sentence(facts.message)}`}`,
  'Run again later: what is done stays done.',
];

/** Names that the SDK or we give to an answer without a code of its own. */
export const isNamed = ({name}: ErrorFacts): boolean =>
  !/^(?:Error|Unknown|UnknownError|NotAws|NotFound|\d{3})$/.test(name);

/** What an error that AWS is known for means; undefined for all others. */
export function verdictOn(
  facts: ErrorFacts,
  what: CallSubject,
  origin: CallOrigin | undefined,
): Verdict | undefined {
  const kind = errorKind(facts);
  const make =
    (Object.hasOwn(byName, facts.name) ? byName[facts.name] : undefined) ??
    byFamily(facts) ??
    (kind === 'throttled' ? throttled : undefined) ??
    (kind === 'transient' && facts.status !== undefined && facts.status >= 500 ? unavailable : undefined) ??
    (isNamed(facts) || facts.name === 'NotAws' ? undefined : byStatus(facts, what));
  return make?.(facts, what, origin);
}
