import * as v from 'valibot';
import * as format from './formats.js';
import {flag, formatted, listOf, named, object, oneOf, seconds} from './schema-pieces.js';

export const comment = v.optional(
  v.pipe(
    v.string('a string'),
    v.maxLength(128, 'at most 128 characters long'),
    v.description('Comment, at most 128 characters.'),
  ),
);

interface Selection {
  readonly what: string;
  /** The member that says which. */
  readonly key: string;
  readonly list: string;
  readonly behaviors: readonly string[];
}

/** Behaviors that need names; the others take none. */
const listing = new Set(['whitelist', 'allExcept', 'allViewerAndWhitelistCloudFront']);

/** Which headers, cookies or query strings; the shape is the same for all. */
function selection({what, key, list, behaviors}: Selection) {
  const name = formatted(format.headerName, 'a name', 'A name.');
  return v.pipe(
    object(
      {
        [key]: v.optional(oneOf(behaviors, `Which ${what}.`)),
        [list]: v.optional(listOf(name, `The ${what}; at most 10 unless AWS has raised the quota.`)),
      },
      `Which ${what} are taken.`,
    ),
    v.rawCheck(({dataset, addIssue}) => {
      if (!dataset.typed) return;
      const behavior = dataset.value[key];
      const names = dataset.value[list];
      const count = Array.isArray(names) ? names.length : 0;
      if (typeof behavior !== 'string') return;
      if (listing.has(behavior) && count === 0) {
        addIssue({message: `has ${key} ${behavior} without ${list}, of which it needs at least one`});
      } else if (!listing.has(behavior) && count > 0) {
        addIssue({message: `has ${key} ${behavior} and ${list}, which it does not take`});
      }
    }),
  );
}

/** CloudFront API, "ParametersInCacheKeyAndForwardedToOrigin". */
const cookies = selection({
  what: 'cookies',
  key: 'cookieBehavior',
  list: 'cookies',
  behaviors: ['none', 'whitelist', 'allExcept', 'all'],
});
const queryStrings = selection({
  what: 'query strings',
  key: 'queryStringBehavior',
  list: 'queryStrings',
  behaviors: ['none', 'whitelist', 'allExcept', 'all'],
});
const headers = (behaviors: readonly string[]) =>
  selection({what: 'headers', key: 'headerBehavior', list: 'headers', behaviors});

const cachePolicy = v.pipe(
  object(
    {
      comment,
      minTTL: v.optional(seconds('Seconds that a copy is kept at least; 0 when left out.')),
      defaultTTL: v.optional(
        seconds('Seconds that a copy is kept where the origin says nothing; a day when left out.'),
      ),
      maxTTL: v.optional(seconds('Seconds that a copy is kept at most; a year when left out.')),
      parametersInCacheKeyAndForwardedToOrigin: v.optional(
        object(
          {
            enableAcceptEncodingGzip: v.optional(flag('Whether gzip copies are kept.')),
            enableAcceptEncodingBrotli: v.optional(flag('Whether Brotli copies are kept.')),
            headersConfig: v.optional(headers(['none', 'whitelist'])),
            cookiesConfig: v.optional(cookies),
            queryStringsConfig: v.optional(queryStrings),
          },
          'What tells copies apart, besides the path; it goes to the origin too.',
        ),
      ),
    },
    'A cache policy.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const {minTTL, defaultTTL, maxTTL} = dataset.value;
    const times = [minTTL, defaultTTL, maxTTL].filter(ttl => ttl !== undefined);
    if (times.some((ttl, i) => ttl < (times[i - 1] ?? 0))) {
      addIssue({message: 'has TTLs out of order; CloudFront asks for minTTL <= defaultTTL <= maxTTL'});
    }
  }),
);

export const cachePolicies = named(cachePolicy, 'Cache policies by name; at AWS `<site>-<name>`.');

export const originRequestPolicies = named(
  object(
    {
      comment,
      headersConfig: v.optional(
        headers(['none', 'whitelist', 'allViewer', 'allViewerAndWhitelistCloudFront', 'allExcept']),
      ),
      cookiesConfig: v.optional(cookies),
      queryStringsConfig: v.optional(queryStrings),
    },
    'An origin request policy: what goes to the origin besides the cache key.',
  ),
  'Origin request policies by name; at AWS `<site>-<name>`.',
);

export const originAccessControls = named(
  object(
    {
      description: v.optional(
        v.pipe(
          v.string('a string'),
          v.maxLength(256, 'at most 256 characters long'),
          v.description('Description, at most 256 characters.'),
        ),
      ),
      signingProtocol: v.optional(oneOf(['sigv4', 'sigv4a'], 'Signature; sigv4 when left out.')),
      signingBehavior: v.optional(
        oneOf(
          ['always', 'never', 'no-override', 'always-amz-auth'],
          'Which requests are signed; always when left out.',
        ),
      ),
      originAccessControlOriginType: v.optional(
        oneOf(['s3', 'lambda', 'mediastore', 'mediapackagev2'], 'Kind of the origin; s3 when left out.'),
      ),
    },
    'An origin access control: how CloudFront signs requests to an origin.',
  ),
  'Origin access controls by name; at AWS `<site>-<name>`.',
);
