import {createHash} from 'node:crypto';
import {describe, expect, it} from 'vitest';

import {refusal, startCloud} from './cloud.js';

const Bucket = 'locked';
const Key = 'index.html';
const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
const day = 86_400_000;

describe('Object Lock of the embedded S3', () => {
  it('keeps each version for the default retention, and asks uploads for a digest', async () => {
    await using cloud = await startCloud();
    const {s3, clock} = cloud;
    await s3.createBucket({Bucket, ObjectLockEnabledForBucket: true});
    expect(await s3.getBucketVersioning({Bucket})).toMatchObject({Status: 'Enabled'});
    await s3.putObjectLockConfiguration({
      Bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: {DefaultRetention: {Mode: 'GOVERNANCE', Days: 2}},
      },
    });
    expect((await s3.getObjectLockConfiguration({Bucket})).ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: {DefaultRetention: {Mode: 'GOVERNANCE', Days: 2}},
    });
    const {VersionId = ''} = await s3.putObject({Bucket, Key, Body: 'one', ContentMD5: md5('one')});
    expect(await s3.headObject({Bucket, Key})).toMatchObject({
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date(clock.now() + 2 * day),
    });

    // A marker goes on top, whatever the retention; the version below stays.
    expect(await s3.deleteObject({Bucket, Key})).toMatchObject({DeleteMarker: true});
    expect(await refusal(s3.getObject({Bucket, Key}))).toBe('NoSuchKey 404');
    expect(await refusal(s3.deleteObject({Bucket, Key, VersionId}))).toBe('AccessDenied 403');
    const many = await s3.deleteObjects({Bucket, Delete: {Objects: [{Key, VersionId}]}});
    expect(many.Errors).toEqual([
      {
        Key,
        VersionId,
        Code: 'AccessDenied',
        Message: 'Access Denied because object protected by object lock.',
      },
    ]);
    clock.advance(2 * day);
    expect(await refusal(s3.deleteObject({Bucket, Key, VersionId}))).toBe('no refusal');
  });

  it('lets a governance retention be bypassed, a compliance retention never', async () => {
    await using cloud = await startCloud();
    const {s3} = cloud;
    await s3.createBucket({Bucket, ObjectLockEnabledForBucket: true});
    for (const [Mode, answer] of [
      ['GOVERNANCE', 'no refusal'],
      ['COMPLIANCE', 'AccessDenied 403'],
    ] as const) {
      await s3.putObjectLockConfiguration({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: {DefaultRetention: {Mode, Years: 1}},
        },
      });
      const {VersionId} = await s3.putObject({Bucket, Key, Body: 'one', ContentMD5: md5('one')});
      const forGood = {Bucket, Key, VersionId, BypassGovernanceRetention: true};
      expect(await refusal(s3.deleteObject(forGood))).toBe(answer);
    }
  });

  it('refuses what S3 refuses', async () => {
    await using cloud = await startCloud();
    const {s3} = cloud;
    await s3.createBucket({Bucket});
    const lock = (DefaultRetention: object) =>
      s3.putObjectLockConfiguration({
        Bucket,
        ObjectLockConfiguration: {ObjectLockEnabled: 'Enabled', Rule: {DefaultRetention}},
      });
    expect(await refusal(s3.getObjectLockConfiguration({Bucket}))).toBe(
      'ObjectLockConfigurationNotFoundError 404',
    );
    expect(await refusal(lock({Mode: 'GOVERNANCE', Days: 1}))).toBe('InvalidBucketState 409');
    await s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Enabled'}});
    expect(await refusal(lock({Mode: 'GOVERNANCE', Days: 1, Years: 1}))).toBe('MalformedXML 400');
    expect(await refusal(lock({Mode: 'GOVERNANCE', Days: 0}))).toBe('InvalidArgument 400');
    expect(await refusal(lock({Mode: 'GOVERNANCE', Days: 1}))).toBe('no refusal');
    const suspend = s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Suspended'}});
    expect(await refusal(suspend)).toBe('InvalidBucketState 409');
  });
});
