import type {Terms} from './types.js';

/**
 * CloudFront rebuilds this text from the URL and its `Expires`, so not a byte may differ.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
 */
export function cannedPolicy(resource: string, expires: number | string): string {
  return `{"Statement":[{"Resource":${JSON.stringify(resource)},"Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
}

/** One statement, compact. CloudFront takes the conditions in any order; this one is botocore's. */
export function customPolicy({resource, expires, starts, ip}: Terms): string {
  const condition = {
    DateLessThan: {'AWS:EpochTime': expires},
    ...(ip === undefined ? {} : {IpAddress: {'AWS:SourceIp': ip}}),
    ...(starts === undefined ? {} : {DateGreaterThan: {'AWS:EpochTime': starts}}),
  };
  return JSON.stringify({Statement: [{Resource: resource, Condition: condition}]});
}

/** Base64 with CloudFront's own three substitutions (not those of base64url). */
export function toUrlBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '~').replaceAll('=', '_');
}

/** Undefined for anything that `toUrlBase64` does not write: one value has one spelling. */
export function fromUrlBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9\-~]+_{0,2}$/.test(text)) return undefined;
  // Node reads "-" as "+" by itself.
  const bytes = Buffer.from(text.replaceAll('~', '/').replaceAll('_', '='), 'base64');
  // Only the last four characters can hold bits that no byte takes.
  const last = toUrlBase64(bytes.subarray(bytes.length - (bytes.length % 3 || 3)));
  return text.endsWith(last) ? bytes : undefined;
}

/** The terms of a policy that CloudFront would read; a sentence where it would not. `resource` may be missing. */
export type PolicyReading =
  | {readonly terms: Omit<Terms, 'resource'> & {readonly resource?: string | undefined}}
  | {readonly problem: string};

/** Reads a policy's JSON: one statement, `DateLessThan` at least, and nothing that CloudFront does not know. */
export function readPolicy(text: string): PolicyReading {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return {problem: 'The policy is not JSON.'};
  }
  const statements = field(policy, 'Statement');
  if (!Array.isArray(statements) || statements.length !== 1)
    return {problem: 'The policy needs a "Statement" with exactly one entry.'};
  const statement: unknown = statements[0];
  const conditions = field(statement, 'Condition');
  const unknown = [
    ...strangers(policy, ['Statement']),
    ...strangers(statement, ['Resource', 'Condition']),
    ...strangers(conditions, ['DateLessThan', 'DateGreaterThan', 'IpAddress']),
    ...strangers(field(conditions, 'DateLessThan'), ['AWS:EpochTime']),
    ...strangers(field(conditions, 'DateGreaterThan'), ['AWS:EpochTime']),
    ...strangers(field(conditions, 'IpAddress'), ['AWS:SourceIp']),
  ];
  if (unknown.length > 0) return {problem: 'The policy has a field that CloudFront does not know.'};
  const resource = field(statement, 'Resource');
  const expires = field(field(conditions, 'DateLessThan'), 'AWS:EpochTime');
  const starts = field(field(conditions, 'DateGreaterThan'), 'AWS:EpochTime');
  const ip = field(field(conditions, 'IpAddress'), 'AWS:SourceIp');
  if (resource !== undefined && typeof resource !== 'string')
    return {problem: 'The policy\'s "Resource" must be one string.'};
  if (!isEpoch(expires))
    return {problem: 'The policy needs "DateLessThan": {"AWS:EpochTime": n}, in whole epoch seconds.'};
  if (field(conditions, 'DateGreaterThan') !== undefined && !isEpoch(starts))
    return {problem: 'The policy\'s "DateGreaterThan" must be {"AWS:EpochTime": n}, in whole epoch seconds.'};
  if (field(conditions, 'IpAddress') !== undefined && typeof ip !== 'string')
    return {problem: 'The policy\'s "IpAddress" must be {"AWS:SourceIp": "a.b.c.d/n"}.'};
  return {
    terms: {
      expires,
      ...(resource === undefined ? {} : {resource}),
      ...(isEpoch(starts) ? {starts} : {}),
      ...(typeof ip === 'string' ? {ip} : {}),
    },
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function strangers(value: unknown, known: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).filter(name => !known.includes(name));
}

function isEpoch(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2 ** 63;
}
