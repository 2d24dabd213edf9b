import type {ReplicationRule} from '@aws-sdk/client-s3';
import {expect, it} from 'vitest';
import {refusal, startCloud} from './cloud.js';

const role = 'arn:aws:iam::000000000000:role/replication';
const rule = (Bucket: string): ReplicationRule => ({
  ID: 'all',
  Priority: 1,
  Status: 'Enabled',
  Filter: {Prefix: ''},
  DeleteMarkerReplication: {Status: 'Disabled'},
  Destination: {Bucket: `arn:aws:s3:::${Bucket}`},
});

it('keeps a replication between versioned buckets, and their versioning with it', async () => {
  await using cloud = await startCloud();
  const {s3} = cloud;
  for (const Bucket of ['source', 'target']) await s3.createBucket({Bucket});
  const version = (Bucket: string, Status: 'Enabled' | 'Suspended' = 'Enabled') =>
    s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status}});
  const put = (...Rules: ReplicationRule[]) =>
    s3.putBucketReplication({Bucket: 'source', ReplicationConfiguration: {Role: role, Rules}});

  expect(await refusal(put(rule('target')))).toBe('InvalidRequest 400');
  await version('target');
  expect(await refusal(put(rule('target')))).toBe('InvalidRequest 400');
  await version('source');
  expect(await refusal(put(rule('none')))).toBe('InvalidRequest 400');
  expect(await refusal(put())).toBe('MalformedXML 400');
  expect(await refusal(put(rule('target'), rule('target')))).toBe('InvalidArgument 400');
  const named = {Role: 'replication', Rules: [rule('target')]};
  expect(await refusal(s3.putBucketReplication({Bucket: 'source', ReplicationConfiguration: named}))).toBe(
    'InvalidArgument 400',
  );
  expect(await refusal(s3.getBucketReplication({Bucket: 'source'}))).toBe(
    'ReplicationConfigurationNotFoundError 404',
  );

  await put(rule('target'));
  const found = await s3.getBucketReplication({Bucket: 'source'});
  expect(found.ReplicationConfiguration).toEqual({Role: role, Rules: [rule('target')]});
  expect(await refusal(version('source', 'Suspended'))).toBe('InvalidBucketState 409');
  await s3.deleteBucketReplication({Bucket: 'source'});
  await version('source', 'Suspended');
  expect(await refusal(s3.getBucketReplication({Bucket: 'source'}))).toBe(
    'ReplicationConfigurationNotFoundError 404',
  );
});

it('takes tags with the creation of a bucket', async () => {
  await using cloud = await startCloud();
  const {s3} = cloud;
  const tags = [{Key: 'frontctl:site', Value: 'a'}];
  await s3.createBucket({Bucket: 'site', CreateBucketConfiguration: {Tags: tags}});
  expect((await s3.getBucketTagging({Bucket: 'site'})).TagSet).toEqual(tags);
});
