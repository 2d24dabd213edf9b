/** Keys of SSE-KMS: CloudFront reads what they encrypt once their key policy lets it. */
import {isDeepStrictEqual} from 'node:util';
import {call, type Aws} from '../aws/index.js';
import {Failure} from '../failure.js';
import {
  isRecord,
  mergeStatements,
  parsePolicy,
  sourceArns,
  texts,
  writePolicyText,
  type PolicyOwner,
  type PolicyStatement,
} from './policy-document.js';
import {cloudfront} from './policy.js';
import type {EncryptionSettings} from './state.js';

/** KMS refuses a larger key policy (KMS Developer Guide, "Quotas"). Bytes. */
const maxKeyPolicyBytes = 32 * 1024;

const ownerOf = (keyId: string): PolicyOwner => ({
  name: `KMS key ${keyId}`,
  look: `aws kms get-key-policy --policy-name default --key-id ${keyId}`,
  maxBytes: maxKeyPolicyBytes,
});

const actions = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'] as const;

/** Lets the distribution use the key (Developer Guide, "Restrict access to an Amazon S3 origin", SSE-KMS). */
export function keyStatement(distributionArn: string): PolicyStatement {
  return {
    Sid: 'FrontctlCloudFrontDecrypt',
    Effect: 'Allow',
    Principal: cloudfront,
    Action: actions,
    Resource: '*',
    Condition: {StringEquals: {'AWS:SourceArn': distributionArn}},
  };
}

/**
 * The key policy with the distribution let in beside those that are; undefined when a statement lets it in already, be it
 * another's. Others' statements keep their place and their values. Failures: POLICY_UNREADABLE, POLICY_TOO_LARGE.
 */
export function mergeKeyPolicy(
  existing: string | undefined,
  distributionArn: string,
  keyId: string,
): string | undefined {
  const owner = ownerOf(keyId);
  const document = parsePolicy(existing, owner);
  if (document.statements.some(statement => letsDecrypt(statement, distributionArn))) return undefined;
  const merged = mergeStatements(document, [keyStatement(distributionArn)]);
  return merged === document ? undefined : writePolicyText(merged, owner);
}

function letsDecrypt(statement: unknown, distributionArn: string): boolean {
  if (!isRecord(statement) || statement['Effect'] !== 'Allow') return false;
  const {Principal: principal, Condition: condition} = statement;
  return (
    isRecord(principal) &&
    texts(principal['Service']).includes(cloudfront.Service) &&
    texts(statement['Action']).some(action => ['kms:decrypt', 'kms:*', '*'].includes(action.toLowerCase())) &&
    (isDeepStrictEqual(condition ?? {}, {}) || sourceArns(statement).includes(distributionArn))
  );
}

const isKms = ({algorithm}: EncryptionSettings): boolean => algorithm.startsWith('aws:kms');

/** The customer managed key that encrypts new objects, as the bucket names it; undefined where none does. */
export function customerKey(encryption: EncryptionSettings | undefined): string | undefined {
  return encryption === undefined || !isKms(encryption) || usesManagedKey(encryption)
    ? undefined
    : encryption.kmsKeyId;
}

/** `aws/s3`, the key that AWS manages: nobody can change its policy. */
export function usesManagedKey(encryption: EncryptionSettings | undefined): boolean {
  if (encryption === undefined || !isKms(encryption)) return false;
  const {kmsKeyId} = encryption;
  return kmsKeyId === undefined || /(?:^|:)alias\/aws\/s3$/.test(kmsKeyId) || kmsKeyId === 'aws/s3';
}

/** Failure KMS_MANAGED_KEY (exit 6): CloudFront could read nothing of what is uploaded into such a bucket. */
export function refuseManagedKey(encryption: EncryptionSettings | undefined, bucket: string): void {
  if (!usesManagedKey(encryption)) return;
  throw new Failure(
    'refused',
    'KMS_MANAGED_KEY',
    `Bucket ${bucket} is encrypted with the AWS managed key aws/s3, which CloudFront cannot use: the policy of that key cannot be changed.`,
    {
      hint: 'Encrypt with a customer managed key (bucket.encryption.kmsKeyId, or --kms-key), or with SSE-S3 (algorithm AES256); then upload the files anew.',
    },
  );
}

const subject = (operation: string, keyId: string) =>
  ({service: 'kms', operation, resource: `KMS key ${keyId}`}) as const;

/** Region of a key that is named by its ARN; undefined for ids and aliases. */
const regionIn = (keyId: string): string | undefined => /^arn:[^:]*:kms:([^:]+):/.exec(keyId)?.[1];

export interface KeyPolicy {
  readonly arn: string;
  readonly policy: string | undefined;
}

/**
 * The policy of a key that is named by its id, ARN or alias. `region`: of the bucket, which only takes keys of its own region.
 * Failures: KMS_MANAGED_KEY (exit 6) for a key that AWS manages, NOT_FOUND, ACCESS_DENIED with the missing action.
 */
export async function readKeyPolicy(aws: Aws, keyId: string, region?: string): Promise<KeyPolicy> {
  const [sdk, client] = await Promise.all([
    import('@aws-sdk/client-kms'),
    aws.kms(regionIn(keyId) ?? region),
  ]);
  // GetKeyPolicy takes no alias.
  const {KeyMetadata: key} = await call(subject('DescribeKey', keyId), () =>
    client.send(new sdk.DescribeKeyCommand({KeyId: keyId})),
  );
  if (key?.KeyManager === 'AWS') {
    throw new Failure(
      'refused',
      'KMS_MANAGED_KEY',
      `KMS key ${keyId} is managed by AWS: its policy cannot be changed, so CloudFront cannot use it.`,
      {hint: 'Encrypt the bucket with a customer managed key, or with SSE-S3 (algorithm AES256).'},
    );
  }
  const arn = key?.Arn ?? keyId;
  const {Policy: policy} = await call(subject('GetKeyPolicy', keyId), () =>
    client.send(new sdk.GetKeyPolicyCommand({KeyId: arn, PolicyName: 'default'})),
  );
  return {arn, policy};
}

/** Replaces the policy of a key, named by its ARN. */
export async function putKeyPolicy(aws: Aws, arn: string, policy: string): Promise<void> {
  const [sdk, client] = await Promise.all([import('@aws-sdk/client-kms'), aws.kms(regionIn(arn))]);
  await call(subject('PutKeyPolicy', arn), () =>
    client.send(new sdk.PutKeyPolicyCommand({KeyId: arn, PolicyName: 'default', Policy: policy})),
  );
}

/** Lets the distribution use the key; answers whether its policy had to be written. Failures: those of the three above. */
export async function letKeyBeUsed(
  aws: Aws,
  {keyId, region}: {readonly keyId: string; readonly region?: string | undefined},
  distributionArn: string,
): Promise<boolean> {
  const {arn, policy} = await readKeyPolicy(aws, keyId, region);
  const merged = mergeKeyPolicy(policy, distributionArn, keyId);
  if (merged !== undefined) await putKeyPolicy(aws, arn, merged);
  return merged !== undefined;
}
