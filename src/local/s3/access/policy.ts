import {malformedPolicy} from '../errors.js';
import {parseConditions, type Condition} from './conditions.js';
import {globMatches} from '../../wildcard.js';

/** Who a statement names. `aws`: account ids and ARNs; `*` in `anyone`. */
export interface Principals {
  readonly anyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
  readonly canonicalUsers: readonly string[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: Principals;
  /** NotPrincipal, NotAction, NotResource: the lists below name what the statement does NOT cover. */
  readonly notPrincipal: boolean;
  readonly notAction: boolean;
  readonly notResource: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly statements: readonly Statement[];
}

type Json = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const strings = (value: unknown, field: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter(item => typeof item === 'string');
  if (list.length === 0 || texts.length !== list.length)
    throw malformedPolicy(`Policy has invalid ${field.toLowerCase()}`);
  return texts;
};

const noPrincipals: Principals = {anyone: false, aws: [], services: [], canonicalUsers: []};
const awsPrincipal =
  /^(\d{12}|arn:aws[a-z-]*:(iam|sts)::[^:]*:.+|A[A-Z0-9]{15,}|arn:aws[a-z-]*:iam::cloudfront:user\/.+)$/;
const servicePrincipal = /^[a-z0-9][a-z0-9.-]*\.(amazonaws\.com|amazonaws\.com\.cn|aws\.internal)$/;

export const parsePrincipals = (value: unknown): Principals => {
  if (value === '*') return {...noPrincipals, anyone: true};
  if (!isObject(value)) throw malformedPolicy('Invalid principal in policy');
  let anyone = false;
  let parsed = noPrincipals;
  for (const [kind, raw] of Object.entries(value)) {
    const names = strings(raw, 'principal');
    if (kind === 'AWS') {
      anyone ||= names.includes('*');
      const aws = names.filter(name => name !== '*');
      if (!aws.every(name => awsPrincipal.test(name))) throw malformedPolicy('Invalid principal in policy');
      parsed = {...parsed, aws};
    } else if (kind === 'Service') {
      if (!names.every(name => name === '*' || servicePrincipal.test(name)))
        throw malformedPolicy('Invalid principal in policy');
      parsed = {...parsed, services: names};
    } else if (kind === 'CanonicalUser') {
      parsed = {...parsed, canonicalUsers: names};
    } else if (kind === '*' && names.includes('*')) {
      anyone = true;
    } else if (kind !== 'Federated') {
      throw malformedPolicy('Invalid principal in policy');
    }
  }
  return {...parsed, anyone};
};

const objectOnly = new Set([
  's3:abortmultipartupload',
  's3:listmultipartuploadparts',
  's3:bypassgovernanceretention',
  's3:replicatedelete',
  's3:replicatetags',
]);

/** Whether a concrete action works on objects (`s3:GetObject`), on buckets, or cannot be told (a wildcard). */
const targetOf = (action: string): 'object' | 'bucket' | 'unknown' => {
  const name = action.toLowerCase();
  if (/[*?]/.test(name)) return 'unknown';
  if (objectOnly.has(name)) return 'object';
  return name.includes('object') && !name.includes('bucket') && !name.startsWith('s3:list')
    ? 'object'
    : 'bucket';
};

const requireMatchingTargets = (actions: readonly string[], resources: readonly string[]): void => {
  const objects = resources.some(resource => resource.includes('/') || resource.endsWith('*'));
  const buckets = resources.some(
    resource => !resource.includes('/') || /[*?]/.test(resource.split('/')[0] ?? ''),
  );
  for (const action of actions) {
    const target = targetOf(action);
    if ((target === 'object' && !objects) || (target === 'bucket' && !buckets))
      throw malformedPolicy('Action does not apply to any resource(s) in statement');
  }
};

export const oneOf = (
  statement: Json,
  field: string,
): {readonly value: unknown; readonly negated: boolean} => {
  const negated = `Not${field}`;
  if (field in statement && negated in statement)
    throw malformedPolicy(`Statement has both ${field} and ${negated}`);
  if (negated in statement) return {value: statement[negated], negated: true};
  if (!(field in statement)) throw malformedPolicy(`Missing required field ${field}`);
  return {value: statement[field], negated: false};
};

const statementFields = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const parseStatement = (raw: unknown, bucket: string): Statement => {
  if (!isObject(raw)) throw malformedPolicy('Statement must be an object');
  for (const field of Object.keys(raw))
    if (!statementFields.has(field)) throw malformedPolicy(`Unknown field ${field}`);
  const {Sid: sid, Effect: effect} = raw;
  if (sid !== undefined && typeof sid !== 'string') throw malformedPolicy('Sid must be a string');
  if (effect === undefined) throw malformedPolicy('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny')
    throw malformedPolicy(`Invalid effect: ${typeof effect === 'string' ? effect : 'not a string'}`);
  const principal = oneOf(raw, 'Principal');
  const action = oneOf(raw, 'Action');
  const resource = oneOf(raw, 'Resource');
  const actions = strings(action.value, 'Action');
  if (!actions.every(name => name === '*' || /^s3:[a-z*?]+$/i.test(name)))
    throw malformedPolicy('Policy has invalid action');
  const resources = strings(resource.value, 'Resource');
  const own = `arn:aws:s3:::${bucket}`;
  const named = (arn: string): boolean => {
    const [head = ''] = arn.split('/');
    return (
      head === own ||
      (/[*?]/.test(head) && head.startsWith('arn:aws:s3:::') && globMatches(head, own)) ||
      arn === '*'
    );
  };
  if (!resources.every(named)) throw malformedPolicy('Policy has invalid resource');
  if (!action.negated && !resource.negated) requireMatchingTargets(actions, resources);
  if (principal.negated && effect === 'Allow')
    throw malformedPolicy('Allow with NotPrincipal is not allowed.');
  return {
    sid,
    effect,
    principals: parsePrincipals(principal.value),
    notPrincipal: principal.negated,
    notAction: action.negated,
    notResource: resource.negated,
    actions,
    resources,
    conditions: raw.Condition === undefined ? [] : parseConditions(raw.Condition),
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
};

/**
 * A bucket policy as PutBucketPolicy checks it for `bucket`; MalformedPolicy (400) with AWS's sentence otherwise.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export const parsePolicy = (text: string, bucket: string): Policy => {
  if (Buffer.byteLength(text) > 20 * 1024)
    throw malformedPolicy('Policy exceeds the maximum allowed document size.');
  if (!text.startsWith('{'))
    throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  const raw = parseJson(text);
  if (!isObject(raw)) throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  for (const field of Object.keys(raw))
    if (!['Version', 'Id', 'Statement'].includes(field)) throw malformedPolicy(`Unknown field ${field}`);
  if (raw.Version !== undefined && raw.Version !== '2012-10-17' && raw.Version !== '2008-10-17')
    throw malformedPolicy('The policy must contain a valid version string');
  if (raw.Statement === undefined) throw malformedPolicy('Missing required field Statement');
  const list: readonly unknown[] = Array.isArray(raw.Statement) ? raw.Statement : [raw.Statement];
  if (list.length === 0) throw malformedPolicy('Could not parse the policy: Statement is empty!');
  const statements = list.map(statement => parseStatement(statement, bucket));
  const sids = statements.map(({sid}) => sid).filter(sid => sid !== undefined && sid !== '');
  if (new Set(sids).size !== sids.length)
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  return {statements};
};
