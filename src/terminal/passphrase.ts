import {closeSync, openSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {Writable} from 'node:stream';
import {ReadStream} from 'node:tty';
import {Failure} from '../failure.js';

export interface HiddenQuestion {
  /** Without its colon. */
  readonly prompt: string;
  readonly signal: AbortSignal;
}

interface Streams {
  readonly input: NodeJS.ReadableStream & {readonly isTTY?: boolean};
  /** Where the prompt is written. What is typed is written nowhere. */
  readonly output: {write(text: string): unknown};
}

/**
 * Asks for something that must not be seen. Answers as typed, spaces included.
 * @throws Failure INTERRUPTED (exit 130) after Ctrl-C, Ctrl-D or SIGTERM.
 */
export function askHidden({prompt, signal}: HiddenQuestion, {input, output}: Streams): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowhere = new Writable({write: (_chunk, _encoding, done) => done()});
    // A terminal: raw mode, so that nothing echoes but what readline writes.
    const lines = createInterface({input, output: nowhere, terminal: true, historySize: 0});
    let answer: string | undefined;
    const stop = (): void => lines.close();
    lines.once('SIGINT', stop);
    signal.addEventListener('abort', stop, {once: true});
    lines.once('close', () => {
      signal.removeEventListener('abort', stop);
      output.write('\n');
      if (answer === undefined) reject(new Failure('interrupted', 'INTERRUPTED', 'Nothing was done.'));
      else resolve(answer);
    });
    output.write(`${prompt}: `);
    if (signal.aborted) {
      stop();
      return;
    }
    lines.once('line', given => {
      answer = given;
      stop();
    });
  });
}

/**
 * The same at the person's terminal, also where stdin is a pipe; undefined where nobody can answer. Somebody is there
 * only if they also see stderr.
 */
export async function askAtTerminal(question: HiddenQuestion): Promise<string | undefined> {
  if (!process.stderr.isTTY) return undefined;
  const output = process.stderr;
  if (process.stdin.isTTY) return askHidden(question, {input: process.stdin, output});
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const {input, close} = terminal;
  try {
    return await askHidden(question, {input, output});
  } finally {
    close();
  }
}

function openTerminal(): {readonly input: ReadStream; readonly close: () => void} | undefined {
  let file: number;
  try {
    file = openSync('/dev/tty', 'r');
  } catch {
    // Windows, or no terminal at all.
    return undefined;
  }
  try {
    const input = new ReadStream(file);
    return {input, close: () => input.destroy()};
  } catch {
    closeSync(file);
    return undefined;
  }
}
