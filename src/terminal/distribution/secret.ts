import {Failure} from '../../failure.js';
import {readText} from '../sign/stdin.js';

const refused = (what: string): Failure =>
  new Failure('usage', 'SECRET_IN_ARGUMENTS', `The value of ${what} stands on the command line.`, {
    hint: 'Other users can see it there, and the shell remembers it: choose a new one, put it into a variable and write env:NAME, or - for standard input.',
  });

/** The value that `env:NAME` stands for. Failures SECRET_IN_ARGUMENTS, NO_VARIABLE (exit 2); neither repeats what was typed. */
export function environmentValue(
  place: string,
  env: NodeJS.ProcessEnv,
  what = 'a header to an origin',
): string {
  const name = /^env:([A-Za-z_]\w*)$/.exec(place)?.[1];
  if (name === undefined) throw refused(what);
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new Failure('usage', 'NO_VARIABLE', `The environment variable ${name} is not set, or empty.`);
}

export interface HeaderPlace {
  readonly name: string;
  /** `env:NAME`, or `-` for standard input. */
  readonly place: string;
}

/** `X-Secret=env:NAME`. Failures HEADER_FLAG, SECRET_IN_ARGUMENTS (exit 2). */
export function parseHeader(text: string): HeaderPlace {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0));
  const place = text.slice(equals + 1);
  // `X-Secret: value`, or the value alone: nothing of it is repeated.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new Failure('usage', 'HEADER_FLAG', 'A --header is not written Name=env:VARIABLE.', {
      hint: "Write --header 'X-Secret=env:ORIGIN_SECRET', or --header X-Secret=- to read the value from standard input.",
    });
  }
  if (place !== '-' && !/^env:[A-Za-z_]\w*$/.test(place)) throw refused(`the header ${name}`);
  return {name, place};
}

/** The values, each from its place. Failures STDIN_TWICE, NO_VARIABLE, FILE_UNREADABLE (exit 2). */
export async function headerValues(
  headers: readonly HeaderPlace[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly {readonly name: string; readonly value: string}[]> {
  const fromInput = headers.filter(({place}) => place === '-');
  if (fromInput.length > 1) {
    throw new Failure('usage', 'STDIN_TWICE', 'Standard input holds the value of one header only.', {
      hint: 'Write env:NAME for the others.',
    });
  }
  const input = fromInput.length === 0 ? '' : await readText('-', 'Standard input', signal);
  return headers.map(({name, place}) => ({
    name,
    value: place === '-' ? input.replace(/\r?\n$/, '') : environmentValue(place, env, `the header ${name}`),
  }));
}
