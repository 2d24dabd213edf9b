import {closeSync, openSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {Writable} from 'node:stream';
import {ReadStream} from 'node:tty';
import {Failure} from '../failure.js';
import {answerOf} from './answer.js';

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
export async function askHidden({prompt, signal}: HiddenQuestion, {input, output}: Streams): Promise<string> {
  const nowhere = new Writable({write: (_chunk, _encoding, done) => done()});
  // A terminal: raw mode, so that nothing echoes but what readline writes.
  const lines = createInterface({input, output: nowhere, terminal: true, historySize: 0});
  output.write(`${prompt}: `);
  const answer = await answerOf(lines, signal, given => lines.once('line', given));
  output.write('\n');
  if (answer === undefined) throw new Failure('interrupted', 'INTERRUPTED', 'Nothing was done.');
  return answer;
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
