import {parseConditions, type RequestKeys} from '../s3/access/conditions.js';
import {evaluatePolicy} from '../s3/access/evaluate.js';
import {isObject, oneOf, strings, type Policy, type Statement} from '../s3/access/policy.js';
import {ApiError, type IdentityPolicy} from '../types.js';

const malformed = (message: string): ApiError => new ApiError('MalformedPolicyDocument', message, 400);

/** IAM refuses a larger managed policy, not counting white space (IAM User Guide, "IAM and AWS STS quotas"). Characters. */
const maxLength = 6144;

const anyone = {anyone: true, aws: [], services: [], canonicalUsers: []} as const;
const noKeys: RequestKeys = new Map();

function parseStatement(raw: unknown): Statement {
  if (!isObject(raw)) throw malformed('Syntax errors in policy.');
  const {Sid: sid, Effect: effect} = raw;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Syntax errors in policy.');
  if ('Principal' in raw || 'NotPrincipal' in raw)
    throw malformed('Policy document should not specify a principal.');
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9]+$/.test(sid)))
    throw malformed('Statement IDs (SID) must be alpha-numeric.');
  const action = oneOf(raw, 'Action');
  const resource = oneOf(raw, 'Resource');
  const actions = strings(action.value, 'Action');
  if (!actions.every(name => name === '*' || /^[a-z0-9-]+:[A-Za-z0-9*?]+$/.test(name)))
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  const resources = strings(resource.value, 'Resource');
  if (!resources.every(name => name === '*' || /^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(name)))
    throw malformed('Resource must be in ARN format or "*".');
  return {
    sid,
    effect,
    principals: anyone,
    notPrincipal: false,
    notAction: action.negated,
    notResource: resource.negated,
    actions,
    resources,
    conditions: raw['Condition'] === undefined ? [] : parseConditions(raw['Condition']),
  };
}

function parse(document: string): Policy {
  if (document.replace(/\s+/g, '').length > maxLength)
    throw new ApiError('LimitExceeded', `Cannot exceed quota for PolicySize: ${maxLength}`, 409);
  const raw: unknown = JSON.parse(document);
  if (!isObject(raw) || raw['Version'] !== '2012-10-17') throw malformed('Syntax errors in policy.');
  const statements = [raw['Statement']].flat().map(parseStatement);
  const sids = statements.flatMap(({sid}) => sid ?? []);
  if (new Set(sids).size !== sids.length)
    throw malformed('Statement IDs (SID) in a single policy must be unique.');
  return {statements};
}

/**
 * A managed policy as IAM's CreatePolicy checks it, in force: what no statement allows is denied. Throws ApiError
 * MalformedPolicyDocument or LimitExceeded.
 */
export function identityPolicy(document: string): IdentityPolicy {
  const policy = parse(document);
  return {
    allows: (action, resource, keys = () => noKeys) =>
      evaluatePolicy(policy, {kind: 'anonymous'}, action, resource, keys) === 'allow',
  };
}
