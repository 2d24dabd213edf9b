import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {S3} from '@aws-sdk/client-s3';

import {createS3} from '../../../src/local/s3/index.js';
import {clientOf, serve} from '../wire/serve.js';
import {refusal, startCloud, stillClock, type Cloud} from './cloud.js';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());
const policyFor = (bucket: string, Principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*`}],
  });

describe('buckets', () => {
  it('are created, found, listed in pages and deleted only when empty', async () => {
    const {s3} = cloud;
    expect(await s3.createBucket({Bucket: 'list-a'})).toMatchObject({Location: '/list-a'});
    await s3.createBucket({Bucket: 'list-b', CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}});
    const head = await s3.headBucket({Bucket: 'list-b'});
    expect(head.BucketRegion).toBe('eu-west-1');
    expect((await s3.getBucketLocation({Bucket: 'list-b'})).LocationConstraint).toBe('eu-west-1');
    expect((await s3.getBucketLocation({Bucket: 'list-a'})).LocationConstraint).toBeUndefined();
    const first = await s3.listBuckets({Prefix: 'list-', MaxBuckets: 1});
    expect(first.Buckets?.map(({Name}) => Name)).toEqual(['list-a']);
    const second = await s3.listBuckets({
      Prefix: 'list-',
      MaxBuckets: 1,
      ContinuationToken: first.ContinuationToken,
    });
    expect(second.Buckets?.map(({Name}) => Name)).toEqual(['list-b']);
    expect(second.ContinuationToken).toBeUndefined();
    await s3.putObject({Bucket: 'list-a', Key: 'k', Body: ''});
    expect(await refusal(s3.deleteBucket({Bucket: 'list-a'}))).toBe('BucketNotEmpty 409');
    await s3.deleteObject({Bucket: 'list-a', Key: 'k'});
    await s3.deleteBucket({Bucket: 'list-a'});
    expect(await refusal(s3.headBucket({Bucket: 'list-a'}))).toMatch(/ 404$/);
    expect(await refusal(s3.listObjectsV2({Bucket: 'list-a'}))).toBe('NoSuchBucket 404');
  });

  it('may be created again in us-east-1 alone', async () => {
    const again = (region?: 'eu-west-1') =>
      refusal(
        cloud.s3.createBucket({
          Bucket: `again-${region ?? 'us'}`,
          ...(region && {CreateBucketConfiguration: {LocationConstraint: region}}),
        }),
      );
    expect([await again(), await again()]).toEqual(['no refusal', 'no refusal']);
    expect([await again('eu-west-1'), await again('eu-west-1')]).toEqual([
      'no refusal',
      'BucketAlreadyOwnedByYou 409',
    ]);
  });

  it('of other accounts are taken and shut', async () => {
    const at = {Bucket: 'foreign-site'};
    expect(await refusal(cloud.s3.createBucket(at))).toBe('BucketAlreadyExists 409');
    expect(await refusal(cloud.s3.headBucket(at))).toMatch(/ 403$/);
    expect(await refusal(cloud.s3.putObject({...at, Key: 'k', Body: ''}))).toBe('AccessDenied 403');
    expect(await refusal(cloud.s3.getBucketPolicy(at))).toBe('AccessDenied 403');
  });

  it('need a valid name and region', async () => {
    expect(await refusal(cloud.s3.createBucket({Bucket: 'Not_Valid'}))).toBe('InvalidBucketName 400');
    expect(
      await refusal(
        cloud.s3.createBucket({
          Bucket: 'nowhere',
          CreateBucketConfiguration: {LocationConstraint: 'mars' as never},
        }),
      ),
    ).toBe('InvalidLocationConstraint 400');
    expect(
      await refusal(cloud.s3.headBucket({Bucket: 'again-us', ExpectedBucketOwner: '123456789012'})),
    ).toMatch(/ 403$/);
  });
});

describe('settings', () => {
  const Bucket = 'settings';
  beforeAll(() => cloud.s3.createBucket({Bucket}));

  it('start as on AWS since 2023', async () => {
    const {s3} = cloud;
    expect((await s3.getPublicAccessBlock({Bucket})).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    expect((await s3.getBucketOwnershipControls({Bucket})).OwnershipControls?.Rules).toEqual([
      {ObjectOwnership: 'BucketOwnerEnforced'},
    ]);
    const {ServerSideEncryptionConfiguration: encryption} = await s3.getBucketEncryption({Bucket});
    expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    expect((await s3.getBucketVersioning({Bucket})).Status).toBeUndefined();
    expect((await s3.getBucketAcl({Bucket})).Grants?.map(({Permission}) => Permission)).toEqual([
      'FULL_CONTROL',
    ]);
    expect(await refusal(s3.getBucketPolicy({Bucket}))).toBe('NoSuchBucketPolicy 404');
    expect(await refusal(s3.getBucketCors({Bucket}))).toBe('NoSuchCORSConfiguration 404');
    expect(await refusal(s3.getBucketTagging({Bucket}))).toBe('NoSuchTagSet 404');
    expect(await refusal(s3.getBucketWebsite({Bucket}))).toBe('NoSuchWebsiteConfiguration 404');
    expect(await refusal(s3.getBucketLifecycleConfiguration({Bucket}))).toBe(
      'NoSuchLifecycleConfiguration 404',
    );
    expect((await s3.getBucketRequestPayment({Bucket})).Payer).toBe('BucketOwner');
    expect((await s3.getBucketLogging({Bucket})).LoggingEnabled).toBeUndefined();
  });

  it('are given back as they were put', async () => {
    const {s3} = cloud;
    const CORSRules = [
      {AllowedMethods: ['GET'], AllowedOrigins: ['https://*.example.com'], MaxAgeSeconds: 60},
    ];
    await s3.putBucketCors({Bucket, CORSConfiguration: {CORSRules}});
    expect((await s3.getBucketCors({Bucket})).CORSRules).toEqual(CORSRules);
    await s3.deleteBucketCors({Bucket});
    expect(await refusal(s3.getBucketCors({Bucket}))).toBe('NoSuchCORSConfiguration 404');
    const TagSet = [{Key: 'frontctl:site', Value: 'www'}];
    await s3.putBucketTagging({Bucket, Tagging: {TagSet}});
    expect((await s3.getBucketTagging({Bucket})).TagSet).toEqual(TagSet);
    await s3.putBucketWebsite({Bucket, WebsiteConfiguration: {IndexDocument: {Suffix: 'index.html'}}});
    expect((await s3.getBucketWebsite({Bucket})).IndexDocument).toEqual({Suffix: 'index.html'});
    const Rules = [{ID: 'old', Status: 'Enabled' as const, Filter: {Prefix: 'p/'}, Expiration: {Days: 3}}];
    await s3.putBucketLifecycleConfiguration({Bucket, LifecycleConfiguration: {Rules}});
    expect((await s3.getBucketLifecycleConfiguration({Bucket})).Rules).toMatchObject(Rules);
  });

  it('guard the policy: malformed and public ones are refused, an OAC policy is not', async () => {
    const {s3} = cloud;
    expect(await refusal(s3.putBucketPolicy({Bucket, Policy: '{"x'}))).toBe('MalformedPolicy 400');
    expect(await refusal(s3.putBucketPolicy({Bucket, Policy: policyFor(Bucket, '*')}))).toBe(
      'AccessDenied 403',
    );
    const Policy = policyFor(Bucket, {Service: 'cloudfront.amazonaws.com'});
    await s3.putBucketPolicy({Bucket, Policy});
    expect((await s3.getBucketPolicy({Bucket})).Policy).toBe(Policy);
    expect((await s3.getBucketPolicyStatus({Bucket})).PolicyStatus?.IsPublic).toBe(false);
    await s3.deleteBucketPolicy({Bucket});
    await s3.deletePublicAccessBlock({Bucket});
    expect(await refusal(s3.getPublicAccessBlock({Bucket}))).toBe('NoSuchPublicAccessBlockConfiguration 404');
    await s3.putBucketPolicy({Bucket, Policy: policyFor(Bucket, '*')});
    expect((await s3.getBucketPolicyStatus({Bucket})).PolicyStatus?.IsPublic).toBe(true);
    expect(await refusal(s3.putBucketAcl({Bucket, ACL: 'public-read'}))).toBe(
      'AccessControlListNotSupported 400',
    );
  });
});

describe('versions', () => {
  const Bucket = 'versions';
  const text = async (Key: string, VersionId?: string): Promise<string> => {
    const {Body} = await cloud.s3.getObject({Bucket, Key, VersionId});
    return Body!.transformToString();
  };
  const list = async (more: object = {}) => {
    const page = await cloud.s3.listObjectVersions({Bucket, ...more});
    return {
      page,
      ids: (page.Versions ?? []).map(
        ({Key, VersionId, IsLatest}) => `${Key ?? ''} ${VersionId ?? ''} ${String(IsLatest)}`,
      ),
      markers: (page.DeleteMarkers ?? []).map(({Key, IsLatest}) => `${Key ?? ''} ${String(IsLatest)}`),
    };
  };

  it('keep every write, hide behind delete markers and come back', async () => {
    const {s3} = cloud;
    await s3.createBucket({Bucket});
    await s3.putObject({Bucket, Key: 'k', Body: 'null'});
    await s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Enabled'}});
    const one = await s3.putObject({Bucket, Key: 'k', Body: 'one'});
    const two = await s3.putObject({Bucket, Key: 'k', Body: 'two'});
    expect([await text('k'), await text('k', one.VersionId), await text('k', 'null')]).toEqual([
      'two',
      'one',
      'null',
    ]);
    const {DeleteMarker, VersionId: marker} = await s3.deleteObject({Bucket, Key: 'k'});
    expect(DeleteMarker).toBe(true);
    expect(await refusal(s3.getObject({Bucket, Key: 'k'}))).toBe('NoSuchKey 404');
    expect(await refusal(s3.getObject({Bucket, Key: 'k', VersionId: marker}))).toBe('MethodNotAllowed 405');
    expect(await refusal(s3.getObject({Bucket, Key: 'k', VersionId: 'none'}))).toBe('NoSuchVersion 404');
    expect((await s3.listObjectsV2({Bucket})).KeyCount).toBe(0);
    expect(await refusal(s3.deleteBucket({Bucket}))).toBe('BucketNotEmpty 409');
    const all = await list();
    expect(all.ids).toEqual([
      `k ${two.VersionId ?? ''} false`,
      `k ${one.VersionId ?? ''} false`,
      'k null false',
    ]);
    expect(all.markers).toEqual(['k true']);
    const paged: string[] = [];
    let at: object = {MaxKeys: 1};
    for (;;) {
      const {page, ids, markers} = await list(at);
      paged.push(...markers, ...ids);
      if (page.IsTruncated !== true) break;
      at = {MaxKeys: 1, KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker};
    }
    expect(paged).toEqual([...all.markers, ...all.ids]);
    await s3.deleteObject({Bucket, Key: 'k', VersionId: marker});
    expect(await text('k')).toBe('two');
    await s3.deleteObject({Bucket, Key: 'k', VersionId: two.VersionId});
    expect(await text('k')).toBe('one');
  });

  it('put the null version in its place while suspended', async () => {
    const {s3} = cloud;
    await s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Suspended'}});
    await s3.putObject({Bucket, Key: 'k', Body: 'new null'});
    expect([await text('k'), await text('k', 'null')]).toEqual(['new null', 'new null']);
    expect((await list()).ids).toHaveLength(2);
    await s3.deleteObject({Bucket, Key: 'k'});
    expect((await list()).ids).toHaveLength(1);
    expect((await list()).markers).toEqual(['k true']);
  });
});

it('goes on where it stopped when a new room opens on the same store', async () => {
  await cloud.s3.createBucket({Bucket: 'kept'});
  await cloud.s3.putObject({Bucket: 'kept', Key: 'k', Body: 'kept'});
  await using served = await serve({s3: createS3({store: cloud.store, clock: stillClock()})});
  const s3 = new S3({...clientOf(served), forcePathStyle: true});
  const {Body} = await s3.getObject({Bucket: 'kept', Key: 'k'});
  expect(await Body!.transformToString()).toBe('kept');
  s3.destroy();
});

it('lists with prefix, delimiter, pages and encoding over the wire', async () => {
  const Bucket = 'listing';
  await cloud.s3.createBucket({Bucket});
  const keys = ['a b', 'd/1', 'd/2', 'e/1', 'z'];
  await Promise.all(keys.map(Key => cloud.s3.putObject({Bucket, Key, Body: Key})));
  const all = await cloud.s3.listObjectsV2({
    Bucket,
    Delimiter: '/',
    MaxKeys: 2,
    EncodingType: 'url',
    FetchOwner: true,
  });
  expect(all).toMatchObject({KeyCount: 2, IsTruncated: true, MaxKeys: 2, CommonPrefixes: [{Prefix: 'd/'}]});
  expect(all.Contents?.[0]).toMatchObject({
    Key: 'a+b',
    Size: 3,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: ['CRC32'],
  });
  expect(all.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  const rest = await cloud.s3.listObjectsV2({
    Bucket,
    Delimiter: '/',
    ContinuationToken: all.NextContinuationToken,
  });
  expect(rest).toMatchObject({KeyCount: 2, IsTruncated: false, CommonPrefixes: [{Prefix: 'e/'}]});
  expect(rest.Contents?.map(({Key}) => Key)).toEqual(['z']);
  const v1 = await cloud.s3.listObjects({Bucket, Delimiter: '/', MaxKeys: 2});
  expect(v1).toMatchObject({IsTruncated: true, NextMarker: 'd/'});
  expect((await cloud.s3.listObjectsV2({Bucket, StartAfter: 'd/2'})).Contents?.map(({Key}) => Key)).toEqual([
    'e/1',
    'z',
  ]);
  expect(await refusal(cloud.s3.listObjectsV2({Bucket, ContinuationToken: 'x'}))).toBe('InvalidArgument 400');
  const many = Array.from({length: 1001}, (_, at) => ({Key: String(at)}));
  expect(await refusal(cloud.s3.deleteObjects({Bucket, Delete: {Objects: many}}))).toBe('MalformedXML 400');
  const quiet = await cloud.s3.deleteObjects({
    Bucket,
    Delete: {Quiet: true, Objects: [...keys.map(Key => ({Key})), {Key: 'none'}, {Key: 'k'.repeat(1025)}]},
  });
  expect(quiet.Deleted).toBeUndefined();
  expect(quiet.Errors?.map(({Code}) => Code)).toEqual(['KeyTooLongError']);
  expect((await cloud.s3.listObjectsV2({Bucket})).KeyCount).toBe(0);
});
