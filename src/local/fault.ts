import {setTimeout as sleep} from 'node:timers/promises';

import {Failure} from '../failure.js';
import {ApiError} from './types.js';
import {ConnectionReset, modelledStatus, operationsOf, type ServiceName} from './wire/index.js';

export type FaultEffect =
  | {readonly kind: 'status'; readonly status: number}
  /** AWS's name for the error, answered with the status that the service gives it. */
  | {readonly kind: 'error'; readonly code: string}
  | {readonly kind: 'reset'}
  | {readonly kind: 'latency'; readonly ms: number};

/** A share of an operation's calls goes wrong. */
export interface Fault {
  /** Operation name as AWS spells it, or `*`. */
  readonly operation: string;
  readonly effect: FaultEffect;
  /** From 0 to 1. */
  readonly probability: number;
}

/**
 * Reads `PutObject:503:0.05`: an operation or `*`, then a status from 400 to 599, an error code of AWS (`AccessDenied`),
 * `reset` (the connection is cut) or a latency (`25ms`, `2s`), then a probability from 0 to 1 (1 when left out). Fails
 * with BAD_FAULT.
 */
export function parseFault(text: string): Fault {
  const [operation = '', what = '', share = '1', ...rest] = text.split(':');
  const bad = (part: string): Failure =>
    new Failure('usage', 'BAD_FAULT', `The fault ${JSON.stringify(text)} has ${part}.`, {
      hint: "Write OPERATION:STATUS|ERROR|reset|LATENCY:PROBABILITY, for example 'PutObject:503:0.05', 'GetInvalidation:AccessDenied:1' or '*:25ms:1'.",
    });
  if (rest.length > 0 || what === '') throw bad('not two or three parts');
  if (!/^(\*|[A-Z][A-Za-z0-9]*)$/.test(operation)) throw bad(`no operation name or * before the first colon`);
  const owners = servicesOf(operation);
  if (owners.length === 0)
    throw bad(
      `${operation}, which is no operation of S3, CloudFront, ACM or Route 53, before the first colon`,
    );
  const effect = parseEffect(what);
  if (!effect)
    throw bad(
      `${JSON.stringify(what)} where a status from 400 to 599, an error code, reset or a latency belongs`,
    );
  if (effect.kind === 'error' && owners.every(service => statusOfError(service, effect.code) === undefined))
    throw bad(`${effect.code}, which is no error that ${operation} can answer, after the first colon`);
  const probability = Number(share);
  if (share.trim() === '' || !(probability >= 0 && probability <= 1))
    throw bad(`the probability ${JSON.stringify(share)}, which is not a number from 0 to 1`);
  return {operation, effect, probability};
}

const services = ['s3', 'cloudfront', 'acm', 'route53', 'kms'] as const;

const servicesOf = (operation: string): readonly ServiceName[] =>
  operation === '*'
    ? services
    : services.filter(service => operationsOf(service).some(({name}) => name === operation));

/** Errors that no service models, or without their status (AWS "Common error types"; S3 "Error responses"). */
const commonErrors: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['ExpiredToken', 400],
  ['InternalError', 500],
  ['InternalFailure', 500],
  ['InvalidClientTokenId', 403],
  ['NotFound', 404],
  ['RequestLimitExceeded', 503],
  ['RequestTimeout', 400],
  ['ServiceUnavailable', 503],
  ['SignatureDoesNotMatch', 403],
  ['SlowDown', 503],
  ['Throttling', 400],
  ['ThrottlingException', 400],
]);

const statusOfError = (service: ServiceName, code: string): number | undefined =>
  commonErrors.get(code) ?? modelledStatus(service, code);

function parseEffect(text: string): FaultEffect | undefined {
  if (text === 'reset') return {kind: 'reset'};
  const latency = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text);
  if (latency) return {kind: 'latency', ms: Number(latency[1]) * (latency[2] === 's' ? 1000 : 1)};
  if (/^[A-Z][A-Za-z0-9]+$/.test(text)) return {kind: 'error', code: text};
  const status = /^[45]\d\d$/.test(text) ? Number(text) : undefined;
  return status === undefined ? undefined : {kind: 'status', status};
}

/** What AWS calls an error of this status where nothing more is known. */
const codes: ReadonlyMap<number, string> = new Map([
  [403, 'AccessDenied'],
  [404, 'NotFound'],
  [409, 'OperationAborted'],
  [412, 'PreconditionFailed'],
  [429, 'Throttling'],
  [500, 'InternalError'],
  [503, 'SlowDown'],
]);

/**
 * What to do before a call: waits for its latencies, then throws the first status or error (ApiError) or reset
 * (ConnectionReset) that its dice ask for. Answers undefined at once when no fault is due. `random` yields [0, 1).
 */
export function injectFaults(
  faults: readonly Fault[],
  random: () => number,
  wait: (ms: number) => Promise<unknown> = ms => sleep(ms),
): (service: ServiceName, operation: string) => Promise<void> | undefined {
  return (service, operation) => {
    const due = faults.filter(
      fault => (fault.operation === '*' || fault.operation === operation) && random() < fault.probability,
    );
    return due.length === 0 ? undefined : suffer(service, due, wait);
  };
}

const faultMessage = '--fault asked for this error.';

async function suffer(
  service: ServiceName,
  due: readonly Fault[],
  wait: (ms: number) => Promise<unknown>,
): Promise<void> {
  for (const {effect} of due) if (effect.kind === 'latency') await wait(effect.ms);
  const failing = due.find(({effect}) => effect.kind !== 'latency')?.effect;
  if (failing?.kind === 'reset') throw new ConnectionReset('--fault cut this connection.');
  if (failing?.kind === 'error')
    // `*` may name an error of another service.
    throw new ApiError(failing.code, faultMessage, statusOfError(service, failing.code) ?? 400);
  if (failing?.kind === 'status')
    throw new ApiError(codes.get(failing.status) ?? 'InjectedFault', faultMessage, failing.status);
}
