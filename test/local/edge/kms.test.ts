import {KMS} from '@aws-sdk/client-kms';
import {S3} from '@aws-sdk/client-s3';
import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {refusal} from '../s3/cloud.js';
import {bucketConfig, readPolicy, wholeCloud} from '../whole-cloud.js';

const cloudfront = {Service: 'cloudfront.amazonaws.com'};
const root = {
  Effect: 'Allow',
  Principal: {AWS: 'arn:aws:iam::000000000000:root'},
  Action: 'kms:*',
  Resource: '*',
};
const forDistribution = (arn: string) => ({
  Effect: 'Allow',
  Principal: cloudfront,
  Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*'],
  Resource: '*',
  Condition: {StringEquals: {'AWS:SourceArn': arn}},
});
const policyOf = (...Statement: object[]) => JSON.stringify({Version: '2012-10-17', Statement});

/** A bucket whose new objects are encrypted with a key of the account, and a distribution that may read the bucket. */
const site = async (access: 'OAC' | 'OAI') => {
  const whole = await wholeCloud();
  const {s3, cloudFront, client} = whole;
  const kms = new KMS(client);
  const key = (await kms.createKey({})).KeyMetadata!;
  await s3.createBucket({Bucket: 'site'});
  await s3.putBucketEncryption({
    Bucket: 'site',
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key.KeyId},
          BucketKeyEnabled: true,
        },
      ],
    },
  });
  for (const Key of ['a', 'b', 'c', 'd']) await s3.putObject({Bucket: 'site', Key, Body: Key});
  const control =
    access === 'OAC' &&
    (await cloudFront.createOriginAccessControl({
      OriginAccessControlConfig: {
        Name: 'site',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
        OriginAccessControlOriginType: 's3',
      },
    }));
  const identity =
    access === 'OAI' &&
    (await cloudFront.createCloudFrontOriginAccessIdentity({
      CloudFrontOriginAccessIdentityConfig: {CallerReference: 'a', Comment: ''},
    }));
  const made = await cloudFront.createDistribution({
    DistributionConfig: bucketConfig('site', {
      ...(control && {OriginAccessControlId: control.OriginAccessControl?.Id}),
      ...(identity && {
        S3OriginConfig: {
          OriginAccessIdentity: `origin-access-identity/cloudfront/${identity.CloudFrontOriginAccessIdentity!.Id!}`,
        },
      }),
    }),
  });
  await s3.putBucketPolicy({
    Bucket: 'site',
    Policy: readPolicy(
      'site',
      identity ? {CanonicalUser: identity.CloudFrontOriginAccessIdentity!.S3CanonicalUserId!} : cloudfront,
    ),
  });
  const {Id: id = '', ARN: arn = ''} = made.Distribution ?? {};
  return {
    ...whole,
    kms,
    key,
    arn,
    visitPath: (path: string) => whole.visit(id, path),
    setPolicy: (...statements: object[]) =>
      kms.putKeyPolicy({KeyId: key.KeyId, Policy: policyOf(...statements)}),
  };
};

test('CloudFront reads what a KMS key encrypts once the key policy lets this distribution', async () => {
  const {visitPath, setPolicy, arn} = await site('OAC');
  const refused = await visitPath('/a');
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('<Code>AccessDenied</Code>');
  expect(refused.text).toContain('kms:Decrypt');
  await setPolicy(root, forDistribution(`${arn}X`));
  expect((await visitPath('/b')).status).toBe(403);
  await setPolicy(root, forDistribution(arn));
  expect((await visitPath('/c')).text).toBe('c');
  await setPolicy(root, forDistribution(arn), {...forDistribution(arn), Effect: 'Deny'});
  expect((await visitPath('/d')).status).toBe(403);
});

test('an origin access identity cannot read it, whatever the policies say', async () => {
  const {visitPath, setPolicy} = await site('OAI');
  await setPolicy(root, {...root, Principal: '*'});
  const refused = await visitPath('/a');
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('<Code>KMS.UnrecognizedClientException</Code>');
});

