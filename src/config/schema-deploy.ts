import * as v from 'valibot';
import * as format from './formats.js';
import {choice, formatted, glob, listOf, object, wholeNumber} from './schema-pieces.js';

const files = wholeNumber(0, 'Most files that a deploy may delete.');
const share = v.pipe(
  v.string('a number of files or a percentage such as 25%'),
  v.regex(format.percentage, 'a percentage from 0% to 100%'),
  v.description('Most of the live files that a deploy may delete.'),
);

export const deploy = object(
  {
    keep: v.optional(
      object(
        {
          releases: v.optional(
            wholeNumber(
              1,
              'How many releases keep their fingerprinted files, the live one counted; 5 when left out.',
            ),
          ),
          days: v.optional(
            wholeNumber(1, 'How many days the fingerprinted files of a release stay after the next one.'),
          ),
        },
        'How long fingerprinted files stay that are no longer in the build, so that open pages still load them.',
      ),
    ),
    maxDelete: v.optional(
      v.pipe(
        choice([files, share], input => (typeof input === 'number' ? files : share)),
        v.description(
          'A deploy that would delete more is refused: a number of files, or a percentage of the live ones, which counts from 11 files on. 25% when left out; 100% lets everything pass.',
        ),
      ),
    ),
    protect: v.optional(
      listOf(
        glob,
        'Globs of keys that a deploy neither overwrites nor deletes, `**` across folders. A pattern without `/` matches in every folder.',
      ),
    ),
    allowSecrets: v.optional(
      listOf(glob, 'Globs of files that are deployed although they look like secrets.'),
    ),
    lockTimeout: v.optional(
      formatted(
        format.duration,
        'a duration such as 90s, 10m or 2h',
        'How long a deploy waits for another one of the same site.',
      ),
    ),
  },
  'What a deploy keeps, and what it refuses to do.',
);
