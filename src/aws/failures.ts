import {Failure} from '../failure.js';
import {isNamed, sentence, serviceNames, verdictOn, type CallOrigin, type Verdict} from './known-errors.js';
import {networkVerdict} from './network-errors.js';
import {errorFacts, type ErrorFacts} from './retry.js';
import type {CallSubject} from './types.js';

const origins = new WeakMap<object, CallOrigin>();

/** Remembers beside an error where its call went, and gives the error back. */
export function withOrigin(error: unknown, origin: CallOrigin): unknown {
  if (typeof error === 'object' && error !== null && !origins.has(error)) origins.set(error, origin);
  return error;
}

/** A body that no codec could read: HTML, an empty 404 of another server, truncated XML or JSON. HEAD has none to read. */
const isNonsense = (facts: ErrorFacts, {operation}: CallSubject): boolean =>
  facts.name === 'NotAws' ||
  /Deserialization error|char '.' is not expected|Unexpected token|is not valid JSON/i.test(facts.message) ||
  (facts.status !== undefined && !isNamed(facts) && !operation.startsWith('Head'));

function nonsense({status}: ErrorFacts, what: CallSubject, origin: CallOrigin | undefined): Verdict {
  const name = serviceNames[what.service];
  return [
    'unexpected',
    'NOT_AWS',
    `${origin?.endpoint ?? name} answered ${what.operation} on ${what.resource} with something that is not ${name}'s language${status === undefined ? '' : ` (HTTP ${status})`}`,
    'Check --endpoint-url or AWS_ENDPOINT_URL, and whether a proxy or a sign-in page stands between.',
  ];
}

/** S3 repeats what was signed, tokens included, in some messages: those are not passed on. */
const isRepeatable = (text: string): boolean =>
  !/aws4|x-amz-security-token|secret/i.test(text) && text.length <= 500;

function unknown(facts: ErrorFacts, what: CallSubject): Verdict {
  const detail = isRepeatable(facts.message) ? sentence(facts.message) : '';
  const subject = `${what.operation} on ${what.resource}`;
  if (facts.status === undefined) {
    return ['unexpected', 'AWS_ERROR', `${subject} failed: ${detail === '' ? facts.name : detail}`];
  }
  const answer = `${serviceNames[what.service]} answered ${facts.name} (HTTP ${facts.status}) to ${subject}`;
  return [
    'unexpected',
    'AWS_ERROR',
    detail === '' ? answer : `${answer}: ${detail}`,
    ...(facts.requestId === undefined ? ([] as const) : ([`AWS request id: ${facts.requestId}.`] as const)),
  ];
}

/**
 * An error of an SDK call, of the object store or of the network as a Failure. A Failure passes unchanged (also as the
 * cause of a wrapper). Exit: access for credentials and permissions, conflict for lost races, usage for things that do
 * not exist, refused for quotas, interrupted for aborts, unexpected for the network and everything unknown.
 */
export function toFailure(error: unknown, what: CallSubject): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.cause instanceof Failure) return error.cause;
  const facts = errorFacts(error);
  if (facts.name === 'AbortError') {
    return new Failure(
      'interrupted',
      'INTERRUPTED',
      `${what.operation} on ${what.resource} was interrupted`,
      {
        cause: error,
      },
    );
  }
  const origin = typeof error === 'object' && error !== null ? origins.get(error) : undefined;
  const [exit, code, message, hint] =
    networkVerdict(facts, error, what, origin) ??
    verdictOn(facts, what, origin) ??
    (isNonsense(facts, what) ? nonsense(facts, what, origin) : unknown(facts, what));
  return new Failure(exit, code, message, {hint, cause: error});
}

/** Runs one SDK call; whatever it throws leaves as a Failure that says what to do. */
export async function call<T>(what: CallSubject, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toFailure(error, what);
  }
}
