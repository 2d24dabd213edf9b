import * as v from 'valibot';
import {named, object, oneOf, text} from './schema-pieces.js';

const maxBytes = 10_240;

export const functions = named(
  v.pipe(
    object(
      {
        file: v.optional(
          v.pipe(
            v.string('a string'),
            v.minLength(1, 'the name of a file'),
            v.description('File with the code, relative to the config file.'),
          ),
        ),
        code: v.optional(
          v.pipe(
            v.string('a string'),
            v.rawCheck(({dataset, addIssue}) => {
              const bytes = dataset.typed ? Buffer.byteLength(dataset.value) : 0;
              if (bytes > maxBytes) {
                addIssue({
                  message: `has ${bytes} bytes, but at most ${maxBytes} are allowed (CloudFront quota: 10 KB a function)`,
                });
              }
            }),
            v.description('The code itself, in place of a file.'),
          ),
        ),
        runtime: v.optional(
          oneOf(['cloudfront-js-2.0', 'cloudfront-js-1.0'], 'cloudfront-js-2.0 when left out.'),
        ),
        comment: v.optional(text('Comment.')),
      },
      'Code that runs at the edge.',
    ),
    v.rawCheck(({dataset, addIssue}) => {
      if (!dataset.typed) return;
      const {file, code} = dataset.value;
      if (file !== undefined && code !== undefined) {
        addIssue({message: 'has both file and code, of which one holds the function'});
      }
    }),
  ),
  'CloudFront functions by name; at AWS `<site>-<name>`.',
);
