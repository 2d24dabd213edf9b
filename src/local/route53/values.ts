import {isIPv4, isIPv6} from 'node:net';
import {isDnsName} from './names.js';

const character = (value: string): boolean => /^("(?:[^"\\]|\\.){0,255}"\s*)+$/.test(value);
const numbers = (value: string, count: number): boolean => {
  const fields = value.trim().split(/\s+/);
  return (
    fields.length === count + 1 &&
    fields.slice(0, count).every(field => /^\d{1,5}$/.test(field) && Number(field) <= 65_535) &&
    isHost(fields[count] ?? '')
  );
};
const isHost = (value: string): boolean => value === '.' || isDnsName(value);

interface Rule {
  readonly problem: string;
  holds(value: string): boolean;
}

const host = (type: string): Rule => ({
  problem: `${type}RDATAIllegalDomainName (Value is not a valid domain name)`,
  holds: isHost,
});
const text: Rule = {
  problem: 'InvalidCharacterString (Value should be enclosed in quotation marks)',
  holds: character,
};
const rules: Readonly<Record<string, Rule | undefined>> = {
  A: {problem: 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)', holds: isIPv4},
  AAAA: {problem: 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)', holds: isIPv6},
  CNAME: host('CNAMERR'),
  NS: host('NSRR'),
  PTR: host('PTRRR'),
  TXT: text,
  SPF: text,
  MX: {
    problem: 'MXRRDATANotTwoFields (Value is not a priority and a domain name)',
    holds: value => numbers(value, 1),
  },
  SRV: {
    problem: 'SRVRRDATANotFourFields (Value is not a priority, a weight, a port and a domain name)',
    holds: value => numbers(value, 3),
  },
  CAA: {
    problem: 'CAARRDATANotThreeFields (Value is not flags, a tag and a quoted value)',
    holds: value => /^\d{1,3}\s+[a-z0-9]+\s+"[^"]*"$/i.test(value),
  },
};

/** AWS's complaint about a record value; undefined when it is well-formed. Types without a rule take any value. */
export function valueProblem(type: string, value: string): string | undefined {
  const rule = rules[type];
  if (value !== '' && (rule === undefined || rule.holds(value))) return undefined;
  return `Invalid Resource Record: 'FATAL problem: ${rule?.problem ?? 'EmptyValue (Value is empty)'} encountered with '${value}''`;
}
