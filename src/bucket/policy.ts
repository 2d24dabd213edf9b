import {createHash} from 'node:crypto';
import {
  mergeStatements,
  parsePolicy,
  sidOf,
  sourceArns,
  withArns,
  writePolicyText,
  type PolicyDocument,
  type PolicyOwner,
  type PolicyStatement,
} from './policy-document.js';

export type {PolicyStatement} from './policy-document.js';

/** S3 refuses a larger bucket policy (S3 User Guide, "Bucket policies"). Bytes. */
export const maxPolicyBytes = 20 * 1024;

export interface PolicySubject {
  readonly bucket: string;
  /** Without slashes at the ends; '' for the whole bucket. */
  readonly prefix: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. Default `aws`. */
  readonly partition?: string | undefined;
}

export const cloudfront = {Service: 'cloudfront.amazonaws.com'} as const;

export const ownerOf = (bucket: string): PolicyOwner => ({
  name: `bucket ${bucket}`,
  look: `aws s3api get-bucket-policy --bucket ${bucket}`,
  maxBytes: maxPolicyBytes,
});

/** Sids may hold letters and digits only, so a prefix goes in as a hash: sites under two prefixes keep apart. */
function sid(base: string, prefix: string): string {
  return prefix === '' ? base : base + createHash('sha256').update(prefix).digest('hex').slice(0, 8);
}

export function objectsArn({bucket, prefix, partition = 'aws'}: PolicySubject, below: string): string {
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
  const owner = ownerOf(bucket);
  const document = parsePolicy(existing, owner);
  const merged = mergeStatements(document, own);
  return merged === document ? undefined : writePolicyText(merged, owner);
}

/** What becomes of a policy: `undefined` as `policy` means that no statement is left, and the policy is to be deleted. */
export interface PolicyEdit {
  readonly changed: boolean;
  readonly policy: string | undefined;
}

/** Without the statements that have these Sids. Failure POLICY_UNREADABLE. */
export function removeStatements(
  existing: string | undefined,
  sids: readonly string[],
  bucket: string,
): PolicyEdit {
  return editStatements(existing, bucket, statement =>
    sids.includes(sidOf(statement) ?? '') ? undefined : statement,
  );
}

/**
 * One distribution is let in no more by the statements that have these Sids; those that let nobody else in go. Others'
 * distributions on the same bucket stay. Failure POLICY_UNREADABLE.
 */
export function withdrawDistribution(
  existing: string | undefined,
  sids: readonly string[],
  distributionArn: string,
  bucket: string,
): PolicyEdit {
  return editStatements(existing, bucket, statement => {
    const arns = sourceArns(statement);
    if (!sids.includes(sidOf(statement) ?? '') || !arns.includes(distributionArn)) return statement;
    const left = arns.filter(arn => arn !== distributionArn);
    return left.length === 0 ? undefined : withArns(statement as PolicyStatement, left);
  });
}

/** Each statement as `edit` answers it: the very same object is left as it is, undefined is taken out. */
export function editStatements(
  existing: string | undefined,
  bucket: string,
  edit: (statement: unknown) => unknown,
): PolicyEdit {
  const owner = ownerOf(bucket);
  const document: PolicyDocument = parsePolicy(existing, owner);
  const edited = document.statements.map(edit);
  if (edited.every((statement, index) => statement === document.statements[index])) {
    return {changed: false, policy: existing};
  }
  const statements = edited.filter(statement => statement !== undefined);
  const policy = statements.length === 0 ? undefined : writePolicyText({...document, statements}, owner);
  return {changed: true, policy};
}
