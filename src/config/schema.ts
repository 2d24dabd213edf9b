import * as v from 'valibot';
import * as format from './formats.js';
import {isPlainObject} from './path.js';
import {distribution} from './schema-distribution.js';
import {cacheTags} from './schema-tags.js';
import {formatted, listOf, object, text, wholeNumber} from './schema-pieces.js';

const glob = v.pipe(v.string('a string'), v.minLength(1, 'a glob such as assets/** or *.html'));

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
      cacheControl: v.optional(
        formatted(
          format.headerValue,
          'a Cache-Control value such as "public, max-age=60"',
          'Cache-Control of the files that match.',
        ),
      ),
      contentType: v.optional(
        formatted(
          format.mediaType,
          'a media type such as "text/html; charset=utf-8"',
          'Content-Type of the files that match.',
        ),
      ),
      cacheTags: v.optional(cacheTags),
    },
    'Headers for the files whose key matches. The first rule that matches a key and names a header decides it.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (
      dataset.typed &&
      dataset.value.cacheControl === undefined &&
      dataset.value.contentType === undefined &&
      dataset.value.cacheTags === undefined
    ) {
      addIssue({message: 'sets nothing (allowed are cacheControl, contentType and cacheTags)'});
    }
  }),
);

const site = object(
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
  },
  'The files of the site and their headers.',
);

const bucket = object(
  {
    name: v.optional(
      formatted(
        format.bucketName,
        'a bucket name: 3 to 63 lowercase letters, digits, hyphens and single dots, no address and none of the prefixes and suffixes that S3 reserves',
        'Name of the S3 bucket.',
      ),
    ),
    region: v.optional(
      formatted(
        format.region,
        'a region such as us-east-1',
        'Region of the bucket; the region of the AWS profile when left out.',
      ),
    ),
    prefix: v.optional(
      formatted(
        format.keyPrefix,
        'a key prefix such as sites/www, without slashes at its ends, empty segments, "." or "..", and outside .frontctl',
        'Key prefix of the site inside the bucket, without slashes at the ends.',
      ),
    ),
  },
  'The S3 bucket that holds the site.',
);
const strategies = ['exact', 'balanced', 'frugal'] as const;

const invalidation = object(
  {
    strategy: v.optional(
      v.pipe(
        v.picklist(strategies, `one of ${strategies.join(', ')}`),
        v.description(
          'exact: nothing is purged that did not change. balanced (when left out): wildcards where they save more than they purge. frugal: the fewest paths.',
        ),
      ),
    ),
    budget: v.optional(
      wholeNumber(
        1,
        'Most paths of one invalidation; a wildcard counts as one. A deploy that both replaces and deletes files shares it between the two that it sends. When left out, balanced takes at most 100, 15 of them wildcards.',
      ),
    ),
    maxWildcards: v.optional(wholeNumber(0, 'Most wildcards among them.')),
  },
  'How changed files become the paths of an invalidation.',
);

const hashes = ['sha1', 'sha256'] as const;

const signing = object(
  {
    key: v.optional(
      v.pipe(
        v.string('a string'),
        v.rawCheck(({dataset, addIssue}) => {
          if (!dataset.typed) return;
          // The value is in no message: it may be a key.
          if (format.keyText.test(dataset.value)) {
            addIssue({message: 'holds a key; it must name the file of the key, or env:NAME'});
          } else if (!format.keyPlace.test(dataset.value)) {
            addIssue({message: 'must be the name of a file, or env:NAME'});
          }
        }),
        v.description(
          'The private key that signs URLs and cookies: a file, relative to the config file, or env:NAME for an environment variable. Never the key itself.',
        ),
      ),
    ),
    keyPairId: v.optional(
      formatted(
        format.keyPairId,
        'the id of a public key in CloudFront, such as K2JCJMDEHXQW5F',
        'Id of its public key in CloudFront.',
      ),
    ),
    hash: v.optional(
      v.pipe(
        v.picklist(hashes, `one of ${hashes.join(', ')}`),
        v.description("Hash of the signatures; sha1 when left out, as CloudFront's own default."),
      ),
    ),
  },
  'How URLs and cookies are signed.',
);

const tags = v.pipe(
  v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
  v.record(
    v.pipe(
      v.string(),
      v.regex(
        format.tagKey,
        'a tag key: 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws:',
      ),
    ),
    v.pipe(
      v.string('a string'),
      v.regex(format.tagValue, 'a tag value: at most 256 letters, digits, spaces and _ . : / = + - @'),
    ),
  ),
  v.maxEntries(50, 'at most 50 tags'),
  v.description('Tags of every resource that frontctl makes; at most 50.'),
);

const entries = {
  name: v.optional(
    formatted(
      format.siteName,
      'at most 63 lowercase letters, digits and hyphens, with no hyphen at its ends',
      'Names the site in tags, default resource names and messages.',
    ),
  ),
  site: v.optional(site),
  bucket: v.optional(bucket),
  distribution: v.optional(distribution),
  invalidation: v.optional(invalidation),
  signing: v.optional(signing),
  tags: v.optional(tags),
};

const $schema = v.optional(text('JSON Schema of this file, for editors.'));

/** One environment's config, or the selected and merged one. */
export const configSchema = object(
  {$schema, ...entries},
  'Overrides for one environment: objects merge, lists and scalars replace.',
);

/** The whole file. */
export const configFileSchema = object(
  {
    $schema,
    ...entries,
    environments: v.optional(
      v.pipe(
        v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
        v.record(
          v.pipe(
            v.string(),
            v.regex(
              format.environmentName,
              'an environment name of letters, digits, dots, hyphens and underscores',
            ),
          ),
          configSchema,
        ),
        v.description('Overrides by environment name, selected with --env.'),
      ),
    ),
  },
  'Configuration of frontctl.',
);
