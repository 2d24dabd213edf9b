import {Flags} from '@oclif/core';
import {Failure} from '../failure.js';
import {parseDuration} from './format.js';

/** A duration flag in milliseconds, written `90s`, `10m`, `2h`. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: (input, _context, options) => {
    const ms = parseDuration(input);
    if (ms === undefined) {
      return Promise.reject(
        new Failure(
          'usage',
          'USAGE',
          `--${options.name} ${input} is not a duration; write it like 90s, 10m or 2h.`,
        ),
      );
    }
    return Promise.resolve(ms);
  },
});
