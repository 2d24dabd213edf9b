import {createHash} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import {Failure} from '../failure.js';

/** S3 refuses a larger bucket policy (S3 User Guide, "Bucket policies"). Bytes. */
export const maxPolicyBytes = 20 * 1024;

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicySubject {
  readonly bucket: string;
  /** Without slashes at the ends; '' for the whole bucket. */
  readonly prefix: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. Default `aws`. */
  readonly partition?: string | undefined;
}

const cloudfront = {Service: 'cloudfront.amazonaws.com'} as const;

/** Sids may hold letters and digits only, so a prefix goes in as a hash: sites under two prefixes keep apart. */
function sid(base: string, prefix: string): string {
  return prefix === '' ? base : base + createHash('sha256').update(prefix).digest('hex').slice(0, 8);
}

function objectsArn({bucket, prefix, partition = 'aws'}: PolicySubject, below: string): string {
  return `arn:${partition}:s3:::${bucket}/${prefix === '' ? '' : prefix + '/'}${below}`;
}

/**
 * Lets the distribution read the site through origin access control (Developer Guide, "Restrict access to an Amazon S3
 * origin"). Without s3:ListBucket on purpose: then a missing object is a 403 to the edge, and nobody can list the bucket.
 */
export function readStatement(subject: PolicySubject, distributionArn: string): PolicyStatement {
  return {
    Sid: sid('FrontctlCloudFrontRead', subject.prefix),
    Effect: 'Allow',
    Principal: cloudfront,
    Action: 's3:GetObject',
    Resource: objectsArn(subject, '*'),
    Condition: {StringEquals: {'AWS:SourceArn': distributionArn}},
  };
}

/** Keeps the manifest and all else under `.frontctl/` from viewers of any distribution, whatever another statement allows. */
export function privateStatement(subject: PolicySubject): PolicyStatement {
  return {
    Sid: sid('FrontctlPrivate', subject.prefix),
    Effect: 'Deny',
    Principal: cloudfront,
    Action: 's3:GetObject',
    Resource: objectsArn(subject, '.frontctl/*'),
  };
}

/**
 * Puts `own` statements into a policy document: a statement with the same Sid is replaced where it stands (the
 * distributions it already lets in stay let in), new ones are appended, all others keep their place and their values.
 * Answers undefined when the policy says all that already. Failures: POLICY_UNREADABLE, POLICY_TOO_LARGE.
 */
export function mergePolicy(
  existing: string | undefined,
  own: readonly PolicyStatement[],
  bucket: string,
): string | undefined {
  const document = parsePolicy(existing, bucket);
  const statements = [...document.statements];
  let changed = false;
  for (const statement of own) {
    const at = statements.findIndex(other => hasSid(other, statement.Sid));
    const merged = withSourceArns(statement, at === -1 ? undefined : statements[at]);
    if (at === -1) statements.push(merged);
    else if (isDeepStrictEqual(statements[at], merged)) continue;
    else statements[at] = merged;
    changed = true;
  }
  if (!changed) return undefined;
  const text = JSON.stringify({...document.rest, Statement: statements});
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPolicyBytes) {
    throw new Failure(
      'refused',
      'POLICY_TOO_LARGE',
      `The policy of bucket ${bucket} would be ${bytes} bytes; S3 allows ${maxPolicyBytes}.`,
      {hint: 'Remove or join statements that are no longer needed, then run this again.'},
    );
  }
  return text;
}

interface PolicyDocument {
  /** All members but Statement, in their order. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly statements: readonly unknown[];
}

function parsePolicy(text: string | undefined, bucket: string): PolicyDocument {
  if (text === undefined || text.trim() === '') return {rest: {Version: '2012-10-17'}, statements: []};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(bucket, cause);
  }
  if (!isRecord(value)) throw unreadable(bucket);
  const {Statement: statement = [], ...rest} = value;
  return {rest, statements: Array.isArray(statement) ? statement : [statement]};
}

function unreadable(bucket: string, cause?: unknown): Failure {
  return new Failure(
    'unexpected',
    'POLICY_UNREADABLE',
    `The policy of bucket ${bucket} is not a policy document.`,
    {
      hint: `Look at it with \`aws s3api get-bucket-policy --bucket ${bucket}\`.`,
      cause,
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasSid(statement: unknown, wanted: string): boolean {
  return isRecord(statement) && statement['Sid'] === wanted;
}

/** The AWS:SourceArn values that a statement of the same Sid lets in stay in: other distributions on the same bucket. */
function withSourceArns(statement: PolicyStatement, before: unknown): PolicyStatement {
  const wanted = sourceArns(statement);
  if (wanted.length === 0) return statement;
  const known = isRecord(before) ? sourceArns(before as unknown as PolicyStatement) : [];
  const all = [...known, ...wanted.filter(arn => !known.includes(arn))];
  const [only] = all;
  const value = all.length === 1 && only !== undefined ? only : all;
  return {...statement, Condition: {StringEquals: {'AWS:SourceArn': value}}};
}

function sourceArns(statement: PolicyStatement): readonly string[] {
  const value: unknown = statement.Condition?.['StringEquals']?.['AWS:SourceArn'];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter(arn => typeof arn === 'string') : [];
}
