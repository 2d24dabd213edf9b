import type {ServerSideEncryptionRule} from '@aws-sdk/client-s3';
import {toFailure, type Aws} from '../aws/index.js';
import {toForm, type FormValue} from '../distribution/form/index.js';
import {Failure} from '../failure.js';
import {nameOf, open, statusOf, subject} from './client.js';
import {headBucket, readPolicy} from './settings.js';

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

export interface EncryptionSettings {
  readonly algorithm: string;
  /** As it was written: id, ARN or alias. Left out with `aws:kms`: the AWS managed key `aws/s3`. */
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
}

/** Settings of a bucket in the notation of a config. What is missing is not set. */
export interface BucketSettings {
  readonly publicAccessBlock?: PublicAccessBlock;
  /** `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`. */
  readonly ownership?: string;
  /** false: suspended, or never on. */
  readonly versioning?: boolean;
  readonly encryption?: EncryptionSettings;
  /** S3's LifecycleRule in camelCase. */
  readonly lifecycle?: readonly FormValue[];
  /** S3's CORSRule in camelCase. */
  readonly cors?: readonly FormValue[];
  readonly tags?: Readonly<Record<string, string>>;
}

export type BucketSetting = keyof BucketSettings | 'policy';

export interface LiveBucket {
  readonly name: string;
  /** Undefined where the endpoint does not say. */
  readonly region: string | undefined;
  readonly settings: BucketSettings;
  /** The policy document as S3 answers it; undefined when there is none. */
  readonly policy: string | undefined;
  /** What the endpoint (an emulator) cannot tell: not to be compared. */
  readonly unknown: readonly BucketSetting[];
}

export interface ReadBucketOptions {
  /** Where the config says that it is: any other is Failure WRONG_REGION. */
  readonly region?: string | undefined;
}

const noEncryption = 'ServerSideEncryptionConfigurationNotFoundError';

const isUnsupported = (error: unknown): boolean =>
  nameOf(error) === 'NotImplemented' || statusOf(error) === 501;

/**
 * The bucket with every setting that a config can say, in one round of calls; undefined when there is none of that name.
 * Failures: BUCKET_FORBIDDEN (exit 3) for one of another account, WRONG_REGION (exit 2), ACCESS_DENIED with the missing action.
 */
export async function readBucket(
  aws: Aws,
  name: string,
  {region: wanted}: ReadBucketOptions = {},
): Promise<LiveBucket | undefined> {
  const found = await headBucket(aws, name);
  if (!found.exists) return undefined;
  const {region} = found;
  if (wanted !== undefined && region !== undefined && region !== wanted)
    throw wrongRegion(name, region, wanted);

  const {sdk, client} = await open(aws);
  const unknown: BucketSetting[] = [];
  const reading = async <T>(
    setting: BucketSetting,
    operation: string,
    absent: string,
    read: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (nameOf(error) === absent) return undefined;
      if (!isUnsupported(error) && !(error instanceof Failure && isUnsupported(error.cause)))
        throw toFailure(error, subject(operation, name));
      unknown.push(setting);
      return undefined;
    }
  };
  const input = {Bucket: name};
  const [block, ownership, versioning, encryption, lifecycle, cors, tags, policy] = await Promise.all([
    reading('publicAccessBlock', 'GetPublicAccessBlock', 'NoSuchPublicAccessBlockConfiguration', () =>
      client.send(new sdk.GetPublicAccessBlockCommand(input)),
    ),
    reading('ownership', 'GetBucketOwnershipControls', 'OwnershipControlsNotFoundError', () =>
      client.send(new sdk.GetBucketOwnershipControlsCommand(input)),
    ),
    reading('versioning', 'GetBucketVersioning', '', () =>
      client.send(new sdk.GetBucketVersioningCommand(input)),
    ),
    reading('encryption', 'GetBucketEncryption', noEncryption, () =>
      client.send(new sdk.GetBucketEncryptionCommand(input)),
    ),
    reading('lifecycle', 'GetBucketLifecycleConfiguration', 'NoSuchLifecycleConfiguration', () =>
      client.send(new sdk.GetBucketLifecycleConfigurationCommand(input)),
    ),
    reading('cors', 'GetBucketCors', 'NoSuchCORSConfiguration', () =>
      client.send(new sdk.GetBucketCorsCommand(input)),
    ),
    reading('tags', 'GetBucketTagging', 'NoSuchTagSet', () =>
      client.send(new sdk.GetBucketTaggingCommand(input)),
    ),
    reading('policy', 'GetBucketPolicy', '', () => readPolicy(aws, name)),
  ]);

  const blocked = block?.PublicAccessBlockConfiguration;
  const owner = ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  const rule = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const tagSet = tags?.TagSet ?? [];
  return {
    name,
    region,
    policy,
    unknown,
    settings: {
      ...(blocked && {
        publicAccessBlock: {
          blockPublicAcls: blocked.BlockPublicAcls === true,
          ignorePublicAcls: blocked.IgnorePublicAcls === true,
          blockPublicPolicy: blocked.BlockPublicPolicy === true,
          restrictPublicBuckets: blocked.RestrictPublicBuckets === true,
        },
      }),
      ...(owner && {ownership: owner}),
      ...(versioning?.Status && {versioning: versioning.Status === 'Enabled'}),
      ...(rule && {encryption: encryptionOf(rule)}),
      ...(lifecycle?.Rules?.length && {
        lifecycle: lifecycle.Rules.map(each => toForm('LifecycleRule', each)),
      }),
      ...(cors?.CORSRules?.length && {cors: cors.CORSRules.map(each => toForm('CORSRule', each))}),
      ...(tagSet.length > 0 && {
        tags: Object.fromEntries(tagSet.map(({Key, Value}) => [Key ?? '', Value ?? ''])),
      }),
    },
  };
}

/** What encrypts new objects; undefined where the endpoint says nothing. */
export async function readEncryption(aws: Aws, bucket: string): Promise<EncryptionSettings | undefined> {
  const {sdk, client} = await open(aws);
  try {
    const answer = await client.send(new sdk.GetBucketEncryptionCommand({Bucket: bucket}));
    const rule = answer.ServerSideEncryptionConfiguration?.Rules?.[0];
    return rule && encryptionOf(rule);
  } catch (error) {
    if (nameOf(error) === noEncryption || isUnsupported(error)) return undefined;
    throw toFailure(error, subject('GetBucketEncryption', bucket));
  }
}

function encryptionOf(rule: ServerSideEncryptionRule): EncryptionSettings {
  const {SSEAlgorithm: algorithm = 'AES256', KMSMasterKeyID: kmsKeyId} =
    rule.ApplyServerSideEncryptionByDefault ?? {};
  return {
    algorithm,
    ...(kmsKeyId === undefined ? {} : {kmsKeyId}),
    ...(rule.BucketKeyEnabled === true ? {bucketKeyEnabled: true} : {}),
  };
}

const wrongRegion = (name: string, region: string, wanted: string): Failure =>
  new Failure('usage', 'WRONG_REGION', `Bucket ${name} is in ${region}, not in ${wanted}.`, {
    hint: `Set \`bucket.region: ${region}\` in the config; a bucket cannot move to another region.`,
  });
