import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import * as v from 'valibot';
import * as format from './formats.js';
import {isPlainObject} from './path.js';
import {suggest} from './suggest.js';

/*
 * Messages are clauses: those of types and formats complete "... must be", those of rawCheck follow the key itself.
 * problems.ts makes the sentences, json-schema.ts makes the JSON Schema of the same tree.
 */

const object = <const Entries extends v.ObjectEntries>(entries: Entries, description: string) =>
  v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, 'an object'),
    v.looseObject(entries, 'given'),
    v.rawCheck(({dataset, addIssue}) => {
      const known = Object.keys(entries);
      const input = dataset.value as Record<string, unknown>;
      for (const [key, value] of Object.entries(input)) {
        if (known.includes(key)) continue;
        const meant = suggest(key, known);
        const allowed = meant === undefined ? `known keys are ${known.join(', ')}` : `did you mean ${meant}?`;
        addIssue({
          message: `is not a known key (${allowed})`,
          path: [{type: 'object', origin: 'key', input, key, value}],
        });
      }
    }),
    v.description(description),
  );

const text = (description: string) => v.pipe(v.string('a string'), v.description(description));

const formatted = (pattern: RegExp, phrase: string, description: string) =>
  v.pipe(v.string('a string'), v.regex(pattern, phrase), v.description(description));

const listOf = <const Item extends v.GenericSchema>(item: Item, description: string) =>
  v.pipe(v.array(item, 'a list'), v.description(description));

