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
  parse: (input, _context, options) => {
    const ms = parseDuration(input);
    if (ms === undefined) {
      return Promise.reject(
        // oclif writes its own words around the message of whatever is thrown here: report.ts knows where to cut.
        new Errors.CLIError(`--${options.name} ${input} is not a duration; write it like 90s, 10m or 2h.`, {
          exit: exitCodes.usage,
        }),
      );
    }
    return Promise.resolve(ms);
  },
});
