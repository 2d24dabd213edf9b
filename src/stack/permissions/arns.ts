import type {PermissionSubject, PermittedBucket} from './types.js';

type Place = Pick<PermissionSubject, 'partition' | 'account'>;

/** Resource types of the Service Authorization Reference, "Resource types defined by Amazon CloudFront". */
export type CloudFrontType =
  | 'distribution'
  | 'cache-policy'
  | 'origin-request-policy'
  | 'response-headers-policy'
  | 'origin-access-control'
  | 'function';

export const cloudfrontArn = (
  {partition, account = '*'}: Place,
  type: CloudFrontType,
  id: string = '*',
): string => `arn:${partition}:cloudfront::${account}:${type}/${id}`;

/** ACM of the region from which CloudFront takes certificates. */
export const certificateArn = ({partition, account = '*'}: Place): string =>
  `arn:${partition}:acm:us-east-1:${account}:certificate/*`;

export const zoneArn = ({partition}: Place, id: string = '*'): string =>
  `arn:${partition}:route53:::hostedzone/${id}`;

export const changeArn = ({partition}: Place): string => `arn:${partition}:route53:::change/*`;

export const bucketArn = ({partition}: Place, {name}: PermittedBucket): string =>
  name.startsWith('arn:') ? name : `arn:${partition}:s3:::${name}`;

/** `below`: a key, or a pattern of keys. */
export const objectsArn = (place: Place, bucket: PermittedBucket, below: string): string =>
  `${bucketArn(place, bucket)}${bucket.name.startsWith('arn:') ? '/object' : ''}/${below}`;

/** The partition that a region lies in. */
export function partitionOf(region: string | undefined): string {
  if (region?.startsWith('cn-') === true) return 'aws-cn';
  return region?.startsWith('us-gov-') === true ? 'aws-us-gov' : 'aws';
}
