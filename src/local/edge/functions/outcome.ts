import type {Reply} from '../message.js';
import {refuse} from '../viewer/pages.js';
import {InvalidAnswer} from './answer.js';
import type {FunctionRun} from './run.js';

export interface FailedFunction {
  readonly kind: 'failed';
  readonly mark: 'FunctionExecutionError' | 'FunctionValidationError';
  /** What was wrong: an error of the code, or a sentence about what it returned. */
  readonly why: string;
}

/** What a run gave, read by `read`, which throws InvalidAnswer. */
export function outcomeOf<T>(
  run: FunctionRun,
  read: (json: string) => T,
): FailedFunction | {readonly kind: 'answer'; readonly answer: T} {
  if (run.output === undefined) return {kind: 'failed', mark: 'FunctionExecutionError', why: run.error};
  try {
    return {kind: 'answer', answer: read(run.output)};
  } catch (error) {
    if (!(error instanceof InvalidAnswer)) throw error;
    return {kind: 'failed', mark: 'FunctionValidationError', why: error.message};
  }
}

/**
 * What the viewer gets of a failed function: 503 where it threw or ran too long, 502 where what it returned breaks a
 * rule. The page says more than CloudFront's does: here nobody else reads it, and there are no function logs.
 */
export function failedRun({mark, why}: FailedFunction, requestId: string): Reply {
  const [status, reason] =
    mark === 'FunctionExecutionError'
      ? [
          503,
          'The CloudFront function associated with the CloudFront distribution is invalid or could not run.',
        ]
      : [
          502,
          'The CloudFront function associated with the CloudFront distribution returned an invalid value.',
        ];
  return {...refuse({status, reason: `${reason} ${why}`}, requestId), mark};
}
