import {accountId, ApiError, type Caller} from '../types.js';
import type {Members, Operation} from '../wire/sdk-schemas.js';
import type {ServiceName} from '../wire/types.js';

interface Permission {
  readonly action: string;
  readonly resource: string;
}

type Resource = (input: Members) => string;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const fields = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};

const cloudfront =
  (type: string, member = 'Id'): Resource =>
  input =>
    `arn:aws:cloudfront::${accountId}:${type}/${text(input[member])}`;
const named =
  (member: string): Resource =>
  input =>
    text(input[member]);
const hostedZone: Resource = input =>
  `arn:aws:route53:::hostedzone/${text(input['HostedZoneId'] ?? input['Id'])}`;

const distribution = cloudfront('distribution');
const invalidated = cloudfront('distribution', 'DistributionId');
const ofFunction = cloudfront('function', 'Name');
const certificate = named('CertificateArn');

/** Get, Update and Delete of one kind, and GetConfig. */
const manage = (kind: string, resource: Resource): Readonly<Record<string, Resource>> => ({
  [`Get${kind}`]: resource,
  [`Get${kind}Config`]: resource,
  [`Update${kind}`]: resource,
  [`Delete${kind}`]: resource,
});

/** The resource that an action is allowed on, by the operation of the same name; the others are allowed on `*` alone. */
const resources: Partial<Record<ServiceName, Readonly<Record<string, Resource>>>> = {
  cloudfront: {
    ...manage('Distribution', distribution),
    CreateInvalidation: invalidated,
    GetInvalidation: invalidated,
    ListInvalidations: invalidated,
    ...manage('CachePolicy', cloudfront('cache-policy')),
    ...manage('OriginRequestPolicy', cloudfront('origin-request-policy')),
    ...manage('ResponseHeadersPolicy', cloudfront('response-headers-policy')),
    ...manage('OriginAccessControl', cloudfront('origin-access-control')),
    ...manage('CloudFrontOriginAccessIdentity', cloudfront('origin-access-identity')),
    ...manage('Function', ofFunction),
    DescribeFunction: ofFunction,
    PublishFunction: ofFunction,
    TestFunction: ofFunction,
    ListTagsForResource: named('Resource'),
    TagResource: named('Resource'),
    UntagResource: named('Resource'),
    ListDomainConflicts: input =>
      cloudfront('distribution', 'DistributionId')(fields(input['DomainControlValidationResource'])),
    UpdateDomainAssociation: input =>
      cloudfront('distribution', 'DistributionId')(fields(input['TargetResource'])),
  },
  acm: {
    AddTagsToCertificate: certificate,
    DeleteCertificate: certificate,
    DescribeCertificate: certificate,
    ListTagsForCertificate: certificate,
  },
  route53: {
    ChangeResourceRecordSets: hostedZone,
    DeleteHostedZone: hostedZone,
    GetChange: input => `arn:aws:route53:::change/${text(input['Id'])}`,
    GetHostedZone: hostedZone,
    ListResourceRecordSets: hostedZone,
  },
};

/** Route 53 takes `Z123` and `/hostedzone/Z123` for the same. */
const withoutKind = (arn: string): string => arn.replace(/(hostedzone|change)\/\/\1\//, '$1/');

/**
 * What a call needs of IAM, as the Service Authorization Reference has it. S3 and KMS decide for themselves, by bucket
 * and key policies too; but for what has no bucket yet.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
 */
export function permissionsFor({service, name}: Operation, input: Members): readonly Permission[] {
  if (service === 'kms') return [];
  if (service === 's3') return ofNewBucket(name, input);
  if (name === 'CreateDistributionWithTags') {
    return [
      {action: 'cloudfront:CreateDistribution', resource: '*'},
      {action: 'cloudfront:TagResource', resource: `arn:aws:cloudfront::${accountId}:distribution/*`},
    ];
  }
  const resource = resources[service]?.[name]?.(input) ?? '*';
  const call = {action: `${service}:${name}`, resource: withoutKind(resource)};
  if (name !== 'RequestCertificate' || input['Tags'] === undefined) return [call];
  const any = `arn:aws:acm:us-east-1:${accountId}:certificate/*`;
  return [call, {action: 'acm:AddTagsToCertificate', resource: any}];
}

function ofNewBucket(name: string, input: Members): readonly Permission[] {
  if (name === 'ListBuckets') return [{action: 's3:ListAllMyBuckets', resource: '*'}];
  if (name !== 'CreateBucket') return [];
  const resource = `arn:aws:s3:::${text(input['Bucket'])}`;
  const tags = fields(input['CreateBucketConfiguration'])['Tags'];
  const isTagged = Array.isArray(tags) && tags.length > 0;
  return ['s3:CreateBucket', ...(isTagged ? ['s3:TagResource'] : [])].map(action => ({action, resource}));
}

/** AccessDenied (403) where the caller has a policy that does not allow the call. */
export function requirePermission(operation: Operation, input: Members, caller: Caller): void {
  if (caller.kind !== 'identity' || caller.policy === undefined) return;
  for (const {action, resource} of permissionsFor(operation, input)) {
    if (caller.policy.allows(action, resource)) continue;
    throw notAuthorized(operation.service, caller.arn, action, resource);
  }
}

/** In the words of each service. S3 quotes the resource. */
export function notAuthorized(service: ServiceName, arn: string, action: string, resource: string): ApiError {
  const on = resource === '*' ? '' : ` on resource: ${service === 's3' ? `"${resource}"` : resource}`;
  const why = `because no identity-based policy allows the ${action} action`;
  return new ApiError(
    service === 'acm' || service === 'kms' ? 'AccessDeniedException' : 'AccessDenied',
    `User: ${arn} is not authorized to perform: ${action}${on} ${why}`,
    service === 'acm' || service === 'kms' ? 400 : 403,
  );
}
