import {Flags} from '@oclif/core';
import {parseMaxDelete, type MaxDelete} from '../../deploy/index.js';
import {checked} from '../flags.js';

/** `40`, or a share of the live files: `25%`. */
export const maxDeleteFlag = Flags.custom<MaxDelete>({
  helpValue: 'N|N%',
  parse: (input, _context, {name}) =>
    checked(
      parseMaxDelete(input),
      `--${name} ${input} is not a number of files, nor a percentage up to 100%.`,
    ),
});
