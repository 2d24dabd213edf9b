import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import * as v from 'valibot';
import * as format from './formats.js';
import {distinct, formatted, object} from './schema-pieces.js';

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

export const distribution = object(
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
    cacheTagConfig: v.optional(
      object(
        {
          HeaderName: formatted(
            format.headerName,
            'a header name such as x-amz-meta-cache-tag',
            'Header of the origin that carries the tags of an object, separated by commas. Tags of site.rules arrive as x-amz-meta-cache-tag.',
          ),
        },
        'Cache tags of the distribution. When left out, site.rules with cacheTags turn them on.',
      ),
    ),
    raw: v.optional(raw),
  },
  'The CloudFront distribution. A distribution that exists already needs only its id.',
);
