import {createInterface} from 'node:readline';
import {Failure} from '../failure.js';
import {answerOf} from './answer.js';

export interface Terminal {
  readonly input: NodeJS.ReadableStream & {readonly isTTY?: boolean};
  /** stderr: stdout is for results. */
  readonly output: NodeJS.WritableStream & {readonly isTTY?: boolean};
}

export interface Question {
  /** What is about to happen, on lines of its own; empty where that was told. */
  readonly text: string;
  /** Without its question mark and choices: `Send it`. */
  readonly question: string;
  /** --yes: nothing is asked. */
  readonly yes: boolean;
  /** Nobody is there to answer whatever the streams say (--json). */
  readonly unattended: boolean;
  /** One sentence for scripts, without a full stop: `/* on E123 asks first`. */
  readonly refusal: string;
  /** What is told after any other answer; default: `Nothing was sent.` */
  readonly declined?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Goes on only after a `y`. Failure CONFIRMATION_NEEDED (exit 2) where nobody can answer; INTERRUPTED (exit 130) for any
 * other answer, the end of the input, Ctrl-C or SIGTERM.
 */
export async function confirm(question: Question, {input, output}: Terminal): Promise<void> {
  if (question.yes) return;
  if (question.unattended || input.isTTY !== true || output.isTTY !== true) {
    throw new Failure('usage', 'CONFIRMATION_NEEDED', `${question.refusal}, and nobody is here to answer.`, {
      hint: 'Say yes beforehand with --yes.',
    });
  }
  if (question.text !== '') output.write(`${question.text}\n`);
  const answer = await ask(`${question.question}? [y/N] `, {input, output}, question.signal);
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw new Failure('interrupted', 'INTERRUPTED', question.declined ?? 'Nothing was sent.');
}

/** The answer; empty when there is none. */
async function ask(prompt: string, {input, output}: Terminal, signal: AbortSignal): Promise<string> {
  const lines = createInterface({input, output, terminal: true});
  const answer = await answerOf(lines, signal, given => lines.question(prompt, given));
  // What follows starts on a line of its own.
  if (answer === undefined) output.write('\n');
  return answer ?? '';
}
