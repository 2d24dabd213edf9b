/** KMS keys that encrypt the buckets. */
import type {Condition, Permission, PermissionSubject, PermittedBucket} from './types.js';

interface KeyPattern {
  readonly resource: string;
  /** By the key's alias, where the config names it so. */
  readonly condition: Condition | undefined;
}

const arn = /^arn:([^:]+):kms:([^:]+):(\d{12}):(alias\/.+|key\/.+)$/;

/** A key that the config names by its id, alias or ARN. An alias is no resource of IAM: the key behind it is matched by a condition. */
function keyPattern(
  {partition, account = '*'}: PermissionSubject,
  keyId: string,
  region: string | undefined,
): KeyPattern {
  const [, inPartition = partition, inRegion = region ?? '*', inAccount = account, rest = keyId] =
    arn.exec(keyId) ?? [];
  const prefix = `arn:${inPartition}:kms:${inRegion}:${inAccount}:key/`;
  if (!rest.startsWith('alias/'))
    return {resource: prefix + rest.replace(/^key\//, ''), condition: undefined};
  const condition = {'ForAnyValue:StringEquals': {'kms:ResourceAliases': rest}};
  return {resource: `${prefix}*`, condition};
}

/** The customer managed key of the config; undefined where objects are encrypted without one. */
function keyOf({config}: PermissionSubject): string | undefined {
  const {algorithm, kmsKeyId} = config.bucket?.encryption ?? {};
  return algorithm?.startsWith('aws:kms') === true ? kmsKeyId : undefined;
}

/** S3 asks KMS in the name of whoever reads and writes objects. */
export function objectKeyPermissions(
  subject: PermissionSubject,
  buckets: readonly PermittedBucket[],
): readonly Permission[] {
  const keyId = keyOf(subject);
  if (keyId === undefined) return [];
  return buckets.flatMap(({region}) => {
    const {resource, condition} = keyPattern(subject, keyId, region);
    const suffix = subject.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    const viaS3 = {StringLike: {'kms:ViaService': `s3.${region ?? '*'}.${suffix}`}};
    const both = {...viaS3, ...condition};
    return [
      {action: 'kms:GenerateDataKey', resource, condition: both, why: 'S3 encrypts what is uploaded'},
      {
        action: 'kms:Decrypt',
        resource,
        condition: both,
        why: 'S3 decrypts the manifest, and parts of large files',
      },
    ];
  });
}

/** The key policy has to let CloudFront decrypt. `writes`: it is written where it does not. */
export function keyPolicyPermissions(
  subject: PermissionSubject,
  buckets: readonly PermittedBucket[],
  writes: boolean,
): readonly Permission[] {
  const keyId = keyOf(subject);
  if (keyId === undefined) return [];
  const reads = [
    ['kms:DescribeKey', 'which key the config names'],
    ['kms:GetKeyPolicy', 'whether CloudFront may decrypt with it'],
  ] as const;
  const all = writes ? ([...reads, ['kms:PutKeyPolicy', 'to let CloudFront decrypt']] as const) : reads;
  return buckets.flatMap(({region}) => {
    const pattern = keyPattern(subject, keyId, region);
    return all.map(([action, why]) => ({action, why, ...pattern}));
  });
}
