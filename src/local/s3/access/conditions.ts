import {BlockList, isIP} from 'node:net';

import {malformedPolicy} from '../errors.js';
import {globMatches} from '../../wildcard.js';

/** What a request looks like to a policy: lowercase condition keys (`aws:sourcearn`) and their values. */
export type RequestKeys = ReadonlyMap<string, readonly string[]>;

export interface Condition {
  readonly operator: Operator;
  readonly qualifier: 'single' | 'any' | 'all';
  readonly ifExists: boolean;
  /** Lowercase. */
  readonly key: string;
  readonly values: readonly string[];
}

type Test = (actual: string, wanted: string) => boolean;

const like: Test = (actual, wanted) => globMatches(wanted, actual);
/** ARN patterns match field by field: `*` does not cross a colon in the first five. */
const arnLike: Test = (actual, wanted) => {
  const split = (arn: string): readonly string[] => {
    const fields = arn.split(':');
    return [...fields.slice(0, 5), fields.slice(5).join(':')];
  };
  const have = split(actual);
  const want = split(wanted);
  return want.every((field, at) => like(have[at] ?? '', field));
};
const compare =
  (parse: (text: string) => number, holds: (actual: number, wanted: number) => boolean): Test =>
  (actual, wanted) =>
    holds(parse(actual), parse(wanted));
const date = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const inCidr: Test = (actual, wanted) => {
  const [network = '', bits] = wanted.split('/');
  const family = isIP(network);
  const own = isIP(actual);
  if (family === 0 || own !== family) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), type);
  return list.check(actual, type);
};

/** Operators: the test of one value against one wanted value, and whether the operator negates it. */
const operators = {
  StringEquals: {test: (a, b) => a === b, negated: false},
  StringNotEquals: {test: (a, b) => a === b, negated: true},
  StringEqualsIgnoreCase: {test: (a, b) => a.toLowerCase() === b.toLowerCase(), negated: false},
  StringNotEqualsIgnoreCase: {test: (a, b) => a.toLowerCase() === b.toLowerCase(), negated: true},
  StringLike: {test: like, negated: false},
  StringNotLike: {test: like, negated: true},
  ArnEquals: {test: arnLike, negated: false},
  ArnLike: {test: arnLike, negated: false},
  ArnNotEquals: {test: arnLike, negated: true},
  ArnNotLike: {test: arnLike, negated: true},
  Bool: {test: (a, b) => a.toLowerCase() === b.toLowerCase(), negated: false},
  IpAddress: {test: inCidr, negated: false},
  NotIpAddress: {test: inCidr, negated: true},
  NumericEquals: {test: compare(Number, (a, b) => a === b), negated: false},
  NumericNotEquals: {test: compare(Number, (a, b) => a === b), negated: true},
  NumericLessThan: {test: compare(Number, (a, b) => a < b), negated: false},
  NumericLessThanEquals: {test: compare(Number, (a, b) => a <= b), negated: false},
  NumericGreaterThan: {test: compare(Number, (a, b) => a > b), negated: false},
  NumericGreaterThanEquals: {test: compare(Number, (a, b) => a >= b), negated: false},
  DateEquals: {test: compare(date, (a, b) => a === b), negated: false},
  DateNotEquals: {test: compare(date, (a, b) => a === b), negated: true},
  DateLessThan: {test: compare(date, (a, b) => a < b), negated: false},
  DateLessThanEquals: {test: compare(date, (a, b) => a <= b), negated: false},
  DateGreaterThan: {test: compare(date, (a, b) => a > b), negated: false},
  DateGreaterThanEquals: {test: compare(date, (a, b) => a >= b), negated: false},
  Null: {test: () => false, negated: false},
} as const satisfies Readonly<Record<string, {readonly test: Test; readonly negated: boolean}>>;

export type Operator = keyof typeof operators;
const isOperator = (name: string): name is Operator => Object.hasOwn(operators, name);
const byLowerCase = new Map(Object.keys(operators).map(name => [name.toLowerCase(), name]));

const parseValue = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw malformedPolicy('Conditions must be strings, numbers or booleans');
};

/** The Condition block of a statement; MalformedPolicy for an operator that IAM does not have. */
export const parseConditions = (raw: unknown): readonly Condition[] => {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw malformedPolicy('Condition must be an object');
  return Object.entries(raw as Readonly<Record<string, unknown>>).flatMap(([name, block]) => {
    const match = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/i.exec(name);
    const operator = byLowerCase.get(match?.[2]?.toLowerCase() ?? '') ?? '';
    if (!match || !isOperator(operator)) throw malformedPolicy(`Invalid Condition type : ${name}`);
    if (typeof block !== 'object' || block === null || Array.isArray(block))
      throw malformedPolicy(`Invalid Condition type : ${name}`);
    const qualifier = match[1]?.toLowerCase();
    return Object.entries(block as Readonly<Record<string, unknown>>).map(([key, value]): Condition => {
      if (!/^(aws|s3|saml|kms|sts):/i.test(key)) throw malformedPolicy('Policy has an invalid condition key');
      return {
        operator,
        qualifier: qualifier === 'foranyvalue' ? 'any' : qualifier === 'forallvalues' ? 'all' : 'single',
        ifExists: match[3] !== undefined,
        key: key.toLowerCase(),
        values: (Array.isArray(value) ? value : [value]).map(parseValue),
      };
    });
  });
};

/** `${aws:username}` in a resource or a wanted value; undefined when the request lacks a variable: no match. */
export const expand = (text: string, request: RequestKeys): string | undefined => {
  if (!text.includes('${')) return text;
  const variable = /\$\{([^}]*)\}/g;
  const valueOf = (name: string): string | undefined =>
    ['*', '?', '$'].includes(name) ? name : request.get(name.toLowerCase())?.[0];
  if ([...text.matchAll(variable)].some(([, name = '']) => valueOf(name) === undefined)) return undefined;
  return text.replaceAll(variable, (_whole, name: string) => valueOf(name) ?? '');
};

/**
 * Whether one condition holds. A key that the request lacks fails a positive operator and passes a negated one and
 * every `...IfExists`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const conditionHolds = (condition: Condition, request: RequestKeys): boolean => {
  const actual = request.get(condition.key) ?? [];
  if (condition.operator === 'Null')
    return condition.values.some(value => (value.toLowerCase() === 'true') === (actual.length === 0));
  const {test, negated} = operators[condition.operator];
  if (actual.length === 0)
    return (
      condition.ifExists || condition.qualifier === 'all' || (negated && condition.qualifier === 'single')
    );
  const wanted = condition.values.flatMap(value => expand(value, request) ?? []);
  const one = (value: string): boolean => wanted.some(want => test(value, want)) !== negated;
  return condition.qualifier === 'any' ? actual.some(one) : actual.every(one);
};
