import {Failure} from '../failure.js';

/** A request that cannot be signed as written: exit 2. */
export function refusal(code: string, message: string, hint?: string): Failure {
  return new Failure('usage', code, message, {hint});
}

/**
 * A value for an error text. What could be a key handed over in the wrong place is never repeated: nothing with a line
 * break, and nothing longer than what belongs in that place.
 */
export function quoted(value: string, longest: number): string {
  if (value.length > longest || /[\r\n]|PRIVATE/.test(value)) return `(${value.length} characters)`;
  return JSON.stringify(value);
}
