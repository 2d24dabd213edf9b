import {warningLine} from '../progress-text.js';

/** Tells the warnings of a result on stderr, unless it is printed as JSON and carries them itself. */
export function warn<T extends {readonly warnings: readonly string[]}>(result: T, isJson: boolean): T {
  if (!isJson) for (const message of result.warnings) process.stderr.write(`${warningLine(message)}\n`);
  return result;
}
