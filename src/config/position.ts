import {Failure} from '../failure.js';

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Failure CONFIG_SYNTAX: `name` is the file as shown, `reason` a clause. */
export function syntaxFailure(name: string, at: Position | undefined, reason: string): Failure {
  const where = at === undefined ? name : `${name}:${at.line}:${at.column}`;
  return new Failure('usage', 'CONFIG_SYNTAX', `${where}: ${reason}.`, {
    hint: 'Correct the syntax there and run the command again.',
  });
}