/** Reports every item after the first whose `identity` has been seen. */
const distinct = <Item>(identity: (item: Item) => unknown, what: string) =>
  v.rawCheck<Item[]>(({dataset, addIssue}) => {
    if (!dataset.typed) return;
    const seen = new Set<unknown>();
    for (const [key, value] of dataset.value.entries()) {
      const id = identity(value);
      if (seen.has(id)) {
        addIssue({
          message: `repeats ${what} ${String(id)}`,
          path: [{type: 'array', origin: 'value', input: dataset.value, key, value}],
        });
      }
      seen.add(id);
    }
  });

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
    },
    'Headers for the files whose key matches. The first rule that matches a key and names a header decides it.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (
      dataset.typed &&
      dataset.value.cacheControl === undefined &&
      dataset.value.contentType === undefined
    ) {
      addIssue({message: 'sets nothing (allowed are cacheControl and contentType)'});
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

const customErrorResponse = v.pipe(
  object(
    {
      ErrorCode: v.pipe(
        v.picklist(format.errorCodes, `one of ${format.errorCodes.join(', ')}`),
        v.description('Status of the origin that is replaced.'),
      ),
      ResponsePagePath: v.optional(
        formatted(
          /^\/\S*$/,
          'a path that begins with /, such as /404.html',
          'Page that is answered instead.',
        ),
      ),
      ResponseCode: v.optional(
        v.pipe(
          v.picklist(
            format.responseCodes,
            `one of the strings ${format.responseCodes.map(code => `"${code}"`).join(', ')}`,
          ),
          v.description('Status that the viewer sees; a string.'),
        ),
      ),
      ErrorCachingMinTTL: v.optional(
        v.pipe(
          v.number('a number of seconds'),
          v.integer('a whole number of seconds'),
          v.minValue(0, 'at least 0 seconds'),
          v.description('Seconds that the edge caches the error; 10 when left out.'),
        ),
      ),
    },
    'What the edge answers when the origin answers an error.',
  ),
  v.rawCheck(({dataset, addIssue}) => {
    if (
      dataset.typed &&
      (dataset.value.ResponsePagePath === undefined) !== (dataset.value.ResponseCode === undefined)
    ) {
      addIssue({
        message: 'has only one of ResponsePagePath and ResponseCode (CloudFront takes both or none)',
      });
    }
  }),
);

/** Every field of DistributionConfig but the one that only creation may set. */
const distributionConfigFields = {
  Aliases: 'Alternate domain names.',
  DefaultRootObject: 'Object that answers requests for the root.',
  Origins: 'Origins.',
  OriginGroups: 'Origin groups for failover.',
  DefaultCacheBehavior: 'The behavior of paths that no other behavior matches.',
  CacheBehaviors: 'Behaviors by path pattern.',
  CustomErrorResponses: 'Custom error responses.',
  Comment: 'Comment, at most 128 characters.',
  Logging: 'Standard logging (legacy).',
  PriceClass: 'Price class.',
  Enabled: 'Whether the distribution serves.',
  ViewerCertificate: 'Certificate and TLS policy towards viewers.',
  Restrictions: 'Geographic restrictions.',
  WebACLId: 'AWS WAF web ACL: the ARN of a WAFv2 ACL.',
  HttpVersion: 'HTTP versions towards viewers.',
  IsIPV6Enabled: 'Whether viewers may use IPv6.',
  ContinuousDeploymentPolicyId: 'Continuous deployment policy.',
  Staging: 'Whether this is a staging distribution.',
  AnycastIpListId: 'Anycast static IP list.',
  TenantConfig: 'Parameters of a multi-tenant distribution.',
  ConnectionMode: 'direct or tenant-only.',
  ViewerMtlsConfig: 'Mutual TLS with viewers.',
  ConnectionFunctionAssociation: 'Connection function.',
  CacheTagConfig: 'Header of the origin that carries cache tags.',
} satisfies Record<Exclude<keyof DistributionConfig, 'CallerReference'>, string>;

const raw = object(
  Object.fromEntries(
    Object.entries(distributionConfigFields).map(([name, description]) => [
      name,
      v.optional(v.pipe(v.unknown(), v.description(description))),
    ]),
  ),
  "Any DistributionConfig field that has no field of its own here, in CloudFront's own spelling; merged last.",
);

const priceClasses = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const;
const httpVersions = ['http1.1', 'http2', 'http2and3', 'http3'] as const;

const distribution = object(
  {
    id: v.optional(
      formatted(
        format.distributionId,
        'a distribution id such as E2EXAMPLE1ABCD',
        'Id of an existing distribution.',
      ),
    ),
    aliases: v.optional(
      v.pipe(
        v.array(
          v.pipe(
            v.string('a string'),
            v.regex(
              format.alias,
              'a host name such as www.example.com or *.example.com, without scheme, port or path',
            ),
          ),
          'a list',
        ),
        distinct(name => name.toLowerCase(), 'the alias'),
        v.description('Alternate domain names: `www.example.com`, `*.example.com`.'),
      ),
    ),
    comment: v.optional(
      v.pipe(
        v.string('a string'),
        v.maxLength(128, 'at most 128 characters long'),
        v.description('Comment of the distribution, at most 128 characters.'),
      ),
    ),
    defaultRootObject: v.optional(
      formatted(
        format.rootObject,
        'an object name such as index.html, without a slash before it, of at most 255 letters, digits and _ - . * $ / ~ " \' &',
        'Object that answers requests for `/`, without a slash before it; empty: none.',
      ),
    ),
    priceClass: v.optional(
      v.pipe(
        v.picklist(priceClasses, `one of ${priceClasses.join(', ')}`),
        v.description('Edge locations that serve: North America and Europe (100), more (200), or all.'),
      ),
    ),
    httpVersion: v.optional(
      v.pipe(
        v.picklist(httpVersions, `one of ${httpVersions.join(', ')}`),
        v.description('HTTP versions towards viewers.'),
      ),
    ),
    customErrorResponses: v.optional(
      v.pipe(
        v.array(customErrorResponse, 'a list'),
        distinct(response => response.ErrorCode, 'the ErrorCode'),
        v.description('Answers in place of origin errors, such as the page of a 404.'),
      ),
    ),
    raw: v.optional(raw),
  },
  'The CloudFront distribution. A distribution that exists already needs only its id.',
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
