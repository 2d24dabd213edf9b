import {isIPv4} from 'node:net';

/** What a policy allows: a canned one is the same with a resource and an end only. */
export interface SignedPolicy {
  /** Undefined: every URL of every distribution that trusts the key. */
  readonly resource: string | undefined;
  /** Seconds since the epoch: served before this second. */
  readonly before: number;
  /** Served after this second, not in it. */
  readonly after: number | undefined;
  /** IPv4 address or CIDR range. */
  readonly address: string | undefined;
}

/** The text that the signer of a canned policy signed: no spaces, the resource as it stands in the URL. */
export const cannedPolicy = (url: string, expires: string): string =>
  `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;

/** Whether this is a number of seconds that a canned policy can hold: a whole number of at most 2^63-1. */
export const isEpochTime = (text: string): boolean =>
  /^(?:0|[1-9]\d{0,18})$/.test(text) && BigInt(text) <= 0x7fff_ffff_ffff_ffffn;

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnly = (value: Members, names: readonly string[]): boolean =>
  Object.keys(value).every(name => names.includes(name));

/** The one member of a condition: `{"AWS:EpochTime": 1}`. */
const only = (condition: unknown, name: string): unknown =>
  isObject(condition) && hasOnly(condition, [name]) ? condition[name] : undefined;

const isSeconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2 ** 63;

/**
 * Reads a custom policy; undefined when it is malformed: not UTF-8 JSON (a byte order mark is none), not one statement, no DateLessThan, a date that
 * is no whole number (quoted ones are none), or a member that the guide does not name. What is not understood might
 * have been meant as a restriction.
 */
export const readPolicy = (bytes: Buffer): SignedPolicy | undefined => {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes));
  } catch {
    return undefined;
  }
  if (!isObject(document) || !hasOnly(document, ['Statement'])) return undefined;
  const statements: unknown = document['Statement'];
  if (!Array.isArray(statements) || statements.length !== 1) return undefined;
  const statement: unknown = statements[0];
  if (!isObject(statement) || !hasOnly(statement, ['Resource', 'Condition'])) return undefined;
  const {Resource: resource, Condition: condition} = statement;
  if (resource !== undefined && typeof resource !== 'string') return undefined;
  if (!isObject(condition) || !hasOnly(condition, ['DateLessThan', 'DateGreaterThan', 'IpAddress'])) {
    return undefined;
  }
  const before = only(condition['DateLessThan'], 'AWS:EpochTime');
  if (!isSeconds(before)) return undefined;
  const after = only(condition['DateGreaterThan'], 'AWS:EpochTime');
  if (condition['DateGreaterThan'] !== undefined && !isSeconds(after)) return undefined;
  const address = only(condition['IpAddress'], 'AWS:SourceIp');
  if (condition['IpAddress'] !== undefined && typeof address !== 'string') return undefined;
  return {
    resource,
    before,
    after: isSeconds(after) ? after : undefined,
    address: typeof address === 'string' ? address : undefined,
  };
};

const ipv4Number = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

/** Whether an IPv4 address is in a range; IPv6 and what is no range fit nothing. Bits beyond the prefix are ignored. */
export const inRange = (address: string, range: string): boolean => {
  const [, network = '', prefix = '32'] = /^([^/]*)(?:\/(\d{1,2}))?$/.exec(range) ?? [];
  const bits = Number(prefix);
  if (!isIPv4(network) || !isIPv4(address) || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(network) / size);
};

/** Whether the dates let a request pass at this time, given in whole seconds. */
export const inTime = ({before, after}: SignedPolicy, seconds: number): boolean =>
  seconds < before && (after === undefined || seconds > after);
