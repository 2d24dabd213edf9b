/** Origin access identities (OAI, legacy) in a bucket policy: who they are, what they may do, and the same for a distribution. */
import {createHash} from 'node:crypto';
import {
  isRecord,
  listed,
  parsePolicy,
  shortened,
  texts,
  withArns,
  type PolicyStatement,
} from './policy-document.js';
import {
  cloudfront,
  editStatements,
  objectsArn,
  ownerOf,
  readStatement,
  type PolicyEdit,
  type PolicySubject,
} from './policy.js';

export interface AccessIdentity {
  /** `E2QWRUHAPOMQZL` */
  readonly id: string;
  /** What policies and ACLs may call it instead; S3 turns it into the ARN when a policy is put. */
  readonly canonicalUserId: string;
}

/** Developer Guide, "Specify an OAI as the Principal in a bucket policy". */
const arnOf = /^arn:aws[a-z-]*:iam::cloudfront:user\/CloudFront Origin Access Identity (\S+)$/;

const isName = (name: string, {id, canonicalUserId}: AccessIdentity): boolean =>
  arnOf.exec(name)?.[1] === id || (canonicalUserId !== '' && name === canonicalUserId);

const namesOf = (principal: unknown): readonly string[] =>
  isRecord(principal) ? [...texts(principal['AWS']), ...texts(principal['CanonicalUser'])] : [];

const principalOf = (statement: unknown): unknown =>
  isRecord(statement) ? statement['Principal'] : undefined;

const statementsOf = (policy: string | undefined, bucket: string): readonly unknown[] =>
  parsePolicy(policy, ownerOf(bucket)).statements;

/** Those of `identities` that a statement of the policy names. Failure POLICY_UNREADABLE. */
export function identitiesIn<T extends AccessIdentity>(
  policy: string | undefined,
  identities: readonly T[],
  bucket: string,
): readonly T[] {
  const names = statementsOf(policy, bucket).flatMap(statement => namesOf(principalOf(statement)));
  return identities.filter(identity => names.some(name => isName(name, identity)));
}

/** Ids of all origin access identities that the policy names by their ARN, also of other accounts. */
export function identityIdsIn(policy: string | undefined, bucket: string): readonly string[] {
  const names = statementsOf(policy, bucket).flatMap(statement => namesOf(principalOf(statement)));
  return [...new Set(names.flatMap(name => arnOf.exec(name)?.[1] ?? []))];
}

/** What a distribution needs in place of an identity. */
export interface Replacement {
  readonly statements: readonly PolicyStatement[];
  /** No statement lets the identity read: it goes by ACLs, or the bucket is public. All of the prefix is opened then. */
  readonly isWider: boolean;
}

/**
 * Statements that let a distribution do what the policy lets an origin access identity do, and forbid it what the policy
 * forbids the identity: no more, so that migrating opens nothing. Reading all of the prefix becomes frontctl's own statement.
 */
export function replacementFor(
  policy: string | undefined,
  identity: AccessIdentity,
  subject: PolicySubject,
  distributionArn: string,
): Replacement {
  const own = readStatement(subject, distributionArn);
  const naming = statementsOf(policy, subject.bucket)
    .filter(isRecord)
    .filter(statement => namesOf(statement['Principal']).some(name => isName(name, identity)));
  const mirrored = naming.map(statement =>
    isPlainRead(statement, subject) ? own : mirror(statement, distributionArn),
  );
  const isWider = !naming.some(statement => statement['Effect'] === 'Allow');
  const bySid = new Map((isWider ? [...mirrored, own] : mirrored).map(each => [each.Sid, each]));
  return {statements: [...bySid.values()], isWider};
}

/** Reading of all that the origin shows, and perhaps of more that it does not, without a condition. */
function isPlainRead(statement: Readonly<Record<string, unknown>>, subject: PolicySubject): boolean {
  const {Effect: effect, Action: action, Resource: resource, Condition: condition} = statement;
  const [only, second] = texts(action);
  const wanted = objectsArn(subject, '*').slice(0, -1);
  return (
    effect === 'Allow' &&
    condition === undefined &&
    only?.toLowerCase() === 's3:getobject' &&
    second === undefined &&
    texts(resource).some(arn => /^[^*?]*\*$/.test(arn) && wanted.startsWith(arn.slice(0, -1)))
  );
}

/** The same permissions for the distribution; the Sid follows from them, so that a rerun finds it. */
function mirror(statement: Readonly<Record<string, unknown>>, distributionArn: string): PolicyStatement {
  const {Sid: _sid, Principal: _principal, ...rest} = statement;
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 8);
  const same = {
    Sid: `FrontctlCloudFrontAs${hash}`,
    ...rest,
    Principal: cloudfront,
  } as PolicyStatement;
  return withArns(same, [distributionArn]);
}

/** Without the identities: statements that are theirs alone go, in others they are taken from the principals. */
export function withoutIdentities(
  policy: string | undefined,
  identities: readonly AccessIdentity[],
  bucket: string,
): PolicyEdit {
  const isTheirs = (name: unknown): boolean =>
    typeof name === 'string' && identities.some(identity => isName(name, identity));
  return editStatements(policy, bucket, statement => {
    const principal = principalOf(statement);
    if (!isRecord(statement) || !isRecord(principal) || !namesOf(principal).some(isTheirs)) return statement;
    const left = Object.entries(principal).flatMap(([kind, names]): [string, unknown][] => {
      const kept = listed(names).filter(name => !isTheirs(name));
      if (kept.length === listed(names).length) return [[kind, names]];
      return kept.length === 0 ? [] : [[kind, shortened(kept as readonly string[])]];
    });
    return left.length === 0 ? undefined : {...statement, Principal: Object.fromEntries(left)};
  });
}
