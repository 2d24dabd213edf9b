import {Errors, Flags} from '@oclif/core';
import {exitCodes} from '../failure.js';
import {parseDuration} from './format.js';

/** The flag means something beside these others only. oclif's `dependsOn` would turn the usage line inside out. */
export const beside = (...flags: string[]): {relationships: {type: 'all'; flags: string[]}[]} => ({
  relationships: [{type: 'all', flags}],
});

/** A duration flag in milliseconds, written `90s`, `10m`, `2h`. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: (input, _context, {name}) =>
    checked(parseDuration(input), `--${name} ${input} is not a duration; write it like 90s, 10m or 2h.`),
});

/** oclif writes its own words around the message of whatever is thrown: report.ts knows where to cut. */
export const checked = <T>(value: T | undefined, message: string): Promise<T> =>
  value === undefined
    ? Promise.reject(new Errors.CLIError(message, {exit: exitCodes.usage}))
    : Promise.resolve(value);
