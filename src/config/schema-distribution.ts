import type {DistributionConfig} from '@aws-sdk/client-cloudfront';
import * as v from 'valibot';
import * as format from './formats.js';
import {cacheBehaviors, defaultCacheBehavior} from './schema-behaviors.js';
import {originGroups, origins} from './schema-origins.js';
import {flag, formatted, object, oneOf, rawMembers, text} from './schema-pieces.js';
import * as viewers from './schema-viewers.js';

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

const raw = rawMembers(
  distributionConfigFields,
  "Any DistributionConfig field, in CloudFront's own spelling; it takes the place of the whole field.",
);

const priceClasses = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All', 'None'] as const;
const httpVersions = ['http1.1', 'http2', 'http2and3', 'http3'] as const;

/** Every member of DistributionConfig, in camelCase; `raw` takes those that have none here. */
export const distribution = object(
  {
    id: v.optional(
      formatted(
        format.distributionId,
        'a distribution id such as E2EXAMPLE1ABCD',
        'Id of an existing distribution. Only the fields that are named beside it are changed.',
      ),
    ),
    aliases: v.optional(viewers.aliases),
    comment: v.optional(
      v.pipe(
        v.string('a string'),
        v.maxLength(128, 'at most 128 characters long'),
        v.description('Comment of the distribution, at most 128 characters.'),
      ),
    ),
    enabled: v.optional(flag('Whether the distribution serves; true when left out.')),
    defaultRootObject: v.optional(
      formatted(
        format.rootObject,
        'an object name such as index.html, without a slash before it, of at most 255 letters, digits and _ - . * $ / ~ " \' &',
        'Object that answers requests for `/`, without a slash before it; empty: none.',
      ),
    ),
    origins: v.optional(origins),
    originGroups: v.optional(originGroups),
    defaultCacheBehavior: v.optional(defaultCacheBehavior),
    cacheBehaviors: v.optional(cacheBehaviors),
    customErrorResponses: v.optional(viewers.customErrorResponses),
    viewerCertificate: v.optional(viewers.viewerCertificate),
    restrictions: v.optional(viewers.restrictions),
    webACLId: v.optional(
      formatted(
        /^(?:|arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/\S+|[0-9a-f-]{36})$/,
        'the ARN of a global WAFv2 web ACL (in us-east-1), or the id of a WAF Classic one',
        'AWS WAF web ACL: the ARN of a WAFv2 ACL; empty: none.',
      ),
    ),
    priceClass: v.optional(
      oneOf(priceClasses, 'Edge locations that serve: North America and Europe (100), more (200), or all.'),
    ),
    httpVersion: v.optional(oneOf(httpVersions, 'HTTP versions towards viewers.')),
    isIPV6Enabled: v.optional(flag('Whether viewers may use IPv6; true when left out.')),
    logging: v.optional(viewers.logging),
    cacheTagConfig: v.optional(
      object(
        {
          headerName: formatted(
            format.headerName,
            'a header name such as x-amz-meta-cache-tag',
            'Header of the origin that carries the tags of an object, separated by commas. Tags of site.rules arrive as x-amz-meta-cache-tag.',
          ),
        },
        'Cache tags of the distribution. When left out, site.rules with cacheTags turn them on.',
      ),
    ),
    continuousDeploymentPolicyId: v.optional(text('Id of the continuous deployment policy; empty: none.')),
    staging: v.optional(flag('Whether this is a staging distribution; only creation sets it.')),
    anycastIpListId: v.optional(text('Id of the Anycast static IP list.')),
    connectionMode: v.optional(
      oneOf(['direct', 'tenant-only'], 'A distribution of its own (direct), or one for tenants.'),
    ),
    tenantConfig: v.optional(viewers.tenantConfig),
    viewerMtlsConfig: v.optional(viewers.viewerMtlsConfig),
    connectionFunctionAssociation: v.optional(
      object({id: v.optional(text('Id of the connection function.'))}, 'Connection function.'),
    ),
    raw: v.optional(raw),
  },
  'The CloudFront distribution. A distribution that exists already needs only its id.',
);
