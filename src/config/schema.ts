import * as v from 'valibot';
import * as format from './formats.js';
import {isPlainObject} from './path.js';
import {bucket} from './schema-bucket.js';
import {certificate, dns} from './schema-certificate-dns.js';
import {deploy} from './schema-deploy.js';
import {distribution} from './schema-distribution.js';
import {functions} from './schema-functions.js';
import {distinct, formatted, object, text, wholeNumber} from './schema-pieces.js';
import {cachePolicies, originAccessControls, originRequestPolicies} from './schema-policies.js';
import {preset} from './schema-preset.js';
import {responseHeadersPolicies} from './schema-response-headers.js';
import {site} from './schema-site.js';

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
    distributions: v.optional(
      v.pipe(
        v.array(
          formatted(
            format.distributionId,
            'the id of a distribution, such as E2EXAMPLE1ABCD',
            'The id of a distribution.',
          ),
          'a list',
        ),
        distinct(id => id, 'the distribution'),
        v.description(
          'Ids of further distributions in front of the same bucket, which a deploy invalidates too.',
        ),
      ),
    ),
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
  preset: v.optional(preset),
  distribution: v.optional(distribution),
  certificate: v.optional(certificate),
  dns: v.optional(dns),
  cachePolicies: v.optional(cachePolicies),
  originRequestPolicies: v.optional(originRequestPolicies),
  responseHeadersPolicies: v.optional(responseHeadersPolicies),
  originAccessControls: v.optional(originAccessControls),
  functions: v.optional(functions),
  deploy: v.optional(deploy),
  invalidation: v.optional(invalidation),
  signing: v.optional(signing),
  tags: v.optional(tags),
};

/** What the JSON Schema describes once and refers to by name: entries of the file and of every environment. */
export const parts: ReadonlyMap<v.GenericSchema, string> = new Map(
  Object.entries(entries).map(([name, entry]) => [entry.wrapped, name]),
);

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
