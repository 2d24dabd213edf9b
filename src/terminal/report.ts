import {Errors} from '@oclif/core';
import {annotation, isGitHub} from './ci/workflow-command.js';
import {chalkStderr} from './colour.js';
import {exitCodes, Failure} from '../failure.js';

/** The error shape of `--json`: stable, documented in README. */
export interface ErrorReport {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly exit: number;
  };
}

function isUsageError(error: unknown): error is Errors.CLIError {
  return error instanceof Errors.CLIError && error.oclif.exit === exitCodes.usage;
}

/** What oclif says on several lines, under headings and with a pointer to --help, as one line. */
function usageSentence(message: string): {readonly text: string; readonly hasHelp: boolean} {
  const bare = message.replaceAll(/\s*See more help with --help\s*/g, '');
  const text = bare
    .replace(/^The following errors? occurred:\s*\n/, '')
    .replace(/^Parsing (--\S+)\s*\n\s*/, '$1: ')
    .replace(/^(--\S+): (?=\1 )/, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^Missing 1 required arg: (\S+)( \([^)|]+\|[^)]+\))? .*$/, 'Missing argument: $1$2.')
    .trim();
  return {text, hasHelp: bare !== message};
}

/** Any thrown value as the one error that users see. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isUsageError(error)) {
    const {text, hasHelp} = usageSentence(error.message);
    const hint = hasHelp ? 'See --help for the flags and arguments of this command.' : undefined;
    return new Failure('usage', 'USAGE', text, {hint, cause: error});
  }
  // Only Ctrl-C and SIGTERM abort; a time limit is a TimeoutError.
  if (error instanceof Error && error.name === 'AbortError') {
    return new Failure('interrupted', 'INTERRUPTED', 'Interrupted.', {
      hint: 'Run the same command again.',
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('unexpected', 'UNEXPECTED', message === '' ? 'Something went wrong.' : message, {
    hint: 'This looks like a fault in frontctl. Run it again with DEBUG=frontctl for the details.',
    cause: error,
  });
}

export function errorReport(failure: Failure): ErrorReport {
  return {
    error: {code: failure.code, message: failure.message, hint: failure.hint ?? null, exit: failure.exitCode},
  };
}

export function isDebugging(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['DEBUG'] ?? '')
    .split(/[\s,]+/)
    .some(name => name === 'frontctl' || name === '*' || name === 'frontctl*');
}

function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return [error.stack ?? error.message, ...causes(error.cause).map(text => `caused by: ${text}`)];
}

const widest = 80;

/** A command at the end of a long hint stands on a line of its own, to be copied whole. */
function withOwnLine(hint: string): string {
  return `Try: ${hint}`.length <= widest ? hint : hint.replace(/: (?=frontctl [^:]*$)/, ':\n  ');
}

/**
 * The error for people: one sentence, then what to try; the stack only under DEBUG=frontctl. In GitHub Actions both are one
 * annotation, which the log shows in the same words.
 */
export function errorText(
  failure: Failure,
  debugging = isDebugging(),
  env: NodeJS.ProcessEnv = process.env,
): string {
  const {message, hint} = failure;
  const lines: string[] = [];
  // Stopped with nothing to go on with (the answer to a question was no): it went as it was wanted.
  if (failure.exit === 'interrupted' && hint === undefined) lines.push(message);
  else if (isGitHub(env)) {
    lines.push(
      annotation(
        'error',
        hint === undefined ? message : `${message}\nTry: ${withOwnLine(hint)}`,
        failure.code,
      ),
    );
  } else {
    lines.push(`${chalkStderr.red.bold('Error:')} ${message}`);
    if (hint !== undefined) lines.push(`${chalkStderr.cyan('Try:')} ${withOwnLine(hint)}`);
  }
  if (debugging) lines.push(...causes(failure));
  return `${lines.join('\n')}\n`;
}

/**
 * Prints a failure where the contract wants it (stdout as JSON, else stderr) and gives its exit code. Who asked for JSON and
 * reads stderr as well gets it there too: under DEBUG=frontctl, and GitHub Actions its annotation.
 */
export function reportFailure(error: unknown, json: boolean): number {
  const failure = asFailure(error);
  if (json) process.stdout.write(`${JSON.stringify(errorReport(failure), null, 2)}\n`);
  if (!json || isDebugging() || isGitHub()) process.stderr.write(errorText(failure));
  return failure.exitCode;
}
