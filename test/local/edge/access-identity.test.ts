import {expect, test} from 'vitest';
import {bucketConfig, readPolicy, wholeCloud} from '../whole-cloud.js';

const identityArn = (id: string) => `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${id}`;

/** A bucket with one object behind a distribution that reads it through an origin access identity. */
const site = async () => {
  const whole = await wholeCloud();
  const {s3, cloudFront} = whole;
  await s3.createBucket({Bucket: 'site'});
  for (const Key of ['a', 'b', 'c', 'd']) await s3.putObject({Bucket: 'site', Key, Body: Key});
  const {CloudFrontOriginAccessIdentity: identity} = await cloudFront.createCloudFrontOriginAccessIdentity({
    CloudFrontOriginAccessIdentityConfig: {CallerReference: 'a', Comment: ''},
  });
  const made = await cloudFront.createDistribution({
    DistributionConfig: bucketConfig('site', {
      S3OriginConfig: {OriginAccessIdentity: `origin-access-identity/cloudfront/${identity!.Id!}`},
    }),
  });
  const id = made.Distribution!.Id!;
  return {
    ...whole,
    id,
    arn: made.Distribution!.ARN!,
    identity: {id: identity!.Id!, canonicalUserId: identity!.S3CanonicalUserId!},
    read: async (path: string) => (await whole.visit(id, path)).status,
    allow: (...principals: object[]) =>
      s3.putBucketPolicy({Bucket: 'site', Policy: readPolicy('site', ...principals)}),
    policy: async () => JSON.parse((await s3.getBucketPolicy({Bucket: 'site'})).Policy!) as unknown,
  };
};

test.each(['AWS', 'CanonicalUser'] as const)('a bucket policy names an identity as %s', async kind => {
  const {read, allow, identity, policy} = await site();
  expect(await read('/a')).toBe(403);
  const AWS = identityArn(identity.id);
  await allow(kind === 'AWS' ? {AWS} : {CanonicalUser: identity.canonicalUserId});
  expect(await read('/b')).toBe(200);
  expect(await read('/missing')).toBe(403);
  expect(await policy()).toMatchObject({Statement: [{Principal: {AWS}}]});
});

test('another identity, a service and an account that are allowed do not open the bucket to it', async () => {
  const {read, allow, cloudFront} = await site();
  const other = await cloudFront.createCloudFrontOriginAccessIdentity({
    CloudFrontOriginAccessIdentityConfig: {CallerReference: 'b', Comment: ''},
  });
  await allow(
    {AWS: identityArn(other.CloudFrontOriginAccessIdentity!.Id!)},
    {Service: 'cloudfront.amazonaws.com'},
    {AWS: '000000000000'},
  );
  expect(await read('/a')).toBe(403);
});

test('an origin without an identity is read by nobody', async () => {
  const whole = await site();
  const {allow, identity, cloudFront} = whole;
  await allow({AWS: identityArn(identity.id)});
  const config = {...bucketConfig('site'), CallerReference: 'anonymous'};
  const {Distribution} = await cloudFront.createDistribution({DistributionConfig: config});
  expect((await whole.visit(Distribution!.Id!, '/a')).status).toBe(403);
});

test('S3 writes principals its own way and refuses those that do not exist', async () => {
  const {allow, policy} = await site();
  await allow({AWS: ['000000000000', '111111111111']}, {CanonicalUser: 'f'.repeat(64)});
  expect(await policy()).toMatchObject({
    Statement: [
      {Principal: {AWS: ['arn:aws:iam::000000000000:root', 'arn:aws:iam::111111111111:root']}},
      {Principal: {CanonicalUser: 'f'.repeat(64)}},
    ],
  });
  for (const unknown of [{AWS: identityArn('E0')}, {CanonicalUser: 'f'.repeat(96)}]) {
    await expect(allow(unknown)).rejects.toMatchObject({
      name: 'MalformedPolicy',
      message: 'Invalid principal in policy',
    });
  }
});

test('a policy that needs no rewriting stays as it was written', async () => {
  const {s3, identity} = await site();
  const spaced = readPolicy('site', {AWS: identityArn(identity.id)}).replaceAll(',', ' ,\n');
  await s3.putBucketPolicy({Bucket: 'site', Policy: spaced});
  expect((await s3.getBucketPolicy({Bucket: 'site'})).Policy).toBe(spaced);
});

test('an ACL opens one object to an identity, where ACLs are on', async () => {
  const {s3, read, identity} = await site();
  await s3.putBucketOwnershipControls({
    Bucket: 'site',
    OwnershipControls: {Rules: [{ObjectOwnership: 'ObjectWriter'}]},
  });
  await s3.putObject({Bucket: 'site', Key: 'a', Body: 'a', GrantRead: `id="${identity.canonicalUserId}"`});
  expect(await read('/a')).toBe(200);
  expect(await read('/b')).toBe(403);
});

test('from identity to OAC without a gap: the policy allows both, the origin changes, the identity goes', async () => {
  const {allow, read, identity, arn, id, cloudFront, s3} = await site();
  const AWS = identityArn(identity.id);
  const {OriginAccessControl: control} = await cloudFront.createOriginAccessControl({
    OriginAccessControlConfig: {
      Name: 'site',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
      OriginAccessControlOriginType: 's3',
    },
  });
  await allow({AWS});
  expect(await read('/a')).toBe(200);
  await allow({AWS}, {Service: 'cloudfront.amazonaws.com'});
  expect(await read('/b')).toBe(200);
  const found = await cloudFront.getDistributionConfig({Id: id});
  await cloudFront.updateDistribution({
    Id: id,
    IfMatch: found.ETag,
    DistributionConfig: {
      ...found.DistributionConfig!,
      Origins: bucketConfig('site', {OriginAccessControlId: control!.Id}).Origins,
    },
  });
  expect(await read('/c')).toBe(200);
  await s3.putBucketPolicy({
    Bucket: 'site',
    Policy: readPolicy('site', {Service: 'cloudfront.amazonaws.com'}).replace(
      '"Resource"',
      `"Condition":{"StringEquals":{"AWS:SourceArn":"${arn}"}},"Resource"`,
    ),
  });
  const before = await cloudFront.getCloudFrontOriginAccessIdentity({Id: identity.id});
  await cloudFront.deleteCloudFrontOriginAccessIdentity({Id: identity.id, IfMatch: before.ETag});
  expect(await read('/d')).toBe(200);
});
