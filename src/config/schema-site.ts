import * as v from 'valibot';
import {headers} from './schema-headers.js';
import {flag, glob, listOf, object} from './schema-pieces.js';

const names = Object.keys(headers) as (keyof typeof headers)[];

const headerRule = v.pipe(
  object(
    {
      match: v.pipe(
        v.union(
          [glob, v.pipe(v.array(glob, 'a list'), v.minLength(1, 'at least one glob'))],
          'a glob or a list of globs',
        ),
        v.description(
          'Glob or globs on the key, `/`-separated, `**` across folders: `assets/**`, `*.html`. A pattern without `/` matches in every folder.',
        ),
      ),
      ...headers,
    },
    'Headers for the files whose key matches. The first rule that matches a key and names a header decides it.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (dataset.typed && names.every(name => dataset.value[name] === undefined))
      addIssue({message: `sets nothing (allowed are ${names.join(', ')})`});
  }),
);

export const site = object(
  {
    dir: v.optional(
      v.pipe(
        v.string('a string'),
        v.minLength(1, 'a folder such as ./dist'),
        v.description('Build folder, relative to the config file.'),
      ),
    ),
    ignore: v.optional(
      listOf(v.string('a string'), 'gitignore-style patterns of files that are never deployed.'),
    ),
    rules: v.optional(listOf(headerRule, 'Header rules, tried before the built-in ones.')),
    fingerprinted: v.optional(
      listOf(
        glob,
        'Globs of keys whose content never changes under the same name, beyond what is recognised by itself. They are cached for a year.',
      ),
    ),
    cleanUrls: v.optional(
      v.pipe(
        v.boolean('true or false'),
        v.description(
          'Whether `/about` and `/about/` show `about/index.html`, and `/about` shows `about.html`, so that they are invalidated with it. Left out: as the distribution suggests (an S3 website endpoint, or Lambda@Edge on requests).',
        ),
      ),
    ),
    sourceMaps: v.optional(
      flag('Whether source maps (`*.js.map`, `*.css.map`) are deployed; false when left out.'),
    ),
  },
  'The files of the site and their headers.',
);
