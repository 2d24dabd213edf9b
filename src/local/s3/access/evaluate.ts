import type {Caller} from '../../types.js';
import {conditionHolds, expand, type Condition, type RequestKeys} from './conditions.js';
import type {Policy, Principals, Statement} from './policy.js';
import {accessIdentityArn} from './principals.js';
import {globMatches} from '../../wildcard.js';

export type Verdict = 'allow' | 'deny' | 'neutral';

const accountOf = (arnOrId: string): string =>
  /^\d{12}$/.test(arnOrId) ? arnOrId : (arnOrId.split(':')[4] ?? '');

/** An account id or its root ARN stands for every identity of the account; any other ARN for itself. */
const namesIdentity = (name: string, caller: Extract<Caller, {kind: 'identity'}>): boolean =>
  /^\d{12}$/.test(name) || name.endsWith(':root')
    ? accountOf(name) === caller.accountId
    : name === caller.arn;

const principalMatches = (principals: Principals, caller: Caller): boolean => {
  if (principals.anyone) return true;
  switch (caller.kind) {
    case 'anonymous':
      return false;
    case 'identity':
      return principals.aws.some(name => namesIdentity(name, caller));
    case 'service':
      return principals.services.some(name => name === '*' || name === caller.principal);
    case 'access-identity':
      return (
        principals.canonicalUsers.includes(caller.canonicalUserId) ||
        principals.aws.includes(accessIdentityArn(caller.id))
      );
  }
};

const applies = (
  statement: Statement,
  caller: Caller,
  action: string,
  resource: string,
  request: () => RequestKeys,
): boolean =>
  statement.actions.some(pattern => globMatches(pattern.toLowerCase(), action.toLowerCase())) !==
    statement.notAction &&
  principalMatches(statement.principals, caller) !== statement.notPrincipal &&
  statement.resources.some(pattern => {
    const expanded = pattern.includes('${') ? expand(pattern, request()) : pattern;
    return expanded !== undefined && globMatches(expanded, resource);
  }) !== statement.notResource &&
  statement.conditions.every(condition => conditionHolds(condition, request()));

/**
 * What a bucket policy says to one request; an explicit Deny wins over every Allow.
 * @param action `s3:GetObject`
 * @param resource `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/key`
 */
export const evaluatePolicy = (
  policy: Policy,
  caller: Caller,
  action: string,
  resource: string,
  request: () => RequestKeys,
): Verdict => {
  let verdict: Verdict = 'neutral';
  for (const statement of policy.statements) {
    if (statement.effect === 'Allow' && verdict === 'allow') continue;
    if (!applies(statement, caller, action, resource, request)) continue;
    if (statement.effect === 'Deny') return 'deny';
    verdict = 'allow';
  }
  return verdict;
};

const fixingKeys = new Set([
  'aws:sourcearn',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourceowner',
  'aws:sourceaccount',
  'aws:principalorgid',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:userid',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  's3:dataaccesspointarn',
  's3:dataaccesspointaccount',
]);
const positive = /^(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/;

/** Whether a condition pins the caller to something fixed: no wildcard, no IfExists, or a network range narrower than all. */
const fixes = (condition: Condition): boolean => {
  if (condition.ifExists || condition.qualifier === 'all') return false;
  if (condition.operator === 'IpAddress' && condition.key === 'aws:sourceip')
    return condition.values.every(value => !value.endsWith('/0'));
  return (
    positive.test(condition.operator) &&
    fixingKeys.has(condition.key) &&
    condition.values.every(value => !/[*?]|\$\{/.test(value))
  );
};

const publicActions = [
  's3:Get',
  's3:List',
  's3:AbortMultipartUpload',
  's3:Delete',
  's3:Put',
  's3:RestoreObject',
].map(action => action.toLowerCase());
const exposes = (statement: Statement): boolean =>
  statement.notAction ||
  statement.actions.some(action => {
    const start = (action.split(/[*?]/)[0] ?? '').toLowerCase();
    return publicActions.some(bad => start.startsWith(bad) || (/[*?]/.test(action) && bad.startsWith(start)));
  });

/**
 * "The meaning of public": a policy is public when a statement allows exposing actions to anyone without pinning them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export const isPublicPolicy = (policy: Policy): boolean =>
  policy.statements.some(
    statement =>
      statement.effect === 'Allow' &&
      (statement.principals.anyone || statement.principals.services.includes('*')) &&
      exposes(statement) &&
      !statement.conditions.some(fixes),
  );
