import {addAbortSignal, type Readable} from 'node:stream';
import {readFile} from 'node:fs/promises';
import {text} from 'node:stream/consumers';
import {Failure} from '../../failure.js';
import {whyNot} from '../../signing/index.js';

/** Flags and arguments by name, as given. Standard input can be read once only. */
export function refuseTwoReaders(given: Readonly<Record<string, string | undefined>>): void {
  const readers = Object.keys(given).filter(name => given[name] === '-');
  if (readers.length < 2) return;
  throw new Failure(
    'usage',
    'STDIN_TWICE',
    `${readers.join(' and ')} cannot both be standard input, which can be read once only.`,
    {hint: 'Name a file for one of them; a key may also be env:NAME.'},
  );
}

/** Standard input, which ends with an AbortError at Ctrl-C, also while nothing comes. */
export function standardInput(signal: AbortSignal): Readable {
  return addAbortSignal(signal, process.stdin);
}

/**
 * The text of a file, or of standard input for `-`; `what` begins the error's sentence.
 * @throws Failure FILE_UNREADABLE.
 */
export async function readText(file: string, what: string, signal: AbortSignal): Promise<string> {
  if (file === '-') return text(standardInput(signal));
  try {
    return await readFile(file, {encoding: 'utf8', signal});
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw unreadable(file, what, cause);
  }
}

export function unreadable(file: string, what: string, cause: unknown): Failure {
  return new Failure('usage', 'FILE_UNREADABLE', `${what} ${file} cannot be read: ${whyNot(cause)}.`);
}
