import type {CallSubject, ServiceId} from './types.js';

const prefixes: Readonly<Record<ServiceId, string>> = {
  s3: 's3',
  cloudfront: 'cloudfront',
  acm: 'acm',
  route53: 'route53',
  kms: 'kms',
};

/**
 * Operations whose IAM action is not called like them.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const otherNames: Readonly<Record<string, string>> = {
  's3:CompleteMultipartUpload': 's3:PutObject',
  's3:CopyObject': 's3:PutObject, and s3:GetObject on the source',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:DeleteBucketCors': 's3:PutBucketCORS',
  's3:DeleteBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:DeleteBucketLifecycle': 's3:PutLifecycleConfiguration',
  's3:DeleteBucketOwnershipControls': 's3:PutBucketOwnershipControls',
  's3:DeleteBucketTagging': 's3:PutBucketTagging',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:DeletePublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:GetBucketCors': 's3:GetBucketCORS',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListMultipartUploads': 's3:ListBucketMultipartUploads',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:ListObjects': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListParts': 's3:ListMultipartUploadParts',
  's3:PutBucketCors': 's3:PutBucketCORS',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:UploadPart': 's3:PutObject',
  's3:UploadPartCopy': 's3:PutObject, and s3:GetObject on the source',
  'cloudfront:CreateDistributionWithTags': 'cloudfront:CreateDistribution and cloudfront:TagResource',
};

/** The IAM action(s) that allow a call: what AWS's refusal names where it does, else what the service's reference says. */
export function iamAction({service, operation}: CallSubject, refusal: string): string {
  const named = /not authorized to perform:? ([a-z\d-]+:[A-Za-z\d]+)/.exec(refusal)?.[1];
  const plain = `${prefixes[service]}:${operation}`;
  return named ?? otherNames[plain] ?? plain;
}
