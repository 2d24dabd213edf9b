import type {S3, ServerSideEncryptionConfiguration} from '@aws-sdk/client-s3';

import {ApiError, type CallContext, type Handlers} from '../../types.js';
import {owner, ownerOnly, requestedGrants} from './acl.js';
import {hasPublicPolicy} from '../access/authorize.js';
import {isPublicPolicy} from '../access/evaluate.js';
import {parsePolicy} from '../access/policy.js';
import {settlePrincipals} from '../access/principals.js';
import {invalidArgument, invalidRequest, malformedXml} from '../errors.js';
import type {BucketRecord} from '../records.js';
import type {Room} from '../room.js';
import {versioningIsLocked} from './object-lock.js';
import {isReplicated, versioningIsNeeded} from './replication.js';
import {requireTags} from './tags.js';
import {without} from '../without.js';

interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

const absent = (code: string, message: string) => (bucket: BucketRecord) =>
  new ApiError(code, message, 404, {BucketName: bucket.name});

const noPolicy = absent('NoSuchBucketPolicy', 'The bucket policy does not exist');
const noBlock = absent(
  'NoSuchPublicAccessBlockConfiguration',
  'The public access block configuration was not found',
);
const noOwnership = absent('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found');
const noCors = absent('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
const noLifecycle = absent('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
const noTags = absent('NoSuchTagSet', 'The TagSet does not exist');
const noWebsite = absent(
  'NoSuchWebsiteConfiguration',
  'The specified bucket does not have a website configuration',
);
const corsMethods = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);

/** Every bucket is encrypted since January 2023; deleting the setting brings this back. */
const defaultEncryption: {ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration} = {
  ServerSideEncryptionConfiguration: {
    Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256'}, BucketKeyEnabled: false}],
  },
};

/** The bucket's settings: those with behaviour on its record, the others stored and given back as they came. */
export const settingHandlers = (room: Room) => {
  const update = async (
    input: BucketInput,
    context: CallContext,
    action: string,
    change: (bucket: BucketRecord) => BucketRecord,
  ): Promise<Record<string, never>> => {
    const {name} = room.open(input, context, action);
    await room.bodies.change(() => {
      room.tables.buckets.put(name, change(room.bucket({Bucket: name})));
    });
    return {};
  };
  const read = (input: BucketInput, context: CallContext, action: string, setting: string) => {
    const bucket = room.open(input, context, action);
    return {bucket, value: room.tables.settings.get(`${bucket.name}/${setting}`)};
  };
  const store = async (
    input: BucketInput,
    context: CallContext,
    action: string,
    setting: string,
    value: object | undefined,
  ): Promise<Record<string, never>> => {
    const {name} = room.open(input, context, action);
    if (!value) throw malformedXml();
    await room.bodies.change(() => room.tables.settings.put(`${name}/${setting}`, {...value}));
    return {};
  };
  const remove = async (
    input: BucketInput,
    context: CallContext,
    action: string,
    setting: string,
  ): Promise<Record<string, never>> => {
    const {name} = room.open(input, context, action);
    await room.bodies.change(() => room.tables.settings.delete(`${name}/${setting}`));
    return {};
  };

  return {
    GetPublicAccessBlock(input, context) {
      const bucket = room.open(input, context, 's3:GetBucketPublicAccessBlock');
      if (!bucket.publicAccessBlock) throw noBlock(bucket);
      return {PublicAccessBlockConfiguration: bucket.publicAccessBlock};
    },
    PutPublicAccessBlock(input, context) {
      const asked = input.PublicAccessBlockConfiguration;
      if (!asked) throw malformedXml();
      return update(input, context, 's3:PutBucketPublicAccessBlock', bucket => ({
        ...bucket,
        publicAccessBlock: {
          BlockPublicAcls: asked.BlockPublicAcls ?? false,
          IgnorePublicAcls: asked.IgnorePublicAcls ?? false,
          BlockPublicPolicy: asked.BlockPublicPolicy ?? false,
          RestrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
        },
      }));
    },
    DeletePublicAccessBlock: (input, context) =>
      update(input, context, 's3:PutBucketPublicAccessBlock', bucket => without(bucket, 'publicAccessBlock')),

    GetBucketOwnershipControls(input, context) {
      const bucket = room.open(input, context, 's3:GetBucketOwnershipControls');
      if (!bucket.ownership) throw noOwnership(bucket);
      return {OwnershipControls: {Rules: [{ObjectOwnership: bucket.ownership}]}};
    },
    PutBucketOwnershipControls(input, context) {
      const [rule, ...others] = input.OwnershipControls?.Rules ?? [];
      const ownership = rule?.ObjectOwnership;
      if (!ownership || others.length > 0) throw malformedXml();
      return update(input, context, 's3:PutBucketOwnershipControls', bucket => {
        if (ownership === 'BucketOwnerEnforced' && bucket.grants)
          throw new ApiError(
            'InvalidBucketAclWithObjectOwnership',
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            400,
          );
        return {...bucket, ownership};
      });
    },
    DeleteBucketOwnershipControls: (input, context) =>
      update(input, context, 's3:PutBucketOwnershipControls', bucket => without(bucket, 'ownership')),

    GetBucketPolicy(input, context) {
      const bucket = room.open(input, context, 's3:GetBucketPolicy');
      if (bucket.policy === undefined) throw noPolicy(bucket);
      return {Policy: bucket.policy};
    },
    PutBucketPolicy(input, context) {
      const text = input.Policy ?? '';
      return update(input, context, 's3:PutBucketPolicy', bucket => {
        const policy = parsePolicy(text, bucket.name);
        if (bucket.publicAccessBlock?.BlockPublicPolicy === true && isPublicPolicy(policy))
          throw new ApiError(
            'AccessDenied',
            `Access Denied: s3:PutBucketPolicy on resource "arn:aws:s3:::${bucket.name}" is refused because public policies are blocked by the BlockPublicPolicy block public access setting.`,
            403,
          );
        return {...bucket, policy: settlePrincipals(text, room.accessIdentities)};
      });
    },
    DeleteBucketPolicy: (input, context) =>
      update(input, context, 's3:DeleteBucketPolicy', bucket => without(bucket, 'policy')),
    GetBucketPolicyStatus(input, context) {
      const bucket = room.open(input, context, 's3:GetBucketPolicyStatus');
      if (bucket.policy === undefined) throw noPolicy(bucket);
      return {PolicyStatus: {IsPublic: hasPublicPolicy(bucket)}};
    },

    GetBucketVersioning(input, context) {
      const {versioning} = room.open(input, context, 's3:GetBucketVersioning');
      return versioning === undefined ? {} : {Status: versioning};
    },
    PutBucketVersioning(input, context) {
      const status = input.VersioningConfiguration?.Status;
      if (status !== 'Enabled' && status !== 'Suspended')
        throw new ApiError(
          'IllegalVersioningConfigurationException',
          'The Versioning element must be specified',
          400,
        );
      return update(input, context, 's3:PutBucketVersioning', bucket => {
        if (status === 'Suspended' && isReplicated(room, bucket)) throw versioningIsNeeded();
        if (status === 'Suspended' && bucket.objectLock) throw versioningIsLocked();
        return {...bucket, versioning: status};
      });
    },

    GetBucketAcl(input, context) {
      const bucket = room.open(input, context, 's3:GetBucketAcl');
      return {Owner: owner, Grants: [...(bucket.grants ?? ownerOnly)]};
    },
    PutBucketAcl: (input, context) =>
      update(input, context, 's3:PutBucketAcl', bucket => {
        const grants = requestedGrants(input, bucket);
        return {...without(bucket, 'grants'), ...(grants && {grants})};
      }),

    GetBucketEncryption(input, context) {
      return read(input, context, 's3:GetEncryptionConfiguration', 'Encryption').value ?? defaultEncryption;
    },
    PutBucketEncryption(input, context) {
      const configuration = input.ServerSideEncryptionConfiguration;
      const [rule, ...others] = configuration?.Rules ?? [];
      if (!rule || others.length > 0) throw malformedXml();
      const {SSEAlgorithm: algorithm, KMSMasterKeyID: keyId} = rule.ApplyServerSideEncryptionByDefault ?? {};
      // Whether there is such a key shows only when an object is written.
      if (keyId !== undefined && algorithm === 'AES256')
        throw invalidArgument(
          'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
          'SSEAlgorithm',
          algorithm,
        );
      return store(input, context, 's3:PutEncryptionConfiguration', 'Encryption', {
        ServerSideEncryptionConfiguration: configuration,
      });
    },
    DeleteBucketEncryption: (input, context) =>
      remove(input, context, 's3:PutEncryptionConfiguration', 'Encryption'),

    GetBucketCors(input, context) {
      const {bucket, value} = read(input, context, 's3:GetBucketCORS', 'CORS');
      if (!value) throw noCors(bucket);
      return value;
    },
    PutBucketCors(input, context) {
      const rules = input.CORSConfiguration?.CORSRules ?? [];
      if (rules.length === 0 || rules.length > 100) throw malformedXml();
      for (const {AllowedMethods = [], AllowedOrigins = []} of rules) {
        if (AllowedMethods.length === 0 || AllowedOrigins.length === 0) throw malformedXml();
        for (const method of AllowedMethods)
          if (!corsMethods.has(method))
            throw invalidRequest(
              `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
            );
        for (const origin of AllowedOrigins)
          if (origin.split('*').length > 2)
            throw invalidRequest(`AllowedOrigin "${origin}" can not have more than one wildcard.`);
      }
      return store(input, context, 's3:PutBucketCORS', 'CORS', input.CORSConfiguration);
    },
    DeleteBucketCors: (input, context) => remove(input, context, 's3:PutBucketCORS', 'CORS'),

    GetBucketLifecycleConfiguration(input, context) {
      const {bucket, value} = read(input, context, 's3:GetLifecycleConfiguration', 'Lifecycle');
      if (!value) throw noLifecycle(bucket);
      return value;
    },
    async PutBucketLifecycleConfiguration(input, context) {
      const rules = input.LifecycleConfiguration?.Rules ?? [];
      if (rules.length === 0 || rules.length > 1000) throw malformedXml();
      const size = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K';
      await store(input, context, 's3:PutLifecycleConfiguration', 'Lifecycle', {
        Rules: rules,
        TransitionDefaultMinimumObjectSize: size,
      });
      return {TransitionDefaultMinimumObjectSize: size};
    },
    DeleteBucketLifecycle: (input, context) =>
      remove(input, context, 's3:PutLifecycleConfiguration', 'Lifecycle'),

    GetBucketTagging(input, context) {
      const {bucket, value} = read(input, context, 's3:GetBucketTagging', 'Tagging');
      if (!value) throw noTags(bucket);
      return {TagSet: [], ...value};
    },
    PutBucketTagging(input, context) {
      requireTags(input.Tagging?.TagSet ?? [], 50);
      return store(input, context, 's3:PutBucketTagging', 'Tagging', input.Tagging);
    },
    DeleteBucketTagging: (input, context) => remove(input, context, 's3:PutBucketTagging', 'Tagging'),

    GetBucketWebsite(input, context) {
      const {bucket, value} = read(input, context, 's3:GetBucketWebsite', 'Website');
      if (!value) throw noWebsite(bucket);
      return value;
    },
    PutBucketWebsite(input, context) {
      const site = input.WebsiteConfiguration;
      if (!site?.RedirectAllRequestsTo && !site?.IndexDocument?.Suffix)
        throw invalidRequest(
          'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
        );
      return store(input, context, 's3:PutBucketWebsite', 'Website', site);
    },
    DeleteBucketWebsite: (input, context) => remove(input, context, 's3:DeleteBucketWebsite', 'Website'),

    GetBucketLogging: (input, context) => read(input, context, 's3:GetBucketLogging', 'Logging').value ?? {},
    PutBucketLogging: (input, context) =>
      store(input, context, 's3:PutBucketLogging', 'Logging', input.BucketLoggingStatus),
    GetBucketNotificationConfiguration: (input, context) =>
      read(input, context, 's3:GetBucketNotification', 'Notification').value ?? {},
    PutBucketNotificationConfiguration: (input, context) =>
      store(input, context, 's3:PutBucketNotification', 'Notification', input.NotificationConfiguration),
    GetBucketAccelerateConfiguration: (input, context) =>
      read(input, context, 's3:GetAccelerateConfiguration', 'Accelerate').value ?? {},
    PutBucketAccelerateConfiguration: (input, context) =>
      store(input, context, 's3:PutAccelerateConfiguration', 'Accelerate', input.AccelerateConfiguration),
    GetBucketRequestPayment: (input, context) =>
      read(input, context, 's3:GetBucketRequestPayment', 'RequestPayment').value ?? {Payer: 'BucketOwner'},
    PutBucketRequestPayment: (input, context) =>
      store(
        input,
        context,
        's3:PutBucketRequestPayment',
        'RequestPayment',
        input.RequestPaymentConfiguration,
      ),
  } satisfies Handlers<S3>;
};
