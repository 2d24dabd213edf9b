import {malformedPolicy} from '../errors.js';

/** What a bucket policy calls an origin access identity of CloudFront. */
export const accessIdentityArn = (id: string): string =>
  `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${id}`;

const accessIdentity = /^arn:aws:iam::cloudfront:user\/CloudFront Origin Access Identity (\S+)$/;

/** CloudFront's origin access identities, as far as S3 looks them up. */
export interface AccessIdentities {
  exists(id: string): boolean;
  idOf(canonicalUserId: string): string | undefined;
}

/** The canonical user of an account; that of an origin access identity is longer. */
const account = /^[0-9a-f]{64}$/;

type Names = string | readonly string[];

interface RawPrincipal {
  readonly AWS?: Names;
  readonly CanonicalUser?: Names;
}

interface RawStatement {
  readonly Principal?: RawPrincipal | string;
  readonly NotPrincipal?: RawPrincipal | string;
}

interface RawPolicy {
  readonly Statement: RawStatement | readonly RawStatement[];
}

const list = (names: Names | undefined): readonly string[] => (names === undefined ? [] : [names].flat());
const one = (names: readonly string[]): Names => (names.length === 1 ? (names[0] ?? '') : names);

const settleOne = (principal: RawPrincipal | string, identities: AccessIdentities): RawPrincipal | string => {
  if (typeof principal === 'string') return principal;
  const {AWS, CanonicalUser, ...others} = principal;
  for (const name of list(AWS)) {
    const id = accessIdentity.exec(name)?.[1];
    if (id !== undefined && !identities.exists(id)) throw malformedPolicy('Invalid principal in policy');
  }
  const users = list(CanonicalUser).filter(user => account.test(user));
  const known = list(CanonicalUser).flatMap(user => identities.idOf(user) ?? []);
  if (users.length + known.length < list(CanonicalUser).length)
    throw malformedPolicy('Invalid principal in policy');
  const aws = list(AWS).map(name => (/^\d{12}$/.test(name) ? `arn:aws:iam::${name}:root` : name));
  if (known.length === 0 && aws.join() === list(AWS).join()) return principal;
  return {
    ...others,
    AWS: one([...aws, ...known.map(accessIdentityArn)]),
    ...(users.length > 0 && {CanonicalUser: one(users)}),
  };
};

/**
 * A policy that `parsePolicy` took, as S3 keeps it: an account id becomes the ARN of its root user, the canonical user of an
 * origin access identity the identity's ARN; everything else stays as it was written. MalformedPolicy for an identity
 * that does not exist.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function settlePrincipals(text: string, identities: AccessIdentities): string {
  const policy = JSON.parse(text) as RawPolicy;
  const settle = (statement: RawStatement): RawStatement => ({
    ...statement,
    ...(statement.Principal !== undefined && {Principal: settleOne(statement.Principal, identities)}),
    ...(statement.NotPrincipal !== undefined && {
      NotPrincipal: settleOne(statement.NotPrincipal, identities),
    }),
  });
  const {Statement: written} = policy;
  const settled = {...policy, Statement: 'map' in written ? written.map(settle) : settle(written)};
  const answer = JSON.stringify(settled);
  return answer === JSON.stringify(policy) ? text : answer;
}
