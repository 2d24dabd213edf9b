import {accountId, ApiError} from '../types.js';
import {parseConditions} from '../s3/access/conditions.js';
import {isObject, oneOf, parsePrincipals, strings, type Policy, type Statement} from '../s3/access/policy.js';

export const malformed = (message: string): ApiError =>
  new ApiError('MalformedPolicyDocumentException', message, 400);

/** The policy of a key that was made without one. KMS developer guide, "Default key policy". */
export const defaultPolicy = JSON.stringify(
  {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: {AWS: `arn:aws:iam::${accountId}:root`},
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  },
  undefined,
  2,
);

function parseStatement(raw: unknown): Statement {
  if (!isObject(raw)) throw malformed('Statement must be an object.');
  const {Sid: sid, Effect: effect} = raw;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Effect must be Allow or Deny.');
  const principal = oneOf(raw, 'Principal');
  const action = oneOf(raw, 'Action');
  const resource = oneOf(raw, 'Resource');
  const actions = strings(action.value, 'Action');
  if (!actions.every(name => name === '*' || /^kms:[a-z*?]+$/i.test(name)))
    throw malformed('Policy contains an invalid action.');
  return {
    sid: typeof sid === 'string' ? sid : undefined,
    effect,
    principals: parsePrincipals(principal.value),
    notPrincipal: principal.negated,
    notAction: action.negated,
    notResource: resource.negated,
    actions,
    resources: strings(resource.value, 'Resource'),
    conditions: raw['Condition'] === undefined ? [] : parseConditions(raw['Condition']),
  };
}

/**
 * A key policy as CreateKey and PutKeyPolicy check it: MalformedPolicyDocumentException, or LimitExceededException above
 * 32 KB. KMS developer guide, "Key policies" and "Resource quotas".
 */
export function parseKeyPolicy(text: string): Policy {
  if (Buffer.byteLength(text) > 32 * 1024)
    throw new ApiError('LimitExceededException', 'The key policy is larger than 32768 bytes.', 400);
  try {
    const raw: unknown = JSON.parse(text);
    if (!isObject(raw) || raw['Statement'] === undefined) throw malformed('Policy has no Statement.');
    const statements: readonly unknown[] = [raw['Statement']].flat();
    return {statements: statements.map(parseStatement)};
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('Policy is not valid JSON.');
    // What it shares with bucket policies says so in the words of S3.
    if (error instanceof ApiError && error.code === 'MalformedPolicy') throw malformed(error.message);
    throw error;
  }
}
