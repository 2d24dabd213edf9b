import {isDeepStrictEqual} from 'node:util';
import {Failure} from '../failure.js';

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  /** All members but Statement, in their order. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly statements: readonly unknown[];
}

/** Whose policy it is, and how large it may be. */
export interface PolicyOwner {
  /** As messages call it: `bucket site`, `KMS key 1234`. */
  readonly name: string;
  /** Command that shows the policy. */
  readonly look: string;
  /** Bytes. */
  readonly maxBytes: number;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One or several of the same, as policies write both. */
export const listed = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];

/** The strings among one or several values. */
export const texts = (value: unknown): readonly string[] =>
  listed(value).filter(each => typeof each === 'string');

/** As short as policies allow: a list of one is that one. */
export const shortened = (items: readonly string[]): string | readonly string[] => {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : items;
};

export const sidOf = (statement: unknown): string | undefined => {
  const sid = isRecord(statement) ? statement['Sid'] : undefined;
  return typeof sid === 'string' ? sid : undefined;
};

/** An empty text is a policy without statements. Failure POLICY_UNREADABLE. */
export function parsePolicy(text: string | undefined, owner: PolicyOwner): PolicyDocument {
  if (text === undefined || text.trim() === '') return {rest: {Version: '2012-10-17'}, statements: []};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(owner, cause);
  }
  if (!isRecord(value)) throw unreadable(owner);
  const {Statement: statement = [], ...rest} = value;
  return {rest, statements: listed(statement)};
}

function unreadable({name, look}: PolicyOwner, cause?: unknown): Failure {
  return new Failure('unexpected', 'POLICY_UNREADABLE', `The policy of ${name} is not a policy document.`, {
    hint: `Look at it with \`${look}\`.`,
    cause,
  });
}

/** Failure POLICY_TOO_LARGE (exit 6). */
export function writePolicyText({rest, statements}: PolicyDocument, owner: PolicyOwner): string {
  const text = JSON.stringify({...rest, Statement: statements});
  const bytes = Buffer.byteLength(text);
  if (bytes > owner.maxBytes) {
    throw new Failure(
      'refused',
      'POLICY_TOO_LARGE',
      `The policy of ${owner.name} would be ${bytes} bytes; AWS allows ${owner.maxBytes}.`,
      {hint: 'Remove or join statements that are no longer needed, then run this again.'},
    );
  }
  return text;
}

/**
 * The document with `own` in it: a statement with the same Sid is replaced where it stands (the distributions it already
 * lets in stay let in), new ones are appended, all others keep their place and their values. The same object when all is there.
 */
export function mergeStatements(document: PolicyDocument, own: readonly PolicyStatement[]): PolicyDocument {
  const statements = [...document.statements];
  let changed = false;
  for (const statement of own) {
    const at = statements.findIndex(other => sidOf(other) === statement.Sid);
    const merged = withSourceArns(statement, at === -1 ? undefined : statements[at]);
    if (at === -1) statements.push(merged);
    else if (isDeepStrictEqual(statements[at], merged)) continue;
    else statements[at] = merged;
    changed = true;
  }
  return changed ? {...document, statements} : document;
}

/** The AWS:SourceArn values that a statement of the same Sid lets in stay in: other distributions on the same bucket. */
function withSourceArns(statement: PolicyStatement, before: unknown): PolicyStatement {
  const wanted = sourceArns(statement);
  if (wanted.length === 0) return statement;
  const known = sourceArns(before);
  return withArns(statement, [...known, ...wanted.filter(arn => !known.includes(arn))]);
}

/** The statement with these values of AWS:SourceArn in place of its own. */
export const withArns = (statement: PolicyStatement, arns: readonly string[]): PolicyStatement => ({
  ...statement,
  Condition: {
    ...statement.Condition,
    StringEquals: {...statement.Condition?.['StringEquals'], 'AWS:SourceArn': shortened(arns)},
  },
});

const member = (value: unknown, name: string): unknown => {
  if (!isRecord(value)) return undefined;
  // Names of operators and condition keys are not case sensitive.
  const key = Object.keys(value).find(each => each.toLowerCase() === name);
  return key === undefined ? undefined : value[key];
};

/** What a statement's StringEquals or ArnEquals, also ...Like, of AWS:SourceArn lets in. */
export function sourceArns(statement: unknown): readonly string[] {
  const condition = isRecord(statement) ? statement['Condition'] : undefined;
  return ['stringequals', 'arnequals', 'stringlike', 'arnlike'].flatMap(operator =>
    texts(member(member(condition, operator), 'aws:sourcearn')),
  );
}