test('answers name the key by ARN, and the ETag is no MD5', async () => {
  const {s3, key, kms} = await site('OAC');
  const encryption = {ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key.Arn, BucketKeyEnabled: true};
  const put = await s3.putObject({Bucket: 'site', Key: 'x', Body: 'x'});
  expect(put).toMatchObject(encryption);
  expect(put.ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(put.ETag).not.toContain(createHash('md5').update('x').digest('hex'));
  const got = await s3.getObject({Bucket: 'site', Key: 'x'});
  expect(got).toMatchObject({...encryption, ETag: put.ETag});
  expect(await got.Body?.transformToString()).toBe('x');
  expect(await s3.headObject({Bucket: 'site', Key: 'x'})).toMatchObject(encryption);
  const {CopyObjectResult: _copied, ...copy} = await s3.copyObject({
    Bucket: 'site',
    Key: 'y',
    CopySource: 'site/x',
  });
  expect(copy).toMatchObject(encryption);
  await kms.createAlias({AliasName: 'alias/site', TargetKeyId: key.KeyId});
  const named = {
    ServerSideEncryption: 'aws:kms' as const,
    SSEKMSKeyId: 'alias/site',
    BucketKeyEnabled: false,
  };
  const plain = await s3.putObject({Bucket: 'site', Key: 'z', Body: 'z', ...named});
  expect(plain.SSEKMSKeyId).toBe(key.Arn);
  expect(plain.BucketKeyEnabled).toBeUndefined();
  const started = await s3.createMultipartUpload({Bucket: 'site', Key: 'm'});
  expect(started).toMatchObject(encryption);
});

test('without a key it is that of AWS, which lets the account in and CloudFront not', async () => {
  const {s3, visitPath} = await site('OAC');
  const put = await s3.putObject({Bucket: 'site', Key: 'x', Body: 'x', ServerSideEncryption: 'aws:kms'});
  expect(put.SSEKMSKeyId).toMatch(/^arn:aws:kms:us-east-1:000000000000:key\//);
  expect(await (await s3.getObject({Bucket: 'site', Key: 'x'})).Body?.transformToString()).toBe('x');
  expect((await visitPath('/x')).status).toBe(403);
  await s3.putObject({Bucket: 'site', Key: 'y', Body: 'y', ServerSideEncryption: 'AES256'});
  expect((await visitPath('/y')).text).toBe('y');
});

test('a key that is disabled, pending deletion, missing or of another region is refused by its name', async () => {
  const {s3, kms, key, client} = await site('OAC');
  const write = (Bucket = 'site', SSEKMSKeyId?: string) =>
    refusal(
      s3.putObject({
        Bucket,
        Key: 'x',
        Body: 'x',
        ...(SSEKMSKeyId !== undefined && {ServerSideEncryption: 'aws:kms', SSEKMSKeyId}),
      }),
    );
  const read = () => refusal(s3.getObject({Bucket: 'site', Key: 'a'}));
  await kms.disableKey({KeyId: key.KeyId});
  expect([await write(), await read()]).toEqual(['KMS.DisabledException 400', 'KMS.DisabledException 400']);
  // Its headers are no secret of the key.
  expect(await refusal(s3.headObject({Bucket: 'site', Key: 'a'}))).toBe('no refusal');
  await kms.enableKey({KeyId: key.KeyId});
  expect(await read()).toBe('no refusal');
  await kms.scheduleKeyDeletion({KeyId: key.KeyId});
  expect(await write()).toBe('KMS.KMSInvalidStateException 400');
  expect(await write('site', 'alias/none')).toBe('KMS.NotFoundException 400');
  const far = new KMS({...client, region: 'eu-west-1'});
  const remote = (await far.createKey({})).KeyMetadata!;
  expect(await write('site', remote.Arn)).toBe('KMS.NotFoundException 400');
  const farS3 = new S3({...client, region: 'eu-west-1', forcePathStyle: true});
  await farS3.createBucket({Bucket: 'far', CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}});
  expect(await write('far', remote.Arn)).toBe('no refusal');
});

test('a key policy may deny the account itself', async () => {
  const {s3, setPolicy} = await site('OAC');
  await setPolicy(root, {Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*'});
  expect(await refusal(s3.getObject({Bucket: 'site', Key: 'a'}))).toBe('AccessDenied 403');
  expect(await refusal(s3.copyObject({Bucket: 'site', Key: 'e', CopySource: 'site/a'}))).toBe(
    'AccessDenied 403',
  );
  expect(await refusal(s3.putObject({Bucket: 'site', Key: 'e', Body: 'e'}))).toBe('no refusal');
});
